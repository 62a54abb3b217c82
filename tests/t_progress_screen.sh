#!/bin/sh
# SPDX-License-Identifier: MIT
# A run on a terminal shows a panel or a line that leaves no trace of itself,
# whatever its size, whoever else writes, and whatever ends or stops the run.
. tests/lib.sh

mock
TERM=xterm LC_ALL=C NO_COLOR=1
export TERM LC_ALL NO_COLOR
unset COLUMNS

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
    's/[0-9][0-9.]*[mun]*s/T/g;s,n/a,T,g;s/[0-9][0-9]*/N/g' \
    "$dir/others.screen")" \
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
worker
first=$worker
first_pid=$pid
worker
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
