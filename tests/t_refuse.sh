#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that what cannot be run is refused before anything is sent: one line
# on stderr that names the thing, status 1, nothing on stdout, no file left.
. tests/lib.sh

misbehave -v ok
mkdir "$dir/out"
out=$dir/out/result

# refused WHAT PATTERN ARGS ...: the whole command line after "run"
refused() {
	what=$1
	pattern=$2
	shift 2
	./pulse run "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
	status=$?
	if [ $status -eq 1 ] && [ ! -s "$dir/stdout" ] &&
	    [ "$(lines "$dir/stderr")" -eq 1 ] &&
	    grep -q -e "^pulse: .*$pattern" "$dir/stderr"; then
		ok "$what"
	else
		not_ok "$what: status $status, want one line with '$pattern':"
		cat "$dir/stdout" "$dir/stderr"
	fi
}

# refused_plan PATTERN TEXT: a plan file
refused_plan() {
	printf '%s\n' "$2" >"$dir/plan.json"
	refused "plan: $2" "$1" "$dir/plan.json"
}

# Options.
refused "no operand" "expected URL"
refused "two operands" "http://b/: one operand too many" "$url" http://b/
refused "an unknown option" "no option --bogus" --bogus "$url"
refused "one with a value" "no option --bogus" --bogus=1 "$url"
refused "an unknown letter" "no option -Z" -Z "$url"
refused "one that is nearly right" "did you mean --rate" --raet 5 "$url"
refused "a missing value" "--rate needs a value" "$url" --rate
refused "a value too many" "--json takes no value" --json=yes "$url"
for value in 0.5 -1 ten 1e3 '' ' 5' 5x 99999999999999999999 2.5555k; do
	shown=${value:-\"\"}
	refused "-r '$value'" "-r, --rate: $shown: expected" -r "$value" "$url"
done
refused "-r 101M" "at most 100000000" -r 101M "$url"
for value in 10 0s -1s s '' 1h-1m 1x 999999999h; do
	shown=${value:-\"\"}
	refused "-d '$value'" "-d, --duration: $shown: expected" -d "$value" \
	    "$url"
done
refused "-d 400 days" "366 days" -d 9600h "$url"
for value in 0 -1 1000001 many ''; do
	refused "-c '$value'" "-c, --concurrency: ${value:-\"\"}: expected" \
	    -c "$value" "$url"
done
refused "-g 0" "-g, --generators: 0: expected" -g 0 "$url"
refused "-g 1025" "-g, --generators: 1025: expected" -g 1025 "$url"
refused "--requests 0" "--requests: 0: expected" --requests 0 "$url"
refused "--redirects 101" "--redirects: 101: expected" --redirects 101 "$url"
refused "--seed x" "--seed: x: expected" --seed x "$url"
refused "--saturation" "--saturation: wait: expected drop or block" \
    --saturation wait "$url"
refused "--arrivals" "--arrivals: even: expected uniform or poisson" \
    --arrivals even "$url"
refused "--timeout 0s" "--timeout: 0s: expected" --timeout 0s "$url"
refused "--warmup" "--warmup: x: expected" --warmup x "$url"
refused "-i 0s" "-i, --interval: 0s: expected" -i 0s "$url"
refused "-i 1ms" "interval.*10ms" -i 1ms "$url"
for value in 0 100.1 x '' 50,,90; do
	refused "--percentiles '$value'" "--percentiles: " \
	    --percentiles "$value" "$url"
done
for value in 'p99' 'p99<' 'p99<5' 'p99<5ms<6ms' 'p101<1s' 'errors<5ms' \
    'rate>5ms' 'nothing<1s' 'p99=1s' '' 'mean<-1ms' 'tls.errors<1%'; do
	refused "-t '$value'" "-t, --threshold: " -t "$value" "$url"
done
for value in '' 'constant' 'constant,rate=5' 'constant,for=5s' \
    'constant,rate=5,for=5s,' 'constant,rate=5,for=5s,rate=6' \
    'constant,rate=x,for=5s' 'constant,from=5,for=5s' 'ramp,from=1,for=1s' \
    'step,from=1,to=2,steps=0,for=1s' 'climb,from=1,to=2,for=1s' \
    'spike,from=1,to=2,at=1s,lasting=1s,for=1s' 'max,rate=5,for=1s'; do
	refused "-p '$value'" "" -p "$value" "$url"
	if grep -q phase "$dir/stderr"; then
		ok "-p '$value' is named"
	else
		not_ok "-p '$value' is named: $(cat "$dir/stderr")"
	fi
done

# The request.
for value in 'no colon' ': empty' 'a b: c'; do
	refused "-H '$value'" "-H, --header: " -H "$value" "$url"
done
refused "-H of two lines" "-H, --header: A: the value" -H 'A: b
C: d' "$url"
refused "-X 'A B'" "method" -X 'A B' "$url"
refused "-X ''" "method" -X '' "$url"
refused "-X CONNECT" "method" -X CONNECT "$url"
refused "no body file" "$dir/none: No such file" -b "@$dir/none" "$url"
refused "a folder as body" "$dir: Is a directory" -b "@$dir" "$url"
refused "an endless body" "/dev/zero: File too large" -b @/dev/zero "$url"
if [ "$(id -u)" != 0 ]; then
	: >"$dir/secret"
	chmod 0 "$dir/secret"
	refused "a body file that is not ours" "$dir/secret: Permission" \
	    -b "@$dir/secret" "$url"
fi

# How to connect.
for value in '' a:1 a:1:b a:1:b:2:3 a:0:b:2 'a b:1:c:2' ::1:1:b:2; do
	refused "--connect-to '$value'" \
	    "--connect-to: ${value:-\"\"}: expected HOST:PORT:HOST2:PORT2" \
	    --connect-to "$value" "$url"
done
for value in '' localhost 127.0.0.1: [::1] 127.0.0.1,,::1; do
	refused "--source '$value'" "--source: .*: expected an address" \
	    --source "$value" "$url"
done
refused "a source of others" "source 192.0.2.1: " --source 192.0.2.1 "$url"
refused "--unix-socket ''" "--unix-socket: must be a path" \
    --unix-socket '' "$url"
refused "two ways to connect" \
    "--unix-socket: cannot be combined with --connect-to" \
    --unix-socket "$dir/none" --connect-to ::: "$url"
refused "no such socket" "unix:.*none: No such file" \
    --unix-socket "$dir/none" "$url"
if ./pulse version | grep -q 'TLS: none'; then
	tls=".*this build has no TLS"
else
	tls=
fi
echo "no PEM" >"$dir/text.pem"
refused "no CA file" "--cacert: ${tls:-$dir/none: No such file}" \
    --cacert "$dir/none" "$url"
refused "CAs that are none" "--cacert: ${tls:-$dir/text.pem: there are no CA}" \
    -n --cacert "$dir/text.pem" "$url"
refused "a certificate that is none" \
    "--cert: ${tls:-$dir/text.pem: there is no certificate}" \
    --cert "$dir/text.pem" "$url"
refused "a key of nothing" "--key: ${tls:-is of no use without a cert}" \
    --key "$dir/text.pem" "$url"
refused "--servername" "--servername: ${tls:-must be a host, without a port}" \
    --servername 'a b' "$url"

# URLs.
for value in http:// http:///path http://host:0/ http://host:65536/ \
    http://host:x/ 'http://a b/' 'http://host/a b' http://[::1/ \
    http://[1.2.3.4]/ ftp://host/ 'http://host:80:80/' http://user@/; do
	refused "url '$value'" "url" "$value"
done
refused "a URL of two lines" "url" 'http://host/
'
long=$(awk 'BEGIN { while (i++ < 9000) printf "a" }')
refused "a URL of 9,000 letters" "url" "http://host/$long"
refused "a file that is none" "$dir/none.json: No such file" "$dir/none.json"
refused "a host without a scheme" "example.org" example.org

# Plans.
target=$(printf '"target": {"url": "%s"}' "$url")
refused_plan "" ''
refused_plan "" '{'
refused_plan "" '[]'
refused_plan "" "{$target} x"
refused_plan "phases" "{$target, \"phases\": 5}"
refused_plan "phases\\[0\\].type.*ramp" \
    "{$target, \"phases\": [{\"type\": \"rmp\", \"duration\": \"1s\"}]}"
refused_plan "phases\\[0\\].*duration" \
    "{$target, \"phases\": [{\"type\": \"constant\", \"arrivalRate\": 5}]}"
refused_plan "maxConcurency.*maxConcurrency" "{$target, \"maxConcurency\": 5}"
refused_plan "maxConcurrency" "{$target, \"maxConcurrency\": -5}"
refused_plan "maxConcurrency" "{$target, \"maxConcurrency\": 1.5}"
refused_plan "target.hedaers.*headers" \
    '{"target": {"url": "http://h/", "hedaers": {}}}'
refused_plan "url" '{"target": {}}'
refused_plan "PULSE_NOT_SET" '{"target": {"url": "${PULSE_NOT_SET}"}}'
refused_plan "thresholds" "{$target, \"thresholds\": [\"p99\"]}"
refused_plan "target.connectTo\\[1\\]: a:1: expected" \
    '{"target": {"url": "http://h/", "connectTo": [":::", "a:1"]}}'
refused_plan "target.source\\[0\\]: h: expected an address" \
    '{"target": {"url": "http://h/", "source": ["h"]}}'
refused_plan "unixSocket: cannot be combined with source" \
    '{"target": {"url": "http://h/", "unixSocket": "/x", "source": ["::1"]}}'
refused_plan "ca: .*no" '{"target": {"url": "http://h/", "ca": "x"}}'
refused_plan "target.cert: unknown member" \
    '{"target": {"url": "http://h/", "cert": "x"}}'
refused_plan "saturationPolicy" "{$target, \"saturationPolicy\": \"wait\"}"

# Outputs.
refused "a folder that is not there" "$dir/none/x: No such file" \
    --out "$dir/none/x" "$url"
refused "a folder as file" "$dir/out: Is a directory" --csv "$dir/out" "$url"
refused "no name" "" --junit '' "$url"
refused "one good, one bad" "$dir/none/x: No such file" --out "$out" \
    --wire "$dir/none/x" "$url"
refused "two on stdout" "standard output" --json --csv - "$url"
refused "two others" "standard output" --out - --junit - "$url"
if [ "$(id -u)" != 0 ]; then
	mkdir "$dir/locked"
	chmod 555 "$dir/locked"
	refused "a folder that is not ours" "$dir/locked/x: Permission" \
	    --out "$dir/locked/x" "$url"
fi

# The target.
refused "a name that is not there" "pulse-test.invalid" --out "$out" \
    http://pulse-test.invalid/
refused "-6 of an IPv4 address" "127.0.0.1" -6 "$url"
refused "-4 of an IPv6 address" "::1" -4 "http://[::1]:$port/"

# Limits. Those that cannot be set lower than they are do not count.
(
	trap - EXIT
	ulimit -n 200 2>/dev/null || exit 0
	refused "200 descriptors" "descriptors, the limit is 200" \
	    --out "$out" -c 5000 "$url"
	exit "$bad"
) || bad=1
(
	trap - EXIT
	ulimit -n 30 2>/dev/null || exit 0
	refused "30 descriptors for many generators" \
	    "descriptors, the limit is 30" --out "$out" -g 100 -c 1 "$url"
	exit "$bad"
) || bad=1

is "nothing was sent" "$(lines "$log")" 0

kill "$pid"
poll is_gone "$pid"
refused "nobody listens" "127.0.0.1:$port: Connection refused" --out "$out" \
    "$url"
is "no file was left" "$(ls -A "$dir/out")" ""

# The soft limit is raised where that is allowed, in the generators too.
mock
refused "https where there is none" "${tls:-does not speak TLS}" \
    "https://${url#http://}/"
(
	trap - EXIT
	ulimit -S -n 100 2>/dev/null || exit 0
	run raised -g 1 -r 2000 -d 100ms -c 300 "$url/delay/300ms"
	is "raised: status" "$status" 0
	is "raised: failed" "$(number "$dir/raised.json" failed)" 0
	between "raised: max_active" \
	    "$(number "$dir/raised.json" max_active)" 101 200
	exit "$bad"
) || bad=1

finish
