#!/bin/sh
# SPDX-License-Identifier: MIT
# What a run tells while it goes on, in files and pipes: nothing, plain lines or
# JSON; and no reader, slow, dead or gone, holds up a run.
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
# An interval behind the plan, of answers that came late, has no planned rate.
plain='^[^ ]*/500ms  [0-9]*\( of 100\)*/s  err 0 drop 0  [0-9]* in flight  '
plain=$plain'p50 [^ ]* p99 [^ ]*$'
# Side by side, as each is busy with waiting.
jobs=
for how in "" =auto =line =panel =plain; do
	./pulse run "--progress$how" -r 100 -d 500ms -i 100ms --json "$url" \
	    >"$dir/plain$how.json" 2>"$dir/plain$how.err" &
	jobs="$jobs $!"
done
n=0
for how in "" --progress=off "--progress -q" "-q --progress=line"; do
	n=$((n + 1))
	# shellcheck disable=SC2086
	./pulse run $how -r 100 -d 300ms -i 100ms "$url" 2>"$dir/off$n.err" \
	    >"$dir/off$n.out" &
	jobs="$jobs $!"
done
./pulse run -q --progress=json --out "$dir/err.json" -r 300 -d 1s -i 100ms \
    "$url" 2>"$dir/err.lines" >"$dir/err.out" &
jobs="$jobs $!"
./pulse run --progress=json:3 --out "$dir/three.json" --warmup 200ms \
    -r 300 -d 1s -i 100ms "$url" 3>"$dir/three.lines" 2>"$dir/three.err" \
    >"$dir/three.out" &
jobs="$jobs $!"
./pulse run --progress=plain --progress=json:3 -r 100 -d 500ms -i 100ms \
    "$url" 3>"$dir/both.lines" 2>"$dir/both.err" >/dev/null &
jobs="$jobs $!"
(./pulse run --progress=json:3 --out "$dir/pipe.json" -r 300 -d 1s -i 100ms \
    "$url" 3>&1 >/dev/null | tests/follow.t >"$dir/pipe.lines") &
jobs="$jobs $!"
# shellcheck disable=SC2086
wait $jobs
for how in "" =auto =line =panel =plain; do
	is "file, $how: a line an interval" "$(grep -c "$plain" \
	    "$dir/plain$how.err") of $(lines "$dir/plain$how.err")" \
	    "$(snapshots "$dir/plain$how.json") of $(snapshots \
	    "$dir/plain$how.json")"
done
while [ $n -gt 0 ]; do
	has "file, nothing asked for, $n: a result" "$dir/off$n.out" completed
	is "file, nothing asked for, $n: nothing" "$(cat "$dir/off$n.err")" ""
	n=$((n - 1))
done

# JSON.
is "json: each line, and their sum" "$(tests/follow.t <"$dir/err.lines")" \
    "$(totals "$dir/err.json")"
is "json:3: each line, and their sum" \
    "$(tests/follow.t <"$dir/three.lines")" "$(totals "$dir/three.json")"
is "json:3: nothing on stderr" "$(cat "$dir/three.err")" ""
between "json:3 beside plain lines" "$(lines "$dir/both.lines")" 5 6
is "json:3 beside plain lines: as many" "$(lines "$dir/both.err")" \
    "$(lines "$dir/both.lines")"
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

# A full disk is no reader.
if [ -c /dev/full ]; then
	./pulse run -q --progress=json:3 -r 50 -d 200ms -i 100ms "$url" \
	    3>/dev/full >"$dir/disk.out" 2>"$dir/disk.err"
	is "full disk: status" $? 0
	has "full disk: it is named" "$dir/disk.err" \
	    '^pulse: progress: [23] lines of JSON are lost: No space left'
fi
finish
