#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that results go where they were asked to, whole and without secrets,
# that stdout has nothing else, and that the exit status tells what came out.
. tests/lib.sh

mock
target=$url

# Text: on stdout only.
LC_ALL=C ./pulse run -r 50 -d 300ms -i 100ms "$target" >"$dir/text" \
    2>"$dir/text.err"
is "text: status" $? 0
is "text: stderr is empty in a pipe" "$(cat "$dir/text.err")" ""
for word in "^Request *GET $target, 20" "^Load *50/s for 300ms, .* achieved" \
    "^Requests *15 scheduled and started, 0 dropped, 15 completed, 0 fail" \
    "^response .* n/a " "^service " "^ttfb " "^95% sure: p50 " "^first_byte " \
    "slowest requests$" "^Histogram " "^Every 100ms rate " "^ *max " \
    "^Status *200 OK 15, " "^Generator "; do
	has "text: $word" "$dir/text" "$word"
done
is "text: ASCII, 80 columns" \
    "$(LC_ALL=C grep -c '[^ -~]\|.\{81\}' "$dir/text")" 0

# Unicode where the environment has it, and --ascii has not; never a colour in
# a pipe or a file. Blocks are U+2581 to U+2588, in bytes e2 96 81 and on.
block=$(printf '\342\226')
escape=$(printf '\033')
short="-r 50 -d 200ms -i 50ms"
for locale in C.UTF-8 en_GB.utf8; do
	# shellcheck disable=SC2086
	LC_ALL=$locale TERM=xterm ./pulse run $short "$target" >"$dir/blocks"
	is "$locale: blocks" "$(grep '^Histogram\|^Every\|^ *max ' \
	    "$dir/blocks" | LC_ALL=C grep -c "$block")" 3
	is "$locale: no colour in a file" "$(grep -c "$escape" "$dir/blocks")" 0
done
# shellcheck disable=SC2086
LC_ALL=C.UTF-8 ./pulse run --ascii $short "$target" >"$dir/blocks"
is "--ascii: status" $? 0
is "--ascii: ASCII" "$(LC_ALL=C grep -c '[^ -~]' "$dir/blocks")" 0
LC_ALL=C LANG=C.UTF-8 ./pulse run -r 50 -d 100ms "$target" >"$dir/blocks"
is "LC_ALL goes before LANG" "$(LC_ALL=C grep -c '[^ -~]' "$dir/blocks")" 0

