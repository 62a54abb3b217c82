#!/bin/sh
# SPDX-License-Identifier: MIT
# RUNNING A FLEET and EXAMPLES of the manual work when they are pasted: the
# literal blocks of each section are taken from the sources of its pages and run
# in their order, each by a shell of its own, in an empty directory with ./pulse
# first in PATH. What a block leaves running lasts until the end of the section.
# A block that ends with another status than 0 has failed, and so has one that
# takes a minute. The hosts that ssh goes to are this one. What is shown by .Dl
# needs ports or rights of its own, and is not run.
#
# The first block of a section starts the mock, or what else it needs, and
# others may start more of them. Where a port is taken by somebody else, the
# block is run again with port 0, and the port that it got is put into those
# behind it; nothing else is changed. A build without TLS skips the blocks that
# need it.
. tests/lib.sh

# extract PAGE SECTION: to block-1, block-2 ...; roff's escapes are replaced.
extract() {
	awk -v section=".Sh $2" '
	/^\.Sh / { is_here = $0 == section }
	!is_here { next }
	/^\.Bd -literal/ { n++; in_block = 1; next }
	/^\.Ed/ { in_block = 0; next }
	in_block {
		gsub(/\\&/, ""); gsub(/\\\(aq/, "\047"); gsub(/\\\(dq/, "\"")
		gsub(/\\-/, "-"); gsub(/\\e/, "\\")
		print > ("block-" n)
	}
	END { print n + 0 }' "$top/man/$1"
}

# Runs a block that leaves a mock behind; sets pid, and port if it listens.
# Both come as lines through one pipe: read waits for them, or for its end.
start_block() {
	pid=
	port=
	{ (. "$1"; echo "pid $!") >said 2>said.err & }
	while read -r word rest; do
		case "$word $rest" in
		"pid "*)
			pid=$rest
			;;
		*" listening on "*)
			port=${rest##*:}
			;;
		esac
		[ -z "$pid" ] || [ -z "$port" ] || break
	done <said
	[ -z "$port" ] || pids="$pids $pid"
}

# run_mock NAME PORT: ./block starts a mock there, or elsewhere.
run_mock() {
	start_block ./block
	if [ -z "$port" ] && grep -q "Address already in use" said.err; then
		sed "s/:$2/:0/" block >block-any
		start_block ./block-any
	fi
	if [ -z "$port" ]; then
		not_ok "$1: $(cat said.err)"
		return 1
	fi
	ok "$1, on port $port"
	mocks="$mocks $pid"
	echo "s/:$2/:$port/g" >>ports.sed
}

needs_tls() {
	grep -q -e https:// -e --cert "$1"
}

# run_block FILE: sets status; what it leaves running is added to pids.
run_block() {
	: >left
	# A shell that runs the block, and then says what is still there.
	timeout 60 sh -c '. "./$1"; status=$?; jobs -p >left; exit $status' \
	    sh "$1" >out 2>&1 </dev/null &
	pid=$!
	before=$pids
	pids="$pids $pid"
	# In the background, so that a signal reaches this shell meanwhile.
	wait "$pid"
	status=$?
	pids="$before $(tr '\n' ' ' <left)"
}

# run_any NAME: ./block, whatever it is
run_any() {
	asked=$(sed -n 's/^pulse mock --addr [0-9.]*:\([0-9]*\).*/\1/p' block)
	if [ -z "$has_tls" ] && needs_tls block; then
		ok "$1 # SKIP this build has no TLS"
	elif [ -n "$asked" ]; then
		run_mock "$1" "$asked"
	else
		run_block block
		# Others kept a generator waiting: it may say so and be wrong.
		tries=0
		while [ "$status" -ne 0 ] && [ $tries -lt 5 ] &&
		    grep -q 'generator not valid' out; do
			tries=$((tries + 1))
			run_block block
		done
		is "$1: status" "$status" 0
		[ "$status" -eq 0 ] || cat block out
	fi
}

# run_section PAGE TITLE
run_section() {
	mkdir "$dir/$1 $2"
	cd "$dir/$1 $2" || exit 1
	mkfifo said
	n=$(extract "$1" "$2")
	if [ "$n" -lt 2 ]; then
		not_ok "man/$1 has blocks in $2: found $n"
		return
	fi
	: >ports.sed
	mocks=
	i=1
	while [ "$i" -le "$n" ]; do
		sed -f ports.sed "block-$i" >block
		run_any "$1, $2, block $i" || return
		i=$((i + 1))
	done
	for pid in $mocks; do
		if kill -0 "$pid"; then
			ok "$1, $2: mock $pid is still there"
		else
			not_ok "$1, $2: mock $pid is still there"
		fi
	done
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	for pid in $mocks; do
		poll is_gone "$pid"
	done
	pids=
}

# documented WHAT TOPIC ...: each word of ./names is in what help prints of one
# of the topics.
documented() {
	what=$1
	shift
	for topic in "$@"; do
		pulse help "$topic"
	done | tr -cs 'A-Za-z0-9_' '\n' | sort -u >known
	[ -s names ] || not_ok "$what: there are none"
	is "$what are in the manual" "$(sort -u names | comm -23 - known |
	    tr '\n' ' ')" ""
}

