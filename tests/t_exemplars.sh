#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that single requests can be found again: the slowest ones and the last
# failures have the header and the port that the target saw, on new connections
# and on old ones, on this machine and on workers; that those of a fleet are
# those of all its workers; that the warm-up has none, that a generator which
# dies leaves its own, and that merging keeps them.
. tests/lib.sh

# target: a recorder, every 10th of whose answers comes 100 ms late, while
# every 7th is a 503. Sets $url, and $seen, where "ID PORT" of each request is
target() {
	targets=$((${targets:-0} + 1))
	seen=$dir/seen$targets
	start "target$targets" tests/recorder.t -l "$seen" -s 10 -e 7 100
	url=http://127.0.0.1:$line
}

# exemplars FILE slowest|failures: a line each, "ID PORT WORKER"
exemplars() {
	awk -v list="^    \"$2\": \\\\[" '
	    /^  "exemplars": \{/ { is_ours = 1 } /^  \}/ { is_ours = 0 }
	    !is_ours { next }
	    $0 ~ list { is_in = 1 } /^    \]/ { is_in = 0 }
	    is_in && $1 == "\"local_port\":" { port = $2 + 0 }
	    is_in && $1 == "\"worker\":" {
		worker = $0; sub(/^[^:]*: /, "", worker)
		sub(/,$/, "", worker); gsub(/"/, "", worker) }
	    is_in && $1 == "\"header\":" { gsub(/"/, "", $2);
		print $2, port, worker }' "$1"
}

# ids FILE LIST: in the order of the numbers, on a line
ids() {
	exemplars "$1" "$2" | sort -n | awk '{ out = out sep $1; sep = " " }
	    END { print out }'
}

# matches NAME: the target saw these numbers from these ports
matches() {
	for list in slowest failures; do
		exemplars "$dir/$1.json" "$list" | cut -d ' ' -f 1,2 \
		    >"$dir/got"
		is "$1: $list that the target saw so" \
		    "$(grep -cxFf "$dir/got" "$seen")" "$(lines "$dir/got")"
	done
}

# all_slow NAME: the ten slowest are those that the target held
held="10 20 30 40 50 60 70 80 90 100"
all_slow() {
	is "$1: the slowest" "$(ids "$dir/$1.json" slowest)" "$held"
}

# steady NAME ARGS ...: a run on a target of its own. Where others kept requests
# waiting for as long as that holds some it is made again.
steady() {
	tries=0
	while :; do
		target
		run "$@" "$url/"
		tries=$((tries + 1))
		[ "$(ids "$dir/$1.json" slowest)" != "$held" ] &&
		    [ $tries -lt 6 ] || break
	done
}

# last_failed NAME COUNT: five of them are there, and all were failures
last_failed() {
	is "$1: failures" "$(failures "$dir/$1.json")" \
	    "transfer http_status http_status_error $2"
	is "$1: the last five" "$(exemplars "$dir/$1.json" failures |
	    awk '$1 % 7 == 0 { n++ } END { print n, NR }')" "5 5"
}

sample="--sample-header x-request-id -r 100"

for option in "" --no-keepalive; do
	name=here$option
	# shellcheck disable=SC2086
	steady "$name" -g 2 -c 40 $sample -d 1s $option
	ends "$name" 0
	all_slow "$name"
	last_failed "$name" 14
	matches "$name"
	is "$name: the slowest of all" "$(awk '
	    /"slowest": \[/ { is_in = 1 }
	    is_in && $1 == "\"latency_ms\":" { sub(/,/, ""); print $2; exit }' \
	    "$dir/$name.json")" "$(number "$dir/$name.json" max_ms)"
	is "$name: the header" "$(text "$dir/$name.json" header)" x-request-id
done

# What is left out of a result is not told one by one either.
target
# shellcheck disable=SC2086
run warmup $sample -d 1s --warmup 600ms "$url/"
ends warmup 0
is "warmup: none of its requests" "$(exemplars "$dir/warmup.json" slowest |
    awk '$1 < 55 { n++ } END { print n + 0, NR }')" "0 10"

# Without it no value, and none of what could be a secret.
target
run nameless -r 100 -d 100ms "$url/"
ends nameless 0
is "nameless: no header" "$(ids "$dir/nameless.json" slowest | tr -d ' ')" \
    nullnullnullnullnullnullnullnullnullnull
run secret --sample-header Set-Cookie "$url/"
is "secret: status" "$status" 1
is "secret: stderr" "$(cat "$dir/secret.err")" \
    "pulse: --sample-header: Set-Cookie has secrets, which no report shows"

# Of the answer that counts: not of the redirect that led to it.
mock
run redirected -r 100 -d 100ms --sample-header location "$url/redirect/2"
ends redirected 0
is "redirected: no header" "$(exemplars "$dir/redirected.json" slowest |
    cut -d ' ' -f 1 | sort -u)" null
