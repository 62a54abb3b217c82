#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that `pulse diff` compares what --json, --out and --wire wrote, finds
# a target that is slower and none where there is none, that --fail-if decides
# its status, and that a bad file is named.
. tests/lib.sh

# compare NAME ARGS ...: with its output in $dir/NAME.out, $status
compare() {
	name=$1
	shift
	./pulse diff "$@" >"$dir/$name.out" 2>"$dir/$name.err"
	status=$?
}

# says NAME STATUS PATTERN: on standard output, with nothing on stderr
says() {
	is "$1: status" "$status" "$2"
	is "$1: stderr is empty" "$(cat "$dir/$1.err")" ""
	has "$1" "$dir/$1.out" "$3"
}

# refuses NAME LINE: status 1, that line on stderr, and nothing else
refuses() {
	is "$1: status" "$status" 1
	is "$1: stderr" "$(cat "$dir/$1.err")" "$2"
	is "$1: stdout is empty" "$(cat "$dir/$1.out")" ""
}

mock --delay 5ms
fast_url=$url
mock --delay 50ms
slow_url=$url
fast=$dir/fast.json
slow=$dir/slow.json
# Where others keep them waiting nothing may be seen: then once more.
tries=0
while [ $tries -lt 6 ]; do
	run fast -r 200 -d 3s --interval 200ms --out "$fast" \
	    --wire "$dir/fast.wire" "$fast_url"
	ends fast 0
	run slow -r 200 -d 3s --interval 200ms --out "$slow" \
	    --wire "$dir/slow.wire" "$slow_url"
	ends slow 0
	compare worse "$fast" "$slow"
	! grep -q '^p50 .* worse$' "$dir/worse.out" || break
	tries=$((tries + 1))
done

# The same file twice, in both kinds.
compare same --fail-if 'p50>+0%' "$fast" "$fast"
says same 0 '^no evidence of a difference$'
is "same: no other verdict" "$(grep -c -e ' worse$' -e ' better$' \
    "$dir/same.out")" 0
has "same: p50" "$dir/same.out" '^p50 .* no evidence$'
compare same_wire -q "$dir/fast.wire" - <"$dir/fast.wire"
says same_wire 0 '^no evidence of a difference$'
is "quiet: one line" "$(lines "$dir/same_wire.out")" 1
compare mixed "$fast" "$dir/fast.wire"
says mixed 0 '^no evidence of a difference$'
has "mixed: what is assumed" "$dir/mixed.out" '^new has fewer than 4 snapshots'

# One that is slower, and the other way round.
compare worse "$fast" "$slow"
says worse 0 '^WORSE: '
has "worse: p50" "$dir/worse.out" '^p50 .* worse$'
has "worse: the plans" "$dir/worse.out" 'not the same: target.url$'
compare better "$slow" "$fast"
says better 0 '^better: '
is "80 columns" "$(cat "$dir"/*.out | awk 'length($0) > 80' |
    grep -v '^base\|^new' | wc -l | tr -d ' ')" 0

# What fails.
compare gate --fail-if 'p50>+20%' --fail-if 'errors>+1%' "$fast" "$slow"
says gate 2 '^FAILED  p50>+20%$'
has "gate: passed" "$dir/gate.out" '^passed  errors>+1%$'
compare gate_wire --fail-if 'p50>+20ms' "$dir/fast.wire" "$slow"
says gate_wire 2 '^FAILED  p50>+20ms$'
compare open --fail-if 'p50>+5000%' --fail-if 'p50>+20s' "$fast" "$slow"
says open 0 '^passed'
compare unknown -q --fail-if 'p99.99>+5%' "$fast" "$slow"
is "unknown: status" "$status" 1
is "unknown: stderr" "$(cat "$dir/unknown.err")" \
    "pulse: diff: --fail-if: p99.99>+5%: there are too few samples to tell"

# For programs.
compare json --json --percentiles 75 "$fast" "$slow"
says json 0 '"metric": "p75"'
has "json: verdict" "$dir/json.out" '"verdict": "worse"'

# tiny NS SLOT FAILED MEMBER: a report of 1000 requests, each as long
tiny() {
	cat <<EOF
{"schema_version": 1, "plan": {"$4": 1}, "summary": {"completed": 1000,
"scheduled": 1000, "failed": $3, "duration_ms": 1000}, "histograms":
{"latency": {"layout": "800x16", "min": $1, "max": $1, "sum": [0, ${1}000],
"counts": [[$2, 1000]]}}}
EOF
}

# The most that can change stays within its columns, and what a file has for
# names of members does nothing to a terminal.
tiny 1000 1 0 a >"$dir/least"
tiny 60000000000 12801 1000 '\u001b[31m' >"$dir/most"
compare most "$dir/least" "$dir/most"
says most 0 '^WORSE: p99 >+99999% (>+99999% to >+99999%)'
has "most: errors" "$dir/most.out" \
    '^errors  *0%  *100%  *+100pp  *+9[0-9.]* to +100pp  *worse$'
is "most: 80 columns" "$(awk 'NR > 1 && length($0) > 80' "$dir/most.out" |
    grep -vc '^base\|^new')" 0
has "most: names" "$dir/most.out" 'not the same: a, ?\[31m$'

# What cannot be compared.
compare none "$fast" "$dir/none"
refuses none "pulse: diff: $dir/none: No such file or directory"
: >"$dir/empty"
compare empty "$dir/empty" "$slow"
refuses empty "pulse: diff: $dir/empty: it is empty"
head -c 3000 "$fast" >"$dir/cut"
compare cut "$fast" "$dir/cut"
is "cut: status" "$status" 1
has "cut: where" "$dir/cut.err" 'cut: line [0-9]*, column [0-9]*: '
echo '{"a": 1}' >"$dir/other"
compare other "$dir/other" "$slow"
refuses other "pulse: diff: $dir/other: this is no result: expected what \
--json, --out or --wire writes"
sed '/"histograms": {/,$d' "$fast" | sed '$s/,$/}/' >"$dir/old"
compare old "$dir/old" "$slow"
refuses old "pulse: diff: $dir/old: this report has no histograms, as those \
of the Go program: expected one of this version, or what --wire writes"
echo '{"total": 0}' >"$dir/nothing"
compare nothing "$fast" "$dir/nothing"
refuses nothing "pulse: diff: $dir/nothing: it has no samples: no request \
was completed, or its histogram is missing"
compare twice - - <"$fast"
refuses twice "pulse: diff: -: standard input can be read only once"
compare expr --fail-if 'p99>-5%' "$fast" "$slow"
is "expr: status" "$status" 1
has "expr" "$dir/expr.err" 'fail-if: p99>-5%: expected > with + or < with -'

finish
