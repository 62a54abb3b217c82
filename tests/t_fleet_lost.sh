#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that workers that fail are named with their reason, whatever they do:
# before the start all are, and nothing is sent; after it the others go on, and
# what they did is merged, judged and reported, with status 1.
. tests/lib.sh

misbehave -v ok
target=$url
target_log=$log
worker -g 1
a=$worker
worker -g 1
b=$worker
b_pid=$pid

# said NAME: what stderr has but for notes
said() {
	grep -v -e 'does not stream' -e 'cannot be told' "$dir/$1.err"
}

# Two that take their time: one that is silent when pinged, and one that is
# stopped in the middle of its run, until a signal ends all. Looked at below.
# The third of its fleet answers twice, which must not count for the silent one.
misbehave hang
silent=127.0.0.1:$port
cat >"$dir/twice" <<-'END'
	answer() {
		printf 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n'
		printf '{"status":"ok"}'
	}
	read -r line
	answer
	sleep 0.1
	answer
	while read -r line; do
		:
	done
END
./pulse run --json -w "$silent,$a" -w "exec:sh $dir/twice" -r 100 "$target" \
    >"$dir/silent.json" 2>"$dir/silent.err" &
silent_run=$!
worker -g 1
stopped=$worker
stopped_pid=$pid
worker -g 1
beside=$worker
misbehave -v ok
./pulse run --json -w "$stopped,$beside" -r 50 -d 60s -i 100ms "$url" \
    >"$dir/stopped.json" 2>"$dir/stopped.err" &
stopped_run=$!
pids="$pids $silent_run $stopped_run"
poll has_lines "$log" 20
kill -STOP "$stopped_pid"
poll is_stopped "$stopped_pid"
kill -TERM "$stopped_run"

