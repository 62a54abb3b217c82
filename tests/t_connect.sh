#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves where connections go to and come from: --connect-to leads them
# elsewhere and changes nothing that is sent, --unix-socket takes all of them,
# --source is used in turn; and what is said of one that cannot work.
. tests/lib.sh

# load NAME ARGS ...: six requests, one after the other, on as few connections
# as may be
load() {
	name=$1
	shift
	run "$name" -g 1 -c 1 --saturation block --requests 6 -r 200 -d 20s \
	    "$@"
}

# good NAME: all of them went well
good() {
	ends "$1" 0
	is "$1: statuses" "$(statuses "$dir/$1.json")" 200:6
	is "$1: failed" "$(number "$dir/$1.json" failed)" 0
}

# refuses NAME LINE: no run, and this line on stderr
refuses() {
	is "$1: status" "$status" 1
	is "$1: stdout is empty" "$(cat "$dir/$1.json")" ""
	is "$1: stderr" "$(cat "$dir/$1.err")" "pulse: $2"
}

# hosts FILE: of all requests in it, each once
hosts() {
	sed -n 's/^Host: \(.*\)\r$/\1/p' "$1" | sort -u | paste -s -d ' ' -
}

# requests FILE: how many
requests() {
	grep -c '^Host: ' "$1"
}

# peers FILE: how many connections came from each address
peers() {
	sed -n 's/^peer //p' "$1" | sort | uniq -c |
	    awk '{ out = out sep $2 ":" $1; sep = " " } END { print out }'
}

# Detours. Nobody has a name in .invalid (RFC 6761 6.4), and no server listens
# to port 1: what arrives was led here.
load nowhere --timeout 2s http://nowhere.invalid/
is "nowhere: status" "$status" 1
load nobody http://127.0.0.1:1/
is "nobody: status" "$status" 1

# led NAME URL DETOUR HOST
led() {
	misbehave -h ok
	load "$1" --connect-to "$(echo "$3" | sed "s/PORT/$port/")" "$2"
	good "$1"
	is "$1: requests" "$(requests "$log")" 6
	is "$1: Host" "$(hosts "$log")" "$4"
	is "$1: address" "$(text "$dir/$1.json" address)" "127.0.0.1:$port"
}
led all http://nowhere.invalid/ nowhere.invalid:80:127.0.0.1:PORT \
    nowhere.invalid
led any http://nowhere.invalid:81/ ::127.0.0.1:PORT nowhere.invalid:81
led any-port http://nowhere.invalid:81/ nowhere.invalid::127.0.0.1:PORT \
    nowhere.invalid:81
led any-host http://nowhere.invalid:81/ :81:127.0.0.1:PORT \
    nowhere.invalid:81
led same-host http://127.0.0.1:1/ 127.0.0.1:1::PORT 127.0.0.1:1
led by-name http://nowhere.invalid/ nowhere.invalid:80:localhost:PORT \
    nowhere.invalid
led other-case http://nowhere.INVALID/ NoWhere.invalid:80:127.0.0.1:PORT \
    nowhere.invalid
led ipv6 'http://[::1]:1/' '[::1]:1:127.0.0.1:PORT' '[::1]:1'

# The port stays, and the host does not.
misbehave -h ok
load same-port --connect-to nowhere.invalid::127.0.0.1: \
    "http://nowhere.invalid:$port/"
good same-port
is "same-port: Host" "$(hosts "$log")" "nowhere.invalid:$port"

# A Host of the user's own is left alone.
misbehave -h ok
load own-host --connect-to "::127.0.0.1:$port" -H 'Host: c.example' \
    http://nowhere.invalid/
good own-host
is "own-host: Host" "$(hosts "$log")" c.example

# Those that do not fit are passed over; of those that do, the first counts,
# and where it leads to is not led on.
misbehave -h ok
first=$port
first_log=$log
misbehave -h ok
load no-fit --connect-to "nowhere.invalid:80:127.0.0.1:1" \
    --connect-to "127.0.0.1:1:127.0.0.1:1" "http://127.0.0.1:$first/"
good no-fit
is "no-fit: requests" "$(requests "$first_log")" 6
load in-order --connect-to "nowhere.invalid:81:127.0.0.1:1" \
    --connect-to "nowhere.invalid:80:127.0.0.1:$first" \
    --connect-to "nowhere.invalid::127.0.0.1:$port" \
    --connect-to "127.0.0.1:$first:127.0.0.1:1" http://nowhere.invalid/
good in-order
is "in-order: requests to the first" "$(requests "$first_log")" 12
is "in-order: requests to the second" "$(requests "$log")" 0
load in-order-2 --connect-to "nowhere.invalid::127.0.0.1:$port" \
    --connect-to "nowhere.invalid:80:127.0.0.1:$first" \
    http://nowhere.invalid/
good in-order-2
is "in-order-2: requests to the first" "$(requests "$first_log")" 12
is "in-order-2: requests to the second" "$(requests "$log")" 6