# What is written for programs, of a run by workers, as that has most.
run_formats() {
	cd "$top" || exit 1
	mock
	mkdir "$dir/formats"
	cd "$dir/formats" || exit 1
	pulse run -r 100 -d 300ms -i 100ms --percentiles 99.9 -t 'p99<1s' \
	    -t 'errors<1%' -w 'exec:pulse worker --stdio' --out fleet.json \
	    --csv out.csv "$url/status/404" >out 2>&1
	is "a run by a worker: status" $? 2
	pulse run -r 100 -d 300ms --arrivals poisson --out one.json \
	    -H 'X-Test: 1' -b body "$url" >out 2>&1
	is "a run: status" $? 0
	cat fleet.json one.json | tr '{,' '\n\n' |
	    sed -n 's/^ *"\([a-z][A-Za-z0-9_]*\)":.*/\1/p' >names
	documented "the members of a result" json "failed requests" plan
	pulse run -r 100 -d 300ms -i 100ms --progress=json "$url" >out \
	    2>progress
	is "progress: status" $? 0
	is "progress: a line for each interval" \
	    "$(grep -c '^{.*}$' progress)" 3
	tr '{,' '\n\n' <progress |
	    sed -n 's/^ *"\([a-z][A-Za-z0-9_]*\)":.*/\1/p' >names
	documented "the members of progress" progress json "failed requests"
	# Those that are its own stand in its own section.
	printf '%s\n' elapsed_ms planned_duration_ms warmup_ms total bytes_in \
	    bytes_out p50_ms p99_ms >names
	documented "the members of progress alone" "pulse progress"
	head -n 1 out.csv | tr ',\r' '\n\n' | grep . |
	    sed 's/^latency_//;s/^ttfb_//;s/^errors_//
		s/^status_.*/status_1xx/' >names
	documented "the columns of CSV" csv "failed requests"
}

top=$PWD
PATH=$top:$PATH
fake_ssh
has_tls=yes
pulse version | grep -q 'TLS: none' && has_tls=
unset TARGET PULSE_WORKER_TOKEN PULSE_WORKER_DENY_PRIVATE
# Side by side: each in a directory of its own, with processes of its own.
sections=
beside() {
	n=$((${n:-0} + 1))
	(
		trap 'for pid in $pids; do kill "$pid" 2>/dev/null; done' EXIT
		trap 'exit 1' INT TERM HUP
		"$@"
		exit $bad
	) >"$dir/said.$n" 2>&1 </dev/null &
	sections="$sections $!"
}
beside run_section pulse.1 "RUNNING A FLEET"
beside run_section pulse.1 EXAMPLES
beside run_section pulse-plan.5 EXAMPLES
beside run_section pulse-protocol.7 EXAMPLES
beside run_formats
pids="$pids $sections"
for section in $sections; do
	wait "$section" || bad=1
done
cat "$dir"/said.*
finish
