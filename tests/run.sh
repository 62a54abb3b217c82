#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests it is given, unit tests (*.t) and shell scripts (*.sh), from
# the top level: JOBS of them side by side, three for each processor unless told
# otherwise, since most of them wait most of the time. A line for each as it
# ends, with what it printed if it failed; last a line with the sums. Status 1
# if anything failed. Unit tests are run by the command UNDER, if set.
#
# For who writes a test: it has company, of other tests and of itself in another
# checkout. So it listens on port 0, keeps its files in a directory of its own,
# knows processes by their numbers, counts nothing that the whole machine has,
# and waits for what must happen rather than for a while. What it says of times
# holds even if others keep a process waiting for some tenths of a second. A
# test that is about a precise time is named in pairs: these come behind all
# others, two side by side, as they leave processors idle. One that takes all
# processors is named in alone, and runs at the end, without company.
pairs='
tests/t_fleet.sh
tests/t_fleet_exec.sh
tests/t_ports.sh
tests/t_signal.sh
'
alone='
tests/t_worker_busy.sh
tests/test_http_server_tls.t
tests/test_server_stream.t
'

# What a script starts with & is deaf to INT, and no shell can change that: so
# would all be that the tests start, and those that send it would fail.
case $(sed -n 's/^SigIgn:.*\(.\)$/\1/p' /proc/$$/status 2>/dev/null) in
[2367abef])
	echo "run: SIGINT is ignored here, as in a script's background" >&2
	exit 1
	;;
esac

dir=$(mktemp -d "${TMPDIR:-/tmp}/pulse-test.XXXXXX") || exit 1
if [ -z "${JOBS:-}" ]; then
	JOBS=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || JOBS=1
	JOBS=$((JOBS * 3))
fi
# Of one test; the default of 4 s is short where others use the machine.
CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60}
export CK_DEFAULT_TIMEOUT
# Without a process for each test check can end none: then a whole suite has
# its time, and not by an alarm of its own, at which check kills all of its
# process group, us too.
limit=
[ "${CK_FORK:-}" != no ] || limit="timeout -s KILL $((5 * CK_DEFAULT_TIMEOUT))"

# one TEST NUMBER: runs it; what there is to say goes to $dir/NUMBER.said
one() {
	out=$dir/$2.out
	start=$(date +%s)
	case $1 in
	*.sh) sh "$1" ;;
	*) $limit ${UNDER:-} "./$1" ;;
	esac >"$out" 2>&1 3>&- </dev/null
	status=$?
	seconds=$(($(date +%s) - start))
	# check counts its cases, the scripts count theirs as "ok - " lines.
	n=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\).*/\1/p' "$out" | tail -n 1)
	[ -n "$n" ] || n=$(grep -c '^ok - ' "$out")
	if [ $status -eq 0 ] && [ "$n" -gt 0 ]; then
		printf 'ok    %-28s %5d checks %3ds\n' "$1" "$n" "$seconds"
	else
		printf 'FAIL  %-28s status %d\n' "$1" $status
		cat "$out"
		n=failed
	fi >"$dir/$2.said"
	rm -f "$out"
	echo "$2 $n" >&3
}

# take WHO TESTS ...: runs those that nobody has taken, as long as the first of
# us is there; WHO are those that bear company, those in pairs, or those alone.
take() {
	who=$1
	shift
	number=0
	for t in "$@"; do
		number=$((number + 1))
		is=company
		case $pairs in
		*"
$t
"*) is=pairs ;;
		esac
		case $alone in
		*"
$t
"*) is=alone ;;
		esac
		[ $is = "$who" ] || continue
		kill -0 $$ 2>/dev/null || exit 1
		mkdir "$dir/$number" 2>/dev/null || continue
		one "$t" $number
	done
}

# side_by_side JOBS WHO TESTS ...: by a pipeline through which nothing goes, for
# what a script starts with & is deaf to INT, and its children are.
side_by_side() {
	jobs=$1
	shift
	if [ "$jobs" -gt 1 ]; then
		side_by_side $((jobs - 1)) "$@" | take "$@"
	else
		take "$@"
	fi
}

# Reads what ended. The last to go, whatever happens to the others: it tidies.
tell() {
	trap '' INT TERM HUP
	passed=0
	failed=0
	ended=0
	while read -r number n; do
		cat "$dir/$number.said"
		ended=$((ended + 1))
		case $n in
		failed) failed=$((failed + 1)) ;;
		*) passed=$((passed + n)) ;;
		esac
	done
	rm -rf "$dir"
	if [ $ended -ne $1 ]; then
		echo "stopped: $(($1 - ended)) of $1 tests have not ended"
		return 1
	fi
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ]
}

# A signal from the terminal goes to all; we wait until they have tidied. TERM
# and HUP end us at once, and the others when their tests do.
trap 'exit 1' INT
{
	side_by_side "$JOBS" company "$@"
	side_by_side $((JOBS > 1 ? 2 : 1)) pairs "$@"
	take alone "$@"
} 3>&1 >/dev/null | tell $#
