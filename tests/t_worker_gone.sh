#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a run does not outlive its coordinator: closed, half-closed,
# reset, silent beyond its lease, or talking too much, before the start and
# after it, as a document and as a stream; whoever can still hear gets what was
# measured. The next run works each time. And that signals end a worker, with
# the partial result, without waiting for connections that do nothing.
. tests/lib_worker.sh

mock
target=$url
misbehave -v ok
counted=$url
counted_log=$log
worker -g 2
ndjson='Accept: application/x-ndjson'
long=$(plan "$counted" "$(phase 60000 50)" '"interval":100000000')

# stopped WHAT: the worker is idle within a second and the target left alone
stopped() {
	tries=0
	while ! is_busy false; do
		tries=$((tries + 1))
		[ $tries -lt 25 ] || break
		sleep 0.05
	done
	between "$1: is stopped, in 50 ms" "$tries" 0 24
	n=$(lines "$counted_log")
	usable "$1"
	is "$1: no more requests" "$(lines "$counted_log")" "$n"
}

# running NAME [ask's options]: the run in $dir/NAME.request, once it sends
running() {
	: >"$counted_log"
	begun "$@"
	poll has_lines "$counted_log" 5 || not_ok "$1: does not begin"
}

# sent WHAT FILE: the partial result in it tells of what was sent
sent() {
	has "$1: it is partial" "$dir/$2" '"partial":true'
	between "$1: completed" "$(value "$2" completed)" 5 200
	is "$1: started" "$(value "$2" started)" "$(value "$2" completed)"
	is "$1: lost" "$(value "$2" lost)" 0
}

# The connection ends in the middle, with and without a stream.
for kind in document stream; do
	if [ $kind = stream ]; then
		post "$long" "$ndjson" >"$dir/run.request"
	else
		post "$long" >"$dir/run.request"
	fi
	cp "$dir/run.request" "$dir/half.request"
	running half -h -d 300
	stopped "half-closed $kind"
	wait "$asker"
	is "half-closed $kind: is closed after it" $? 0
	is "half-closed $kind: status" "$(code half)" 200
	if [ $kind = stream ]; then
		result_of half
		cp "$dir/half.result" "$dir/half"
	fi
	sent "half-closed $kind" half
	running run -r -d 300
	stopped "reset $kind"
	running run
	kill "$asker"
	stopped "closed $kind"
done
has "closed: the log says so" "$log" 'stopped early'

# Before the start: it is promised, but has not come.
later() {
	get /ping | answer ping
	post "$(plan "$counted" "$(phase 1000)" \
	    "\"startAt\":$(($(value ping now) + $1 * 1000000))")" "$2"
}
: >"$counted_log"
later 30000 "X: y" >"$dir/early.request"
begun early -h -d 300
poll is_busy true
stopped "half-closed before the start"
wait "$asker"
is "half-closed before the start: status" "$(code early)" 200
is "half-closed before the start: partial" "$(value early partial)" true
is "half-closed before the start: total" "$(value early total)" 0
later 30000 "$ndjson" >"$dir/early.request"
begun early -r -d 300
poll is_busy true
stopped "reset before the start"
is "before the start: nothing was sent" "$(lines "$counted_log")" 0

# At once, while generators make ready or before.
for when in 0 1 2 3 5 8 12; do
	post "$long" "$ndjson" >"$dir/quick.request"
	begun quick -r -d "$when"
	wait "$asker"
	begun quick -h -d "$when"
	wait "$asker"
	is "half-closed after $when ms: closes" $? 0
	poll is_busy false
done
stopped "gone at once, again and again"

# The lease: kept by blank lines, lapsed without them.
leased=$(plan "$counted" "$(phase 1500 50)" '"lease":400000000')
post "$leased" >"$dir/kept.request"
answer kept -k <"$dir/kept.request"
is "lease kept: completed" "$(value kept completed)" 75
is "lease kept: is whole" "$(grep -c '"partial":true' "$dir/kept")" 0
post "$(plan "$counted" "$(phase 60000 50)" '"lease":400000000')" \
    >"$dir/lapsed.request"
