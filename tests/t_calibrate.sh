#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what a calibration shows: a table whose steps go up and then close in,
# sums that are right in each of them, an answer that is one of the rates that
# held, the same as JSON; that others who use the CPUs are named; and that a
# signal ends it with what is known, and leaves no process. How fast this
# machine is is not asked.
. tests/lib.sh

# Steps are short and the bound is wide: it is shared with other tests.
few="--for 150ms --lag 500ms"

# complaint NAME: but for the one that this is not the only test
complaint() {
	grep -v 'this machine did not let the generators run in time' \
	    "$dir/$1.err"
}

# is_answer NAME: the last line of the table is the highest rate that held,
# or something spoilt all of them.
is_answer() {
	best=$(sed -n 's,^ *\([0-9]*\)/s .* held$,\1,p' "$dir/$1" |
	    sort -n | tail -n 1)
	got=$(sed -n 's,^this machine can plan \([0-9]*\)/s (.*,\1,p' \
	    "$dir/$1")
	is "$1: the answer is the highest that held" "$got" "$best"
}

# shellcheck disable=SC2086
./pulse calibrate -g 1 -c 64 $few >"$dir/text" 2>"$dir/text.err"
is "text: status" $? 0
is "text: no complaint" "$(complaint text)" ""
has "text: how" "$dir/text" '^1 generator and .* on [0-9]* CPUs*, 150ms a step'
has "text: columns" "$dir/text" \
    '^ *rate  *achieved  *lag p50  *lag p99  *CPU  \(others  \)*verdict$'
rows=$(grep -c '^ *[0-9]*/s ' "$dir/text")
between "text: steps" "$rows" 2 15
# Where the machine tells of others there is a column more.
others=
knows=$(grep -c 'CPU  others  verdict$' "$dir/text")
[ "$knows" = 0 ] || others=' +([0-9]+%|n/a)'
time='[0-9.]+(ns|us|ms|s)'
verdict='(held|late|[0-9]+ (dropped|failed)|not valid: .*)'
is "text: rows have their form" "$(grep -cE \
    "^ *[0-9]+/s +[0-9]+/s +$time +$time +[0-9]+%$others  $verdict\$" \
    "$dir/text")" "$rows"
is "text: it begins low" "$(sed -n 's,^ *\([0-9]*\)/s .*,\1,p' "$dir/text" |
    head -n 1)" 1000
is "text: two digits" "$(sed -n 's,^ *\([0-9]*\)/s .*,\1,p' "$dir/text" |
    grep -cvE '^[0-9]{1,2}0*$')" 0
is_answer text
has "text: the answer" "$dir/text" "^this machine can plan [0-9]*/s (1 \
generator, lag p99 [0-9.]*[num]*s); the mock shares its [0-9]* *CPUs*, so \
against a remote target it is more\(; others used [0-9]*% of the CPUs \
meanwhile: run it again on a quiet machine\)*\$"

# In order: a rate that was doubled has held before, and one that is lower than
# the last is below one that has not.
awk '
/^ *[0-9]+\/s / {
	rate = $1 + 0
	if (rate > last && last > 0 && !held[last])
		wrong = wrong " " rate " above " last
	if (rate < last && held[last])
		wrong = wrong " " rate " below " last
	if ($NF == "held")
		held[rate] = 1
	last = rate
}
END { print wrong }' "$dir/text" >"$dir/wrong"
is "text: order" "$(cat "$dir/wrong")" ""

# The same for programs.
# shellcheck disable=SC2086
./pulse calibrate --json -g 2 --no-keepalive $few >"$dir/json" \
    2>"$dir/json.err"
is "json: status" $? 0
is "json: no complaint" "$(complaint json)" ""
is "json: keep_alive" "$(sed -n 's/^  "keep_alive": \(.*\),/\1/p' \
    "$dir/json")" false
is "json: generators" "$(sed -n 's/^  "generators": \(.*\),/\1/p' \
    "$dir/json")" 2
is "json: the bound" "$(sed -n 's/^  "lag_limit_ms": \(.*\),/\1/p' \
    "$dir/json")" 500
