#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what a slip of the pen is told, to the letter: one line that names the
# thing, says what was expected, and what was probably meant; status 1, and
# nothing on standard output. Proves that a message is harmless on a terminal.
. tests/lib.sh

pulse=$PWD/pulse
url=http://127.0.0.1:1/
cd "$dir" || exit 1
mkdir folder
: >empty.json

# says MESSAGE ARGS ...: a whole command line after "pulse"
says() {
	want=$1
	shift
	"$pulse" "$@" >stdout 2>stderr </dev/null
	is "pulse $*" "$? $(lines stdout) $(cat stderr)" "1 0 pulse: $want"
}

# run_says MESSAGE ARGS ...: of a run whose target is never asked
run_says() {
	want=$1
	shift
	says "$want" run "$@" "$url"
}

# plan_says MESSAGE TEXT: of a plan file
plan_says() {
	printf '%s\n' "$2" >plan.json
	says "$1" run -n plan.json
}

# Commands.
says 'rn: no such command (did you mean run?)' rn
says 'Run: no such command (did you mean run?)' Run "$url"
says 'frobnicate: no such command (pulse help lists them)' frobnicate
says '"": no such command (pulse help lists them)' ''
says "$url: no such command (did you mean pulse run $url?)" "$url"
says 'http://a:***@b/: no such command (did you mean pulse run '\
'http://a:***@b/?)' http://a:s3cret@b/
says 'plan.json: no such command (did you mean pulse run plan.json?)' plan.json
says '--rate: expected a command before it (did you mean pulse run --rate?)' \
    --rate 5 "$url"
says '--rate=5: expected a command before it (did you mean pulse run '\
'--rate=5?)' --rate=5 "$url"
says '-r: expected a command before it (did you mean pulse run -r?)' -r 5
says '--mode: expected a command before it (did you mean pulse mock --mode?)' \
    --mode slow
says '-x: expected a command before it (pulse help lists them)' -x
says '-v: no such option (did you mean -V?)' -v
says '--run: no such option (did you mean pulse run?)' --run
says '--hlep: no such option (did you mean --help?)' --hlep
says 'version: it takes no operand' version x
says 'version: it takes no operand' --version x
says 'completion: bsh: expected bash, zsh or fish (did you mean bash?)' \
    completion bsh

# Options.
run_says 'run: no option --quite (did you mean --quiet?)' --quite
run_says 'run: no option --thershold (did you mean --threshold?)' --thershold x
run_says 'run: no option --warm-up (did you mean --warmup?)' --warm-up 5s
run_says 'run: no option --users (did you mean --concurrency?)' --users 5
run_says 'run: no option --output (did you mean --out?)' --output x
run_says 'run: no option --format (pulse run --help lists them)' --format json
run_says 'run: no option -C (did you mean -c?)' -C 5
run_says 'run: no option -Z (pulse run --help lists them)' -Z
run_says 'run: --re: 2 options begin so (pulse run --help lists them)' --re 5
run_says 'run: --json takes no value' --json=yes

# Operands.
says 'run: expected URL | PLAN.json (pulse run --help tells more)' run
says 'run: expected URL | PLAN.json: the URL is the value of -r, --rate' \
    run --rate "$url"
says 'run: y: one operand too many' run "$url" y
says "run: $url: one operand too many (the value of --progress comes behind "\
'=)' run --progress json "$url"
says 'mock: 8080: it takes no operand (did you mean --addr :8080?)' mock 8080
says 'worker: :0: it takes no operand (did you mean --addr :0?)' worker :0
says '"": no such plan file (a URL begins with http:// or https://)' run ''
says 'nowhere: no such plan file (a URL begins with http:// or https://)' \
    run nowhere
says 'localhost:80: no such plan file (did you mean http://localhost:80?)' \
    run localhost:80
says 'a.example/b: no such plan file (did you mean http://a.example/b?)' \
    run a.example/b
says 'http:/a.example: no such plan file (did you mean http://a.example?)' \
    run http:/a.example
says 'https//a/: no such plan file (did you mean https://a/?)' run https//a/
says 'localhost: no such plan file (did you mean http://localhost?)' \
    run localhost
says '127.0.0.1: no such plan file (did you mean http://127.0.0.1?)' \
    run 127.0.0.1
