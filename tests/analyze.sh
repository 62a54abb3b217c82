#!/bin/sh
# SPDX-License-Identifier: MIT
# What compilers find without running it, in every file of the product: gcc's
# analyzer, clang's, and cppcheck. Run from the top level with the flags that
# the product is compiled with; one line for each finding, and the number of
# them as the last. Status 1 if there is any. What is not installed is named and
# left out. NODES bounds how many states of one function clang looks at.

# Findings that are none: FILE:CHECK: REASON, a line each.
suppressed='
base/resolve.c:nullPointerRedundantCheck: the loop ends at NULL, too
base/stream.c:nullPointerRedundantCheck: the timer runs while one is queued
base/stream.c:ctunullpointer: the same
base/tls_memory.c:analyzer-malloc-leak: what is given lies behind its header
base/util.c:analyzer-file-leak: closed below unless it is stdin
base/util.c:analyzer-malloc-leak: the same file
fleet/fleet.c:analyzer-null-dereference: a NULL port is not looked at
load/probe.c:nullPointer: without addresses there is always an error
load/request.c:analyzer-use-of-uninitialized-value: the whole struct is copied
result.c:analyzer-use-of-uninitialized-value: set for i = 0 and 1 just above
token.c:core.UndefinedBinaryOperatorResult: wire_refuse() always gives -1
'
# Everything of clang's that is about C, but for the advice to use functions
# that no system has (Annex K).
clang_checks=core,unix,deadcode,security,nullability,valist,optin.portability
clang_not=security.insecureAPI.DeprecatedOrUnsafeBufferHandling

# one FILE FLAGS ...: its findings
one() {
	file=$1
	shift
	[ "$file" != commit.c ] || set -- "$@" '-DPULSE_COMMIT=""'
	if [ -n "$gcc" ]; then
		gcc "$@" -fanalyzer -c -o /dev/null "$file"
	fi
	if [ -n "$clang" ]; then
		clang "$@" --analyze --analyzer-output text \
		    -Xclang -analyzer-checker="$clang_checks" \
		    -Xclang -analyzer-disable-checker="$clang_not" \
		    -Xclang -analyzer-config \
		    -Xclang "max-nodes=${NODES:-40000}" "$file"
	fi
	if [ -n "$cppcheck" ]; then
		cppcheck --quiet --std=c11 --enable=warning,portability \
		    --inline-suppr --suppress=preprocessorErrorDirective \
		    --template='{file}:{line}: {severity}: {message} [{id}]' \
		    -DLOOP_epoll -I. "$file"
	fi
}

# Names of checks stand in brackets at the end; gcc's behind CWE numbers.
findings() {
	LC_ALL=C grep -aE ': (warning|error|portability): ' "$tmp"/*.out |
	    sed 's/^[^:]*\.out://;s/\[CWE-[0-9]*\] //
		s/\[-W\(error=\)\{0,1\}/[/' | sort -u |
	    awk -v list="$suppressed" '
	BEGIN {
		n = split(list, row, "\n")
		for (i = 1; i <= n; i++)
			if (split(row[i], part, ": ") > 1)
				is_none[part[1]] = 1
	}
	{
		file = $0
		sub(/:.*/, "", file)
		name = $NF
		gsub(/[][]/, "", name)
		if (!((file ":" name) in is_none))
			print
	}'
}

gcc=$(command -v gcc)
clang=$(command -v clang)
cppcheck=$(command -v cppcheck)
if [ "${1:-}" = --one ]; then
	tmp=$2
	file=$3
	shift 3
	one "$file" "$@" >"$tmp/$(echo "$file" | tr / .).out" 2>&1 ||
	    echo "$file: error: no analysis: status $? [analyze]" \
	    >"$tmp/$(echo "$file" | tr / .).failed.out"
	exit 0
fi

for tool in gcc clang cppcheck; do
	command -v $tool >/dev/null 2>&1 ||
	    echo "analyze: there is no $tool here: its part is left out"
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
if [ -z "${JOBS:-}" ]; then
	JOBS=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || JOBS=1
fi
for f in *.c base/*.c cmd/*.c diff/*.c fleet/*.c http/*.c load/*.c plan/*.c \
    report/*.c wire/*.c; do
	echo "$f"
done >"$tmp/files"
xargs -P "$JOBS" -I '{}' sh "$0" --one "$tmp" '{}' "$@" <"$tmp/files" ||
    exit 1
findings >"$tmp/findings"
cat "$tmp/findings"
n=$(($(wc -l <"$tmp/findings")))
echo "analyze: $(($(wc -l <"$tmp/files"))) files, $n findings"
[ $n -eq 0 ]
