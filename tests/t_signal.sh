#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a run ends well however it is ended: by signals, with a report and
# the signal's own status; by the death of a generator or of the parent, with
# nothing left behind; by a reader that goes away. Counts add up every time.
. tests/lib.sh

mock
target=$url
misbehave -v ok
counted=$url
counted_log=$log

# begin NAME ARGS ...: in the background, once requests have come; $run
begin() {
	name=$1
	shift
	: >"$counted_log"
	./pulse run "$@" >"$dir/$name.json" 2>"$dir/$name.err" &
	run=$!
	pids="$pids $run"
}

# The first signal: a report, and then what the signal does.
foreground int INT "$counted_log" --json -r 50 -d 60s "$counted"
stopped int 130 SIGINT
foreground term TERM "$counted_log" --json -r 50 -d 60s "$counted"
stopped term 143 SIGTERM
foreground hup HUP "$counted_log" --json -g 2 -r max -c 4 -d 60s "$counted"
stopped hup 129 SIGHUP

# With far more arrivals than a generator can look at one by one, of which it
# was warned.
warned() {
	is "$1: it was warned" \
	    "$(grep -c 'generators may be late: up to 100000000' \
	    "$dir/$1.err")" 1
	grep -v 'generators may be late: ' "$dir/$1.err" >"$dir/$1.rest"
	mv "$dir/$1.rest" "$dir/$1.err"
}
foreground flood INT "$counted_log" --json -g 2 -r 100M -c 4 -d 60s "$counted"
warned flood
stopped flood 130 SIGINT
is "flood: no generator had to be killed" \
    "$(grep 'was killed' "$dir/flood.err")" ""
foreground chance INT "$counted_log" --json -g 2 -r 100M -c 4 -d 60s \
    --arrivals poisson "$counted"
warned chance
stopped chance 130 SIGINT
is "chance: no generator had to be killed" \
    "$(grep 'was killed' "$dir/chance.err")" ""

# With arrivals that wait for a slot, and requests in flight that end in time.
begin blocked --json -r 100 -d 60s -c 2 --saturation block \
    "$target/delay/500ms"
poll has_generators "$run" 1
kill -TERM "$run"
wait "$run"
status=$?
stopped blocked 143 SIGTERM
between "blocked: what was in flight has ended" \
    "$(number "$dir/blocked.json" completed)" 1 200
is "blocked: and well" "$(number "$dir/blocked.json" failed)" 0

# A second signal does not wait for requests that hang.
misbehave -v hang
hang=$url
hang_log=$log
begin twice --json -r 20 -d 60s "$hang"
poll has_lines "$hang_log" 1
kids=$(children "$run")
kill -TERM "$run"
started=$(date +%s)
again() {
	kill -INT "$run" 2>/dev/null
	kill -TERM "$run" 2>/dev/null
	is_gone "$run"
}
poll again
wait "$run"
is "twice: status" $? 143
between "twice: out at once, in s" "$(($(date +%s) - started))" 0 2
is "twice: no report" "$(cat "$dir/twice.json")" ""
gone twice $kids

# A signal before the start: no report, no request.
begin early --json "$counted"
poll is_pulse "$run"
kill -TERM "$run"
wait "$run"
is "early: status" $? 143

# timeout signals the whole group, and continues what is not stopped.
: >"$counted_log"
timeout 1 ./pulse run --json -r 20 -d 60s "$target/delay/100ms" \
    >"$dir/timeout.json" 2>"$dir/timeout.err"
adds_up timeout
is "timeout: the report names the signal" \
    "$(text "$dir/timeout.json" signal)" SIGTERM
is "timeout: no generator was stopped" \
    "$(grep 'was stopped' "$dir/timeout.json")" ""

# A generator that is killed: the run ends, says so, and counts up to there.
begin killed --json -g 2 -r max -c 4 -i 100ms -d 60s "$target/delay/150ms"
poll has_generators "$run" 2
kids=$(children "$run")
# Two rounds of requests are over when this has run beside it.
run beside -r 10 -d 500ms "$target"
victim=$(generators "$run" | tail -n 1)
kill -KILL "$victim"
wait "$run"
is "killed: status" $? 1
has "killed: the reason names it" "$dir/killed.err" \
    "^pulse: generator [01] (pid $victim) was killed by signal 9"
