#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what is said before a run about this machine: a plan for which it has
# too few descriptors is refused before anything is sent, with the numbers and
# the remedy; one that it may have no ports for, in a network of twenty, is
# warned of and made; a plan that is well is not spoken of; and a dry run shows
# the arithmetic, and says the same.
if [ "${1:-}" != inside ]; then
	sh "$0" inside limits || exit 1
	tests/narrow.t 40000 40019 sh "$0" inside ports
	status=$?
	[ $status -eq 77 ] || exit $status
	# Root can have such a network, or the machine is not fit for tests.
	[ "$(id -u)" -ne 0 ] || exit 1
	echo "ok - ports # SKIP only root can have a network here"
	exit 0
fi
. tests/lib.sh

ports="(keep connections alive, lower the rate or send from several \
addresses: --source)"

# dry NAME ARGS ...: the section about this machine in $dir/NAME, $status
dry() {
	name=$1
	shift
	./pulse run -n "$@" >"$dir/$name.all" 2>"$dir/$name.err"
	status=$?
	sed -n '/^This machine$/,$p' "$dir/$name.all" >"$dir/$name"
}

# line NAME TITLE: of that section
line() {
	sed -n "s/^  $2 *//p" "$dir/$1"
}

check_limits() {
	mock
	out=$dir/result

	# A soft limit alone is raised.
	(
		trap - EXIT
		ulimit -S -n 64
		run soft -r 50 -d 100ms -g 2 "$url"
		ends soft 0
		exit "$bad"
	) || bad=1
	(
		trap - EXIT
		ulimit -n 64
		why="pulse: a concurrency of 256 with 2 generators needs 324 \
descriptors, the limit is 64 (raise ulimit -n)"
		./pulse run -g 2 --out "$out" "$url" >"$dir/stdout" \
		    2>"$dir/stderr"
		is "ulimit -n 64: status" $? 1
		is "ulimit -n 64: why" "$(cat "$dir/stderr")" "$why"
		is "ulimit -n 64: no result" "$(cat "$dir/stdout")" ""
		is "ulimit -n 64: no file" "$(ls "$out" 2>/dev/null)" ""
		dry few -g 2 "$url"
		is "ulimit -n 64, dry run: status" "$status" 1
		is "ulimit -n 64, dry run: why" "$(cat "$dir/few.err")" "$why"
		is "ulimit -n 64, dry run: the first line" \
		    "$(head -n 1 "$dir/few.all")" \
		    "This machine cannot make this plan; nothing was sent."
		is "ulimit -n 64, dry run: the sum" "$(line few descriptors)" \
		    "324 of 64, too few: 256 in flight + 68 for 2 generators"
		./pulse run -n --json -g 2 "$url" >"$dir/json" 2>"$dir/stderr"
		is "ulimit -n 64, dry run, JSON: status" $? 1
		is "ulimit -n 64, dry run, JSON: why" \
		    "$(cat "$dir/stderr")" "$why"
		has "ulimit -n 64, dry run, JSON: the plan" "$dir/json" \
		    '"maxConcurrency": 256'

		# Workers have limits of their own.
		dry fleet -w a,b "$url"
		is "a fleet: status" "$status" 0
		is "a fleet: it may not do" "$(cat "$dir/fleet.err")" \
		    "pulse: descriptors may run out: 2 workers need up to 72, \
the limit is 64 (raise ulimit -n)"
		is "a fleet: one line" "$(lines "$dir/fleet")" 2
		is "a fleet: the sum" "$(line fleet descriptors)" \
		    "72 of 64, doubtful: 2 workers, which have limits of \
their own"
		exit "$bad"
	) || bad=1

	dry cpu -g 1 -c 10 -r 1M -d 1s "$url"
	is "CPU: status" "$status" 0
	has "CPU: it is doubtful" "$dir/cpu.err" "^pulse: generators may be \
late: up to 1000000 arrivals/s, 1 [A-Za-z ]* makes about 80000/s at most (use \
.*; pulse calibrate -g 1 measures this machine)\$"
	# What one generator does on a common machine is not doubted.
	dry enough -g 1 -c 10 -r 75k -d 1s "$url"
	is "CPU: it is enough" "$(cat "$dir/enough.err")" ""
	dry well -g 1 -c 10 -r 10 -d 1s "$url"
	is "all is well: status" "$status" 0
	is "all is well: stderr is empty" "$(cat "$dir/well.err")" ""
	is "all is well: the first line" "$(head -n 1 "$dir/well.all")" \
	    "This plan is good; nothing was sent."
	is "all is well: lines" "$(sed -n 's/^  \([a-zA-Z]*\) .*/\1/p' \
	    "$dir/well" | grep -v tracked | tr '\n' ' ')" \
	    "descriptors ports CPU memory "
}

check_ports() {
	mock

	# One of the twenty ports is the mock's, but who knows that.
	dry kept -r 100 -d 1s -c 20 "$url"
	is "kept: no doubt" "$(cat "$dir/kept.err")" ""
	is "kept: the sum" "$(line kept ports)" \
	    "20 of 20: connections at once, if the target keeps them"
	dry many -r 100 -d 1s -c 21 "$url"
	is "many: in doubt" "$(cat "$dir/many.err")" \
	    "pulse: local ports may run out: up to 21 connections at once, \
20 ports $ports"
	is "many: the sum" "$(line many ports)" \
	    "21 of 20, doubtful: connections at once, if the target keeps them"
	dry two -r 100 -d 1s -c 40 --source 127.0.0.1,127.0.0.2 "$url"
	is "two sources: no doubt" "$(cat "$dir/two.err")" ""
	is "two sources: the sum" "$(line two ports)" \
	    "40 of 40: connections at once, if the target keeps them"
	dry unix --no-keepalive --unix-socket /run/x -r 100 "$url"
	is "a unix socket: no doubt" "$(cat "$dir/unix.err")" ""
	is "a unix socket: no ports" "$(line unix ports)" ""

	# Where TIME_WAIT is not cut short.
	echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse
	dry each -r 2 -d 90s --no-keepalive "$url"
	is "a connection each: in doubt" "$(cat "$dir/each.err")" \
	    "pulse: local ports may run out: up to 120 connections in 1m of \
TIME_WAIT, 20 ports $ports"
	is "a connection each: the sum" "$(line each ports)" \
	    "120 of 20, doubtful: 2/s x 1m of TIME_WAIT"
	dry short -r 2 -d 10s --no-keepalive "$url"
	is "a few connections: no doubt" "$(cat "$dir/short.err")" ""
	is "a few connections: the sum" "$(line short ports)" \
	    "20 of 20: connections in 1m of TIME_WAIT"
	echo 40000-40009 >/proc/sys/net/ipv4/ip_local_reserved_ports
	dry reserved -r 2 -d 10s --no-keepalive "$url"
	is "reserved ports: the sum" "$(line reserved ports)" \
	    "20 of 10, doubtful: connections in 1m of TIME_WAIT"

	# It is a warning: the run is made, and the audit says what came of it.
	run made -r 100 -d 1s --no-keepalive "$url"
	is "made: status" "$status" 0
	is "made: it was warned" "$(cat "$dir/made.err")" \
	    "pulse: local ports may run out: up to 100 connections in 1m of \
TIME_WAIT, 10 ports $ports"
	adds_up made
	is "made: all were tried" "$(number "$dir/made.json" started)" 100
}

check_"$2"
finish