# At the ping: all of them are named, and one that is well is left alone.
PULSE_WORKER_TOKEN=secret
export PULSE_WORKER_TOKEN
worker -g 1
locked=$worker
unset PULSE_WORKER_TOKEN
printf 'SSH-2.0-OpenSSH_9.2\r\n' >"$dir/banner"
gopeer -p "$dir/banner"
banner=$worker
printf 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{' >"$dir/cut"
gopeer -p "$dir/cut"
cut=$worker
worker -g 1
busy=$worker
: >"$log"
./pulse run --json -w "$busy" -r 10 -d 60s "$url" >/dev/null 2>&1 &
busy_run=$!
pids="$pids $busy_run"
is_busy() {
	./pulse ping "$1" | grep -q ' busy '
}
poll is_busy "$busy"
run ping -w "127.0.0.1:1,$locked,$a,$banner,$cut,nosuch.invalid:1" \
    -w "unix:$dir/none" -w "$busy" "$target"
is "ping: status" "$status" 1
is "ping: all are named" "$(grep -v invalid "$dir/ping.err")" \
    "pulse: 127.0.0.1:1: Connection refused
pulse: $locked: it answers 401 Unauthorized: unauthorized: this worker wants\
 its token
pulse: $banner: the answer is no HTTP: SSH-2.0-OpenSSH_9.2
pulse: $cut: the connection ended in the middle of the answer
pulse: unix:$dir/none: No such file or directory
pulse: $busy: a run is going on there
pulse: 7 of 8 workers cannot run it: nothing was started"
is "ping: no result" "$(cat "$dir/ping.json")" ""
is "ping: nothing was sent" "$(lines "$target_log")" 0

kill -TERM "$busy_run"

# Refusals before the common start: nobody starts.
worker -g 1 --max-rate 10
run refusal -w "$a,$worker,$b" -r 99 -d 60s "$target"
is "refusal: status" "$status" 1
is "refusal: is named" "$(cat "$dir/refusal.err")" \
    "pulse: $worker: it refused: 400: phases: 33/s is more than this worker\
 allows (10/s)
pulse: a worker failed before the start: all are stopped"
is "refusal: no result" "$(cat "$dir/refusal.json")" ""
run unreachable -w "$a,$b" -r 99 -d 60s http://127.0.0.1:1/
is "unreachable: status" "$status" 1
has "unreachable: is named" "$dir/unreachable.err" \
    "it refused: 500: 127.0.0.1:1: Connection refused\$"
is "refusals: nothing was sent" "$(lines "$target_log")" 0

# In the middle of the run: the others go on, and thresholds are judged.
(
	trap - EXIT
	poll has_lines "$target_log" 20
	kill -KILL "$b_pid"
) &
run killed -w "$a,$b" -r 100 -d 1200ms -i 100ms -t 'errors<1%' \
    -t 'rate>90' "$target"
wait $!
is "killed: status" "$status" 1
is "killed: is named" "$(cat "$dir/killed.err")" \
    "pulse: $b: the connection ended in the middle of the answer
pulse: 1 of 2 workers failed"
is "killed: the other's part" "$(number "$dir/killed.json" scheduled)" 60
is "killed: in the result" "$(member "$dir/killed.json" workers 2 lost)" true
between "killed: what it had told" \
    "$(member "$dir/killed.json" workers 2 completed)" 1 59
is "killed: thresholds" "$(grep '"pass"' "$dir/killed.json" | tr -d ' ,\n')" \
    '"pass":true"pass":false'
has "killed: the error is in the result" "$dir/killed.json" \
    '^  "error": "1 of 2 workers failed"'
adds_up killed

# Answers that are none, all in one fleet. raw TEXT ...: a worker, the reason
raw() {
	raws=$((${raws:-0} + 1))
	printf "$1" >"$dir/raw$raws"
	shift
	raw_file "$dir/raw$raws" "$@"
}
raw_file() {
	gopeer -x "$1"
	list="$list,$worker"
	echo "pulse: $worker: $2" >>"$dir/reasons"
}
ok='HTTP/1.1 200 OK\r\n'
stream="${ok}Content-Type: application/x-ndjson\r\n\r\n"
list=$a
raw 'nonsense\n' "the answer is no HTTP: nonsense"
raw "${ok}Content-Length: 3\r\n\r\n???" \
    "its answer is no JSON: expected a value (byte 0)"
raw "${ok}\r\nnull" "a result must be an object"
raw "${ok}\r\n{}" "it scheduled 0 arrivals where 5 were asked for"
raw "${ok}\r\n{\"total\":-1}" "total: must be a whole number below 2^53"
raw "${ok}\r\n{\"scheduled\":1e99}" \
    "scheduled: must be a whole number below 2^53"
raw "${ok}Content-Length: 30\r\n\r\n{\"total\":1" \
    "the connection ended in the middle of the answer"
raw 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\n\r\nnot now\nnor later\n' \
    "it refused: 503: not now"
raw 'HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n' \
    "it refused: 302 Found"
raw "$stream" "its stream ended without a result"
raw "$stream{\"snapshot\":{\"index\":0}}\n\n{\"res" \
    "its stream ended without a result"
raw "${ok}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\
\r\n\r\n9\r\n{\"snap" "the connection ended in the middle of the answer"
raw "$stream{\"snapshot\":{\"index\":1000000000000000}}\n" \
    "it streams an interval that is yet to come"
raw "$stream{\"snapshot\":{\"index\":0,\"completed\":-4}}\n" \
    "snapshot.completed: must be a whole number below 2^53"
raw "$stream{\"snapshot\":[]}\n" "snapshot: must be an object"
raw "$stream[1,2]\n" "it streams what is neither snapshot nor result"
raw "$stream{\"error\":\"it is tired\"}\n" "it is tired"
raw "$stream{\"result\":{\"total\":-1}}\n" \
    "total: must be a whole number below 2^53"
raw "$stream{\"error\":\"half of it\",\"result\":{\"total\":2,\"scheduled\":2,\
\"started\":2,\"completed\":2}}\n" "half of it"
{
	printf "$stream"
	head -c 9000000 /dev/zero | tr '\0' ' '
} >"$dir/long"
raw_file "$dir/long" "its answer is too large"
run raw -w "$list" -r $(((raws + 2) * 25)) -d 200ms "$target"
is "raw: status" "$status" 1
said raw | sort >"$dir/got"
echo "pulse: $((raws + 1)) of $((raws + 2)) workers failed" >>"$dir/reasons"
sort "$dir/reasons" >"$dir/want"
diff "$dir/want" "$dir/got" >"$dir/diff"
is "raw: all are named" "$(cat "$dir/diff")" ""
is "raw: the others are merged" "$(number "$dir/raw.json" scheduled)" 7
adds_up raw

# Any server may answer 200.
mock
raw_mock=${url#http://}
./pulse run -q -w "${raw_mock%/}" -r 10 -d 100ms "$target" >"$dir/any" \
    2>"$dir/any.err"
is "any server: status" $? 1
has "any server: is no worker" "$dir/any.err" "^pulse: ${raw_mock%/}: it is no\
 worker: its answer to /ping has no \"status\":\"ok\"\$"

# What a worker says is one line of text on a terminal.
printf "$stream{\"error\":\"a\\\\n\\\\u001b[2Jb\"}\n" >"$dir/escape"
gopeer -x "$dir/escape"
run escape -w "$worker" -r 10 -d 100ms "$target"
is "escape: its words are made text" "$(said escape)" \
    "pulse: $worker: a??[2Jb
pulse: 1 of 1 workers failed"

# Now those two.
wait "$silent_run"
is "silent: status" $? 1
is "silent: is named" "$(cat "$dir/silent.err")" \
    "pulse: $silent: no answer to a ping within 5s
pulse: 1 of 3 workers cannot run it: nothing was started"
wait "$stopped_run"
is "stopped: status" $? 143
is "stopped: is named" "$(grep pulse "$dir/stopped.err")" \
    "pulse: $stopped: it did not answer in time
pulse: 1 of 2 workers failed"
is "stopped: the other is merged" "$(number "$dir/stopped.json" scheduled)" \
    "$(member "$dir/stopped.json" workers 2 scheduled)"
has "stopped: it is partial" "$dir/stopped.json" '^  "partial": true'
adds_up stopped
kill -CONT "$stopped_pid"
is_idle() {
	./pulse ping "$1" | grep -q ' idle '
}
poll is_idle "$stopped"
is "stopped: is well again" "$(is_idle "$stopped" && echo yes)" yes

finish
