#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests it is given, unit tests (*.t) and shell scripts (*.sh), one
# after the other from the top level. A line for each; what a failed one
# printed; last a line with the sums. Status 1 if anything failed.
out=${TMPDIR:-/tmp}/pulse-test.$$
trap 'rm -f "$out"' EXIT
trap 'exit 1' INT TERM HUP
# Of one test; the default of 4 s is short where others use the machine.
CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60}
export CK_DEFAULT_TIMEOUT
# Without a process for each test check can end none: then a whole suite has
# its time, and not by an alarm of its own, at which check kills all of its
# process group, us too.
limit=
[ "${CK_FORK:-}" != no ] || limit="timeout -s KILL $((5 * CK_DEFAULT_TIMEOUT))"
passed=0
failed=0
for t in "$@"; do
	start=$(date +%s)
	case $t in
	*.sh) sh "$t" >"$out" 2>&1 ;;
	*) $limit "./$t" >"$out" 2>&1 ;;
	esac
	status=$?
	seconds=$(($(date +%s) - start))
	# check counts its cases, the scripts count theirs as "ok - " lines.
	n=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\).*/\1/p' "$out" | tail -n 1)
	[ -n "$n" ] || n=$(grep -c '^ok - ' "$out")
	if [ $status -eq 0 ] && [ "$n" -gt 0 ]; then
		printf 'ok    %-28s %5d checks %3ds\n' "$t" "$n" "$seconds"
		passed=$((passed + n))
	else
		printf 'FAIL  %-28s status %d\n' "$t" $status
		cat "$out"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
