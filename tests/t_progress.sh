#!/bin/sh
# SPDX-License-Identifier: MIT
# What a run tells while it goes on: nothing, plain lines or JSON in files and
# pipes, and a panel or a line on a terminal that leaves no trace of itself;
# SIGUSR1 is answered at any moment and ends nothing; and no reader, slow, dead
# or gone, holds up a run.
. tests/lib.sh

mock
TERM=xterm LC_ALL=C NO_COLOR=1
export TERM LC_ALL NO_COLOR
unset COLUMNS

# quietly NAME ARGS ...: a run with what is on stderr in $dir/NAME.err
quietly() {
	name=$1
	shift
	./pulse run -q "$@" >"$dir/$name.out" 2>"$dir/$name.err"
	status=$?
}

# snapshots FILE: how many a JSON result has; there is one more when the last
# answer comes behind the plan
snapshots() {
	grep -c '"index":' "$1"
}

# totals FILE: of a JSON result, as follow prints them
totals() {
	snapshots "$1" | tr -d '\n'
	for m in scheduled started dropped completed failed bytes_in \
	    bytes_out; do
		printf ' %s %s' "${m#bytes_}" "$(number "$1" $m)"
	done
}

# Files.
./pulse run -r 100 -d 1s -i 200ms --json "$url" >"$dir/file.json" \
    2>"$dir/file.err"
is "file: nothing without the option" "$(cat "$dir/file.err")" ""
plain='^[^ ]*/1s  [0-9]* of 100/s  err 0 drop 0  [0-9]* in flight  '
plain=$plain'p50 [^ ]* p99 [^ ]*$'
for how in "" =auto =line =panel =plain; do
	./pulse run "--progress$how" -r 100 -d 1s -i 200ms --json "$url" \
	    >"$dir/plain.json" 2>"$dir/plain.err"
	is "file, $how: a line an interval" "$(grep -c "$plain" \
	    "$dir/plain.err") of $(lines "$dir/plain.err")" \
	    "$(snapshots "$dir/plain.json") of $(snapshots \
	    "$dir/plain.json")"
done
for how in --progress=off "--progress -q" "-q --progress=line"; do
	# shellcheck disable=SC2086
	./pulse run $how -r 100 -d 300ms -i 100ms "$url" 2>"$dir/off.err" \
	    >/dev/null
	is "file, $how: nothing" "$(cat "$dir/off.err")" ""
done

# JSON.
./pulse run -q --progress=json --out "$dir/err.json" -r 300 -d 1s -i 100ms \
    "$url" 2>"$dir/err.lines" >"$dir/err.out"
is "json: each line, and their sum" "$(tests/follow.t <"$dir/err.lines")" \
    "$(totals "$dir/err.json")"
./pulse run --progress=json:3 --out "$dir/three.json" --warmup 200ms \
    -r 300 -d 1s -i 100ms "$url" 3>"$dir/three.lines" 2>"$dir/three.err" \
    >"$dir/three.out"
is "json:3: each line, and their sum" \
    "$(tests/follow.t <"$dir/three.lines")" "$(totals "$dir/three.json")"
is "json:3: nothing on stderr" "$(cat "$dir/three.err")" ""
./pulse run --progress=plain --progress=json:3 -r 100 -d 500ms -i 100ms \
    "$url" 3>"$dir/both.lines" 2>"$dir/both.err" >/dev/null
between "json:3 beside plain lines" "$(lines "$dir/both.lines")" 5 6
is "json:3 beside plain lines: as many" "$(lines "$dir/both.err")" \
    "$(lines "$dir/both.lines")"
./pulse run --progress=json:3 --out "$dir/pipe.json" -r 300 -d 1s -i 100ms \
    "$url" 3>&1 >/dev/null | tests/follow.t >"$dir/pipe.lines"
is "json:3: through a pipe" "$(cat "$dir/pipe.lines")" \
    "$(totals "$dir/pipe.json")"

# What is refused, before anything is sent.
misbehave -v keep-alive
for way in json:9 json:1 json:x pannel ""; do
	quietly refused "--progress=$way" -r 10 -d 100ms "$url"
	is "refused: '$way'" "$status $(lines "$dir/refused.err")" "1 1"
