#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a fleet stops when its coordinator does, at any moment and however
# it ends: by a signal, with the merged result of all; by a second one, at once;
# or killed, by what the workers then see of their connections.
. tests/lib.sh

misbehave -v ok
target=$url
target_log=$log
worker -g 1
a=$worker
worker -g 2
b=$worker
worker -g 1
c=$worker
fleet=$a,$b,$c

all_idle() {
	[ "$(./pulse ping "$a" "$b" "$c" | grep -c ' idle ')" = 3 ]
}

# idle_soon NAME: all workers are, in a second since $since
idle_soon() {
	poll all_idle
	between "$1: hundredths until all are idle" $(($(now) - since)) 0 120
}

# begin NAME LOG ARGS ...: in the background; $run
begin() {
	name=$1
	log=$2
	shift 2
	: >"$log"
	./pulse run --json "$@" >"$dir/$name.json" 2>"$dir/$name.err" &
	run=$!
	pids="$pids $run"
}

# A terminal's signal: all have stopped, and all that was sent is counted.
foreground int INT "$target_log" --json -w "$fleet" -r 150 -d 60s "$target"
sent=$(lines "$target_log")
stopped int 130 SIGINT
between "int: hundredths until the end" "$took" 0 100
is "int: all are idle" "$(all_idle && echo yes)" yes
is "int: all requests are counted" "$(number "$dir/int.json" completed)" \
    "$sent"
is "int: no more came" "$(lines "$target_log")" "$sent"
is "int: snapshots" "$(sum "$dir/int.json" completed)" "$sent"

# timeout sends its signal twice.
: >"$target_log"
timeout 1 ./pulse run --json -w "$fleet" -r 150 -d 60s "$target" \
    >"$dir/term.json" 2>"$dir/term.err"
status=$?
stopped term 124 SIGTERM
is "term: all requests are counted" "$(number "$dir/term.json" completed)" \
    "$(lines "$target_log")"

# With a Go worker, and requests that are cut off.
misbehave -v hang
hang=$url
hang_log=$log
gopeer
foreground mixed HUP "$hang_log" --json -w "$fleet,$worker" -r 200 -d 60s \
    "$hang"
is "mixed: status" "$status" 129
is "mixed: no complaint" "$(grep pulse "$dir/mixed.err")" \
    "pulse: $worker: it does not stream: progress and snapshots are without it"
has "mixed: it is partial" "$dir/mixed.json" '^  "partial": true'
adds_up mixed
between "mixed: the Go worker's part" \
    "$(member "$dir/mixed.json" workers 4 completed)" 1 1000
is "mixed: the others' requests were canceled" \
    "$(number "$dir/mixed.json" context_canceled)" \
    "$(($(number "$dir/mixed.json" completed) -
    $(member "$dir/mixed.json" workers 4 completed)))"

# A second signal does not wait for them.
begin twice "$hang_log" -w "$fleet" -r 50 -d 60s "$hang"
poll has_lines "$hang_log" 3
kill -TERM "$run"
since=$(now)
again() {
	kill -INT "$run" 2>/dev/null
	kill -TERM "$run" 2>/dev/null
	is_gone "$run"
}
poll again
wait "$run"
is "twice: status" $? 143
between "twice: hundredths until the end" $(($(now) - since)) 0 100
is "twice: no report" "$(cat "$dir/twice.json")" ""
poll all_idle
is "twice: all are idle" "$(all_idle && echo yes)" yes

# Killed: the workers see to it.
begin killed "$target_log" -w "$fleet" -r 150 -d 60s "$target"
poll has_lines "$target_log" 5
kids=$(children "$run")
kill -KILL "$run"
since=$(now)
idle_soon killed
sent=$(lines "$target_log")
gone killed $kids
is "killed: no more came" "$(lines "$target_log")" "$sent"

# A worker that takes its time to answer to a ping, and so for the start.
cat >"$dir/slow" <<-'END'
	read -r line
	touch "$1"
	sleep 0.5
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n'
	printf '{"status":"ok"}'
	while read -r line; do
		:
	done
END

# Before all have answered: there is nothing to report.
begin early "$target_log" -w "exec:sh $dir/slow $dir/asked" -w "$fleet" \
    "$target"
poll test -e "$dir/asked"
kill -TERM "$run"
wait "$run"
is "early: status" $? 143
is "early: not a word" "$(cat "$dir/early.json" "$dir/early.err")" ""

# Between that and the common start: a report of nothing.
begin armed "$target_log" -w "exec:sh $dir/slow $dir/again" -w "$fleet" \
    -r 100 "$target"
is_busy() {
	./pulse ping "$a" | grep -q ' busy '
}
poll is_busy
kill -TERM "$run"
since=$(now)
wait "$run"
is "armed: status" $? 143
between "armed: hundredths until the end" $(($(now) - since)) 0 100
is "armed: scheduled" "$(number "$dir/armed.json" scheduled)" 0
has "armed: it is partial" "$dir/armed.json" '^  "partial": true'
is "armed: nobody is blamed" "$(grep -c 'lost": true' "$dir/armed.json")" 0
is "early, armed: nothing was sent" "$(lines "$target_log")" 0
idle_soon armed

finish
