#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a worker keeps to what a run says of time and of its share: a
# common start, ahead or gone by, residues, intervals, a number of requests; and
# that whatever it is busy with, /ping is answered at once: load as fast as it
# goes, connections that are idle or slow, a target that hangs.
. tests/lib_worker.sh

mock -g 2
target=$url
worker -g 2
ndjson='Accept: application/x-ndjson'

now() {
	get /ping | answer now
	value now now
}

# A start to come: its error is small and is told, and its time passes.
at=$(($(now) + 700000000))
post "$(plan "$target" "$(phase 200)" "\"startAt\":$at")" | answer later
after=$(now)
is "startAt: completed" "$(value later completed)" 4
between "startAt: error, in us" "$(($(value later startError) / 1000))" 0 50000
between "startAt: over no earlier, in ms" "$(((after - at) / 1000000))" 149 2000
between "startAt: duration without the wait, in ms" \
    "$(($(value later duration) / 1000000))" 140 600
post "$(plan "$target" "$(phase 100)" '"startAt":1')" | answer past
is "startAt in the past: completed" "$(value past completed)" 2
between "startAt in the past: error, in s" \
    "$(($(value past startError) / 1000000000))" 1 100000000
post "$(plan "$target" "$(phase 100)")" | answer none
is "no startAt: no error" "$(value none startError)" ""

# A share: those residues and no others, and the union is the plan.
together=0
while read -r take want; do
	post "$(plan "$target" "$(phase 100 330)" \
	    "\"share\":{\"of\":5,\"take\":[$take]}")" | answer share
	is "share $take of 5: scheduled" "$(value share scheduled)" "$want"
	together=$((together + want))
done <<END
0,2,4 20
1 7
3 6
END
is "shares: together" "$together" 33
post "$(plan "$target" "$(phase 1000 100)" '"requests":7')" | answer requests
is "requests: completed" "$(value requests completed)" 7
post "$(plan "$target" "$(phase 300)" '"interval":50000000')" "$ndjson" |
    answer interval
is "interval: snapshots" "$(grep -c '"snapshot"' "$dir/interval")" 6
is "interval: their numbers" "$(sed -n \
    's/^{"snapshot":{"index":\([0-9]*\).*/\1/p' "$dir/interval" |
    tr '\n' ' ')" "0 1 2 3 4 5 "

# pings WHAT N: so many are answered in 100 ms, each over its own connection.
# One in five may be late, for the machine may be busy with something else.
pings() {
	late=0
	count=0
	while [ $count -lt "$2" ]; do
		get /ping | tests/ask.t -q -t 100 "$address" >"$dir/ping" ||
		    late=$((late + 1))
		count=$((count + 1))
	done
	between "$1: late pings" "$late" 0 $(($2 / 5))
}

# A run with all there is.
post "$(plan "$target" '{"type":"max","duration":60000000000}' \
    '"interval":10000000')" "$ndjson" >"$dir/max.request"
begun max
poll has_generators "$worker" 2
pings "load as fast as it goes" 100
is "load as fast as it goes: busy" "$(value ping busy)" true

# In the same run: a hundred connections that are idle, and as many that do not
# end a head.
idle=0
while [ $idle -lt 100 ]; do
	tests/ask.t -t 60000 "$address" </dev/null >"$dir/idle" &
	pids="$pids $!"
	printf 'GET /ping HTTP/1.1\r\nX:' | tests/ask.t -t 60000 "$address" \
	    >"$dir/idle" &
	pids="$pids $!"
	idle=$((idle + 1))
done
pings "200 more connections" 100
kill "$asker"
poll is_busy false
between "load as fast as it goes: snapshots" \
    "$(grep -c '"snapshot"' "$dir/max")" 10 100000

# A target that does not answer.
misbehave -v hang
post "$(plan "$url" "$(phase 60000 100)")" >"$dir/hang.request"
begun hang
poll has_lines "$log" 4
pings "a target that hangs" 40
kill "$asker"
poll is_busy false
post "$(plan "$target" "$(phase 100)")" | answer last
is "the next run" "$(value last completed)" 2

finish