# Redirects are led, too: within a host, and to another that is elsewhere.
mock
load redirects --connect-to "nowhere.invalid:80:${url#http://}" \
    http://nowhere.invalid/redirect/3
good redirects
is "redirects: how many" "$(number "$dir/redirects.json" redirected)" 18
misbehave -h ok
other=$port
other_log=$log
misbehave -v redirect-other-host
load elsewhere --connect-to "localhost:$port:127.0.0.1:$other" "$url/"
good elsewhere
is "elsewhere: Host" "$(hosts "$other_log")" "localhost:$port"
is "elsewhere: requests" "$(requests "$other_log")" 6
is "elsewhere: not followed here" "$(grep -c /done "$log")" 0

load no-detour --connect-to a:80 http://127.0.0.1:1/
refuses no-detour "--connect-to: a:80: expected HOST:PORT:HOST2:PORT2, any of \
them empty"
load dead-end --connect-to ::127.0.0.1:1 http://nowhere.invalid/
refuses dead-end "127.0.0.1:1: Connection refused"

# A unix socket, whatever the host is; redirects to any host are asked for
# there.
start socket ./pulse mock --addr "unix:$dir/mock.sock"
is "socket: what mock says" "$line" \
    "pulse mock: listening on unix:$dir/mock.sock"
load socket --unix-socket "$dir/mock.sock" http://nowhere.invalid/redirect/2
good socket
is "socket: redirects" "$(number "$dir/socket.json" redirected)" 12
is "socket: address" "$(text "$dir/socket.json" address)" \
    "unix:$dir/mock.sock"
kill "$pid"
poll is_gone "$pid"
is "socket: mock takes it away" "$(ls "$dir" | grep -c 'sock$')" 0
load no-socket --unix-socket "$dir/mock.sock" http://nowhere.invalid/
refuses no-socket "unix:$dir/mock.sock: No such file or directory"
load other-file --unix-socket "$dir/no-socket.err" http://nowhere.invalid/
refuses other-file "unix:$dir/no-socket.err: it is no socket"
misbehave -h -u "$dir/bad.sock" redirect-other-host
load socket-redirect --unix-socket "$dir/bad.sock" http://nowhere.invalid/
good socket-redirect
is "socket-redirect: Host" "$(hosts "$log")" "localhost:1 nowhere.invalid"
load both --unix-socket "$dir/bad.sock" --connect-to ::127.0.0.1:1 \
    http://nowhere.invalid/
refuses both "--unix-socket: cannot be combined with --connect-to"

# Connections: one for all, or one for each.
misbehave -hpv ok
load kept --no-probe "$url/"
good kept
is "kept: connects" "$(number "$dir/kept.json" connects)" 1
is "kept: connections" "$(peers "$log")" 127.0.0.1:1
is "kept: Connection" "$(grep -ci '^Connection:' "$log")" 0
misbehave -hpv ok
load closed --no-probe --no-keepalive "$url/"
good closed
is "closed: connects" "$(number "$dir/closed.json" connects)" 6
is "closed: connections" "$(peers "$log")" 127.0.0.1:6
is "closed: Connection" "$(grep -ci '^Connection: close' "$log")" 6

# Where from.
misbehave -p ok
load from-two --no-probe --no-keepalive --source 127.0.0.2,127.0.0.3 "$url/"
good from-two
is "from-two: connections" "$(peers "$log")" "127.0.0.2:3 127.0.0.3:3"
misbehave -p ok
load from-three --no-probe --no-keepalive --source 127.0.0.2 \
    --source 127.0.0.3,127.0.0.4 "$url/"
good from-three
is "from-three: connections" "$(peers "$log")" \
    "127.0.0.2:2 127.0.0.3:2 127.0.0.4:2"
misbehave -p ok
load probe-too --source 127.0.0.2 "$url/"
good probe-too
is "probe-too: connections" "$(peers "$log")" 127.0.0.2:2
misbehave -p ok
load both-families --no-probe --no-keepalive --source ::1,127.0.0.2 "$url/"
if [ -s "$dir/both-families.err" ]; then
	ok "a source of IPv6 # SKIP this machine has none"
else
	good both-families
	is "both-families: connections" "$(peers "$log")" 127.0.0.2:6
	for probe in '' --no-probe; do
		load "other-family$probe" $probe --source ::1 "$url/"
		refuses "other-family$probe" "127.0.0.1: it has no address of \
the family of the source addresses"
	done
fi
# An address that is kept for documents (RFC 5737).
for probe in '' --no-probe; do
	load "not-ours$probe" $probe --source 127.0.0.2,203.0.113.77 "$url/"
	refuses "not-ours$probe" \
	    "source 203.0.113.77: is no address of this machine"
done
load no-source --source localhost "$url/"
refuses no-source "--source: localhost: expected an address of this machine, \
in numbers"

finish
