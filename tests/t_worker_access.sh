#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what a worker lets be done: runs within its limits only, targets that
# are allowed only, however their address is written and wherever a redirect,
# connectTo or unixSocket leads; each refusal is a 400 with the reason. And that
# a token is shown nowhere: not in arguments, answers or the log, nor in a core.
. tests/lib_worker.sh

mock
target=$url
misbehave -v redirect-other-host
redirect=$url
redirect_log=$log

# refuses WHAT PLAN PATTERN, allows WHAT PLAN
refuses() {
	post "$2" | refused "$1" 400 "$3"
}

allows() {
	post "$2" | answer allowed
	is "$1: status" "$(code allowed)" 200
	is "$1: failed" "$(value allowed failed)" 0
}

# How much.
worker -g 1 --max-rate 100 --max-concurrency 8 --max-duration 300ms
allows "rate at the limit" "$(plan "$target" "$(phase 100 100)")"
refuses "rate beyond it" "$(plan "$target" "$(phase 100 101)")" \
    '^phases: 101/s is more than this worker allows (100/s)'
refuses "a peak beyond it" "$(plan "$target" \
    '{"type":"spike","duration":9,"from":1,"to":200,"spikeDuration":1}')" \
    '^phases: 200/s is more'
allows "a share within it" "$(plan "$target" "$(phase 100 200)" \
    '"share":{"of":2,"take":[1]}')"
refuses "no rate at all" \
    "$(plan "$target" '{"type":"max","duration":100000000}')" \
    'a max phase has no rate'
refuses "concurrency" "$(plan "$target" "$(phase 100)" |
    sed 's/rency":4/rency":9/')" '^maxConcurrency: 9 is more .* (8)'
refuses "duration" "$(plan "$target" "$(phase 200),$(phase 101)")" \
    '^phases: .*longer than this worker allows (300ms)'
allows "duration at the limit" "$(plan "$target" "$(phase 200),$(phase 100)")"
post "$(plan "$target" "$(phase 100 101)")" 'Origin: x' |
    refused "403 before the limits" 403

# Where to: by name.
worker -g 1 --allow-target "127.0.0.1:${target##*:}" --allow-target \
    "${redirect#http://}" --allow-target example.com
allows "allowed" "$(plan "$target" "$(phase 100)")"
for other in "http://127.0.0.1:1" "$(echo "$target" |
    sed 's/127.0.0.1/localhost/')" "$(echo "$target" |
    sed 's/127.0.0.1/2130706433/')" "http://127.0.0.2:${target##*:}"; do
	refuses "$other" "$(plan "$other" "$(phase 100)")" \
	    'this worker may not connect to'
done
post "$(plan "$redirect/" "$(phase 100)")" | answer redirected
is "a redirect to another name: status" "$(code redirected)" 200
is "a redirect to another name: failed" "$(value redirected failed)" 2
is "a redirect to another name: errorCounts" \
    "$(value redirected errorCounts)" '{"transport":2}'
has "a redirect to another name: errorTable" "$dir/redirected" \
    '"errorTable":\[{"part":"connect","cause":"target_denied","count":2}\]'
is "a redirect to another name: was not followed" \
    "$(grep -c '/done' "$redirect_log")" 0

# By address.
worker -g 1 --allow-target 127.0.0.0/31 --allow-target 10.0.0.0/8
for other in 127.0.0.1 localhost 0177.0.0.1 2130706433 '[::ffff:127.0.0.1]'
do
	allows "$other in a range" \
	    "$(plan "http://$other:${target##*:}" "$(phase 100)")"
done
post "$(plan "$redirect/" "$(phase 100)")" | answer redirected
is "a redirect within the range" "$(value redirected failed)" 0
followed=$(grep -c '/done' "$redirect_log")
for other in 127.0.0.2 '[::1]' 192.0.2.1; do
	refuses "$other in no range" \
	    "$(plan "http://$other:${target##*:}" "$(phase 100)")" \
	    "may not connect to"
done

# No private ones.
denies_private() {
	for host in 127.0.0.1 localhost a.localhost '[::ffff:127.0.0.1]' \
	    0177.0.0.1 2130706433 0x7f.1 127.1 '[::1]' '[::]' 0 10.0.0.1 \
	    172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 \
	    '[fd00::1]' '[fe80::1]' '[64:ff9b::7f00:1]' '[2002:7f00:1::]'; do
		refuses "$1: $host" \
		    "$(plan "http://$host:${target##*:}" "$(phase 100)")" \
		    "may not connect to"
	done
}
worker -g 1 --deny-private
denies_private "--deny-private"
worker -g 1 --deny-private --allow-target 127.0.0.1
refuses "allowed, but private" "$(plan "$target" "$(phase 100)")" \
    'may not connect'
for word in 1 TRUE yes On; do
	PULSE_WORKER_DENY_PRIVATE=$word worker -g 1
	refuses "PULSE_WORKER_DENY_PRIVATE=$word" \
	    "$(plan "$target" "$(phase 100)")" 'may not connect'
done
for word in '' 0 no OFF False; do
	PULSE_WORKER_DENY_PRIVATE=$word worker -g 1
	allows "PULSE_WORKER_DENY_PRIVATE=$word" \
	    "$(plan "$target" "$(phase 100)")"
done

