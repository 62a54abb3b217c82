#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that commands carry the protocol as connections do: that what they say
# on standard error comes through, that one that fails is named with its last
# words, that a terminal's signal does not reach them before their results are
# in, and that none of their processes is left behind. And that a token is used
# and not shown, by runs and by pings.
. tests/lib.sh

misbehave -v ok
target=$url
target_log=$log
# Each command tells the session that it is in, which is its own.
start_worker="echo \$\$ >>$dir/sessions; exec ./pulse worker --stdio -g 1"
command="exec:$start_worker"

# left: processes of those sessions
left() {
	stat='^\([0-9]*\) (.*) [^Z] [0-9]* [0-9]*'
	for session in $(cat "$dir/sessions" 2>/dev/null); do
		sed -n "s/$stat $session .*/\1/p" \
		    /proc/[0-9]*/stat 2>/dev/null
	done
}

none_left() {
	[ -z "$(left)" ]
}

# leaves_nothing NAME SESSIONS
leaves_nothing() {
	is "$1: sessions" "$(lines "$dir/sessions")" "$2"
	is "$1: processes that are left" "$(left)" ""
	rm -f "$dir/sessions"
}

# Two that hang at the ping, for five seconds; looked at below.
hang="exec:echo \$\$ >>$dir/hung; trap '' TERM HUP INT; sleep 50 & wait"
(
	trap - EXIT
	since=$(now)
	./pulse ping "$hang" "$hang" "exec:sleep 50" >"$dir/hang" 2>&1
	status=$?
	echo $(($(now) - since)) >"$dir/hang.took"
	exit $status
) &
hang_run=$!

# Three, as three machines.
run three -w "$command" -w "$command" -w "$command" -r 100 -d 400ms \
    -i 100ms --wire "$dir/three.wire" "$target"
ends three 0
is "three: scheduled" "$(number "$dir/three.json" scheduled)" 40
is "three: each its part" "$(for i in 1 2 3; do
	member "$dir/three.json" workers $i completed
    done | tr '\n' ' ')" "14 13 13 "
is "three: snapshots" "$(sum "$dir/three.json" completed)" 40
is "three: the target saw them" "$(lines "$target_log")" 40
leaves_nothing three 3

# What is said on standard error, a line each, behind the name.
says="exec:echo hello >&2; printf 'a\\033[1mb\\r\\n\\nc' >&2; $start_worker"
run says -w "$says" -w "$command" -r 20 -d 100ms "$target"
is "says: status" "$status" 0
is "says: lines" \
    "$(sed "s/^pulse: exec:.*: //" "$dir/says.err" | tr '\n' '|')" \
    "hello|a?[1mb|"
has "says: its name" "$dir/says.err" "^pulse: exec:echo hello .*: hello\$"
leaves_nothing says 2

# fails COMMAND TEXT: at the ping, so that nothing starts
fails() {
	run fails -w "exec:$1" -w "$command" "$target"
	is "$1: status" "$status" 1
	is "$1: the last words" "$(tail -n 2 "$dir/fails.err")" \
	    "pulse: exec:$1: $2
pulse: 1 of 2 workers cannot run it: nothing was started"
	leaves_nothing "$1" 1
}
ssh="ssh: connect to host x port 22: Connection refused"
fails "echo '$ssh' >&2; exit 255" "$ssh (exited with status 255)"
is "ssh: its words, once as they come" "$(grep -c "$ssh\$" "$dir/fails.err")" 1
fails "true" "the command exited with status 0"
fails 'kill -9 $$' "the command was killed by signal 9 (Killed)"
fails "exec >&-; sleep 50" "the command closed its output"
fails "echo Welcome to Linux; exec ./pulse worker --stdio" \
    "the answer is no HTTP: Welcome to Linux"
run fails -w "exec:$dir/none" "$target"
has "no such command" "$dir/fails.err" \
    "^pulse: exec:$dir/none: .* (exited with status 127)\$"

# One that is killed in the middle: the other goes on.
: >"$target_log"
(
	trap - EXIT
	poll has_lines "$target_log" 10
	kill -KILL "$(tail -n 1 "$dir/sessions")"
) &
run killed -w "$command" -w "$command" -r 100 -d 800ms -i 100ms "$target"
wait $!
is "killed: status" "$status" 1
has "killed: is named" "$dir/killed.err" \
    ": the command was killed by signal 9 (Killed)\$"
is "killed: the other's part" "$(number "$dir/killed.json" scheduled)" 40
adds_up killed
leaves_nothing killed 2

# One that is asked to end: what it has is its result.
: >"$target_log"
(
	trap - EXIT
	poll has_lines "$target_log" 10
	kill -TERM "$(tail -n 1 "$dir/sessions")"
) &
run ended -w "$command" -w "$command" -r 100 -d 800ms "$target"
wait $!
is "ended: status" "$status" 1
has "ended: is named" "$dir/ended.err" ": it stopped early\$"
is "ended: all that was sent is counted" \
    "$(number "$dir/ended.json" completed)" "$(lines "$target_log")"
adds_up ended
leaves_nothing ended 2

