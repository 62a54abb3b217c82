#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a plan, keeps its results by date, and compares them with those of the
# run before. Exits with the status of pulse: 0 thresholds kept, 2 broken, or
# slower than the last time, anything else: the run itself went wrong.
#
#	nightly.sh [PLAN.json [DIRECTORY]]
#
# The plan is plan.json beside this script, the directory is ./results. What
# counts as slower can be said in FAIL_IF, 'p99>+20%' if it is not; empty, all
# is compared and nothing counts. From cron:
#
#	15 2 * * * TARGET=test.example:8080 /path/to/nightly.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
plan=${1:-$here/plan.json}
dir=${2:-results}
fail_if=${FAIL_IF-p99>+20%}

mkdir -p "$dir"
# The names are times, so the last of them is that of the last run.
last=
for file in "$dir"/*.json; do
	[ ! -e "$file" ] || last=$file
done
name=$dir/$(date -u +%Y-%m-%dT%H%M%SZ)

status=0
pulse run -q --out "$name.json" --html "$name.html" --csv "$name.csv" \
    --junit "$name.xml" "$plan" >"$name.txt" 2>"$name.log" || status=$?

case $status in
0)
	;;
2)
	echo "nightly: thresholds broken, see $name.html" >&2
	cat "$name.txt" >&2
	;;
*)
	echo "nightly: the run went wrong, status $status" >&2
	cat "$name.log" >&2
	;;
esac

# That too few requests were made to tell (1) fails nothing.
if [ -n "$last" ] && [ "$last" != "$name.json" ] && [ -s "$name.json" ]; then
	slower=0
	pulse diff ${fail_if:+--fail-if "$fail_if"} "$last" "$name.json" \
	    >"$name.diff" 2>>"$name.log" || slower=$?
	if [ "$slower" -eq 2 ]; then
		echo "nightly: slower than $last, see $name.diff" >&2
		head -n 1 "$name.diff" >&2
		[ "$status" -ne 0 ] || status=2
	fi
fi

# Without messages the log is empty: nothing to keep.
[ -s "$name.log" ] || rm -f "$name.log"
exit "$status"
