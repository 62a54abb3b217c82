#!/bin/sh
# SPDX-License-Identifier: MIT
# SIGUSR1 is answered at any moment of a run, of one on a fleet, too, and ends
# nothing.
. tests/lib.sh

mock

# SIGUSR1: before the load, during the first interval, later, in a fleet.
# takes_usr1 PID: a process that has only begun cannot yet
takes_usr1() {
	grep -qE '^Sig(Ign|Cgt):.*[2367abef]..$' "/proc/$1/status" 2>/dev/null
}
# ask NAME PATTERN: until the answer is there
ask() {
	kill -USR1 "$pid"
	tries=0
	until grep -q -e "$2" "$dir/$1.err"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || break
		sleep 0.05
		kill -USR1 "$pid"
	done
	has "$1: SIGUSR1: $2" "$dir/$1.err" "$2"
}
# in_background NAME ARGS ...
in_background() {
	name=$1
	shift
	./pulse run --json "$@" >"$dir/$name.json" 2>"$dir/$name.err" &
	pid=$!
	pids="$pids $pid"
	poll is_pulse "$pid"
	poll takes_usr1 "$pid"
}
in_background ask -q -r 200 -d 2s -i 500ms "$url"
ask ask '^pulse: [0-9.ms]* of 2s: no interval is complete yet, the .* 500ms$'
ask ask '^pulse: [0-9.ms]* of 2s: [0-9]* scheduled, .* in flight; p50 .* p99 '
has "ask: the last interval" "$dir/ask.err" \
    '^pulse: last interval, until [0-9.m]*s: [0-9]* of 200/s, p50 .* lag p99'
wait "$pid"
is "ask: status" $? 0
is "ask: all is made" "$(number "$dir/ask.json" completed)" 400
# A whole group gets it, as INFO comes from a terminal.
setsid ./pulse run --json -g 2 -r 200 -d 1s "$url" >"$dir/group.json" \
    2>"$dir/group.err" &
pid=$!
pids="$pids $pid"
poll is_pulse "$pid"
poll has_generators "$pid" 1
kill -USR1 "-$pid"
kill -USR1 "-$pid"
wait "$pid"
is "group: status" $? 0
is "group: all is made" "$(number "$dir/group.json" completed)" 200
# While the target is tried, and on a fleet.
misbehave never-accepts
in_background probing -q -r 10 -d 1s "$url"
ask probing '^pulse: the load has not begun yet$'
kill -TERM "$pid"
wait "$pid" 2>/dev/null
is "probing: it goes on until another signal" $? 143
mock
worker
first=$worker
first_pid=$pid
worker
in_background fleet -q -w "$first,$worker" -r 200 -d 1s -i 200ms "$url"
ask fleet 'scheduled, .* completed, '
wait "$pid"
is "fleet: status" $? 0
is "fleet: all is made" "$(number "$dir/fleet.json" completed)" 200
kill -USR1 "$first_pid"

# At every moment from its first step to its last: it never dies of it.
mock
died=0
moment=0
while [ $moment -lt 30 ]; do
	./pulse run -q -r 100 -d 60ms -i 20ms "$url" >/dev/null 2>&1 &
	pid=$!
	until is_pulse "$pid" && takes_usr1 "$pid"; do
		kill -0 "$pid" || break
	done
	while kill -USR1 "$pid" 2>/dev/null; do
		:
	done
	wait "$pid"
	[ $? -eq 0 ] || died=$((died + 1))
	moment=$((moment + 1))
done
is "moments: none of $moment runs died" $died 0
finish
