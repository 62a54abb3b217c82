#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that no worker can hurt its coordinator or the rest of a fleet: for
# each way to answer badly the run ends in time, names that worker with its
# reason, has what the others did, and needs little memory, however much comes.
. tests/lib.sh

mock
target=$url
gopeer
good=$worker
ok='HTTP/1.1 200 OK\r\n'
json="${ok}Content-Type: application/json\r\n"
stream="${ok}Content-Type: application/x-ndjson\r\n\r\n"
five='"scheduled":5,"started":5,"completed":5'

# A worker that is a command: answers pings, and a run with the head $1 and
# what the command $2 says, if it is still there.
cat >"$dir/speak" <<'END'
while read -r line; do
	case $line in
	"GET /ping"*)
		printf 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n'
		printf '{"status":"ok"}'
		;;
	"POST /run"*)
		printf "$1"
		eval "$2"
		# Until nobody is interested.
		while read -r line; do
			:
		done
		exit 0
		;;
	esac
done
END

# said NAME: what stderr has but for notes
said() {
	grep -v -e 'does not stream' -e 'cannot be told' "$dir/$1.err"
}

# beside NAME REASON COUNTED: one worker of two was bad, and named; of its five
# arrivals so many are in the result
beside() {
	is "$1: status" "$status" 1
	is "$1: is named" "$(said "$1")" "pulse: $worker: $2
pulse: 1 of 2 workers failed"
	is "$1: the other is merged" "$(number "$dir/$1.json" scheduled)" \
	    $((5 + $3))
	adds_up "$1"
}

# fleet NAME: a run on the good one and on $worker
fleet() {
	tests/peak.t "$dir/$1.peak" ./pulse run --json -w "$good" \
	    -w "$worker" -r 100 -d 100ms "$target" >"$dir/$1.json" \
	    2>"$dir/$1.err"
	status=$?
	read -r ms kib <"$dir/$1.peak"
	between "$1: time in ms" "$ms" 0 15000
}

# raw NAME ANSWER REASON: what comes at once, and then the connection ends
raw() {
	printf "$2" >"$dir/$1.raw"
	gopeer -x "$dir/$1.raw"
	fleet "$1"
	beside "$1" "$3" "${4:-0}"
	kill "$pid"
}

# floods NAME HEAD COMMAND REASON
floods() {
	cat >"$dir/$1.args" <<-END
		set -- '$2' '$3'
		. "$dir/speak"
	END
	worker="exec:sh $dir/$1.args"
	fleet "$1"
	beside "$1" "$4" 0
	between "$1: memory in KiB" "$kib" 0 $((healthy + 40960))
}

# Three at once that never come to an end, until the run is stopped; looked at
# below. Their fleet has one that is well, too.
drip='while printf "$unit"; do sleep 0.05; done'
list=
for way in head body interim; do
	case $way in
	head)
		head=$ok
		unit='A: b\r\n'
		;;
	body)
		head="${json}Content-Length: 1000000\r\n\r\n"
		unit=' '
		;;
	interim)
		head=
		unit='HTTP/1.1 102 Processing\r\n\r\n'
		;;
	esac
	cat >"$dir/drip-$way" <<-END
		unit='$unit'
		set -- '$head' '$drip'
		. "$dir/speak"
	END
	list="$list $dir/drip-$way"
done
worker -g 1
misbehave -v ok
# shellcheck disable=SC2086
set -- $list
(
	trap - EXIT
	./pulse run --json -w "$worker" -w "exec:sh $1" -w "exec:sh $2" \
	    -w "exec:sh $3" -r 200 -d 60s "$url" >"$dir/drip.json" \
	    2>"$dir/drip.err" &
	poll has_lines "$log" 5
	kill -TERM $!
	sent=$(now)
	wait $!
	echo "$? $(($(now) - sent))" >"$dir/drip.end"
) &
drip_run=$!
drip_names="$1 $2 $3"
pids="$pids $drip_run"

# What one needs that is well.
gopeer
fleet healthy
is "healthy: status" "$status" 0
healthy=$kib

# Results that cannot be: nothing of them is merged.
result() {
	raw "$1" "$json\r\n{$2}" "its result cannot be: $3"
}
result more-started '"scheduled":5,"started":9,"completed":9' \
    "9 started and 0 dropped of 5 scheduled"
result none-started '"scheduled":5' "0 started and 0 dropped of 5 scheduled"
result more-completed '"scheduled":5,"started":5,"completed":7' \
    "7 completed and 0 lost of 5 started"
result more-lost "$five,\"lost\":1" "5 completed and 1 lost of 5 started"
result more-failed "$five,\"failed\":6" \
    "6 failed, 0 with a status, of 5 completed"
result more-statuses "$five,\"statusCounts\":{\"200\":9007199254740991}" \
    "0 failed, 9007199254740991 with a status, of 5 completed"
result too-long "$five,\"duration\":9000000000000000000" \
    "it took 9000000000 s of 0"