# Of each step: scheduled = started + dropped, completed <= started, failed <=
# completed, p50 <= p99, and a reason if and only if it has not held.
awk '
/^    \{/ { n++; reason = "" }
/^      "/ {
	name = $1
	gsub(/[":]/, "", name)
	value = $2
	sub(/,$/, "", value)
	v[name] = value
	if (name == "reason")
		reason = value
}
/^    \}/ {
	if (v["scheduled"] != v["started"] + v["dropped"])
		print n ": scheduled"
	if (v["completed"] + 0 > v["started"] + 0)
		print n ": completed"
	if (v["failed"] + 0 > v["completed"] + 0)
		print n ": failed"
	if (v["lag_p50_ms"] + 0 > v["lag_p99_ms"] + 0)
		print n ": lag"
	if ((v["held"] == "true") != (reason == ""))
		print n ": reason"
	if (v["held"] == "true" && v["lag_p99_ms"] + 0 > 500)
		print n ": held"
	if (v["others_share"] != "null" && (v["others_share"] + 0 < 0 ||
	    v["others_share"] + 0 > 1))
		print n ": others"
	if (v["held"] == "true" && v["rate"] + 0 > best)
		best = v["rate"] + 0
}
/^  "rate"/ { answer = $2 + 0 }
END {
	if (n < 2 || n > 15)
		print n " steps"
	if (answer != best)
		print "rate " answer ", best " best
}' "$dir/json" >"$dir/wrong"
is "json: sums and order" "$(cat "$dir/wrong")" ""
# It is read as JSON, or there would be a line and a column.
./pulse merge "$dir/json" 2>"$dir/merge.err"
is "json: it is JSON" "$(cat "$dir/merge.err")" \
    "pulse: merge: $dir/json: this is no result: it has no member total"

# shellcheck disable=SC2086
./pulse calibrate -q -g 1 $few >"$dir/quiet" 2>"$dir/quiet.err"
is "quiet: status" $? 0
is "quiet: one line" "$(lines "$dir/quiet")" 1
has "quiet: the answer" "$dir/quiet" '^this machine can plan [0-9]*/s '

# Nothing can be that exact, and it is not the CPU that is in the way: it is
# others, if they are known to be there, or it is told how little was used.
./pulse calibrate -g 1 --for 100ms --lag 1us >"$dir/none" 2>"$dir/none.err"
is "none: status" $? 1
has "none: the answer" "$dir/none" \
    "^this machine cannot plan any rate with a lag p99 of at most 1us"
./pulse calibrate --json -g 1 --for 100ms --lag 1us >"$dir/none.json" \
    2>"$dir/none_json.err"
is "none, JSON: status" $? 1
has "none, JSON: why" "$dir/none_json.err" \
    "^pulse: calibrate: no rate held: at [0-9]*/s ."
grep -h -e '; others used [0-9]*% of the CPUs meanwhile: run it again on' \
    -e "^pulse: calibrate: this machine did not let the generators run in \
time: at [0-9]*/s they used [0-9]*% of a CPU (try a larger --lag: it wakes \
processes late)\$" \
    -e "they used [0-9]*% of a CPU (try again when nothing else runs)\$" \
    "$dir/none" "$dir/none.err" >"$dir/none.why"
is "none: one reason" "$(lines "$dir/none.why")" 1

# Others take what they get: as many as there are CPUs, and twice that, until
# they are killed or their time is up.
spinners=
spin() {
	n=$((2 * $(getconf _NPROCESSORS_ONLN)))
	while [ "$n" -gt 0 ]; do
		timeout 20 sh -c 'while :; do :; done' &
		spinners="$spinners $!"
		n=$((n - 1))
	done
	pids="$pids $spinners"
}
unspin() {
	for pid in $spinners; do
		kill "$pid"
		wait "$pid" 2>/dev/null
	done
	spinners=
}
if [ "$knows" = 0 ]; then
	ok "others: this machine does not tell of them: left out"
else
	spin
	# shellcheck disable=SC2086
	./pulse calibrate -q -g 1 $few >"$dir/others" 2>"$dir/others.err"
	is "others: status" $? 0
	./pulse calibrate --json -g 1 --for 100ms --lag 1us >"$dir/spoilt" \
	    2>"$dir/spoilt.err"
	is "others: status when nothing held" $? 1
	unspin
	is "others: one line" "$(lines "$dir/others")" 1
	has "others: the answer names them" "$dir/others" "^this machine can \
plan .*; others used [0-9]*% of the CPUs meanwhile: run it again on a quiet \
machine\$"
	share=$(sed -n 's/.*others used \([0-9]*\)%.*/\1/p' "$dir/others")
	between "others: their share" "$share" 10 100
	is "others: no rate" "$(sed -n 's/^  "rate": \(.*\),/\1/p' \
	    "$dir/spoilt")" 0
	is "others: it was disturbed" "$(sed -n \
	    's/^  "disturbed": \(.*\),/\1/p' "$dir/spoilt")" true
	is "others: told once" "$(cat "$dir/others.err")" ""
	is "others, JSON: told once" "$(sed 's/at [0-9]*.*/.../' \
	    "$dir/spoilt.err")" "pulse: calibrate: no rate held: ..."
fi

# A signal ends it: when NAME has been going for a step or is about to begin.
has_children() {
	[ "$(children "$1" | wc -l)" -ge "$2" ]
}
stop_by() {
	name=$1
	signal=$2
	want=$3
	shift 3
	./pulse calibrate -g 2 --for 400ms --lag 500ms "$@" >"$dir/$name" \
	    2>"$dir/$name.err" &
	pid=$!
	pids="$pids $pid"
	# Two of the mock, two generators and the resolver.
	poll has_children "$pid" 5
	family=$(children "$pid")
	[ -n "$*" ] || poll has_lines "$dir/$name" 5
	kill -"$signal" "$pid"
	wait "$pid"
	is "$name: status" $? "$want"
	is "$name: no complaint" "$(grep pulse "$dir/$name.err")" ""
	# shellcheck disable=SC2086
	gone "$name" $family
}
stop_by term TERM 143
has "term: what is known" "$dir/term" \
    '^this machine can plan at least [0-9]*/s \|^stopped before a rate held'
stop_by hup HUP 129 --json
has "hup: it is partial" "$dir/hup" '^  "partial": true'

# misused WHAT TEXT ARGS ...
misused() {
	what=$1
	want=$2
	shift 2
	./pulse calibrate "$@" >"$dir/stdout" 2>"$dir/stderr"
	is "$what: status" $? 1
	is "$what" "$(cat "$dir/stdout" "$dir/stderr")" "pulse: $want"
}
misused "--for 1ms" "--for: 1ms: expected a time from 100ms to 1h" --for 1ms
misused "--lag 2s" "--lag: 2s: expected a time from 1us to 1s" --lag 2s
misused "-g 0" "-g, --generators: 0: expected a number from 1 to 1024" -g 0
misused "-c x" "-c, --concurrency: x: expected a number from 1 to 1000000" \
    -c x
(
	trap - EXIT
	ulimit -n 64
	misused "ulimit -n 64" "calibrate: a concurrency of 256 with 1 \
generator needs 322 descriptors, the limit is 64 (raise ulimit -n)" -q -g 1
	exit "$bad"
) || bad=1
finish
