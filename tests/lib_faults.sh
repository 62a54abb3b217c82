# SPDX-License-Identifier: MIT
# What the tests with injected faults share: it is read by them with
# ". tests/lib_faults.sh", behind lib.sh or what reads that. tests/faulty.c says
# how a fault is written.

# Of a run with a fault, in seconds; one that does not end is killed.
faults_bound=${faults_bound:-12}

# How often a fault of the last faulty command happened.
happened() {
	awk '{ n += $NF } END { print n + 0 }' "$dir/faults.log"
}

# faulty FAULTS COMMAND ...: pulse with them. Its result is in $dir/faulty.out,
# its stderr in $dir/faulty.err; $status. Comes back when none of its processes
# has its stderr open any more.
faulty() {
	: >"$dir/faults.log"
	FAULTS=$1
	shift
	{
		FAULTS=$FAULTS FAULTS_LOG=$dir/faults.log timeout -s KILL \
		    "$faults_bound" tests/faulty.t "$@" >"$dir/faulty.out"
		echo $? >"$dir/faulty.status"
	} 2>&1 | cat >"$dir/faulty.err"
	read -r status <"$dir/faulty.status"
}

# wrong: what is wrong with how the last one ended; nothing if nothing is. What
# it says must name it, and be short; what it counted must add up; nothing may
# be left behind. A leak is another word for a status that is none.
wrong() {
	left=$(ls -A "$dir" | grep '^\.pulse')
	awk -v status="$status" -v left="$left" '
	function bad(what) { out = out sep what; sep = "; " }
	FILENAME ~ /err$/ {
		lines++
		if ($0 !~ /^(pulse|faulty\.t): /)
			odd = $0
		# A child that is not needed may say so and go.
		if ($0 ~ /Cannot allocate memory$/)
			lost_child = 1
		next
	}
	{ gsub(/[",:]/, "") }
	$1 == "steps" { calibrated = 1 }
	$1 in n { next }
	$1 ~ /^(scheduled|started|dropped|completed|lost)$/ { n[$1] = $2 }
	END {
		if (status > 2)
			bad("status " status)
		if (status == 1 && lines == 0)
			bad("no word about it")
		# What else runs here is no fault.
		if (status != 1 && lines > 0 && !lost_child && !calibrated)
			bad("status " status ", but it complains")
		if (lines > 3 || odd != "")
			bad(lines " lines of stderr: " odd)
		if (left != "")
			bad("left behind: " left)
		if (status == 0 && !("lost" in n) && !calibrated)
			bad("no result")
		if ("lost" in n &&
		    n["scheduled"] != n["started"] + n["dropped"])
			bad("scheduled is not started + dropped")
		if ("lost" in n && n["started"] != n["completed"] + n["lost"])
			bad("started is not completed + lost")
		print out
	}' "$dir/faulty.err" "$dir/faulty.out"
}

# sweep CALL EFFECT[/WHO] MOST COMMAND ...: the first such call fails, then the
# second alone, and so on as long as there are so many, MOST of them at most
sweep() {
	call=$1
	effect=${2%/*}
	who=${2#"$effect"}
	most=$3
	shift 3
	n=0
	while [ $n -lt "$most" ]; do
		n=$((n + 1))
		faulty "$call=$effect@$n$who" "$@"
		[ "$(happened)" -gt 0 ] || break
		why=$(wrong)
		[ -z "$why" ] || break
	done
	if [ -n "${why:-}" ]; then
		not_ok "$call $effect$who: number $n: $why"
		cat "$dir/faulty.err"
	elif [ $n -eq 1 ] && [ "$(happened)" -eq 0 ]; then
		not_ok "$call $effect$who: is never called"
	else
		ok "$call $effect$who: to number $n"
	fi
	why=
}

# sweeps MOST COMMAND ...: one for each CALL EFFECT[/WHO] ... of stdin
sweeps() {
	limit=$1
	shift
	while read -r swept effects; do
		for each in $effects; do
			sweep "$swept" "$each" "$limit" "$@" </dev/null
		done
	done >"$dir/sweeps"
	cat "$dir/sweeps"
	! grep -q '^not ok' "$dir/sweeps" || bad=1
}

# faulty_worker FAULTS [options]: a worker with them, which stays; $worker, its
# $address and $log as of lib_worker.sh, $fds and $kids as they are at first
faulty_worker() {
	workers=$((${workers:-0} + 1))
	: >"$dir/faults.log"
	FAULTS=$1 FAULTS_LOG=$dir/faults.log
	export FAULTS FAULTS_LOG
	shift
	start "worker$workers" tests/faulty.t worker --addr 127.0.0.1:0 -g 2 \
	    "$@"
	unset FAULTS FAULTS_LOG
	worker=$pid
	log=$dir/worker$workers.err
	address=${line##*listening on }
	address=${address#*://}
	fds=$(count_fds)
	kids=$(children "$worker")
}

count_fds() {
	ls "/proc/$worker/fd" | wc -l
}

# ask_it: both kinds of requests, whatever comes of them
ask_it() {
	get /ping | answer any -t 4000
	post "$(plan "$target" "$(phase 50)")" | answer any -t 4000
}

# is_well: a run is made as it was asked for
is_well() {
	post "$(plan "$target" "$(phase 100)")" | answer well -t 4000
	[ "$(code well)" = 200 ] && [ "$(value well completed)" = 2 ] &&
	    [ "$(value well failed)" = 0 ]
}

has_first_fds() {
	[ "$(count_fds)" = "$fds" ]
}

# recovers WHAT: after its faults the worker is as it was, and ends as it should
recovers() {
	tries=0
	until [ $tries -eq 12 ] || { is_well && [ $tries -ge 1 ]; }; do
		ask_it
		tries=$((tries + 1))
	done
	between "$1: it happened" "$(happened)" 1 100000
	poll is_well
	is "$1: a run" "$(code well) $(value well completed)" "200 2"
	poll is_busy false
	is "$1: a ping" "$(code ping)" 200
	poll has_first_fds
	is "$1: descriptors" "$(count_fds)" "$fds"
	kids="$kids $(children "$worker")"
	kill "$worker"
	wait "$worker"
	is "$1: its end" $? 0
	for kid in $kids; do
		poll is_gone "$kid"
		is_gone "$kid" || not_ok "$1: process $kid is left"
	done
}