says '[::1]:80: no such plan file (did you mean http://[::1]:80?)' \
    run '[::1]:80'
says 'none.json: No such file or directory' run none.json
says 'folder: Is a directory' run folder
says 'empty.json: it is empty: expected a plan in JSON' run empty.json
says 'url: htp://: expected http:// or https:// (did you mean http://?)' \
    run htp://a/
says 'url: ftp://: expected http:// or https://' run ftp://a/
says 'url: no host' run http:///

# Numbers.
rate='expected whole arrivals a second as in 250 or 2.5k, or max'
run_says "-r, --rate: abc: $rate" --rate=abc
run_says "-r, --rate: \"\": $rate" -r ''
run_says "-r, --rate: 1,000: $rate (did you mean 1000?)" -r 1,000
run_says "-r, --rate: 5/s: $rate (did you mean 5?)" -r 5/s
run_says "-r, --rate: 2K: $rate (did you mean 2k?)" -r 2K
run_says "-r, --rate: 2.5: $rate" -r 2.5
time='expected a time above 0 as in 300ms, 10s or 1m30s'
run_says "-d, --duration: 10: $time (did you mean 10s?)" -d 10
run_says "-d, --duration: 10sec: $time (did you mean 10s?)" -d 10sec
run_says "-d, --duration: 1 min 5: $time (did you mean 1m5s?)" -d '1 min 5'
run_says "-d, --duration: soon: $time" -d soon
run_says "-d, --duration: 5 min: $time (did you mean 5m?)" -d '5 min'
run_says "-d, --duration: 0s: $time" -d 0s
run_says "--timeout: -1s: $time" --timeout -1s
run_says '--warmup: 5secs: expected a time as in 300ms, 10s or 1m30s (did '\
'you mean 5s?)' --warmup 5secs
run_says '-c, --concurrency: 1_000: expected a number from 1 to 1000000 (did '\
'you mean 1000?)' -c 1_000
run_says '-c, --concurrency: 10k: expected a number from 1 to 1000000 (did '\
'you mean 10000?)' -c 10k
run_says '-c, --concurrency: 2,000,000: expected a number from 1 to 1000000' \
    -c 2,000,000
run_says '--redirects: 1,000: expected a number from 0 to 100' \
    --redirects 1,000
run_says "-r, --rate: 1M/s: $rate (did you mean 1M?)" -r 1M/s
run_says '-c, --concurrency: 0: expected a number from 1 to 1000000' -c 0
run_says '--percentiles: "p99" is no percentile: expected a number above 0 '\
'and below 100 (did you mean 99?)' --percentiles p99
run_says '--percentiles: "100" is no percentile: expected a number above 0 '\
'and below 100' --percentiles 100

# Words.
run_says '--saturation: dorp: expected drop or block (did you mean drop?)' \
    --saturation dorp
run_says '--saturation: "": expected drop or block' --saturation ''
run_says '--arrivals: Poisson: expected uniform or poisson (did you mean '\
'poisson?)' --arrivals Poisson

# Thresholds.
t='-t, --threshold'
time='expected a duration such as 250ms'
run_says "$t: p99<5: $time, not \"5\"" -t 'p99<5'
run_says "$t: p99<5 ms: $time, not \"5 ms\" (did you mean 5ms?)" -t 'p99<5 ms'
run_says "$t: \"p99=5ms\" is no threshold: expected METRIC OP VALUE, OP being "\
'<, <=, > or >=' -t 'p99=5ms'
run_says "$t: p999<5ms: expected a percentile above p0 and below p100, not "\
'"p999"' -t 'p999<5ms'
run_says "$t: error<1%: unknown metric \"error\"; did you mean \"errors\"?" \
    -t 'error<1%'
share='expected a share such as 1% or 0.01'
run_says "$t: errors<5 %: $share, not \"5 %\" (did you mean 5%?)" \
    -t 'errors<5 %'
run_says "$t: errors<5: $share, not \"5\" (did you mean 5%?)" -t 'errors<5'
run_says "$t: errors<few: $share, not \"few\"" -t 'errors<few'
run_says "$t: latency.p99<5ms: a metric without a part is of the latency: did "\
'you mean "p99<5ms"?' -t 'latency.p99<5ms'
run_says "$t: median<5ms: unknown metric \"median\"; did you mean \"p50\"?" \
    -t 'median<5ms'
