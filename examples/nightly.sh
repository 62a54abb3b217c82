#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a plan, keeps its results by date, and exits with the status of pulse:
# 0 thresholds kept, 2 broken, anything else: the run itself went wrong.
#
#	nightly.sh [PLAN.json [DIRECTORY]]
#
# The plan is plan.json beside this script, the directory is ./results. From
# cron: 15 2 * * * TARGET=test.example:8080 /path/to/nightly.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
plan=${1:-$here/plan.json}
dir=${2:-results}
name=$dir/$(date -u +%Y-%m-%dT%H%M%SZ)

mkdir -p "$dir"
status=0
pulse run -q --out "$name.json" --csv "$name.csv" --junit "$name.xml" \
    "$plan" >"$name.txt" 2>"$name.log" || status=$?

case $status in
0)
	;;
2)
	echo "nightly: thresholds broken, see $name.json" >&2
	cat "$name.txt" >&2
	;;
*)
	echo "nightly: the run went wrong, status $status" >&2
	cat "$name.log" >&2
	;;
esac

# Without messages the log is empty: nothing to keep.
[ -s "$name.log" ] || rm -f "$name.log"
exit "$status"
