#!/bin/sh
# SPDX-License-Identifier: MIT
# What pulse costs and how exact it is, beside the peers that are installed:
# nginx as the server (pulse mock without it), wrk, ab, hey and h2load. Server
# and client have a CPU each where there are two. Runs are short and in turn,
# so that a noisy machine is noisy for all. Prints figures and ratios; says
# nothing about passing. ROUNDS (5) and SECONDS_EACH (4) may be set.
. tests/lib_bench.sh

# A server for the cost of a request.

start_server() {
	if ! have nginx; then
		mkfifo "$dir/line"
		$server ./pulse mock --addr 127.0.0.1:0 --size 612 \
		    >"$dir/line" &
		pids="$pids $!"
		read -r line <"$dir/line"
		url=${line##* }/
		peer="pulse mock"
		return
	fi
	start_nginx <<-END
	server {
		listen 127.0.0.1:$port backlog=8192;
		root $dir;
	}
	END
	url=http://127.0.0.1:$port/
	until_it_answers "$url"
	peer=nginx
}

# One run of a client: "CPU_US_A_REQUEST REQUESTS_A_SECOND".
one() {
	case $1 in
	pulse)
		cpu_of $client ./pulse run -g 1 -r max -c 50 \
		    -d "${seconds}s" -q "$url"
		n=$(sed -n 's/.* \([0-9]*\) completed.*/\1/p' "$dir/out") ;;
	wrk)
		cpu_of $client wrk -t1 -c50 -d"${seconds}s" "$url"
		n=$(awk '/requests in/ { print $1 }' "$dir/out") ;;
	ab)
		cpu_of $client ab -q -k -c 50 -t "$seconds" -n 10000000 "$url"
		n=$(awk '/Complete requests/ { print $3 }' "$dir/out") ;;
	hey)
		cpu_of $client hey -c 50 -z "${seconds}s" "$url"
		n=$(awk '/responses$/ { s += $2 } END { print s }' "$dir/out")
		;;
	h2load)
		cpu_of $client h2load --h1 -t1 -c50 -D "$seconds" "$url"
		n=$(awk '/^requests:/ { print $8 }' "$dir/out") ;;
	esac
	echo "$cpu ${n:-0} $seconds" |
	    awk '{ if ($2 > 0) printf "%.2f %.0f\n", $1 * 1e6 / $2, $2 / $3 }'
}

cost() {
	peers=
	for p in wrk h2load ab hey; do
		! have $p || peers="$peers $p"
	done
	i=0
	while [ $i -lt "$rounds" ]; do
		for p in pulse $peers; do
			one "$p" >>"$dir/cost.$p"
		done
		i=$((i + 1))
	done
	echo "Cost: -r max, 50 connections kept, $peer, one generator or thread"
	printf '  %-8s %14s %14s %12s\n' "" "CPU a request" "requests/s" \
	    "pulse is"
	for p in pulse $peers; do
		paste -d' ' "$dir/cost.pulse" "$dir/cost.$p" |
		    awk '{ print $1 / $3 }' | median >"$dir/ratio"
		printf '  %-8s %11s us %14s %10.2f x\n' "$p" \
		    "$(cut -d' ' -f1 "$dir/cost.$p" | median)" \
		    "$(cut -d' ' -f2 "$dir/cost.$p" | median)" \
		    "$(cat "$dir/ratio")"
	done
	echo "  (medians of $rounds rounds; the ratio is that of pairs)"
}

syscalls() {
	have strace || return
	strace -f -c -o "$dir/strace" ./pulse run -g 1 -r max -c 50 \
	    -d "${seconds}s" -q "$url" >"$dir/out" 2>&1
	n=$(sed -n 's/.* \([0-9]*\) completed.*/\1/p' "$dir/out")
	awk -v n="$n" '$4 ~ /^[0-9]+$/ && $NF != "total" { calls += $4 }
	    END { printf "System calls: %.2f a request (%d in %d requests)\n",
	    calls / n, calls, n }' "$dir/strace"
}

# One run against the recorder at $1 a second: "N P50_US P99_US MAX_US".
recorded() {
	rate=$1
	shift
	rm -f "$dir/rec.line" "$dir/rec.in"
	mkfifo "$dir/rec.line" "$dir/rec.in"
	$server tests/recorder.t "$rate" <"$dir/rec.in" >"$dir/rec.line" &
	rec=$!
	exec 8>"$dir/rec.in" 9<"$dir/rec.line"
	read -r port <&9
	$client "$@" "http://127.0.0.1:$port/" >"$dir/out" 2>&1
	exec 8>&-
	read -r line <&9
	exec 9<&-
	wait $rec
	echo "$line"
}

