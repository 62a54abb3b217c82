#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that `pulse merge` adds what --wire wrote, exactly and in any order
# and grouping, that it takes what the Go program writes, that thresholds
# decide its status, and that a bad file is named and leaves nothing behind.
. tests/lib.sh

# merge NAME ARGS ...: with its result in $dir/NAME.json, $status
merge() {
	name=$1
	shift
	./pulse merge --json "$@" >"$dir/$name.json" 2>"$dir/$name.err"
	status=$?
}

# merges NAME STATUS: as it should, with nothing on stderr
merges() {
	is "$1: status" "$status" "$2"
	is "$1: stderr is empty" "$(cat "$dir/$1.err")" ""
}

# same WHAT FILE FILE
same() {
	if cmp -s "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1: they differ"
	fi
}

# summary FILE MEMBER: the lines of such a summary, to be compared
summary() {
	awk -v head="  \"$2\": {" '$0 == head { is_in = 1 }
	    is_in { print } /^  }/ { is_in = 0 }' "$1"
}

# Three runs, one of which fails.
mock
run a -r 100 -d 300ms --wire "$dir/a" "$url/size/100"
ends a 0
run b -r 200 -d 100ms --wire "$dir/b" "$url/status/404"
ends b 0
run c -r 50 -d 200ms -X POST -b hello --wire "$dir/c" "$url/echo"
ends c 0

# Two of them.
merge ab "$dir/a" "$dir/b"
merges ab 0
adds_up ab
for member in total failed scheduled started dropped completed bytes_in \
    bytes_out lost retried count; do
	is "sum: $member" "$(number "$dir/ab.json" $member)" \
	    "$(($(number "$dir/a.json" $member) + \
	    $(number "$dir/b.json" $member)))"
done
is "sum: statuses" "$(statuses "$dir/ab.json")" "200:30 404:20"
is "sum: the longest duration" "$(number "$dir/ab.json" duration_ms)" \
    "$(number "$dir/a.json" duration_ms)"
is "sum: rps is total / duration" "$(awk -v n="$(number "$dir/ab.json" \
    total)" -v ms="$(number "$dir/ab.json" duration_ms)" \
    -v rps="$(number "$dir/ab.json" rps)" \
    'BEGIN { d = n / ms * 1000 - rps; print (d < 0.01 && d > -0.01) }')" 1
is "sum: merged" "$(number "$dir/ab.json" merged)" 2
is "sum: resolution" "$(text "$dir/ab.json" resolution)" fine
has "sum: no plan" "$dir/ab.json" '^  "plan": null'
has "sum: nothing planned" "$dir/ab.json" '^  "planned": null'

# One alone is what the run had reported.
merge one --percentiles 99.9 "$dir/a"
merges one 0
run again -r 100 -d 300ms --percentiles 99.9 --wire "$dir/again" "$url"
merge once --percentiles 99.9 "$dir/again"
merges once 0
for member in latency ttfb status_codes errors extra_percentiles; do
	is "one alone: $member" "$(summary "$dir/once.json" $member)" \
	    "$(summary "$dir/again.json" $member)"
done

# Any order and any grouping.
./pulse merge -q --wire "$dir/abc" "$dir/a" "$dir/b" "$dir/c" >/dev/null
./pulse merge -q --wire "$dir/cab" "$dir/c" "$dir/a" "$dir/b" >/dev/null
same "order changes nothing" "$dir/abc" "$dir/cab"
./pulse merge -q --wire "$dir/ba" "$dir/b" "$dir/a" >/dev/null
./pulse merge -q --wire "$dir/c+ba" "$dir/c" "$dir/ba" >/dev/null
same "a merge can be merged" "$dir/abc" "$dir/c+ba"
cp "$dir/a" "$dir/all"
for f in b c; do
	./pulse merge -q --wire "$dir/all" "$dir/all" "$dir/$f" >/dev/null
	is "a file that is read can be written: status" $? 0