raw huge "$json\r\n{\"scheduled\":9007199254740992}" \
    "scheduled: must be a whole number below 2^53"
raw huge-bytes "$json\r\n{$five,\"bytesIn\":18446744073709551616}" \
    "bytesIn: must be a whole number below 2^53"
# What did not end is lost, and told.
printf "$json\r\n{\"scheduled\":5,\"started\":5,\"completed\":3}" \
    >"$dir/ended.raw"
gopeer -x "$dir/ended.raw"
fleet ended
is "ended: lost" "$(number "$dir/ended.json" lost)" 2
adds_up ended

# More than was asked for.
raw two-documents "$json\r\n{$five}{$five}" \
    "its answer is no JSON: text after the value (byte 41)"
printf "$stream{\"result\":{$five}}\n{\"result\":{$five}}
{\"snapshot\":{\"index\":0}}\n" >"$dir/twice.raw"
gopeer -x "$dir/twice.raw"
fleet twice
is "twice: status" "$status" 0
is "twice: the first counts" "$(number "$dir/twice.json" scheduled)" 10
adds_up twice
raw same-interval "$stream{\"snapshot\":{\"index\":0,\"scheduled\":1}}
{\"snapshot\":{\"index\":0,\"scheduled\":1}}\n" \
    "it streams an interval a second time"
raw deep "$json\r\n$(printf '[%.0s' $(seq 1 2000))" \
    "its answer is no JSON: nested too deeply (byte 64)"
raw nul "$json\r\n{\"scheduled\":\000}" \
    "its answer is no JSON: expected a value (byte 13)"
raw two-names "$json\r\n{\"scheduled\":5,\"scheduled\":5}" \
    "its answer is no JSON: member name twice in one object (byte 15)"

# No HTTP, or none that may be.
raw no-answer 'x' "the answer is no HTTP: x"
raw two-lengths "${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" \
    "the answer is no HTTP: bad content length"
raw length-2^63 "${ok}Content-Length: 9223372036854775808\r\n\r\n" \
    "the answer is no HTTP: bad content length"
raw bad-chunk "${ok}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" \
    "the answer is no HTTP: bad chunk size"
raw switching 'HTTP/1.1 101 Switching Protocols\r\n\r\n' \
    "the connection ended without an answer"

# Cut at each of these bytes, in a head, a chunk, a document.
whole="${json}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
len=$(printf "$whole" | wc -c)
at=1
while [ "$at" -lt "$len" ]; do
	printf "$whole" | head -c "$at" >"$dir/cut.raw"
	gopeer -x "$dir/cut.raw"
	list="${list_cut:-}"
	list_cut="${list:+$list,}$worker"
	cut_pids="${cut_pids:-} $pid"
	at=$((at + 4))
	cuts=$((${cuts:-0} + 1))
done
run cut -w "$good,$list_cut" -r $(((cuts + 1) * 50)) -d 100ms "$target"
# shellcheck disable=SC2086
kill $cut_pids
is "cut: status" "$status" 1
is "cut: all are named" "$(said cut | grep -c 'the connection ended')" "$cuts"
is "cut: the other is merged" "$(number "$dir/cut.json" scheduled)" 5
adds_up cut

# Without an end, as fast as they can.
floods head "$ok" 'yes A:b' "the answer is no HTTP: too many header fields"
floods long-field "${ok}A: " 'tr "\\0" a </dev/zero' \
    "the answer is no HTTP: head too large"
floods interim '' 'yes "$(printf "HTTP/1.1 102 P\\r\\n\\r")"' \
    "the answer is no HTTP: head too large"
floods body "$json\\r\\n" 'yes " "' "its answer is too large"
floods line "$stream" 'tr "\\0" a </dev/zero' "its answer is too large"
floods lines "$stream" 'yes "{\"snapshot\":{\"index\":0}}"' \
    "it streams an interval a second time"
floods blank-lines "$stream" 'head -c 30000000 /dev/zero |
    tr "\\0" "\\n"; exit' "its stream ended without a result"
floods chunks "${ok}Transfer-Encoding: chunked\\r\\n\\r\\n" 'yes 1' \
    "the answer is no HTTP: bad chunk size"
floods refusal "HTTP/1.1 500 No\\r\\nContent-Length: 300000000\\r\\n\\r\\n" \
    'yes "not today"' "it refused: 500: not today"
floods twice-flooded "${json}Content-Length: 2\\r\\n\\r\\n{}" \
    'tr "\\0" a </dev/zero' "it scheduled 0 arrivals where 5 were asked for"

# Those that were stopped.
wait "$drip_run"
read -r status took <"$dir/drip.end"
is "drip: status" "$status" 143
between "drip: in time, in 10 ms" "$took" 0 1200
for name in $drip_names; do
	has "drip: $name is named" "$dir/drip.err" \
	    "^pulse: exec:sh $name: it did not answer in time\$"
done
is "drip: the other is merged" "$(number "$dir/drip.json" scheduled)" \
    "$(member "$dir/drip.json" workers 1 scheduled)"
adds_up drip

finish