# A terminal's signal goes to all of the group, but not to the commands.
for signal in INT TERM; do
	foreground group $signal "$target_log" --json -w "$command" \
	    -w "$command" -w "$command" -r 150 -d 60s "$target"
	case $signal in
	INT) stopped group 130 SIGINT ;;
	TERM) stopped group 143 SIGTERM ;;
	esac
	is "group, $signal: all that was sent is counted" \
	    "$(number "$dir/group.json" completed)" "$(lines "$target_log")"
	between "group, $signal: hundredths until the end" "$took" 0 100
	leaves_nothing "group, $signal" 3
done

# The coordinator is killed: the commands see the end of their input.
: >"$target_log"
./pulse run -w "$command" -w "$command" -r 100 -d 60s "$target" \
    >/dev/null 2>&1 &
orphaned=$!
pids="$pids $orphaned"
poll has_lines "$target_log" 5
kill -KILL "$orphaned"
since=$(now)
poll none_left
between "orphans: hundredths until all have left" $(($(now) - since)) 0 150
leaves_nothing orphans 2

# A token: from the environment or a file; right, wrong, none.
PULSE_WORKER_TOKEN=open-sesame
export PULSE_WORKER_TOKEN
worker -g 1
locked=$worker
./pulse run --json -w "$locked" -r 100 -d 500ms --out "$dir/token.out" \
    --wire "$dir/token.wire" "$target" >"$dir/token.json" 2>"$dir/token.err" &
run=$!
pids="$pids $run"
poll is_pulse "$run"
tr '\0' '\n' <"/proc/$run/cmdline" >"$dir/token.argv"
wait "$run"
is "token: status" $? 0
./pulse ping "$locked" >"$dir/token.ping" 2>&1
is "token: ping" $? 0
./pulse run -n -w "$locked" "$target" >"$dir/token.dry" 2>&1
./pulse run -n --json -w "$locked" "$target" >>"$dir/token.dry" 2>&1
PULSE_WORKER_TOKEN=wrong-sesame ./pulse run -w "$locked" "$target" \
    >"$dir/token.wrong" 2>&1
is "token: a wrong one" $? 1
has "token: a wrong one is named" "$dir/token.wrong" \
    "^pulse: $locked: it answers 401 Unauthorized: "
unset PULSE_WORKER_TOKEN
./pulse ping "$locked" >"$dir/token.none" 2>&1
is "token: none" $? 1
has "token: none is named" "$dir/token.none" "^$locked  failed: it answers 401"
echo open-sesame >"$dir/secret"
./pulse ping --token-file "$dir/secret" "$locked" >"$dir/token.file" 2>&1
is "token: of a file" $? 0
run token_file -w "$locked" --token-file "$dir/secret" --requests 1 "$target"
is "token: a run with it" "$status" 0
is "token: it is shown nowhere" \
    "$(cat "$dir"/token* "$dir"/worker*.err | grep -c sesame)" 0

# Pings: a line each, in order, with what they say.
worker -g 3
gopeer
gopeer_worker=$worker
worker -g 3
./pulse ping "$worker" "$gopeer_worker" 127.0.0.1:1 "$command" \
    >"$dir/ping" 2>"$dir/ping.err"
is "ping: status" $? 1
is "ping: stderr is empty" "$(cat "$dir/ping.err")" ""
is "ping: columns" "$(head -n 1 "$dir/ping" | tr -s ' ')" \
    "WORKER VERSION GENERATORS STATE ROUND TRIP"
version=$(./pulse version | awk '{ print $2; exit }')
has "ping: one of ours" "$dir/ping" \
    "^$worker  *$version  *3  *idle  *[0-9.]*[mnu]*s\$"
has "ping: a Go worker" "$dir/ping" \
    "^$gopeer_worker  *-  *-  *-  *[0-9.]*[mnu]*s\$"
has "ping: one that fails" "$dir/ping" \
    "^127.0.0.1:1  *failed: Connection refused\$"
is "ping: lines, and one for a long name" "$(lines "$dir/ping")" 6
leaves_nothing ping 1
body='{"status":"ok","version":"1\u001b[2J\n2","features":[null,5,"share"],'
body=$body'"now":-1,"busy":1}'
printf 'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s' ${#body} "$body" \
    >"$dir/odd"
gopeer -p "$dir/odd"
./pulse ping "$worker" >"$dir/ping"
is "ping: what it says is made text" "$(tail -n 1 "$dir/ping" | tr -s ' ' |
    cut -d ' ' -f 2-4)" "1?[2J?2 - idle"

# Those that hung: told after five seconds, killed together after a sixth.
wait "$hang_run"
is "hang: status" $? 1
between "hang: hundredths until the end" "$(cat "$dir/hang.took")" 500 750
is "hang: are named" "$(grep -c 'no answer to a ping within 5s' "$dir/hang")" 3
mv "$dir/hung" "$dir/sessions"
leaves_nothing hang 2

# A command that ends its output behind the ping, and lingers: it is started
# anew for the run, at once. Both say no more than that they are there.
cat >"$dir/leaves" <<-'END'
	cr=$(printf '\r')
	while IFS= read -r line && [ -n "${line%"$cr"}" ]; do
		:
	done
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status":"ok"}'
	exec >&-
	sleep 30
END
since=$(now)
run leaves -w "exec:exec sh $dir/leaves" -r 100 -d 100ms "$target"
is "leaves: status" "$status" 1
has "leaves: what became of the second" "$dir/leaves.err" \
    ": it scheduled 0 arrivals where 10 were asked for\$"
between "leaves: hundredths until the end" $(($(now) - since)) 0 1500

finish
