#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs fuzz targets, each for so many seconds, two side by side; for `make
# fuzz`, which has built them: fuzz.sh SECONDS TARGET ... What they learn is
# kept in $FUZZ_DIR (default: fuzz.out) and taken up again by the next run; an
# input that broke something is there as TARGET.crash-... . A line for each
# target: executions, seconds, what the code covers. Status 1 if anything broke.
seconds=$1
shift
out=${FUZZ_DIR:-fuzz.out}
mkdir -p "$out" || exit 1
pids=
trap 'kill $pids 2>/dev/null; exit 1' INT TERM HUP

# fuzz TARGET: its log is TARGET.log
fuzz() {
	mkdir -p "$out/$1.corpus"
	set -- "$1" "-max_total_time=$seconds" -timeout=10 -rss_limit_mb=2048 \
	    -max_len=8192 -print_final_stats=1 \
	    "-artifact_prefix=$out/$1.crash-"
	[ ! -f "tests/fuzz/$1.dict" ] || set -- "$@" "-dict=tests/fuzz/$1.dict"
	target=$1
	shift
	tests/fuzz/"$target".fuzz "$@" "$out/$target.corpus" \
	    "tests/corpus/$target" >"$out/$target.log" 2>&1
	echo $? >"$out/$target.status"
}

# number TARGET WORDS: behind these words in its log, the last time
number() {
	sed -n "s/.*$2 *\([0-9][0-9]*\).*/\1/p" "$out/$1.log" | tail -n 1
}

# tell TARGET: how it went
tell() {
	result=ok
	if [ "$(cat "$out/$1.status")" -ne 0 ]; then
		result="BROKEN, see $out/$1.log"
		bad=1
	fi
	printf '%-14s %12s executions %5s s  %6s edges  %s\n' "$1" \
	    "$(number "$1" stat::number_of_executed_units:)" \
	    "$(number "$1" 'runs in')" "$(number "$1" 'cov:')" "$result"
}

bad=0
while [ $# -gt 0 ]; do
	pids=
	for target in "$1" ${2:+"$2"}; do
		fuzz "$target" &
		pids="$pids $!"
	done
	wait
	for target in "$1" ${2:+"$2"}; do
		tell "$target"
	done
	shift
	[ $# -eq 0 ] || shift
done
exit $bad