done
same "a file that is read can be written" "$dir/abc" "$dir/all"
./pulse merge --wire - "$dir/c" - <"$dir/ba" >"$dir/from-stdin"
same "standard input, and to standard output" "$dir/abc" "$dir/from-stdin"
set --
while [ $# -lt 300 ]; do
	set -- "$@" "$dir/a"
done
merge many "$@"
merges many 0
is "many: total" "$(number "$dir/many.json" total)" 9000

# What TLS did is added, too, if it was spoken.
with_tls() {
	sed "s/\"connects\":[0-9]*,/&\"handshakes\":$3,\"resumed\":$4,\
\"tls\":{\"protocol\":\"$5\",\"cipher\":\"$6\"},/" "$1" >"$2"
}
with_tls "$dir/a" "$dir/new" 30 20 TLSv1.3 TLS_AES_128_GCM_SHA256
with_tls "$dir/b" "$dir/old" 4 1 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256
merge tls --wire "$dir/tls" "$dir/new" "$dir/c" "$dir/old"
merges tls 0
./pulse merge -q --wire "$dir/slt" "$dir/old" "$dir/new" "$dir/c" >/dev/null
same "tls: order changes nothing" "$dir/tls" "$dir/slt"
merge again --wire "$dir/tls2" "$dir/tls"
same "tls: what was merged is kept" "$dir/tls" "$dir/tls2"
is "tls: handshakes" "$(number "$dir/tls.json" handshakes)" 34
is "tls: resumed" "$(number "$dir/tls.json" resumed)" 21
is "tls: protocol" "$(text "$dir/tls.json" protocol)" TLSv1.2
is "tls: cipher" "$(text "$dir/tls.json" cipher)" ECDHE-RSA-AES128-GCM-SHA256
./pulse merge "$dir/tls" >"$dir/tls.text"
has "tls: text" "$dir/tls.text" "^TLS .* 34 handshakes, 21 resumed$"
has "tls: there was none" "$dir/ab.json" '^  "tls": null'

# What is shown.
./pulse merge "$dir/a" "$dir/b" >"$dir/text" 2>"$dir/text.err"
is "text: status" $? 0
is "text: stderr is empty" "$(cat "$dir/text.err")" ""
is "text: says what was merged" "$(sed -n 's/^Merged *//p' "$dir/text")" \
    "2 results"
for word in "^Rate .*/s, completed / [0-9]" "^Requests .* 50 completed, " \
    "^response " "^404 Not Found *20"; do
	has "text: $word" "$dir/text" "$word"
done
is "text: nothing of a plan" "$(grep -c '^Request \|^Load \|planned,' \
    "$dir/text")" 0
./pulse merge -q "$dir/a" "$dir/b" >"$dir/quiet"
is "quiet: one line" "$(lines "$dir/quiet")" 1
has "quiet: says what it is of" "$dir/quiet" "2 results merged"
./pulse merge -q -t 'max<1ns' --out "$dir/o" --junit "$dir/j" --csv "$dir/s" \
    "$dir/a" "$dir/b" >/dev/null
is "files: status" $? 2
has "files: json" "$dir/o" '"schema_version": 1'
has "files: junit" "$dir/j" 'max&lt;1ns'
is "files: csv has a head only" "$(lines "$dir/s")" 1

# Thresholds.
merge kept -t 'errors<=40%' -t 'rate>100' -t 'p99<10s' "$dir/a" "$dir/b"
merges kept 0
merge broken -t 'errors<40%' "$dir/a" "$dir/b"
merges broken 2
merge broken_rate -t 'rate>1M' "$dir/a" "$dir/b"
merges broken_rate 2

# The Go program's: 1,000 requests in one of the wire's buckets.
go_result() {
	awk -v n="$1" 'BEGIN {
	printf "{\"total\":1000,\"failed\":5,\"duration\":10000000000,"
	printf "\"scheduled\":1002,\"started\":1000,\"dropped\":2,"
	printf "\"droppedRate\":0.001996,\"completed\":1000,\"maxActive\":7,"
	printf "\"latency\":{\"min\":1011000,\"mean\":1020000,\"p50\":1020000,"
	printf "\"p90\":1020000,\"p95\":1020000,\"p99\":1020000,"
	printf "\"max\":1030000},\"statusCounts\":{\"200\":995},"
	printf "\"errorCounts\":{\"other_trouble\":5},\"buckets\":["
	for (i = 0; i < n; i++)
		printf("%s%d", (i > 0 ? "," : ""), (i == 309 ? 1000 : 0))
	print "]}" }'
}
go_result 800 >"$dir/go"
merge go "$dir/go"
merges go 0
is "go: total" "$(number "$dir/go.json" total)" 1000
is "go: resolution" "$(text "$dir/go.json" resolution)" coarse
is "go: its categories stay" "$(number "$dir/go.json" other_trouble)" 5
merge mixed "$dir/go" "$dir/a" "$dir/go"
merges mixed 0
is "mixed: total" "$(number "$dir/mixed.json" total)" 2030
is "mixed: count" "$(number "$dir/mixed.json" count)" 2030
is "mixed: p50 is the Go program's" "$(number "$dir/mixed.json" p50_ms |
    cut -c 1-3)" 1.0
is "mixed: fine ones apart" "$(summary "$dir/mixed.json" fine_latency |
    sed -n 's/.*"count": //p')" 30
