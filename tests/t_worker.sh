#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what a worker answers to good requests: /ping in all the forms that
# HTTP has for it, and /run as one document and as a stream, with the members
# in their order and with counts that are those of the plan; however the request
# is cut, and whatever stands around it.
. tests/lib_worker.sh

mock
target=$url
worker -g 2
ndjson='Accept: application/x-ndjson'

# ok_ping WHAT: stdin is answered as a ping should be
ok_ping() {
	answer ping
	is "$1: status" "$(code ping)" 200
	is "$1: type" "$(field ping Content-Type)" application/json
	is "$1: members" "$(members ping)" \
	    "status version features generators busy now"
	is "$1: ok" "$(value ping status)" '"ok"'
}

# As it is, and in the other forms of HTTP.
get /ping | ok_ping ping
is "ping: begins as Go's does" "$(body ping | cut -c 1-15)" '{"status":"ok",'
is "ping: ends its line" "$(tail -c 1 "$dir/ping" | od -An -c | tr -d ' ')" \
    '\n'
is "ping: its length" "$(field ping Content-Length)" \
    "$(body ping | wc -c | tr -d ' ')"
is "ping: generators" "$(value ping generators)" 2
is "ping: not busy" "$(value ping busy)" false
was=$(value ping now)
get '/ping?x=/run' | ok_ping query
[ "$(value ping now)" -gt "$was" ] && ok "ping: time goes on" ||
    not_ok "ping: now is $(value ping now), was $was"
get "http://$address/ping" | ok_ping "absolute form"
get "HTTP://$address/ping?x" | ok_ping "absolute form, with a query"
printf 'GET /ping HTTP/1.0\r\nHost: localhost\r\n\r\n' | ok_ping "HTTP/1.0"
is "HTTP/1.0: closes" "$(field ping Connection)" close
printf 'GET /ping HTTP/1.0\r\n\r\n' | ok_ping "HTTP/1.0 without Host"
printf 'GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n' |
    ok_ping "HTTP/1.0 that stays"
is "HTTP/1.0 that stays: says so" "$(field ping Connection)" keep-alive
printf '\r\n\r\nGET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n' |
    ok_ping "blank lines before it"
get /ping "Content-Length: 0" | ok_ping "an empty body"
{
	get /ping "Content-Length: 5"
	printf hello
	get /ping "Transfer-Encoding: chunked"
	printf '5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n'
	get /ping
} | answer bodies -n 3
is "bodies of no meaning: answers" \
    "$(grep -c 'HTTP/1.1 200 OK' "$dir/bodies")" 3
{ get /ping; get /ping; } >"$dir/two.request"
answer two -n 2 <"$dir/two.request"
is "pipelined: answers" "$status $(grep -c '"status":"ok"' "$dir/two")" "0 2"
get /ping "Connection: close" | tests/ask.t "$address" >"$dir/closed"
is "Connection: close: closes" "$?" 0
get /ping | answer pieces -p 1
is "in pieces of a byte" "$(code pieces)" 200

# What is none.
for method in HEAD POST PUT OPTIONS DELETE get; do
	head_of "$method" /ping | tests/ask.t -h "$address" >"$dir/method"
	is "$method /ping: status" "$(code method)" 405
	is "$method /ping: Allow" "$(field method Allow)" GET
done
head_of HEAD /ping | tests/ask.t -h "$address" >"$dir/method"
is "HEAD /ping: no body" "$(body method)" ""
for method in HEAD GET PUT; do
	head_of "$method" /run | tests/ask.t -h "$address" >"$dir/method"
	is "$method /run: status" "$(code method)" 405
	is "$method /run: Allow" "$(field method Allow)" POST
done
for path in / /ping/ /pin /Ping /ping%20 /run/ //ping '/?/ping'; do
	get "$path" | answer other
	is "$path: status" "$(code other)" 404
done

# A run, as one document.
post "$(plan "$target" "$(phase 500)")" | answer run
is "run: status" "$(code run)" 200
is "run: type" "$(field run Content-Type)" application/json
is "run: its length" "$(field run Content-Length)" \
    "$(body run | wc -c | tr -d ' ')"
wanted="total failed duration scheduled started dropped droppedRate completed\
 maxActive latency ttfb bytesIn bytesOut statusCounts errorCounts buckets\
 ttfbBuckets"
