#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a worker which strangers wear out goes on: crowds that only
# connect, send half of something, send without end, do not read, or come and
# go. All the while /ping on a new connection is answered, a run that goes on
# loses nothing, memory and descriptors stay within bounds, and afterwards it
# does nothing. And that a head has ten seconds and a body thirty, however the
# bytes trickle.
. tests/lib_worker.sh

mock
target=$url

# What is measured is bounded generously: the machine may be busy. The
# sanitizers need their own time and memory.
scale=1
! grep -q __asan_init ./pulse || scale=4
max_us=$((1000000 * scale))

# said WORD: a number of storm's line
said() {
	sed -n "s/.*$1=\([0-9]*\).*/\1/p" "$dir/storm"
}

fds() {
	ls "/proc/$worker/fd" | wc -l
}

has_fds() {
	[ "$(fds)" -le "$1" ]
}

# most_memory: of the parent, in KiB, at its worst
most_memory() {
	awk '/^VmHWM:/ { print $2 }' "/proc/$worker/status"
}

# used: its CPU time, in ticks
used() {
	awk '{ print $14 + $15 }' "/proc/$worker/stat"
}

# storm WHAT OPTIONS: pings go on, and no descriptor is left over
storm() {
	what=$1
	shift
	tests/storm.t "$@" "$address" >"$dir/storm" 2>"$dir/storm.err"
	is "$what: status" $? 0
	between "$what: pings" "$(said pings)" 1 100000
	between "$what: median, in us" "$(said p50)" 0 $((max_us / 2))
	echo "# $what: $(cat "$dir/storm")"
	poll has_fds $((before + 1)) || poll has_fds $((before + 1))
	between "$what: descriptors" "$(fds)" 1 $((before + 1))
}

# A head and a body that trickle, in the background until the end.
worker -g 1
slow=$address
begin=$(now)
{
	get /ping | head -c 30
	i=0
	while [ $i -lt 13 ]; do
		sleep 1
		printf x
		i=$((i + 1))
	done
} | tests/ask.t -q -t 20000 "$slow" >"$dir/head" 2>/dev/null && now \
    >"$dir/head.end" &
pids="$pids $!"
{
	head_of POST /run 'Content-Type: application/json' 'Content-Length: 99'
	i=0
	while [ $i -lt 35 ]; do
		sleep 1
		printf ' '
		i=$((i + 1))
	done
} | tests/ask.t -q -t 40000 "$slow" >"$dir/body" 2>/dev/null && now \
    >"$dir/body.end" &
trickle=$!
pids="$pids $trickle"

worker -g 1
before=$(fds)
first=$worker
storm "nobody" -t 500 none
post "$(plan "$target" "$(phase 9000 200)")" >"$dir/long.request"
begun long -q
poll is_busy true
before=$((before + 3))
storm "5,000 that only connect" -t 1500 -n 5000 -o 1000 idle
between "they are bounded" "$(said open)" 900 1000
storm "5,000 from many addresses" -t 1500 -n 5000 -a 50 idle
storm "half heads" -t 1500 -n 2000 half
storm "those that come and go" -t 1500 churn
before=$((before - 3))
wait "$asker"
is "the run among them: status" "$(code long)" 200
is "the run among them: nothing is missing" \
    $(($(value long total) + $(value long dropped))) 1800
is "the run among them: failed" "$(value long failed)" 0
between "the run among them: dropped" "$(value long dropped)" 0 180
is "the run among them: is whole" "$(grep -c '"partial":true' "$dir/long")" 0
storm "blank lines without end" -t 1500 -n 200 blank
storm "1,000 bodies of 1 MiB" -t 2500 -n 1000 -o 200 body
between "most are closed for want of memory" "$(said open)" 1 200
storm "nobody reads" -t 1500 -n 200 unread
between "memory at its worst, in KiB" "$(most_memory)" 1 $((192 * 1024 * scale))
calm=$(used)
poll is_busy false
between "afterwards it does nothing, in ticks" $(($(used) - calm)) 0 20
usable "after all of them"
is "the log has the runs alone" "$(grep -v -c 'completed' "$log")" 0

# Over a unix socket, and with TLS.
worker -g 1 --addr "unix:$dir/socket"
before=$(fds)
storm "a unix socket" -t 1000 -n 2000 half
if command -v openssl >/dev/null && ! ./pulse version | grep -q 'TLS: none'
then
	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout \
	    "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
	worker -g 1 --cert "$dir/cert.pem" --key "$dir/key.pem"
	address=${address#https://}
	before=$(fds)
	# A second of work for one processor, which others may want, too.
	max_us=$((max_us * 4))
	storm "900 handshakes" -s -t 6000 -n 900 hello
else
	ok "900 handshakes: skipped, there is no TLS here"
fi

# The real time limits.
wait "$trickle"
is "a head: status" "$(code head)" 408
between "a head: time, in 10 ms" $(($(cat "$dir/head.end") - begin)) 950 1200
is "a body: status" "$(code body)" 408
between "a body: time, in 10 ms" $(($(cat "$dir/body.end") - begin)) 2950 3200
is "nobody else was ended" "$(process_state "$first" | grep -c '[RS]')" 1

finish