is "killed: in one line" "$(lines "$dir/killed.err")" 1
has "killed: the result has it" "$dir/killed.json" "\"error\": \"generator"
has "killed: the generator is not valid" "$dir/killed.json" '"valid": false'
adds_up killed
between "killed: requests that were in flight are lost" \
    "$(number "$dir/killed.json" lost)" 1 2
between "killed: others were completed" \
    "$(number "$dir/killed.json" completed)" 4 100000
gone killed $kids

# The parent is killed: all others leave by themselves.
: >"$counted_log"
begin orphans --json -g 3 -r max -c 6 -d 60s "$counted"
poll has_generators "$run" 3
kids=$(children "$run")
is "orphans: three generators and the resolver" "$(echo "$kids" | wc -l)" 4
kill -KILL "$run"
gone orphans $kids

# One that was stopped and continued says so.
begin paused --json -g 1 -r 50 -d 800ms "$counted"
poll has_generators "$run" 1
victim=$(generators "$run")
kill -STOP "$victim"
poll is_stopped "$victim"
kill -CONT "$victim"
wait "$run"
is "paused: status" $? 0
has "paused: the reason" "$dir/paused.json" \
    '"generator 0 was stopped and continued 1 time in the run"'
has "paused: the generator is not valid" "$dir/paused.json" '"valid": false'
adds_up paused

# Requests that never end are cut off, in bounded time; and a generator that is
# stopped for ever does not keep the run. Side by side, as both wait.
: >"$hang_log"
begin cut --json -r 20 -d 60s "$hang"
cut=$run
poll has_lines "$hang_log" 3
begin stuck --json -g 1 -r 50 -d 60s "$counted"
poll has_generators "$run" 1
kids=$(children "$run")
victim=$(generators "$run")
kill -STOP "$victim"
poll is_stopped "$victim"
kill -TERM "$run" "$cut"
wait "$cut"
status=$?
stopped cut 143 SIGTERM
is "cut: all were canceled" "$(number "$dir/cut.json" context_canceled)" \
    "$(number "$dir/cut.json" completed)"
wait "$run"
is "stuck: status" $? 143
has "stuck: the reason names it" "$dir/stuck.err" \
    "^pulse: generator 0 (pid $victim) "
adds_up stuck
gone stuck $kids

# Readers that go away, and none at all.
./pulse run -r 100 -d 200ms "$target" 2>"$dir/head.err" | head -n 1 \
    >"$dir/head"
is "head: its line" "$(lines "$dir/head")" 1
is "head: stderr is empty" "$(cat "$dir/head.err")" ""
mkfifo "$dir/gone"
./pulse run --json -i 10ms -r 100 -d 500ms "$target" >"$dir/gone" \
    2>"$dir/gone.err" &
run=$!
: <"$dir/gone"
wait "$run"
is "a reader that is gone: status" $? 1
is "a reader that is gone: stderr is empty" "$(cat "$dir/gone.err")" ""
./pulse run --requests 1 "$target" >&- 2>"$dir/closed.err"
is "stdout closed: status" $? 1
has "stdout closed: is named" "$dir/closed.err" "^pulse: standard output: "
./pulse run --requests 1 "$target" >"$dir/closed" 2>&- <&-
is "stderr and stdin closed: status" $? 0
has "stderr and stdin closed: the report" "$dir/closed" "^Request"
./pulse run --requests 1 "$target" >&- 2>&- <&-
is "all closed: status" $? 1
if [ -w /dev/full ]; then
	./pulse run --requests 1 "$target" >/dev/full 2>"$dir/full.err"
	is "full: status" $? 1
	is "full: one line" "$(cat "$dir/full.err")" \
	    "pulse: standard output: No space left on device"
fi

# A reader that stalls: the second signal gets us out.
mkfifo "$dir/stall"
./pulse run --json -i 10ms -r 100 -d 1s "$target" >"$dir/stall" &
run=$!
pids="$pids $run"
exec 3<"$dir/stall"
run beside -r 10 -d 1500ms "$target"
is "stalled reader: the report is on its way" "$(process_state "$run")" S
poll again
wait "$run"
is "stalled reader: status" $? 143
exec 3<&-

finish