run redirect -r 100 -d 100ms --sample-header location --redirects 0 \
    "$url/redirect/2"
ends redirect 0
is "redirect: its header" "$(exemplars "$dir/redirect.json" slowest |
    cut -d ' ' -f 1 | sort -u)" /redirect/1

# By a plan file, and in what a dry run shows.
target
cat >"$dir/file.json" <<END
{ "phases": [{ "type": "constant", "arrivalRate": 100, "duration": "100ms" }],
  "target": { "url": "$url/", "sampleHeader": "X-Request-Id" } }
END
run plan "$dir/file.json"
ends plan 0
matches plan
is "plan: shown in the report" "$(text "$dir/plan.json" sampleHeader)" \
    X-Request-Id
./pulse run -n "$dir/file.json" >"$dir/dry" 2>&1
has "plan: in a dry run" "$dir/dry" "samples  *header X-Request-Id of answers"

# A fleet of two, as two machines.
first="exec:./pulse worker --stdio -g 1"
second="exec:exec ./pulse worker --stdio -g 1"
# shellcheck disable=SC2086
steady fleet -w "$first" -w "$second" -c 40 $sample -d 1s \
    --wire "$dir/fleet.wire"
ends fleet 0
all_slow fleet
last_failed fleet 14
matches fleet
is "fleet: the workers" "$(for list in slowest failures; do
	exemplars "$dir/fleet.json" $list
    done | cut -d ' ' -f 3- | sort -u)" "$first
$second"

# Merged with another run they are the slowest of both.
target
# shellcheck disable=SC2086
run other -g 1 $sample -d 500ms --wire "$dir/other.wire" "$url/"
ends other 0
./pulse merge --json "$dir/fleet.wire" "$dir/other.wire" >"$dir/merge.json"
is "merge: status" $? 0
is "merge: the slowest are slow" "$(exemplars "$dir/merge.json" slowest |
    awk '$1 % 10 == 0 { n++ } END { print n, NR }')" "10 10"
last_failed merge 21
is "merge: the header" "$(text "$dir/merge.json" header)" x-request-id

# One that cannot be told is named before the start.
gopeer
target
# shellcheck disable=SC2086
run go -w "$worker" $sample -d 100ms "$url/"
has "go: what it cannot be told" "$dir/go.err" \
    "will have its own: samples, none of x-request-id"

# What a generator had told before it died is there.
target
# shellcheck disable=SC2086
./pulse run --json -g 1 $sample -d 20s -i 100ms "$url/" >"$dir/died.json" \
    2>"$dir/died.err" &
run=$!
pids="$pids $run"
poll has_lines "$seen" 60
for generator in $(generators "$run"); do
	kill -KILL "$generator"
done
wait "$run"
is "died: status" $? 1
is "died: what it had" "$(exemplars "$dir/died.json" slowest |
    awk 'END { print NR }')" 10
matches died
finish
