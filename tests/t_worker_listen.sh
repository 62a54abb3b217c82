#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves where a worker can be reached, and where it refuses to be: addresses
# of loopback and others, with and without a token; unix sockets, new, stale and
# in use; standard input and output, with nothing but the protocol there. Every
# misuse is one line and status 1.
. tests/lib_worker.sh

mock
target=$url

# pinged WHAT [FIELD]: the worker at $address is there
pinged() {
	get /ping "${2:-X: y}" | answer ping -t 1000
	is "$1: ping" "$(code ping)" 200
}

# misuse WHAT PATTERN [options]: one line that has it, and status 1; should it
# go on, the test hangs
misuse() {
	what=$1
	pattern=$2
	shift 2
	./pulse worker "$@" >"$dir/misuse.out" 2>"$dir/misuse" </dev/null
	is "$what: status" $? 1
	is "$what: one line" "$(lines "$dir/misuse")" 1
	has "$what: it" "$dir/misuse" "^pulse: worker: .*$pattern"
	is "$what: stdout is empty" "$(cat "$dir/misuse.out")" ""
}

# TCP.
worker --addr '[::1]:0'
pinged "[::1]"
is "[::1]: says where it listens" \
    "$(echo "$line" | sed 's/[0-9]*$//')" \
    'pulse worker: listening on http://[::1]:'
worker --addr localhost:0
pinged localhost
taken=$address
misuse "port in use" "$taken: Address already in use" --addr "$taken"
for where in :0 0.0.0.0:0 '[::]:0' 192.0.2.1:0; do
	misuse "$where without a token" \
	    'needs a token: set PULSE_WORKER_TOKEN' --addr "$where"
