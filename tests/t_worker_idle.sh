#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a worker which has nothing to do does nothing, not one system
# call, and needs little memory: before a run, after one, and with connections
# that are open; and that from run to run it keeps no descriptors.
. tests/lib_worker.sh

mock
target=$url
worker -g 2

# has_pss: can the parent's memory be known, and is it the program's own? The
# sanitizers keep far more beside it.
has_pss() {
	! grep -q __asan_init ./pulse && [ -r "/proc/$worker/smaps_rollup" ] &&
	    [ -n "$(pss)" ]
}

# pss: of the parent, in KiB
pss() {
	awk '/^Pss:/ { print $2 }' "/proc/$worker/smaps_rollup"
}

# fds: descriptors of the parent and of its children
fds() {
	for process in "$worker" $(children "$worker"); do
		ls "/proc/$process/fd" | wc -l
	done | tr '\n' ' '
}

# quiet WHAT: no system call of any of them in some seconds
quiet() {
	if ! command -v strace >/dev/null 2>&1; then
		ok "$1: skipped, there is no strace here"
		return
	fi
	: >"$dir/strace"
	timeout -s INT 3 strace -f -qq -e signal=none -o "$dir/strace" \
	    -p "$worker" $(children "$worker" | sed 's/^/-p /') \
	    2>"$dir/strace.err"
	if grep -q -i 'attach\|permitted' "$dir/strace.err"; then
		ok "$1: skipped, strace may not look"
		return
	fi
	# What each of them waits in is shown when it is let go.
	is "$1: calls" "$(grep -v -c 'wait\|poll' "$dir/strace")" 0
	between "$1: waits" "$(lines "$dir/strace")" 0 4
}

if has_pss; then
	between "fresh: Pss in KiB" "$(pss)" 1 8192
fi
quiet fresh

tests/ask.t -t 60000 "$address" </dev/null >"$dir/idle" &
pids="$pids $!"
get /ping >"$dir/ping.request"
begun ping
poll grep -q status "$dir/ping"
i=0
while [ $i -lt 20 ]; do
	post "$(plan "$target" '{"type":"max","duration":30000000}')" |
	    answer run
	is "run $i: status" "$(code run)" 200
	[ $i -gt 0 ] || first=$(fds)
	i=$((i + 1))
done
is "after runs: descriptors" "$(fds)" "$first"
if has_pss; then
	between "after runs: Pss in KiB" "$(pss)" 1 8192
fi
quiet "after runs, with connections open"

finish
