#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that workers as the Go program is one, of either version, take part in
# a fleet: that they are sent what they know, byte for byte, and rates that add
# up to the plan's; that what they cannot be told is refused or named before
# the start; that their results are merged exactly; and that whatever they do
# instead of what was asked is named, and costs nothing but their own part.
. tests/lib.sh

mock
target=$url
gopeer -v
new=$worker
new_log=$log
gopeer -6 -v
old=$worker
old_log=$log
worker -g 1
own=$worker

# streams_not WORKER ...: the notes that stderr has of these, and no more
streams_not() {
	for w in "$@"; do
		echo "pulse: $w: it does not stream: progress and snapshots\
 are without it"
	done
}

# phase TYPE DURATION RATE FROM TO STEPS AT FOR
phase() {
	printf '{"type":"%s","duration":%s,"arrivalRate":%s,"from":%s,"to":%s,'\
'"steps":%s,"spikeAt":%s,"spikeDuration":%s}' "$@"
}

# What is sent, with shares by largest remainder: 71 and 29 of 100.
run mixed -w "$new=5,$old=2" -p constant,rate=101,for=100ms \
    -p ramp,from=8,to=90,for=100ms -p step,from=7,to=100,steps=3,for=150ms \
    -p spike,from=10,to=101,at=20ms,lasting=30ms,for=50ms -c 9 \
    --saturation block -X put -H 'A: <2>' -H 'B: 1' -b 'h"ä' "$target"
is "mixed: status" "$status" 0
is "mixed: stderr" "$(cat "$dir/mixed.err")" "$(streams_not "$new" "$old")"
scenario='"saturationPolicy":"block","httpScenario":{"url":"'$target'",'\
'"method":"PUT","headers":{"A":"\u003c2\u003e","B":"1"},"body":"h\"ä"}}'
printf '{"phases":[%s,%s,%s,%s],"maxConcurrency":%s,%s\n' \
    "$(phase constant 100000000 72 0 0 0 0 0)" \
    "$(phase ramp 100000000 0 6 64 0 0 0)" \
    "$(phase step 150000000 0 5 71 3 0 0)" \
    "$(phase spike 50000000 0 7 72 0 20000000 30000000)" \
    6 "$scenario" >"$dir/want"
is "mixed: sent to a v0.7.0" "$(cat "$new_log")" "$(cat "$dir/want")"
printf '{"phases":[%s,%s,%s,%s],"maxConcurrency":%s,%s\n' \
    "$(phase constant 100000000 29 0 0 0 0 0)" \
    "$(phase ramp 100000000 0 2 26 0 0 0)" \
    "$(phase step 150000000 0 2 29 3 0 0)" \
    "$(phase spike 50000000 0 3 29 0 20000000 30000000)" \
    3 "$scenario" >"$dir/want"
is "mixed: sent to a v0.6.0" "$(cat "$old_log")" "$(cat "$dir/want")"

# With one of ours among them, which is told the same.
: >"$new_log"
run three -w "$own,$new,$old" -r 200 -d 300ms --wire "$dir/three.wire" \
    "$target"
ends_well() {
	is "$1: status" "$status" 0
	adds_up "$1"
}
ends_well three
is "three: stderr" "$(cat "$dir/three.err")" "$(streams_not "$new" "$old")"
is "three: sent" "$(cat "$new_log")" "{\"phases\":[$(phase constant 300000000 \
67 0 0 0 0 0)],\"maxConcurrency\":85,\"saturationPolicy\":\"drop\",\
\"httpScenario\":{\"url\":\"$target\",\"method\":\"GET\"}}"
is "three: resolution" "$(text "$dir/three.json" resolution)" coarse
is "three: all the arrivals" "$(number "$dir/three.json" scheduled)" 62
is "three: snapshots have ours" "$(sum "$dir/three.json" scheduled)" \
    "$(member "$dir/three.json" workers 1 scheduled)"
./pulse run -w "$own,$new" -r 100 -d 100ms "$target" >"$dir/text" 2>&1
has "text: says how latency is counted" "$dir/text" \
    '^of 5 of 10 requests, which count from the planned moment$'

# Counts and buckets of two are those of each, added.
for w in "$new" "$old" "$new,$old"; do
	run wire -w "$w" -r $((47 * $(echo "$w" | tr , ' ' | wc -w))) \
	    -d 1s --wire "$dir/$w.wire" "$target"
	is "wire of $w: status" "$status" 0
done
# buckets FILE: of latency
buckets() {
	sed 's/.*"buckets":\[\([^]]*\)\].*/\1/' "$1" | tr ',' '\n'
}
for w in "$new" "$old" "$new,$old"; do
	buckets "$dir/$w.wire" >"$dir/$w.buckets"
done
paste "$dir/$new.buckets" "$dir/$old.buckets" | awk '{ print $1 + $2 }' \
    >"$dir/added"