done
worker --addr 0.0.0.0:0 --no-auth
address=127.0.0.1:${address##*:}
get /ping | sed 's/localhost/worker7.example/' | answer ping
is "--no-auth: any Host will do" "$(code ping)" 200
get /ping 'Origin: x' | refused "--no-auth: but no Origin" 403
PULSE_WORKER_TOKEN=s3cret worker --addr :0
address=127.0.0.1:${address##*:}
get /ping | refused ":0 with a token: without it" 401
pinged ":0 with a token" 'Authorization: Bearer s3cret'
get /ping 'Authorization: Bearer s3cret' | sed 's/localhost/x.example/' |
    answer ping
is ":0 with a token: any Host will do" "$(code ping)" 200

# Unix sockets.
worker --addr "unix:$dir/socket"
is "unix: says where it listens" "$line" \
    "pulse worker: listening on unix:$dir/socket"
is "unix: mode" "$(ls -l "$dir/socket" | cut -c 1-10)" srw-------
pinged unix
get /ping | sed 's/localhost/any.example/' | answer ping
is "unix: any Host will do" "$(code ping)" 200
post "$(plan "$target" "$(phase 100)")" | answer run
is "unix: a run" "$(value run completed)" 2
first=$worker
misuse "unix: in use" "$dir/socket: Address already in use" \
    --addr "unix:$dir/socket"
pinged "unix: still"
kill -KILL "$first"
poll is_gone "$first"
[ -S "$dir/socket" ] && ok "unix: a stale one is left" ||
    not_ok "unix: no stale one"
worker --addr "unix:$dir/socket"
pinged "unix: a stale one is replaced"
kill -TERM "$worker"
wait "$worker"
is "unix: status" $? 0
is "unix: is gone" "$(ls "$dir/socket" 2>/dev/null)" ""
echo keep >"$dir/file"
misuse "unix: a file" "$dir/file: " --addr "unix:$dir/file"
is "unix: a file stays" "$(cat "$dir/file")" keep
misuse "unix: no such folder" "No such file" --addr "unix:$dir/no/socket"
misuse "unix: no path" "expected" --addr unix:

# Options.
while IFS='	' read -r options pattern; do
	# shellcheck disable=SC2086
	misuse "$options" "$pattern" $options
done <<'END'
--addr	--addr needs a value
--addr x	--addr: x: expected
--addr 127.0.0.1:65536	expected
-g 0	--generators: 0: expected a number
-g 1025	1025
--max-rate 0	--max-rate: 0: expected
--max-rate max	max: expected
--max-concurrency 0	0: expected
--max-concurrency 1000001	1000001: expected
--max-duration 0s	0s: expected
--max-duration 10	10: expected a time
--allow-target a/b	--allow-target: a/b: expected
--allow-target 10.0.0.0/33	expected
--allow-target http://x/	expected
--stdio --addr 127.0.0.1:0	exclude each other
--token-file /nowhere/token	/nowhere/token: No such file
--token-file /dev/null	/dev/null: there is no token
--such-option	no option --such-option
operand	operand: it takes no operand
END
PULSE_WORKER_TOKEN='a b' misuse "a token with a blank" PULSE_WORKER_TOKEN
PULSE_WORKER_DENY_PRIVATE=maybe misuse "a word that is none" \
    PULSE_WORKER_DENY_PRIVATE

# Standard input and output. Its answers go to a file as they come.
mkfifo "$dir/to" "$dir/from"

# stdio NAME [options]: $worker, with its input at descriptor 5
stdio() {
	name=$1
	shift
	./pulse worker --stdio "$@" <"$dir/to" >"$dir/$name" \
	    2>"$dir/$name.err" &
	worker=$!
	pids="$pids $worker"
	exec 5>"$dir/to"
}

stdio answers -g 1
get /ping >&5
poll grep -q '"status":"ok"' "$dir/answers"
is "stdio: ping" "$(code answers)" 200
post "$(plan "$target" "$(phase 200)" '"interval":100000000')" \
    'Accept: application/x-ndjson' >&5
poll grep -q "^0$cr\$" "$dir/answers"
result_of answers
is "stdio: run" "$(value answers.result completed)" 4
is "stdio: snapshots" "$(grep -c '"snapshot"' "$dir/answers")" 2
post "$(plan "$target" "$(phase 60000)")" >&5
poll has_generators "$worker" 1
exec 5>&-
wait "$worker"
is "stdio: the input ends in a run: status" $? 0
is "stdio: its answer" "$(code answers 3)" 200
has "stdio: it is partial" "$dir/answers" '"partial":true'
is "stdio: begins with the protocol" \
    "$(head -n 1 "$dir/answers" | tr -d '\r')" 'HTTP/1.1 200 OK'
is "stdio: nothing on stderr" "$(cat "$dir/answers.err")" ""
stdio nothing
exec 5>&-
wait "$worker"
is "stdio: nothing asked: status" $? 0
is "stdio: nothing asked: nothing said" \
    "$(cat "$dir/nothing" "$dir/nothing.err")" ""
PULSE_WORKER_TOKEN=s3cret stdio trusted -g 1
get /ping 'Origin: x' >&5
exec 5>&-
wait "$worker"
is "stdio: whoever starts it may ask" "$(code trusted)" 200
stdio bad -g 1
printf 'rubbish\r\n\r\n' >&5
wait "$worker"
is "stdio: rubbish: status" $? 0
is "stdio: rubbish: answer" "$(code bad)" 400
exec 5>&-

# The reader goes: so does the worker, in a run too.
./pulse worker --stdio -g 1 <"$dir/to" >"$dir/from" 2>"$dir/gone.err" &
worker=$!
pids="$pids $worker"
exec 5>"$dir/to"
exec 6<"$dir/from"
post "$(plan "$target" "$(phase 60000)" '"interval":50000000')" \
    'Accept: application/x-ndjson' >&5
poll has_generators "$worker" 1
exec 6<&-
poll is_gone "$worker"
is "stdio: the reader goes: ends" "$(is_gone "$worker" && echo yes)" yes
exec 5>&-
stdio term -g 1
post "$(plan "$target" "$(phase 60000)")" >&5
poll has_generators "$worker" 1
kill -TERM "$worker"
wait "$worker"
is "stdio: TERM in a run: status" $? 0
has "stdio: TERM in a run: partial" "$dir/term" '"partial":true'

finish