# Away from the URL: only where a rule says so. Nobody has a name in .invalid
# (RFC 6761 6.4), so what goes well went by the rule.
misbehave -h -u "$dir/target.sock" redirect-other-host
socket_log=$log
nowhere=http://nowhere.invalid/
place=${target#http://}

# led URL MEMBER: a run with this member of its httpScenario
led() {
	plan "$1" "$(phase 100)" | sed "s#\"url\"#$2,&#"
}

over() {
	led "$nowhere" "\"unixSocket\":\"$1\""
}

# to DETOUR [URL]
to() {
	led "${2:-$nowhere}" "\"connectTo\":[\"$1\"]"
}
names="this worker's --allow-target does not name"

worker -g 1
refuses "a socket, no rules" "$(over "$dir/target.sock")" \
    "^unixSocket: $names $dir/target.sock"
refuses "a detour, no rules" "$(to "::$place")" "^connectTo: $names $place"
refuses "a detour to the URL's place, no rules" "$(to "$place:$place" \
    "$target")" "^connectTo: $names $place"

worker -g 1 --allow-target "unix:$dir/target.sock"
allows "a socket" "$(over "$dir/target.sock")"
is "a socket: redirects are asked for there" \
    "$(grep -c '^Host: localhost:1' "$socket_log")" 2
refuses "another socket" "$(over "$dir/other.sock")" \
    "^unixSocket: $names $dir/other.sock"
refuses "the socket by another way" "$(over "$dir/./target.sock")" \
    '^unixSocket'
refuses "no socket" "$(plan "$target" "$(phase 100)")" 'may not connect to'
refuses "a detour, a rule for a socket" "$(to "::$place")" '^connectTo'
refuses "both" "$(led "$nowhere" "\"connectTo\":[\"::$place\"],\
\"unixSocket\":\"$dir/target.sock\"")" '^[a-zA-Z.]*unixSocket: cannot be'
worker -g 1 --deny-private --allow-target "unix:$dir/target.sock"
refuses "a socket, --deny-private" "$(over "$dir/target.sock")" \
    '^unixSocket: .*which is private'

worker -g 1 --allow-target "$place" --allow-target "${redirect#http://}"
allows "a detour" "$(to "::$place")"
allows "a detour from a name" "$(to "nowhere.invalid:80:$place")"
allows "a detour, not needed" "$(to "nowhere.invalid:80:$place" "$target")"
refuses "a detour to another port" "$(to "::127.0.0.1:1")" \
    "^connectTo: $names 127.0.0.1:1"
refuses "a detour to another name" "$(to "::localhost:${place##*:}")" \
    "^connectTo: $names localhost:${place##*:}"
refuses "a second detour" "$(led "$nowhere" "\"connectTo\":[\"::$place\",\
\"a:80:b:80\"]")" "^connectTo: $names b:80"
refuses "a host that no detour fits" \
    "$(to "nowhere.invalid:80:$place" http://127.0.0.1:1/)" \
    'may not connect to'
post "$(to "nowhere.invalid:80:${redirect#http://}")" | answer redirected
has "a detour, then a redirect" "$dir/redirected" \
    '"errorTable":\[{"part":"connect","cause":"target_denied","count":2}\]'
is "a detour, then a redirect: was not followed" \
    "$(grep -c '/done' "$redirect_log")" "$followed"
allows "a redirect, then a detour" \
    "$(to "localhost:${redirect##*:}:$place" "$redirect/")"

worker -g 1 --allow-target 127.0.0.0/31
allows "a detour into a range" "$(to "::$place")"
refuses "a detour out of it" "$(to "::127.0.0.2:1")" \
    "^connectTo: $names 127.0.0.2:1"
worker -g 1 --deny-private --allow-target "$place"
refuses "a detour, --deny-private" "$(to "::$place")" 'may not connect to'

# The token: from a file or the environment, and nowhere else.
printf 's3cret-of-the-file\r\nsecond line\n' >"$dir/token"
PULSE_WORKER_TOKEN=s3cret-of-the-environment worker -g 2 --token-file \
    "$dir/token"
is "token: no cores" "$(cores "$worker")" "0 0"
body=$(plan "http://user:s3cret-of-the-url@${target#http://}/" "$(phase 100)" |
    sed 's/"url"/"headers":{"Authorization":"s3cret-of-the-header"},"url"/')
post "$body" 'Authorization: Bearer s3cret-of-the-environment' |
    refused "token: the file wins" 401
cat "$dir/refused" >"$dir/said"
post "$body" 'Authorization: Bearer s3cret-of-the-file' | answer run
is "token: status" "$(code run)" 200
is "token: completed" "$(value run completed)" 2
cat "$dir/run" "$log" >>"$dir/said"
for process in "$worker" $(children "$worker"); do
	tr '\0' ' ' <"/proc/$process/cmdline" >>"$dir/said"
done
is "token: is said nowhere" "$(grep s3cret "$dir/said")" ""
has "token: the log hides the password" "$log" \
    'GET http://user:\*\*\*@127.0.0.1:'
printf 's3cret of-the-file\n' >"$dir/token"
./pulse worker --token-file "$dir/token" >"$dir/bad" 2>&1
is "token: a bad one: status" $? 1
is "token: a bad one: is not shown" "$(grep s3cret "$dir/bad")" ""

finish