run_says "$t: rps>5: unknown metric \"rps\"; did you mean \"rate\"?" -t 'rps>5'
run_says "$t: tffb.p99<5ms: unknown part \"tffb\"; did you mean \"ttfb\"?" \
    -t 'tffb.p99<5ms'
run_says "$t: rate>1,000: expected a rate such as 950 or 2.5k, not \"1,000\" "\
'(did you mean 1000?)' -t 'rate>1,000'

# Phases.
p='-p, --phase'
run_says "$p: rmp,for=1s: unknown phase \"rmp\"; did you mean \"ramp\"?" \
    -p rmp,for=1s
run_says "$p: ramp,form=1: unknown key \"form\"; did you mean \"from\"?" \
    -p ramp,form=1
run_says "$p: ramp from=1: expected commas, not blanks, as in ramp,from=10,"\
'to=500,for=1m' -p 'ramp from=1'
run_says "$p: ramp,from: expected KEY=VALUE, not \"from\"" -p ramp,from
run_says "$p: ramp,from=1,to=2: missing for=TIME" -p ramp,from=1,to=2
run_says "$p: max,for=10: for: expected a duration such as 300ms or 1m30s, "\
'not "10" (did you mean 10s?)' -p max,for=10

# Headers, bodies and files.
run_says '-H, --header: no colon: expected Name: value' -H Foo
run_says '-H, --header: "a " is no header name' -H 'a b: c'
run_says '-b, --body: none: No such file or directory' -b @none
run_says '-b, --body: "": No such file or directory' -b @
run_says '-b, --body: folder: Is a directory' -b @folder
run_says '--out: folder: Is a directory' --out folder
run_says '--csv: none/x: No such file or directory' --csv none/x
run_says '--hgrm: "": No such file or directory' --hgrm ''
run_says 'only one of --json and --csv - can be standard output' --json --csv -
run_says 'a: only one of --csv and --junit can go there' --csv a --junit a
says 'merge: none: No such file or directory' merge none
says 'merge: folder: Is a directory' merge folder
says 'merge: empty.json: it is empty' merge empty.json

# How to connect, and workers.
run_says '--source: "": expected an address of this machine, in numbers' \
    --source ''
run_says '--connect-to: x: expected HOST:PORT:HOST2:PORT2, any of them empty' \
    --connect-to x
w='-w, --workers'
run_says "$w: a:9100=0: expected a weight from 1 to 1000000 behind \"=\"" \
    -w a:9100=0
run_says "$w: htp: did you mean http:?" -w htp://a:9100
run_says "$w: uinx: did you mean unix:?" -w uinx:/a
run_says "$w: none: No such file or directory" -w @none
says 'ping: expected WORKER ... (pulse ping --help tells more)' ping

# Of servers.
says 'worker: --addr: 9100: expected ADDRESS:PORT or :PORT, ports to 65535, '\
'or unix:PATH, about 100 bytes at most' worker --addr 9100
says 'worker: --max-duration: 5: expected a time above 0 as in 10s or 1h30m '\
'(did you mean 5s?)' worker --max-duration 5
says 'worker: --allow-target: "": expected HOST, HOST:PORT, ADDRESS/BITS or '\
'unix:PATH' worker --allow-target ''
says 'worker: --max-concurrency: 2k: expected a number from 1 to 1000000 (did '\
'you mean 2000?)' worker --max-concurrency 2k
says 'mock: no option --port (did you mean --addr?)' mock --port 80
says 'worker: no option --adr (did you mean --addr?)' worker --adr :0
says '--mode: slwo: expected healthy, mixed-errors, slow, flaky or down (did '\
'you mean slow?)' mock --mode slwo
says '--delay: 5: expected a time as in 50ms (did you mean 5s?)' \
    mock --delay 5
says '--fail-rate: 20: expected a share from 0 to 1' mock --fail-rate 20

# Plan files.
target='"target": {"url": "http://127.0.0.1:1/"}'
plan_says 'plan.json: line 1, column 6: expected '\'':'\' '{"a" 1}'
plan_says 'plan.json: expected a plan, which is an object, not an array' '[]'
plan_says 'plan.json: targets: unknown member; did you mean "target"?' \
    '{"targets": {}}'
plan_says 'plan.json: target.methd: unknown member; did you mean "method"?' \
    '{"target": {"methd": "GET"}}'