answer lapsed <"$dir/lapsed.request"
is "lease lapsed: status" "$(code lapsed)" 200
sent "lease lapsed" lapsed
between "lease lapsed: duration, in ms" \
    "$(($(value lapsed duration) / 1000000))" 300 1400
stopped "lease lapsed"

# Who talks too much ahead is not listened to.
{
	post "$long"
	poll is_busy true
	head -c 60000 /dev/zero | tr '\0' x
	get /ping | tests/ask.t -q "$address" >"$dir/still"
	head -c 10000 /dev/zero | tr '\0' x
} | answer much
is "60,000 bytes ahead: goes on" "$(value still busy)" true
is "70,000 bytes ahead: status" "$(code much)" 200
has "70,000 bytes ahead: partial" "$dir/much" '"partial":true'
stopped "70,000 bytes ahead"

# A target that hangs does not keep it either.
misbehave -v hang
post "$(plan "$url" "$(phase 60000 50)")" >"$dir/hang.request"
begun hang -h -d 300
poll has_lines "$log" 3
stopped "half-closed, the target hangs"
wait "$asker"
has "half-closed, the target hangs: partial" "$dir/hang" '"partial":true'
is "half-closed, the target hangs: canceled" \
    "$(value hang context_canceled)" "$(value hang completed)"

# ended WHAT MS: the worker, within this time, with status 0
ended() {
	tries=0
	until is_gone "$worker" || [ $tries -ge $(($2 / 20)) ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	is "$1: ends in $2 ms" "$(is_gone "$worker" && echo yes)" yes
	is_gone "$worker" || kill -KILL "$worker"
	wait "$worker"
	is "$1: status" $? 0
	for kid in $kids; do
		poll is_gone "$kid"
	done
}

# TERM in the middle of a run: its result, and then the end.
worker -g 2 --addr "unix:$dir/socket"
kids=$(children "$worker")
post "$long" >"$dir/term.request"
running term
kill -TERM "$worker"
ended "TERM in a run" 2000
wait "$asker"
is "TERM in a run: the connection closes" $? 0
is "TERM in a run: answer" "$(code term)" 200
sent "TERM in a run" term
is "TERM in a run: the socket is gone" "$(ls "$dir/socket" 2>/dev/null)" ""
worker -g 2
kids=$(children "$worker")
post "$long" "$ndjson" >"$dir/term.request"
running term
kill -HUP "$worker"
ended "HUP in a stream" 2000
result_of term
sent "HUP in a stream" term.result
has "HUP in a stream: is whole" "$dir/term" "^0$cr\$"

# A second one does not wait for requests that hang, or for those that stall.
misbehave -v hang
worker -g 2
kids=$(children "$worker")
post "$(plan "$url" "$(phase 60000 50)")" >"$dir/twice.request"
begun twice
hang_log=$dir/misbehave$servers.err
poll has_lines "$hang_log" 3
kill -TERM "$worker"
refuses() {
	! get /ping | tests/ask.t -q "$address" >"$dir/refuses" 2>&1
}
poll refuses
kill -TERM "$worker"
ended "TERM twice" 500

# Nothing to wait for: connections that are open, used and half-used.
worker -g 2
kids=$(children "$worker")
get /ping >"$dir/open1.request"
begun open1
{ post "$(plan "$target" "$(phase 100)")"; printf '\r\n'; } \
    >"$dir/open2.request"
begun open2
: >"$dir/open3.request"
begun open3
poll grep -q '"total":2' "$dir/open2"
poll grep -q busy "$dir/open1"
kill -TERM "$worker"
ended "TERM when idle" 1000
worker -g 1
kids=$(children "$worker")
kill -HUP "$worker"
ended "HUP when idle" 1000

finish