done
quietly refused --progress=json:9 -r 10 -d 100ms "$url"
has "refused: json:9" "$dir/refused.err" \
    '^pulse: --progress: json:9: the descriptor is not open: '
quietly refused --progress=json:9 -r 10 -d 100ms "$url" 9</dev/null
has "refused: json:9 for reading" "$dir/refused.err" 'not open for writing$'
is "refused: nothing was sent" "$(grep -c GET "$log")" 0

# Readers that are of no use.
mock
start=$(now)
mkfifo "$dir/fifo"
# One that reads nothing, with 64 KiB of pipe: 2 MB come.
exec 5<>"$dir/fifo"
./pulse run --progress=json:3 --json -r 1000 -d 3s -i 10ms --no-probe \
    "$url" 3>"$dir/fifo" >"$dir/full.json" 2>"$dir/full.err" 5<&-
is "dead reader: status" $? 0
is "dead reader: all is made" "$(number "$dir/full.json" completed)" 3000
between "dead reader: it ends in time" $(($(now) - start)) 300 900
is "dead reader: said once" "$(grep -c 'lines of JSON are lost: their reader' \
    "$dir/full.err") of $(lines "$dir/full.err")" "1 of 1"
lost=$(sed 's/.*progress: \([0-9]*\) lines.*/\1/' "$dir/full.err")
exec 6<"$dir/fifo" 5<&-
whole=$(tests/follow.t <&6 | sed 's/ .*//')
exec 6<&-
is "dead reader: what is not lost is there" $((whole + lost)) \
    "$(snapshots "$dir/full.json")"
# One that goes, and one that is slow.
./pulse run --progress=json:3 --json -r 100 -d 1s -i 50ms "$url" \
    3>&1 >"$dir/gone.json" 2>"$dir/gone.err" | head -n 2 >"$dir/gone.lines"
is "reader gone: it has its lines" "$(lines "$dir/gone.lines")" 2
poll grep -q lost "$dir/gone.err"
has "reader gone: the rest is lost" "$dir/gone.err" \
    '^pulse: progress: [0-9]* lines of JSON are lost'
poll grep -q '^}' "$dir/gone.json"
is "reader gone: all is made" "$(number "$dir/gone.json" completed)" 100
./pulse run --progress --json -r 100 -d 1s -i 50ms "$url" \
    2>&1 >"$dir/plaingone.json" | head -n 1 >/dev/null
poll grep -q '^}' "$dir/plaingone.json"
is "reader of plain lines gone: all is made" \
    "$(number "$dir/plaingone.json" completed)" 100

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
in_background ask -q -r 200 -d 3s -i 1s "$url"
ask ask '^pulse: [0-9.ms]* of 3s: no interval is complete yet, the .* 1s$'
ask ask '^pulse: [0-9.s]* of 3s: [0-9]* scheduled, .* in flight; p50 .* p99 '
has "ask: the last interval" "$dir/ask.err" \
    '^pulse: last interval, until [12]s: 200 of 200/s, p50 .* lag p99'
wait "$pid"
is "ask: status" $? 0
is "ask: all is made" "$(number "$dir/ask.json" completed)" 600
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
in_background fleet -q -w "$first,$worker" -r 200 -d 2s -i 500ms "$url"
ask fleet 'scheduled, .* completed, '
wait "$pid"
is "fleet: status" $? 0
is "fleet: all is made" "$(number "$dir/fleet.json" completed)" 400
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

# Terminals.
# seen NAME ARGS ...: what stands on one at the end is $dir/NAME.screen
seen() {
	name=$1
	shift
	tests/onscreen.t -o "$dir/$name.bytes" "$@" >"$dir/$name.screen"
	status=$?
}
esc=$(printf '\033')
final="exec ./pulse run --progress -r 200 -d 500ms -i 50ms --json $url \
    >$dir/final.json"
for size in 30x80 24x100 24x200 23x80 10x80 5x40 30x39 30x12; do
	seen "size$size" -r "${size%x*}" -c "${size#*x}" sh -c "$final"
	is "$size: nothing is left" "$status $(cat "$dir/size$size.screen")" \
	    "0 "