plan_says 'plan.json: target.checks.code: unknown member; expected status, '\
'headerEquals, bodyContains, jsonEquals' \
    '{"target": {"checks": {"code": 200}}}'
plan_says 'plan.json: phases[0].type: unknown value "rmap"; did you mean '\
'"ramp"?' "{$target, \"phases\": [{\"type\": \"rmap\"}]}"
plan_says 'plan.json: phases[0].duration: expected a duration such as '\
'"300ms", or a whole number of nanoseconds, not "10sec"' \
    "{$target, \"phases\": [{\"type\": \"max\", \"duration\": \"10sec\"}]}"
plan_says 'plan.json: saturationPolicy: unknown value "dorp"; did you mean '\
'"drop"?' "{$target, \"saturationPolicy\": \"dorp\"}"
plan_says "plan.json: thresholds[0]: p99<5: $time, not \"5\"" \
    "{$target, \"thresholds\": [\"p99<5\"]}"
plan_says 'plan.json: target.url: the variable NO_SUCH_HOST is not set' \
    '{"target": {"url": "http://${NO_SUCH_HOST}/"}}'
plan_says 'plan.json: url: expected http:// or https:// at its beginning' \
    '{"target": {"url": "localhost:80"}}'
plan_says 'plan.json: url: there must be one' '{}'
plan_says 'plan.json: warmup: must be shorter than all phases together' \
    "{$target, \"warmup\": \"1h\"}"
plan_says 'plan.json: headers: "a b" is no header name' \
    '{"target": {"url": "http://a/", "headers": {"a b": ""}}}'
plan_says 'plan.json: expected a plan in JSON, which begins with {' \
    'target:'
says 'warmup: must be shorter than all phases together' \
    run --warmup 1h "$url"

# Of a comparison.
f=--fail-if
form='expected METRIC>+BOUND or METRIC<-BOUND as in p99>+5%'
says 'diff: expected BASE NEW (pulse diff --help tells more)' diff a
says 'diff: none: No such file or directory' diff none none
says 'diff: empty.json: it is empty' diff empty.json empty.json
says 'diff: -: standard input can be read only once' diff - -
says 'diff: no option --failif (did you mean --fail-if?)' diff --failif x a b
says "$f: \"\": $form" diff $f '' a b
says "$f: p99=+5%: $form" diff $f p99=+5% a b
says "$f: P99>+5%: unknown metric \"P99\"; did you mean \"p99\"?" \
    diff $f 'P99>+5%' a b
says "$f: rps<-2%: unknown metric \"rps\"; did you mean \"rate\"?" \
    diff $f 'rps<-2%' a b
says "$f: ttfb>+2%: unknown metric \"ttfb\"; expected rate, errors, dropped, "\
'mean, p50, p90, p95, p99' diff $f 'ttfb>+2%' a b
says "$f: p99>+5: expected 5% or a time as in 3ms" diff $f 'p99>+5' a b
says "$f: errors>+1: expected points of a percentage as in 0.1%" \
    diff $f 'errors>+1' a b

# Of a calibration and of a merge.
says 'calibrate: x: it takes no operand' calibrate x
says '--for: 1: expected a time from 100ms to 1h' calibrate --for 1
says '-c, --concurrency: 1k: expected a number from 1 to 1000000 (did you '\
'mean 1000?)' calibrate -c 1k
says 'calibrate: no option --time (pulse calibrate --help lists them)' \
    calibrate --time 5s
says 'merge: -: standard input can be read only once' merge - -

# What a name or a value has in it moves no cursor and tells no password.
evil=$(printf '\033[31m\007\302\2332J\nx')
for command in "" help completion run diff merge "merge --html" calibrate ping \
    mock worker "worker --user" "calibrate --for" "run --out" "run -i" \
    "diff --fail-if"; do
	for value in "$evil" "--$evil" "-$evil" http://u:s3cret@h/ \
	    u:s3cret@h:1/; do
		# shellcheck disable=SC2086
		"$pulse" $command "$value" x >stdout 2>stderr </dev/null
		is "pulse $command: one line, harmless, without the password" \
		    "$(lines stderr) $(LC_ALL=C tr -d '\n -~' <stderr |
		    wc -c) $(grep -c s3cret stderr)" "1 0 0"
	done
done
finish
