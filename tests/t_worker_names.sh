#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves, in a network of its own, what a worker that may not connect to private
# addresses makes of names: of two addresses it uses the public one alone, a
# name that leads to private ones only is refused before the run, one whose
# answer changes after that is not asked for again, though every connection is
# made anew; and no way to write a private address gets round that.
if [ -z "${PULSE_NAMES:-}" ]; then
	PULSE_NAMES=own
	export PULSE_NAMES
	if unshare -mn true 2>/dev/null; then
		exec unshare -mn sh "$0" "$@"
	fi
	PULSE_NAMES=none
fi
. tests/lib_worker.sh

if [ "$PULSE_NAMES" = none ] || ! command -v ip >/dev/null 2>&1 ||
    ! ip link set lo up || ! ip address add 203.0.113.1/32 dev lo; then
	ok "skipped: this user can have no network of its own"
	finish
fi
server=127.77.0.1
printf 'nameserver %s\noptions timeout:2 attempts:2\n' $server \
    >"$dir/resolv.conf"
echo 'hosts: files dns' >"$dir/nsswitch.conf"
mount --bind "$dir/resolv.conf" /etc/resolv.conf
[ ! -e /etc/nsswitch.conf ] ||
    mount --bind "$dir/nsswitch.conf" /etc/nsswitch.conf

start dns tests/dns.t $server public.test 203.0.113.1 \
    private.test 127.0.0.1 both.test 127.0.0.1,203.0.113.1 \
    turns.test 203.0.113.1/127.0.0.1
is "the name server" "$line" ready

# Two targets at one port: whoever is led astray is seen there.
start target tests/misbehave.t -v ok
port=$line
private_log=$dir/target.err
mock --addr "203.0.113.1:0"
public=${url##*:}
worker -g 2 --deny-private

# goes WHAT URL [MEMBERS]: a run there, and nothing of it fails
goes() {
	post "$(plan "$2" "$(phase 500 40)" |
	    sed "s#\"url\"#${3:+$3,}&#;s/\"drop\"/\"block\"/")" | answer goes
	is "$1: status" "$(code goes)" 200
	is "$1: completed" "$(value goes completed)" 20
	is "$1: failed" "$(value goes failed)" 0
}

denied() {
	post "$(plan "$2" "$(phase 100)")" | refused "$1" 400 "$3"
}
anew='"headers":{"Connection":"close"}'

goes "a public address" "http://203.0.113.1:$public/"
goes "a public name" "http://public.test:$public/"
denied "a private name" "http://private.test:$public/" \
    '^private.test: this worker may not connect to'
denied "a private name with a dot" "http://private.test.:$public/" \
    'may not connect to'
denied "a private name in capitals" "http://PRIVATE.test:$public/" \
    'may not connect to'
post "$(plan "http://127.0.0.1.:$port/" "$(phase 100)")" |
    refused "an address with a dot is a name that nobody has" 500
denied "localhost with a dot" "http://LocalHost.:$port/" 'may not connect to'
denied "a host that is encoded" "http://%31%32%37.0.0.1:$port/" ''
denied "a zone" "http://[fe80::1%25lo]:$port/" ''
i=0
while [ $i -lt 4 ]; do
	goes "both, its public address" "http://both.test:$public/" "$anew"
	i=$((i + 1))
done
# It is public when it is asked for the first time, and private from then on.
goes "an answer that changes" "http://turns.test:$public/" "$anew"
denied "it has changed" "http://turns.test:$public/" 'may not connect to'
is "nobody was led astray" "$(lines "$private_log")" 0

finish
