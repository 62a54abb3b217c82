#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what happens when local ports run out, in a network of the test's own
# that has fifty of them: those connections fail and are counted, the result is
# not valid and says why; several addresses have more ports; and one address
# has all of them towards each target.
if [ "${1:-}" != inside ]; then
	tests/narrow.t 40000 40049 sh "$0" inside
	status=$?
	[ $status -eq 77 ] || exit $status
	# Root can have such a network, or the machine is not fit for tests.
	[ "$(id -u)" -ne 0 ] || exit 1
	echo "ok - ports # SKIP only root can have a network here"
	exit 0
fi
. tests/lib.sh

# Servers take a port each, while there are some.
mock
other=$url
mock
# More connections at once than there are ports: none is done before all are
# there.
set -- -g 2 -c 80 --requests 80 -r 400 -d 20s --timeout 20s

remedy="(keep connections alive, lower the rate or send from several \
addresses: --source)"
run out "$@" "$url/delay/1s"
is "out: status" "$status" 0
is "out: it was warned" "$(cat "$dir/out.err")" "pulse: local ports may run \
out: up to 80 connections at once, 50 ports $remedy"
adds_up out
is "out: completed" "$(number "$dir/out.json" completed)" 80
# The probe holds one for a while.
between "out: failed" "$(number "$dir/out.json" failed)" 32 33
is "out: failures" "$(failures "$dir/out.json")" \
    "connect EADDRNOTAVAIL transport $(number "$dir/out.json" failed)"
has "out: is not valid" "$dir/out.json" '^    "valid": false'
has "out: says why" "$dir/out.json" "\"local ports ran out: \
$(number "$dir/out.json" failed) connections could not be made \
$remedy\""

run from-three "$@" --source 127.0.0.1,127.0.0.2,127.0.0.3 "$url/delay/1s"
ends from-three 0
is "from-three: statuses" "$(statuses "$dir/from-three.json")" 200:80
is "from-three: failed" "$(number "$dir/from-three.json" failed)" 0
is "from-three: says nothing of ports" \
    "$(grep -c 'ports ran out' "$dir/from-three.json")" 0

# Turns are passed on when one has no port left: uneven shares fit, too.
run uneven "$@" --source 127.0.0.4,127.0.0.5 "$url/delay/1s"
ends uneven 0
is "uneven: statuses" "$(statuses "$dir/uneven.json")" 200:80

# A port is taken by one address for one target, not for all of them: two runs
# with 40 connections each.
set -- -g 1 -c 40 --requests 40 -r 400 -d 20s --timeout 20s \
    --source 127.0.0.6 --no-probe
./pulse run --json "$@" "$url/delay/2s" >"$dir/first.json" &
pids="$pids $!"
background=$!
run second "$@" "$other/delay/2s"
wait "$background"
is "first: status" $? 0
is "first: statuses" "$(statuses "$dir/first.json")" 200:40
ends second 0
is "second: statuses" "$(statuses "$dir/second.json")" 200:40

# The probe passes turns on, too. Meanwhile all ports of the first address are
# held, but for the two that the servers have.
./pulse run --json -g 1 -c 48 --requests 48 -r 400 -d 20s --timeout 20s \
    --source 127.0.0.7 --no-probe "$url/delay/3s" >"$dir/held.json" &
pids="$pids $!"
background=$!
held=0 tries=0
while [ "$held" -lt 48 ] && [ "$tries" -lt 100 ]; do
	# A list that changes while it is read may have a line twice.
	held=$(awk '$2 ~ /^0700007F:/ && $4 == "01" { print $2 }' \
	    /proc/net/tcp | sort -u | wc -l)
	tries=$((tries + 1))
	sleep 0.02
done
is "held: ports" "$held" 48
run passed-on --requests 5 --source 127.0.0.7,127.0.0.8 "$url"
wait "$background"
is "held: status" $? 0
ends passed-on 0
is "passed-on: statuses" "$(statuses "$dir/passed-on.json")" 200:5

finish