./pulse merge "$dir/go" "$dir/a" >"$dir/text"
has "mixed: the text says so" "$dir/text" "800 buckets"
has "mixed: the text has the fine ones" "$dir/text" "^of 30 of 1030 requests"
is "mixed: 80 columns" "$(grep -c '.\{81\}' "$dir/text")" 0
./pulse merge -q --wire "$dir/ga" "$dir/go" "$dir/a" >/dev/null
./pulse merge -q --wire "$dir/ag" "$dir/a" "$dir/go" >/dev/null
same "mixed: order changes nothing" "$dir/ga" "$dir/ag"
./pulse merge -q --wire "$dir/ag+b" "$dir/ag" "$dir/b" >/dev/null
./pulse merge -q --wire "$dir/gab" "$dir/go" "$dir/a" "$dir/b" >/dev/null
same "mixed: a merge can be merged" "$dir/ag+b" "$dir/gab"
go_result 799 >"$dir/short"
merge short "$dir/short" "$dir/a"
is "799 buckets: status" "$status" 0
has "799 buckets: are named" "$dir/short.err" \
    "^pulse: merge: $dir/short: .*uckets"
is "799 buckets: counts are there" "$(number "$dir/short.json" total)" 1030

# What was stopped says so.
timeout -s INT 1 ./pulse run -q -r 100 -d 1m --wire "$dir/stopped" "$url" \
    >/dev/null 2>&1
merge stopped "$dir/a" "$dir/stopped"
is "stopped: status" "$status" 0
has "stopped: partial" "$dir/stopped.json" '^  "partial": true'

sed 's/^{/{"error":"generator 3 died",/' "$dir/a" >"$dir/died"
merge died "$dir/a" "$dir/died"
is "an error: status" "$status" 1
is "an error: on stderr" "$(cat "$dir/died.err")" "pulse: generator 3 died"
is "an error: in the result" "$(text "$dir/died.json" error)" \
    "generator 3 died"
is "an error: the sum is there" "$(number "$dir/died.json" total)" 60

# bad NAME PATTERN ARGS ...: one line that says so, and nothing is written
bad() {
	what=$1
	want=$2
	shift 2
	rm -f "$dir/new"
	echo old >"$dir/old"
	merge bad --out "$dir/old" --wire "$dir/new" "$@"
	is "$what: status" "$status" 1
	has "$what: why" "$dir/bad.err" "^pulse: merge: $want"
	is "$what: one line" "$(lines "$dir/bad.err")" 1
	is "$what: nothing on stdout" "$(cat "$dir/bad.json")" ""
	is "$what: files are as before" "$(cat "$dir/old" "$dir/new" \
	    2>/dev/null)" old
	is "$what: nothing is left" "$(ls -A "$dir" | grep -c '^\.pulse')" 0
}
: >"$dir/empty"
echo "no JSON" >"$dir/text"
head -c 1000 "$dir/a" >"$dir/cut"
echo '{}' >"$dir/object"
echo '[1]' >"$dir/array"
echo '{"total":-1}' >"$dir/negative"
sed 's/^{/{"buckets":{},/;s/"buckets":\[[^]]*\],*//' "$dir/a" >"$dir/wrong"
bad "empty" "$dir/empty: " "$dir/a" "$dir/empty"
bad "no JSON" "$dir/text: line 1, column 1: " "$dir/a" "$dir/text"
bad "cut" "$dir/cut: line 1, " "$dir/cut" "$dir/a"
bad "object" "$dir/object: " "$dir/a" "$dir/object"
bad "array" "$dir/array: " "$dir/array"
bad "negative" "$dir/negative: total: " "$dir/a" "$dir/negative"
bad "wrong type" "$dir/wrong: buckets: " "$dir/a" "$dir/wrong"
bad "a report" "$dir/a.json: this is a report" "$dir/a.json"
bad "a directory" "$dir: Is a directory" "$dir/a" "$dir"
bad "missing" "$dir/none: No such file" "$dir/a" "$dir/none"
bad "twice standard input" "-: standard input" - "$dir/a" - </dev/null
bad "nothing on standard input" "standard input: " - </dev/null
bad "no operand" "expected RESULT"
bad "no option" "no option --rate" --rate 5 "$dir/a"
./pulse merge --wire "$dir/none/w" "$dir/a" >"$dir/out" 2>"$dir/err"
is "no such directory: status" $? 1
is "no such directory: nothing on stdout" "$(cat "$dir/out")" ""
./pulse merge --wire - --json "$dir/a" >"$dir/out" 2>"$dir/err"
is "two for standard output: status" $? 1
./pulse merge "$dir/a" >/dev/full 2>"$dir/err"
is "no room: status" $? 1
has "no room: why" "$dir/err" "standard output"

finish