# How near to an even schedule arrivals come, as the server sees them.
exactness() {
	echo "Arrivals: 10,000/s for 6 s, deviation from the even schedule" \
	    "as the server sees it"
	i=0
	while [ $i -lt "$rounds" ]; do
		recorded 10000 ./pulse run -g 1 -r 10k -d 6s -q \
		    >>"$dir/exact.pulse"
		! have hey || recorded 10000 hey -z 6s -c 50 -q 200 \
		    >>"$dir/exact.hey"
		$client tests/micro.t timer >>"$dir/exact.timer"
		i=$((i + 1))
	done
	# The last is no client: what a process that only waits gets here.
	for p in pulse hey timer; do
		[ -s "$dir/exact.$p" ] || continue
		printf '  %-8s p50 %8s us  p99 %8s us  max %8s us\n' $p \
		    "$(cut -d' ' -f2 "$dir/exact.$p" | median)" \
		    "$(cut -d' ' -f3 "$dir/exact.$p" | median)" \
		    "$(cut -d' ' -f4 "$dir/exact.$p" | median)"
	done
}

# Proportional memory of the generator at 5,000 connections, in kB.
memory() {
	[ -r /proc/self/smaps_rollup ] || return
	ulimit -n 12000 2>/dev/null || return
	./pulse run -g 1 -r max -c 5000 -d 14s -q "$url" >"$dir/out" 2>&1 &
	run=$!
	pids="$pids $run"
	for at in 4 8; do
		sleep 4
		for p in $(pgrep -P $run); do
			awk -v at=$at '/^Pss:/ { print $2 }' \
			    "/proc/$p/smaps_rollup"
		done | sort -n | tail -n 1 |
		    awk -v at="$((at + 0))" '{ printf "Memory: generator " \
		    "with 5,000 connections: %.1f MB (Pss) after %d s\n",
		    $1 / 1024, at }'
	done
	wait $run
}

# So many workers with one generator each; $workers is their list.
start_workers() {
	workers=
	worker_pids=
	i=0
	while [ $i -lt "$1" ]; do
		rm -f "$dir/line"
		mkfifo "$dir/line"
		./pulse worker --addr 127.0.0.1:0 -g 1 >"$dir/line" \
		    2>/dev/null &
		worker_pids="$worker_pids $!"
		pids="$pids $!"
		read -r line <"$dir/line"
		workers=$workers${workers:+,}${line##*/}
		i=$((i + 1))
	done
}

stop_workers() {
	for p in $worker_pids; do
		kill "$p"
		wait "$p"
	done
}

# Is a fleet the one plan? Two workers beside one generator, and eight.
fleet_exactness() {
	echo "Fleets: deviation from the one even schedule, 3 s"
	start_workers 8
	two=$(echo "$workers" | cut -d, -f1,2)
	i=0
	while [ $i -lt "$rounds" ]; do
		recorded 5000 ./pulse run -g 1 -r 5k -d 3s -q \
		    >>"$dir/fleet.alone"
		recorded 5000 ./pulse run -w "$two" -r 5k -d 3s -q \
		    >>"$dir/fleet.two"
		recorded 800 ./pulse run -w "$workers" -r 800 -d 3s -q \
		    >>"$dir/fleet.eight"
		i=$((i + 1))
	done
	stop_workers
	for p in alone two eight; do
		printf '  %-8s p50 %8.1f us  p99 %8.1f us  max %8.1f us\n' $p \
		    "$(cut -d' ' -f2 "$dir/fleet.$p" | median)" \
		    "$(cut -d' ' -f3 "$dir/fleet.$p" | median)" \
		    "$(cut -d' ' -f4 "$dir/fleet.$p" | median)"
	done
}

# A coordinator of a thousand workers, ten intervals: its CPU and its peak.
fleet_cost() {
	ulimit -n 12000 2>/dev/null || return
	rm -f "$dir/line" "$dir/many.in"
	mkfifo "$dir/line" "$dir/many.in"
	tests/manyworkers.t 1000 "$dir/many" <"$dir/many.in" >"$dir/line" &
	many=$!
	pids="$pids $many"
	exec 8>"$dir/many.in"
	read -r port <"$dir/line"
	cpu_of sh -c './pulse run -q -r 100k -c 5000 -d 10s -w "@$0" \
	    http://127.0.0.1:1/ & while kill -0 $! 2>/dev/null; do
	    cat /proc/$!/status 2>/dev/null >"$0.now" &&
	    grep -q VmHWM "$0.now" && cp "$0.now" "$0.last"
	    sleep 0.5; done' "$dir/many"
	exec 8>&-
	wait $many
	awk -v cpu="$cpu" '/^VmHWM:/ { printf "Coordinator of 1,000 workers," \
	    " ten intervals: %.2f s of CPU, %.1f MB\n", cpu, $2 / 1024 }' \
	    "$dir/many.last"
}

tests/micro.t
start_server
cost
syscalls
memory
exactness
fleet_exactness
fleet_cost