is "run: members" "$(members run | cut -c "1-${#wanted}")" "$wanted"
wanted="min mean p50 p90 p95 p99 max"
is "run: those of latency and ttfb" \
    "$(members run 1 | cut -c "1-$((2 * ${#wanted} + 1))")" "$wanted $wanted"
for member in total scheduled started completed; do
	is "run: $member" "$(value run $member)" 10
done
for member in failed dropped droppedRate bytesOut; do
	is "run: $member" "$(value run $member)" 0
done
is "run: bytesIn" "$(value run bytesIn)" 640
is "run: statusCounts" "$(value run statusCounts)" '{"200":10}'
is "run: errorCounts" "$(value run errorCounts)" null
between "run: duration, in ms" "$(($(value run duration) / 1000000))" 450 900
is "run: 800 buckets" "$(body run |
    sed 's/.*"buckets":\[\([^]]*\)].*/\1/' | tr ',' '\n' | wc -l |
    tr -d ' ')" 800
is "run: with 10 in them" "$(body run |
    sed 's/.*"buckets":\[\([^]]*\)].*/\1/' | tr ',' '\n' |
    awk '{ n += $1 } END { print n }')" 10
has "run: one line in the log" "$log" \
    "^pulse: 127.0.0.1:[0-9]*: GET $target, 20/s for 500ms: 10 completed"
is "run: and no other" "$(lines "$log")" 1

# Nothing but failures, and nothing at all.
post "$(plan "$target/status/404" "$(phase 100)")" | answer failed
is "failed: failed" "$(value failed failed)" 2
is "failed: statusCounts" "$(value failed statusCounts)" '{"404":2}'
is "failed: errorCounts" "$(value failed errorCounts)" \
    '{"http_status_error":2}'
post "$(plan "$target" "$(phase 100 0)")" | answer nothing
is "no arrivals: status" "$(code nothing)" 200
is "no arrivals: total" "$(value nothing total)" 0
is "no arrivals: statusCounts" "$(value nothing statusCounts)" '{}'
is "no arrivals: buckets" "$(value nothing buckets)" null
between "no arrivals: duration, in ms" \
    "$(($(value nothing duration) / 1000000))" 100 600

# The same as a stream.
post "$(plan "$target" "$(phase 500)" '"interval":100000000')" "$ndjson" |
    answer stream
is "stream: status" "$(code stream)" 200
is "stream: type" "$(field stream Content-Type)" application/x-ndjson
is "stream: chunked" "$(field stream Transfer-Encoding)" chunked
is "stream: snapshots" "$(grep -c '^{"snapshot":{' "$dir/stream")" 5
is "stream: the result is last" \
    "$(grep '^{' "$dir/stream" | tail -n 1 | cut -c 1-18)" '{"result":{"total"'
result_of stream
for member in scheduled started completed bytesIn; do
	is "stream: $member" "$(snapshots stream $member)" \
	    "$(value stream.result $member)"
done
is "stream: completed, of the plan" "$(value stream.result completed)" 10
for accept in 'application/json, application/x-ndjson;q=0.5' \
    'Application/X-NDJSON'; do
	post "$(plan "$target" "$(phase 50)")" "Accept: $accept" |
	    answer accept
	is "Accept: $accept: type" "$(field accept Content-Type)" \
	    application/x-ndjson
done
post "$(plan "$target" "$(phase 50)")" 'Accept: */*' | answer accept
is "Accept: */*: type" "$(field accept Content-Type)" application/json
printf 'POST /run HTTP/1.0\r\nContent-Type: application/json\r\n%s\r\n' \
    "$ndjson" >"$dir/old.request"
body=$(plan "$target" "$(phase 100)")
printf 'Content-Length: %d\r\n\r\n%s' ${#body} "$body" >>"$dir/old.request"
tests/ask.t "$address" <"$dir/old.request" >"$dir/old"
result_of old
is "a stream in HTTP/1.0: completed" "$(value old.result completed)" 2
is "a stream in HTTP/1.0: no chunks" "$(field old Transfer-Encoding)" ""

# The request, cut and wrapped.
body=$(plan "$target" "$(phase 100)")
post "$body" | answer pieces -p 7
is "in pieces: completed" "$(value pieces completed)" 2
{
	head_of POST /run 'Content-Type: application/json; charset=utf-8' \
	    'Transfer-Encoding: chunked'
	printf '1\r\n{\r\n%x;name=value\r\n%s\r\n0\r\n\r\n' \
	    $((${#body} - 1)) "${body#?}"
} >"$dir/chunked.request"
answer chunked <"$dir/chunked.request"
is "chunked: completed" "$(value chunked completed)" 2
answer chunked -p 3 <"$dir/chunked.request"
is "chunked, in pieces: completed" "$(value chunked completed)" 2
post "$body" 'Expect: 100-continue' | answer expect -p 500
is "Expect, and the body at once: completed" "$(value expect completed)" 2
{
	head_of POST /run 'Content-Type: application/json' \
	    'Expect: 100-continue' "Content-Length: ${#body}"
	poll grep -q '^HTTP/1.1 100' "$dir/expect" && printf '%s' "$body"
} 2>/dev/null | answer expect
is "Expect: first" "$(code expect)" 100
is "Expect: then" "$(code expect 2)" 200
is "Expect: completed" "$(value expect completed)" 2
{ post "$body"; printf '\r\n'; } | answer trailing
is "CRLF behind the body: completed" "$(value trailing completed)" 2
{ post "$body"; get /ping; } | answer behind -n 2
is "a ping behind it: answers" "$(code behind) $(code behind 2)" "200 200"
is "a ping behind it: comes after" \
    "$(sed -n 's/^{"\([a-z]*\)".*/\1/p' "$dir/behind" | tr '\n' ' ')" \
    "total status "
is "a ping behind it: is not busy" "$(value behind busy)" false
{ post "$body"; post "$body"; } | answer runs -n 2
is "a run behind it: answers" "$(code runs) $(code runs 2)" "200 200"
post "  $(echo "$body" | tr ',' '\n' | sed '$!s/$/ ,/')" | answer blanks
is "white space in it: completed" "$(value blanks completed)" 2

finish
