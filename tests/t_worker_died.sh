#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a worker outlives its children: a generator that is killed in a
# run ends that run with the reason, is replaced before the next one, and only
# when it dies again and again there is a pause; one that is stopped is killed;
# a resolver is replaced too. All the while /ping is answered at once, and what
# replaces them holds nothing of the worker's open.
. tests/lib_worker.sh

mock
target=$url
worker -g 3
ndjson='Accept: application/x-ndjson'
long=$(plan "$target/delay/10ms" '{"type":"max","duration":60000000000}' \
    '"interval":100000000')

# running NAME [FIELD ...]: the long run, once all generators are at it; $kids
# are they
running() {
	name=$1
	shift
	post "$long" "$@" >"$dir/$name.request"
	begun "$name" -q
	poll has_generators "$worker" 3 || not_ok "$name: does not begin"
	kids=$(generators "$worker")
	kid=$(echo "$kids" | tail -n 1)
}

# full WHAT: a run with every generator
full() {
	post "$(plan "$target" '{"type":"max","duration":100000000}')" |
	    answer full
	is "$1: the next run: status" "$(code full)" 200
	is "$1: the next run: generators" \
	    "$(grep -o '"tookPart":true,"died":false' "$dir/full" | wc -l |
	    tr -d ' ')" 3
	is "$1: the next run: failed" "$(value full failed)" 0
}

# pings WHAT: from now on until $asker has its answer they come in time, the
# first of them even if it has it already. The machine may be busy with
# something else, so some may be late.
pings() {
	good=0
	late=0
	while :; do
		if get /ping | tests/ask.t -q -t 100 "$address" >"$dir/ping"
		then
			good=$((good + 1))
		else
			late=$((late + 1))
		fi
		! is_gone "$asker" || break
	done
	between "$1: pings in time, of $((good + late))" "$good" 1 100000
	between "$1: late ones" "$late" 0 $((good / 20))
}

# As a document: the reason is all there is.
running document
kill -KILL "$kid"
pings "killed"
wait "$asker"
is "killed: status" "$(code document)" 500
is "killed: type" "$(field document Content-Type | sed 's/;.*//')" text/plain
is "killed: the reason" "$(body document)" \
    "generator 2 (pid $kid) was killed by signal 9 (Killed)"
has "killed: it is in the log" "$log" \
    "stopped early: generator 2 (pid $kid) was killed by signal 9"
full "killed"

# As a stream: with what was measured, up to the last interval.
running stream "$ndjson"
poll grep -q '"snapshot"' "$dir/stream"
kill -KILL $kids
wait "$asker"
is "all killed: status" "$(code stream)" 200
has "all killed: the last line" "$dir/stream" \
    '^{"error":"generator [0-2] (pid [0-9]*) was killed by signal 9 (Killed)"'
has "all killed: the result" "$dir/stream" '"result":{"total":'
result_of stream
for member in scheduled started completed; do
	is "all killed: $member" "$(snapshots stream $member)" \
	    "$(value stream.result $member)"
done
is "all killed: started = completed + lost" "$(value stream.result started)" \
    "$(($(value stream.result completed) + $(value stream.result lost)))"
has "all killed: partial" "$dir/stream.result" '"partial":true'

# Again and again: a pause, that is told and passes.
again=0
tries=0
while [ $again = 0 ] && [ $tries -lt 10 ]; do
	post "$(plan "$target" "$(phase 10)")" | answer again
	if [ "$(code again)" = 503 ]; then
		again=$(field again Retry-After)
	else
		is "again: a run before the pause" "$(code again)" 200
		kill -KILL $(children "$worker")
	fi
	tries=$((tries + 1))
done
between "again: Retry-After" "$again" 1 10
has "again: the reason" "$dir/again" 'generators died'
get /ping | answer ping
is "again: /ping is not busy" "$(value ping busy)" false
is_back() {
	post "$(plan "$target" "$(phase 10)")" | answer again
	[ "$(code again)" = 200 ]
}
poll is_back
full again

# Between runs, with the connection of the next run open while it is replaced.
worker -g 3
full first
kids=$(children "$worker")
kill -KILL $kids
for kid in $kids; do
	poll is_gone "$kid"
done
post "$(plan "$target" "$(phase 100)")" 'Connection: close' |
    tests/ask.t "$address" >"$dir/idle"
is "killed when idle: the connection ends" $? 0
is "killed when idle: status" "$(code idle)" 200
is "killed when idle: children" "$(children "$worker" | wc -l | tr -d ' ')" 4
is "killed when idle: they hold no sockets" "$(generators "$worker")" ""
full "killed when idle"

# The resolver alone, before a run that needs it.
named=$(echo "$target" | sed 's/127.0.0.1/localhost/')
worker -g 3
running resolver
for kid in $(children "$worker"); do
	echo "$kids" | grep -qx "$kid" || resolver=$kid
done
kill "$asker"
poll is_busy false
kill -KILL "$resolver"
poll is_gone "$resolver"
post "$(plan "$named" "$(phase 100)")" | answer named
is "resolver killed: status" "$(code named)" 200
is "resolver killed: completed" "$(value named completed)" 2
full "resolver killed"

# All of them at once.
running both
kill -KILL $(children "$worker")
wait "$asker"
is "all children killed: status" "$(code both)" 500
full_soon() {
	post "$(plan "$named" "$(phase 10)")" | answer soon
	[ "$(code soon)" = 200 ]
}
poll full_soon
full "all children killed"

# One that is stopped, and a coordinator that goes: the run ends, in time.
worker -g 3
running stuck
kill -STOP "$kid"
poll is_stopped "$kid"
kill "$asker"
poll is_busy false
is "stopped: the run ends" "$(value ping busy)" false
has "stopped: the reason" "$log" "generator 2 (pid $kid) did not answer"
full stopped

# The worker is killed: its children leave.
running orphans
kids=$(children "$worker")
kill -KILL "$worker"
for kid in $kids; do
	poll is_gone "$kid"
	is "orphans: $kid is gone" "$(is_gone "$kid" && echo yes)" yes
done

finish