is "wire: buckets" "$(lines "$dir/$new,$old.buckets")" 800
cmp -s "$dir/added" "$dir/$new,$old.buckets" && same=yes
is "wire: buckets are added" "$same" yes
is "wire: counts are added" "$(cut -d , -f 1,2,4-8 "$dir/$new,$old.wire")" \
    '{"total":94,"failed":0,"scheduled":94,"started":94,"dropped":0,'\
'"droppedRate":0,"completed":94'
./pulse merge --wire "$dir/merged.wire" "$dir/$new.wire" "$dir/$old.wire" \
    >/dev/null
buckets "$dir/merged.wire" >"$dir/merged.buckets"
cmp -s "$dir/added" "$dir/merged.buckets" && merged=yes
is "wire: so they are by merge" "$merged" yes

# refused TEXT ARGS ...: before anything is sent
refused() {
	: >"$old_log"
	what=$1
	shift
	run refused -w "$old" "$@" "$target"
	is "$*: status" "$status" 1
	is "$*: is refused" "$(cat "$dir/refused.err" "$dir/refused.json")" \
	    "pulse: $old: cannot be told of $what"
	is "$*: nothing is sent" "$(cat "$old_log")" ""
}
refused "poisson arrivals" --arrivals poisson
refused "a limit of 5 requests" --requests 5
refused "a warm-up of 100ms" --warmup 100ms
refused "max phases" -r max
refused "3 redirects" --redirects 3
refused "a connection for each request" --no-keepalive
refused "IPv4 only" -4
refused "other places to connect to, source addresses" \
    --connect-to ::: --source 127.0.0.1
refused "a header that repeats" -H A:1 -H A:2
refused "a phase without arrivals" -p constant,rate=9,for=1s \
    -p constant,rate=0,for=1s

# A share that is nothing in one phase: a Go worker would end there, silently.
: >"$new_log"
run pause -w "$new,$old" -p constant,rate=1,for=1s -p constant,rate=9,for=1s \
    "$target"
is "pause: status" "$status" 1
is "pause: is refused" "$(cat "$dir/pause.err")" \
    "pulse: $old: cannot be told of a phase without arrivals"
is "pause: nothing is sent" "$(cat "$new_log" "$old_log")" ""
# In all phases: it is left out.
run out -w "$new,$old" -r 1 -d 1s "$target"
is "out: status" "$status" 0
has "out: is named" "$dir/out.err" \
    "^pulse: $old: left out: its share of the plan is nothing\$"
is "out: nothing is sent to it" "$(cat "$old_log")" ""
is "out: the other makes it" "$(number "$dir/out.json" scheduled)" 1

# What changes details only is named, and not sent.
: >"$new_log"
run told -w "$new,$own" -r 50 -d 200ms -i 100ms --timeout 5s -H B:1 -H A:2 \
    "$target"
ends_well told
is "told: stderr" "$(grep -v 'does not stream' "$dir/told.err")" \
    "$(for s in "interval 100ms" "timeout 5s" "the order of the headers"; do
	echo "pulse: $new: it cannot be told, and will have its own: $s"
    done)"

is "told: none of it is sent" \
    "$(grep -c -e headerList -e timeout -e interval "$new_log")" 0

# Checks, which an old one takes for something it need not know.
printf '{"target": {"url": "%s", "checks": {"status": 200}}}' "$target" \
    >"$dir/checks.plan"
run checks -w "$new,$old,$own" -r 99 -d 200ms "$dir/checks.plan"
is "checks: status" "$status" 1
is "checks: the old one is named" "$(grep checks "$dir/checks.err")" \
    "pulse: $old: it did not run the checks"
is "checks: and it alone" "$(grep failed "$dir/checks.err")" \
    "pulse: 1 of 3 workers failed"

# goes_wrong OPTION COUNTED TEXT: one of three, of which COUNTED counts
goes_wrong() {
	gopeer "$1"
	run wrong -w "$worker,$new,$own" -r 90 -d 200ms -t 'errors<1%' "$target"
	is "$1: status" "$status" 1
	is "$1: is named" "$(grep -v 'does not stream' "$dir/wrong.err")" \
	    "pulse: $worker: $3
pulse: 1 of 3 workers failed"
	is "$1: in the result" \
	    "$(member "$dir/wrong.json" workers 1 error)" "\"$3\""
	is "$1: the others are merged" "$(number "$dir/wrong.json" scheduled)" \
	    $((12 + $2))
	has "$1: thresholds are judged" "$dir/wrong.json" '"pass": true'
	adds_up wrong
}
goes_wrong -e 0 "it refused: 500: run failed: nothing works today"
goes_wrong -n 0 "its answer is no JSON: expected a value (byte 0)"
goes_wrong -d 0 "the connection ended without an answer"
goes_wrong -s50 3 "it scheduled 3 arrivals where 6 were asked for"

# Buckets that are none: its counts are good, and a warning says the rest.
gopeer -b
run buckets -w "$worker,$own" -r 60 -d 200ms "$target"
ends_well buckets
is "buckets: is named" "$(grep -v 'does not stream' "$dir/buckets.err")" \
    "pulse: $worker: its result: buckets that are not 800 were left out"
is "buckets: counts" "$(number "$dir/buckets.json" scheduled)" 12

finish
