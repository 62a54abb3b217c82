#!/bin/sh
# SPDX-License-Identifier: MIT
# What is in examples/ does what it says: fleet.sh runs a load on hosts that
# ssh can reach (they are this one here), by their weights, names one that it
# cannot reach and is not fooled by names; nightly.sh keeps results and has the
# status of the run; the plan can be run; and the worker of the systemd unit
# starts.
. tests/lib.sh

top=$PWD
PATH=$top:$PATH
fake_ssh
unset REMOTE_PULSE PULSE_WORKER_TOKEN PULSE_WORKER_DENY_PRIVATE
mock

# fleet NAME ARGS ...: stdout in $dir/NAME.json, $status
fleet() {
	name=$1
	shift
	sh examples/fleet.sh "$@" >"$dir/$name.json" 2>"$dir/$name.err"
	status=$?
}

# completed NAME: by each worker, in order
completed() {
	awk '/^  "workers": \[/ { is_in = 1 }
	    is_in && $1 == "\"completed\":" { printf "%d ", $2 }' \
	    "$dir/$1.json"
}

fleet two build1 me@build2 -- --json -r 100 -d 1s "$url"
ends two 0
is "two: shares" "$(completed two)" "50 50 "

fleet weights build1=3 build2 -- --json -r 100 -d 1s "$url"
ends weights 0
is "weights: shares" "$(completed weights)" "75 25 "

REMOTE_PULSE=$top/pulse
export REMOTE_PULSE
fleet broken build1 -- --json -r 20 -d 1s -t 'p50>1h' "$url"
ends broken 2
unset REMOTE_PULSE

fleet down build1 down1 -- -r 20 -d 1s "$url"
is "down: status" "$status" 1
has "down: it is named" "$dir/down.err" "down1 .*No route to host"
has "down: nothing was started" "$dir/down.err" "1 of 2 workers cannot run it"
is "down: no result" "$(cat "$dir/down.json")" ""

# misused WHAT ARGS ...
misused() {
	what=$1
	shift
	fleet misused "$@"
	is "$what: status" "$status" 1
	has "$what: usage" "$dir/misused.err" "^usage: fleet.sh HOST"
}
misused "no hosts" -- "$url"
misused "no --" build1 build2 "$url"
misused "nothing to run" build1 --
misused "nothing at all"
misused "an option for ssh" -oProxyCommand=x -- "$url"
misused "a command" "build1;x" -- "$url"

TARGET=${url#http://} ./pulse run -n examples/plan.json >"$dir/plan" \
    2>"$dir/plan.err"
is "plan: status" $? 0

cat >"$dir/short.json" <<-END
{
  "target": { "url": "$url" },
  "phases": [
    { "type": "constant", "arrivalRate": 20, "duration": "1s" }
  ],
  "thresholds": ["errors<1%"]
}
END
sh examples/nightly.sh "$dir/short.json" "$dir/results" >"$dir/nightly" 2>&1
is "nightly: status" $? 0
is "nightly: it says nothing" "$(cat "$dir/nightly")" ""
is "nightly: it keeps" "$(ls "$dir/results" | sed 's/.*\.//' | tr '\n' ' ')" \
    "csv html json txt xml "

# The night after, of a target that has become slow: its median has no noise.
for file in "$dir"/results/*; do
	mv "$file" "$dir/results/2001-01-01T000000Z.${file##*.}"
done
sed "s,$url,$url/delay/100ms," "$dir/short.json" >"$dir/slow.json"
FAIL_IF='p50>+500%' sh examples/nightly.sh "$dir/slow.json" "$dir/results" \
    >"$dir/nightly" 2>&1
is "nightly: slower: status" $? 2
has "nightly: slower: it is said" "$dir/nightly" \
    "nightly: slower than .*2001-01-01T000000Z.json, see "
has "nightly: slower: the verdict" "$dir/nightly" "^WORSE: "
is "nightly: slower: it keeps" "$(ls "$dir/results" | grep -v ^2001 |
    sed 's/.*\.//' | grep -v log | tr '\n' ' ')" "csv diff html json txt xml "
FAIL_IF= sh examples/nightly.sh "$dir/short.json" "$dir/results" \
    >"$dir/nightly" 2>&1
is "nightly: nothing counts: status" $? 0

# The command of the unit, on a port that is free.
command=$(sed -n 's,^ExecStart=/usr/local/bin/pulse \(.*\):9100$,\1,p' \
    examples/pulse-worker.service)
has "unit: a token" examples/pulse-worker.service '^#.*PULSE_WORKER_TOKEN='
PULSE_WORKER_TOKEN=0123456789abcdef
export PULSE_WORKER_TOKEN
# shellcheck disable=SC2086
start worker ./pulse $command:0
./pulse ping "127.0.0.1:${line##*:}" >"$dir/ping"
is "unit: the worker answers" $? 0
finish
