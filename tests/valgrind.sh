#!/bin/sh
# SPDX-License-Identifier: MIT
# The unit tests it is given, under valgrind: nothing that is not there or not
# set may be read, and nothing be lost. One process a suite. Left out are suites
# that assert what valgrind cannot give, and those that count for minutes what
# others of the same code read once; so are the test cases with the tag "native"
# or "long" that are of these two kinds.
left_out='
test_proc an exec that fails is the end of valgrind
test_server_limits valgrind has descriptors of its own, above the limit
test_server_stream bounds in time, at a twentieth of the speed
test_server_drain the same
test_http_server_tls the same
test_loop_timer the same
test_pool the same
test_pool_end the same
test_split arithmetic
test_json_write what we write ourselves: minutes
test_msg each of its frames cut at every byte: minutes
test_wire_msg the same
test_result_round whole results cut at every byte: minutes
test_server_rfc requests cut at every byte, as those of test_http: a minute
test_hist arithmetic, on millions of values
test_arrival arithmetic
test_arrival_share arithmetic
'
if ! command -v valgrind >/dev/null 2>&1; then
	echo "valgrind: there is none here: make deps-ci" >&2
	exit 1
fi
n=$#
while [ "$n" -gt 0 ]; do
	name=${1##*/}
	case $left_out in
	*"
${name%.t} "*) ;;
	*) set -- "$@" "$1" ;;
	esac
	shift
	n=$((n - 1))
done
# These have no time to wait: no more of them than processors.
if [ -z "${JOBS:-}" ]; then
	JOBS=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || JOBS=1
	export JOBS
fi
CK_FORK=no
CK_EXCLUDE_TAGS="long native"
UNDER="valgrind --quiet --error-exitcode=9 --leak-check=full
    --show-leak-kinds=definite --errors-for-leak-kinds=definite
    --suppressions=tests/valgrind.supp"
export CK_FORK CK_EXCLUDE_TAGS UNDER
exec sh tests/run.sh "$@"