# On a terminal, as script(1) of Debian and Alpine makes one.
# on_terminal VARIABLE=VALUE ...: what a run shows there.
on_terminal() {
	env "$@" script -qec "./pulse run -r 50 -d 200ms $target" /dev/null \
	    </dev/null >"$dir/terminal" 2>&1
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	on_terminal TERM=xterm LC_ALL=C.UTF-8
	has "terminal: colour" "$dir/terminal" "$escape\[1;3[123]m[A-Z]"
	on_terminal TERM=xterm NO_COLOR=1
	has "NO_COLOR: a text" "$dir/terminal" "^Histogram"
	is "NO_COLOR: no colour" "$(grep -c "$escape\[1" "$dir/terminal")" 0
	on_terminal TERM=dumb
	is "TERM=dumb: no colour" "$(grep -c "$escape\[1" "$dir/terminal")" 0
fi
./pulse run -q -r 50 -d 100ms "$target" >"$dir/quiet" 2>"$dir/quiet.err"
is "quiet: one line" "$(lines "$dir/quiet")" 1
is "quiet: stderr is empty" "$(cat "$dir/quiet.err")" ""

# JSON: every member that scripts rely on.
run all -r 50 -d 300ms -i 100ms --percentiles 99.9,99.99 -t 'p99<10s' \
    -t 'errors<1%' "$target"
ends all 0
all=$dir/all.json
has "json: schema_version" "$all" '^  "schema_version": 1,$'
for member in summary latency ttfb status_codes errors extra_percentiles \
    parts service generator; do
	has "json: $member" "$all" "^  \"$member\": {"
done
for member in thresholds snapshots error_table; do
	has "json: $member" "$all" "^  \"$member\": \\["
done
for member in passed lost retried plan; do
	has "json: $member" "$all" "^  \"$member\": "
done
for member in total failed rps duration_ms scheduled started dropped \
    dropped_rate completed max_active bytes_in bytes_out bytes_in_per_sec \
    bytes_out_per_sec min_ms p50_ms mean_ms p90_ms p95_ms p99_ms max_ms \
    p99.9_ms p99.99_ms; do
	has "json: $member" "$all" \
	    "^    \"$member\": [0-9][0-9.e+-]*,\\{0,1\\}\$"
done
for member in lag wait connect tls first_byte transfer; do
	has "json: parts.$member" "$all" "^    \"$member\": {\$"
done
for member in valid reasons lag cpu; do
	has "json: generator.$member" "$all" "^    \"$member\": "
done
has "json: snapshots.started_at" "$all" '^      "started_at": "20'
has "json: thresholds.description" "$all" '^      "description": "p99.*10s",$'
has "json: thresholds.pass" "$all" '^      "pass": true,$'
# Brackets and quotes pair, outside of strings.
is "json: brackets pair" "$(awk '{ gsub(/\\./, ""); gsub(/"[^"]*"/, "")
	n += gsub(/[[{]/, "") - gsub(/[]}]/, ""); bad += gsub(/"/, "") }
	END { print n + bad }' "$all")" 0

# Snapshots sum to the whole.
run sums -r 200 -d 500ms -i 50ms --redirects 1 -c 4 "$target/delay/30ms"
ends sums 0
for member in scheduled started dropped completed failed bytes_in; do
	is "snapshots: $member" "$(sum "$dir/sums.json" $member)" \
	    "$(number "$dir/sums.json" $member)"
done

# Files, all at once; what was there before is replaced.
echo old >"$dir/o"
ln -s o "$dir/link"
./pulse run -r 50 -d 300ms -i 100ms -t 'p99<10s' --out "$dir/link" \
    --csv "$dir/c" --hgrm "$dir/h" --junit "$dir/j" --wire "$dir/w" "$target" \
    >"$dir/text" 2>"$dir/text.err"
is "files: status" $? 0
is "files: stderr is empty" "$(cat "$dir/text.err")" ""
has "files: text on stdout" "$dir/text" "^Request "
has "files: json, where a link led" "$dir/o" '"schema_version": 1'
has "files: csv has a head" "$dir/c" "^interval,started_at,"
is "files: csv has rows for intervals" "$(lines "$dir/c")" 4
is "files: csv rows have as many fields" \
    "$(awk -F , '{ print NF }' "$dir/c" | sort -u | lines /dev/stdin)" 1
has "files: hgrm has all requests" "$dir/h" "Total count    =           15]\$"
is "files: hgrm ends with the slowest" \
    "$(awk '$2 == "1.000000000000" { print $1 }' "$dir/h")" \
    "$(sed -n 's/^#.Max *= *\([0-9.]*\),.*/\1/p' "$dir/h")"
has "files: junit" "$dir/j" "<testsuite"
has "files: junit has the threshold" "$dir/j" 'p99&lt;10s'
has "files: wire" "$dir/w" '"total": *15,'
is "files: and no other" "$(ls -A "$dir" | grep -c '^\.pulse')" 0
mkfifo "$dir/fifo"
cat "$dir/fifo" >"$dir/read" &
./pulse run -q --requests 2 --out "$dir/fifo" "$target" >/dev/null
wait $!
has "files: a FIFO is written to" "$dir/read" '"schema_version": 1'
for format in out csv hgrm junit wire; do
	./pulse run --requests 2 --$format - "$target" >"$dir/only" \
	    2>"$dir/only.err"
	is "--$format -: status" $? 0
	is "--$format -: no text" "$(grep -c '^Request' "$dir/only")" 0
	if [ -s "$dir/only" ]; then
		ok "--$format -: there it is"
	else
		not_ok "--$format -: nothing"
	fi
done

# Exit status: failures alone change nothing, thresholds do.
run failing --requests 3 -r 100 "$target/status/500"
ends failing 0
run kept --requests 3 -r 100 -t 'errors<100%' -t 'mean<10s' "$target"
ends kept 0
has "kept: passed" "$dir/kept.json" '^  "passed": true'
run broken --requests 3 -r 100 -t 'errors<1%' "$target/status/500"
ends broken 2
has "broken: passed" "$dir/broken.json" '^  "passed": false'
run broken_rate -r 10 -d 200ms -t 'rate>1000' "$target"
ends broken_rate 2
run no_sample -r 0 -d 50ms -t 'p99<1s' "$target"
ends no_sample 2
./pulse run -q --requests 3 -r 100 -t 'max<1ns' "$target" >"$dir/text"
is "broken: status with text" $? 2
has "broken: verdict" "$dir/text" "^FAILED\\|^DID NOT HOLD\\|0 of 1 thresholds"

# Secrets are in no output.
mkdir "$dir/secret"
secret=$dir/secret
authority=${target#http://}
set -- -H 'Authorization: Bearer s3cr3t' -H 'cookie: id=b4ker' \
    -H 'X-API-Key: q1w2e3' -H 'Proxy-Authorization: s3cr3t' \
    "http://u:hunter2@$authority/status/404?q=1"
./pulse run --requests 2 --out "$secret/o" --csv "$secret/c" \
    --junit "$secret/j" --wire "$secret/w" -t 'errors<1%' "$@" \
    >"$secret/text" 2>"$secret/text.err"
is "secrets: status" $? 2
./pulse run --requests 2 --json "$@" >"$secret/json" 2>"$secret/json.err"
./pulse run --requests 2 -q "$@" >"$secret/quiet" 2>"$secret/quiet.err"
./pulse run -n "$@" >"$secret/dry" 2>"$secret/dry.err"
is "secrets: dry run" $? 0
./pulse run -n --json "$@" >"$secret/dry.json" 2>"$secret/dry.json.err"
is "secrets: dry run as JSON" $? 0
./pulse run --no-probe --timeout 1ns --requests 1 "$@" >"$secret/fail" \
    2>"$secret/fail.err"
./pulse run -6 "$@" >"$secret/refused" 2>"$secret/refused.err"
is "secrets: refused" $? 1
./pulse run -X 'A B' "$@" >"$secret/refused2" 2>"$secret/refused2.err"
is "secrets: in none of them" "$(grep -l \
    'hunter2\|s3cr3t\|b4ker\|q1w2e3\|dTpodW50ZXIy' "$secret"/*)" ""
has "secrets: stars instead" "$secret/dry" '\*\*\*'

# Dry runs: an array of RunRequests, and nothing sent.
misbehave -v ok
./pulse run -n --json -r 100 -d 5s "$url" >"$dir/dry.json"
is "dry run: status" $? 0
is "dry run: an array" "$(head -n 1 "$dir/dry.json")" "["
has "dry run: of requests" "$dir/dry.json" '"arrivalRate": 100'
has "dry run: integers" "$dir/dry.json" '"duration": 5000000000'
./pulse run -n --json "$url" | sed '1d;$d' >"$dir/again.json"
./pulse run -n "$dir/again.json" >"$dir/dry" 2>&1
is "dry run: is itself a plan" $? 0
has "dry run: of as many arrivals" "$dir/dry" " 100 arrivals in 10s"
is "dry run: nothing was sent" "$(lines "$log")" 0

# Progress: on a terminal only, and never on stdout.
if command -v script >/dev/null 2>&1 &&
    script -qec true /dev/null >/dev/null 2>&1; then
	script -qec "./pulse run --progress=line -r 50 -d 400ms -i 100ms \
	    $target >'$dir/tty.out'" /dev/null </dev/null >"$dir/tty" 2>&1
	has "progress: rate, errors, percentiles" "$dir/tty" \
	    "of 50/s  err 0 drop 0 .* in flight  p50 .* p99 "
	is "progress: not in the result" "$(grep -c 'in flight  p50' \
	    "$dir/tty.out")" 0
	script -qec "./pulse run -q -r 50 -d 300ms -i 100ms $target \
	    >'$dir/tty.out'" /dev/null </dev/null >"$dir/tty" 2>&1
	is "progress: none with --quiet" "$(cat "$dir/tty")" ""
else
	ok "progress # SKIP there is no script"
fi

# A plan file, and options over it.
cat >"$dir/my.json" <<EOF
{
	"target": {"url": "\${PULSE_TEST_URL}/\${PULSE_TEST_PATH:-status/404}",
	    "headers": {"X-A": "1"}},
	"phases": [
		{"type": "constant", "duration": "100ms", "arrivalRate": 50},
		{"type": "ramp", "duration": 100000000, "from": 0, "to": 100}
	],
	"maxConcurrency": 20,
	"thresholds": {"errorRate": 0.5}
}
EOF
PULSE_TEST_URL=$target
export PULSE_TEST_URL
run plan "$dir/my.json"
ends plan 2
is "plan: scheduled" "$(number "$dir/plan.json" scheduled)" 10
is "plan: statuses" "$(statuses "$dir/plan.json")" 404:10
PULSE_TEST_PATH=size/10
export PULSE_TEST_PATH
run plan_over -r 100 -d 100ms -c 10 "$dir/my.json"
ends plan_over 0
is "plan and options: scheduled" "$(number "$dir/plan_over.json" scheduled)" 10
is "plan and options: statuses" "$(statuses "$dir/plan_over.json")" 200:10

# What is printed and cannot be written is said, whoever prints it.
for words in help "help worker" version "run --help" "worker -h" \
    "ping --help" "merge --help" "mock --help" "run -n $target"; do
	# shellcheck disable=SC2086
	./pulse $words 2>"$dir/closed.err" >&-
	is "closed: pulse $words: status" $? 1
	is "closed: pulse $words: says" "$(cat "$dir/closed.err")" \
	    "pulse: standard output: Bad file descriptor"
done

finish
