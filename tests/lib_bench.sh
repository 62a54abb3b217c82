#!/bin/sh
# SPDX-License-Identifier: MIT
# What the benchmarks share: settings, a folder of their own, and figures.
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-4}
dir=$(mktemp -d)
pids=

finish() {
	for p in $pids; do
		kill "$p" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

have() {
	command -v "$1" >/dev/null 2>&1
}

client=
server=
if have taskset && [ "$(getconf _NPROCESSORS_ONLN)" -gt 1 ]; then
	client='taskset -c 0'
	server='taskset -c 1'
fi

# CPU seconds, user and system, of a command and its children: in $cpu; what
# it printed is in $dir/out.
cpu_of() {
	(
		"$@" >"$dir/out" 2>&1
		times >"$dir/times"
	)
	cpu=$(tail -n 1 "$dir/times" | tr ms '  ' |
	    awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }')
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
