#!/bin/sh
# SPDX-License-Identifier: MIT
# The filters of system calls, in the real binary: parents, generators and
# resolvers have them; loads, names, TLS, files of results, and children that
# are replaced are as without; --no-sandbox leaves them out, and a kernel
# without them is named once. Names are asked for in namespaces of its own where
# there may be some.
if [ -z "${PULSE_NAMESPACE:-}" ]; then
	PULSE_NAMESPACE=none
	for way in "unshare -nm" "unshare -rnm"; do
		if $way true 2>/dev/null; then
			PULSE_NAMESPACE=own
			break
		fi
	done
	export PULSE_NAMESPACE
	[ "$PULSE_NAMESPACE" = none ] || exec $way sh "$0" "$@"
fi
. tests/lib_tls.sh
. tests/lib_worker.sh

if ! grep -q '^Seccomp:' /proc/self/status 2>/dev/null ||
    grep -qa __asan_init ./pulse; then
	ok "left out: this system, or this build, has none"
	finish
fi

# state PID: what /proc says of it, as "rights filter"
state() {
	awk '/^NoNewPrivs:/ { rights = $2 } /^Seccomp:/ { filter = $2 }
	    END { print rights, filter }' "/proc/$1/status" 2>/dev/null
}
bare=$(state $$)
bare=${bare#* }

# states WHAT WANT N PARENT: of it and its N children
states() {
	is "$1: the parent" "$(state "$4")" "$2"
	kids=$(children "$4")
	# shellcheck disable=SC2086
	is "$1: children" "$(echo $kids | wc -w | tr -d ' ')" "$3"
	for kid in $kids; do
		in_state "$kid" "$2" || poll in_state "$kid" "$2"
		is "$1: child $kid" "$(state "$kid")" "$2"
	done
}

in_state() {
	[ "$(state "$1")" = "$2" ]
}

# long NAME [options]: a run in the background, once all generators are at it;
# $run
long() {
	name=$1
	shift
	./pulse run --json -g 2 -r max -c 4 -d 60s "$@" "$url" \
	    >"$dir/$name.json" 2>"$dir/$name.err" &
	run=$!
	pids="$pids $run"
	poll has_generators "$run" 2 || not_ok "$name: does not begin"
}

# A name server, and a host of a name that only it knows.
host=localhost
if [ "$PULSE_NAMESPACE" = own ]; then
	server=127.78.0.1
	start dns tests/dns.t $server target.test 127.0.0.1
	printf 'nameserver %s\noptions timeout:5 attempts:1\n' $server \
	    >"$dir/resolv.conf"
	echo 'hosts: files dns' >"$dir/nsswitch.conf"
	if mount --bind "$dir/resolv.conf" /etc/resolv.conf 2>/dev/null; then
		host=target.test
		# Not there with all C libraries.
		mount --bind "$dir/nsswitch.conf" /etc/nsswitch.conf \
		    2>/dev/null
	fi
fi
if [ $host = localhost ]; then
	ok "left out: a name server, as there may be no namespace"
fi
mock
plain=$url
named=$(echo "$url" | sed "s/127.0.0.1/$host/")

# A run.

long run
states "run" "1 2" 3 "$run"
kill -TERM "$run"
wait "$run"
status=$?
stopped run 143 SIGTERM
is "run: failed" "$(number "$dir/run.json" failed)" 0

long bare --no-sandbox
states "--no-sandbox" "1 $bare" 3 "$run"
kill -TERM "$run"
wait "$run" 2>/dev/null

run named -r 50 -d 200ms "$named"
ends named 0
is "named: completed" "$(number "$dir/named.json" completed)" 10
is "named: failed" "$(number "$dir/named.json" failed)" 0

run nowhere -r 50 -d 200ms "http://nowhere.test:1/"
is "nowhere: status" "$status" 1
has "nowhere: says why" "$dir/nowhere.err" '^pulse: nowhere\.test: '

echo old >"$dir/out.json"
./pulse run -q -r 50 -d 200ms --out "$dir/out.json" --csv "$dir/out.csv" \
    --junit "$dir/out.xml" --wire "$dir/out.wire" "$plain" >"$dir/out" 2>&1
is "results: status" $? 0
is "results: completed" "$(number "$dir/out.json" completed)" 10
for file in out.csv out.xml out.wire; do
	between "results: lines of $file" "$(lines "$dir/$file")" 1 1000
done
is "results: nothing is left" "$(ls -a "$dir" | grep pulse)" ""

# One that is killed as by the filter ends the run, and that is said.
long killed
kill -SYS "$(generators "$run" | tail -n 1)"
wait "$run"
is "killed: status" $? 1
has "killed: says so" "$dir/killed.err" \
    'generator [01] (pid [0-9]*) was killed by signal 31'

# A worker.

worker -g 2
states "worker" "1 2" 3 "$worker"
# full WHAT HOST: a run there
full() {
	post "$(plan "$2" "$(phase 200)")" | answer full
	is "$1: status" "$(code full)" 200
	is "$1: completed" "$(value full completed)" 4
	is "$1: failed" "$(value full failed)" 0
}
full "worker" "$named"
kids=$(children "$worker")
# shellcheck disable=SC2086
kill -KILL $kids
for kid in $kids; do
	poll is_gone "$kid"
done
full "replaced" "$named"
states "replaced" "1 2" 3 "$worker"
kill -TERM "$worker"
poll is_gone "$worker"
is "worker: no complaint" "$(grep -v completed "$log")" ""

worker -g 1 --addr "unix:$dir/socket"
states "worker, unix" "1 2" 2 "$worker"
run fleet -r 50 -d 200ms -w "unix:$dir/socket" "$named"
ends fleet 0
is "fleet: completed" "$(number "$dir/fleet.json" completed)" 10
kill -TERM "$worker"
poll is_gone "$worker"
is "worker, unix: its socket is gone" "$(ls "$dir/socket" 2>/dev/null)" ""

worker -g 1 --no-sandbox
states "worker --no-sandbox" "1 $bare" 2 "$worker"

# A coordinator has a filter, unless it starts commands.
./pulse run --json -r max -d 60s -w "$address" "$plain" >"$dir/coord.json" \
    2>"$dir/coord.err" &
run=$!
pids="$pids $run"
poll has_generators "$worker" 1
states "coordinator" "1 2" 1 "$run"
kill -TERM "$run"
wait "$run"
poll is_busy false
run exec -r 50 -d 200ms -w "exec:./pulse worker --stdio -g 1" "$plain"
ends exec 0
is "exec: completed" "$(number "$dir/exec.json" completed)" 10

# TLS: who is trusted by the system, and the log of keys.

if ! ./pulse version | grep -q 'TLS: none'; then
	certificates
	mock --cert "$dir/cert.pem" --key "$dir/key.pem"
	secure=$(echo "$url" | sed 's/127.0.0.1/localhost/')
	run given -r 50 -d 200ms --cacert "$dir/ca.pem" "$secure"
	ends given 0
	is "--cacert: failed" "$(number "$dir/given.json" failed)" 0
	SSL_CERT_FILE=$dir/ca.pem SSLKEYLOGFILE=$dir/keys ./pulse run --json \
	    --no-keepalive -r 50 -d 200ms "$secure" >"$dir/system.json" \
	    2>"$dir/system.err"
	status=$?
	ends system 0
	is "SSL_CERT_FILE: failed" "$(number "$dir/system.json" failed)" 0
	# A probe and ten requests, five lines for each that is not resumed.
	between "SSLKEYLOGFILE: lines" "$(lines "$dir/keys")" 10 200
	# Where the first connection is the generators'.
	SSL_CERT_FILE=$dir/ca.pem ./pulse run --json --no-probe -r 50 \
	    -d 200ms "$secure" >"$dir/unprobed.json" 2>"$dir/unprobed.err"
	status=$?
	ends unprobed 0
	is "--no-probe: failed" "$(number "$dir/unprobed.json" failed)" 0
fi

# A kernel without: it is named once, by the parent.

warning='pulse: going on without a filter of system calls: '
tests/nofilter.t ./pulse run -q -r 50 -d 200ms "$named" >"$dir/none" \
    2>"$dir/none.err"
is "no filters: status" $? 0
is "no filters: one line" "$(lines "$dir/none.err")" 1
has "no filters: says so" "$dir/none.err" "^$warning"
tests/nofilter.t ./pulse run -q --no-sandbox -r 50 -d 200ms "$named" \
    >"$dir/none" 2>"$dir/none.err"
is "no filters, --no-sandbox: status" $? 0
is "no filters, --no-sandbox: stderr is empty" "$(cat "$dir/none.err")" ""
start old tests/nofilter.t ./pulse worker -g 2 --addr 127.0.0.1:0
run with_old -r 50 -d 200ms -w "${line##* }" "$named"
ends with_old 0
is "no filters, a worker: says so once" \
    "$(grep -c 'worker: going on without' "$dir/old.err")" 1

# One file, by its own way to find names.

if [ -x pulse-static ]; then
	./pulse-static run --json -r 50 -d 200ms "$named" \
	    >"$dir/static.json" 2>"$dir/static.err"
	status=$?
	ends static 0
	is "static: failed" "$(number "$dir/static.json" failed)" 0
	start static ./pulse-static worker -g 1 --addr 127.0.0.1:0
	states "static" "1 2" 2 "$pid"
	run by_static -r 50 -d 200ms -w "${line##* }" "$named"
	ends by_static 0
fi
finish