done
between "30x80: a panel" "$(grep -c "^lag  *p99 .* behind the plan$esc" \
    "$dir/size30x80.bytes")" 10 11
is "23x80: a line" "$(grep -c "^lag" "$dir/size23x80.bytes")" 0
has "23x80: with rate" "$dir/size23x80.bytes" \
    '/500ms  [0-9]* of 200/s  err 0 drop'
seen asked -r 12 ./pulse run --progress=panel -r 200 -d 500ms -i 100ms \
    --csv "$dir/asked.csv" "$url"
between "12 rows: a panel if asked for" "$(grep -c "^lag  *p99" \
    "$dir/asked.bytes")" 5 6
seen line ./pulse run --progress=line -r 200 -d 500ms -i 100ms "$url"
is "a line if asked for" "$(grep -c "^lag  *p99" "$dir/line.bytes")" 0
for how in "--progress=off" "-q"; do
	seen off ./pulse run $how -r 200 -d 500ms -i 100ms "$url"
	is "$how: no sequence at all" "$(grep -c "$esc" "$dir/off.bytes")" 0
done
LC_ALL=C.UTF-8 tests/onscreen.t -o "$dir/blocks.bytes" ./pulse run \
    -r 200 -d 500ms -i 100ms "$url" >"$dir/blocks.screen"
block=$(printf '\342\226\210')
between "UTF-8: blocks" "$(grep -c "$block" "$dir/blocks.bytes")" 1 100
is "else ASCII" "$(grep -c "$block" "$dir/size30x80.bytes")" 0
TERM=dumb
seen dumb -r 30 sh -c "$final"
is "dumb: nothing is left" "$status $(cat "$dir/dumb.screen")" "0 "
is "dumb: no sequences" "$(grep -c "$esc" "$dir/dumb.bytes")" 0
TERM=xterm

# Others that write: an answer, a shell, a window that changes.
seen others -c 160 -a 2:USR1 -a 3:23x160 -a 5:30x120 -a 7:30x160 \
    sh -c "$final"
is "others: what was said is whole" "$(sed \
    's/[0-9][0-9.]*[mun]*s/T/g;s/[0-9][0-9]*/N/g' "$dir/others.screen")" \
    "pulse: T of T: N scheduled, N completed, N failed, N dropped, N in \
flight; pN T pN T
pulse: last interval, until T: N of N/s, pN T pN T, lag pN T"
seen stopped -c 160 -a 3:^Z ./pulse run -r 200 -d 1s -i 100ms \
    --out "$dir/stopped.json" "$url"
is "^Z: the shell's lines are whole" "$(head -n 2 "$dir/stopped.screen")" \
    "[1]+ Stopped
\$ fg"
has "^Z: then the report" "$dir/stopped.screen" '^Requests  *200 scheduled'
is "^Z: no panel is left" "$(grep -c 'behind the plan' \
    "$dir/stopped.screen")" 0
for key in ^C TERM HUP; do
	seen interrupted -a "3:$key" ./pulse run -r 200 -d 20s -i 100ms "$url"
	case $key in ^C) want=130 ;; TERM) want=143 ;; HUP) want=129 ;; esac
	is "$key: status" $status $want
	is "$key: no panel is left" "$(grep -cE 'behind the plan|^stopping' \
	    "$dir/interrupted.screen")" 0
	has "$key: the report" "$dir/interrupted.screen" 'stopped by SIG'
done
# A worker that goes while a panel is shown.
: >"$dir/lost.lines"
seen lost -c 200 sh -c "(until grep -q '\"index\":3' $dir/lost.lines; do
    sleep 0.05; done; kill -KILL $first_pid) & ./pulse run --progress=json:3 \
    --json --progress=panel -r 200 -d 3s -i 100ms -w $first,$worker $url \
    3>$dir/lost.lines >$dir/lost.json"
is "lost: a panel was shown" "$(grep -c 'behind the plan' "$dir/lost.bytes" |
    sed 's/^..$/yes/')" yes
is "lost: the warnings are all that is left" "$(cat "$dir/lost.screen")" \
    "pulse: $first: the connection ended in the middle of the answer
pulse: 1 of 2 workers failed"
finish
