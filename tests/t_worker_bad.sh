#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what a worker answers to bad requests: the statuses in their order (a
# request that is wrong in two ways gets the earlier), each with one line that
# says why; that /run is busy while a run goes on, and of use again after it;
# and that what is no HTTP at all harms nobody.
. tests/lib_worker.sh

mock
target=$url
worker -g 1
plain=$address
PULSE_WORKER_TOKEN=s3cret-Token worker -g 1
guarded=$address
address=$plain

json='Content-Type: application/json'
token='Authorization: Bearer s3cret-Token'
good=$(plan "$target" "$(phase 100)")
size=$((1024 * 1024 + 1))

# raw FIELDS BODY: /run with what fields there are, each ending in a backslash
raw() {
	printf 'POST /run HTTP/1.1\r\n%s\r\n' "$1" | tr '\\' '\n'
	printf '%s' "$2"
}

# 404, then 405.
head_of POST /runs | refused "another path" 404 '/ping and /run'
head_of HEAD / 'Origin: x' | tests/ask.t -h "$address" >"$dir/refused"
is "another path, by HEAD" "$(code refused)" 404
head_of PUT /run 'Origin: http://evil.example' |
    refused "a wrong method" 405 'not allowed'
is "a wrong method: Allow" "$(field refused Allow)" POST
address=$guarded
head_of POST /x | refused "another path, without the token" 404
head_of GET /run | refused "a wrong method, without the token" 405
address=$plain

# Targets in other forms (RFC 9112 3.2): an absolute one brings its own host,
# and nobody is here by https without TLS, nor a proxy.
while read -r want line; do
	printf '%s HTTP/1.1\r\nHost: localhost\r\n\r\n' "$line" |
	    answer form
	is "$line: status" "$(code form)" "$want"
done <<END
200 GET http://localhost/ping
200 GET HTTP://127.0.0.1:1/ping?a
200 GET /ping?a
403 GET http://evil.example/ping
403 GET http://evil.example:80/ping
404 GET https://localhost/ping
404 GET ftp://localhost/ping
404 GET http://localhost
404 GET //localhost/ping
404 GET /ping/
404 GET /x/../ping
404 GET /%70ing
404 OPTIONS *
404 CONNECT localhost:80
400 GET /ping#a
400 GET ping
400 GET *
END
address=$guarded

# 401, for /ping too, before all that follows.
for header in 'Authorization:' 'Authorization: Bearer' \
    'Authorization: Bearer ' 'Authorization: Bearer s3cret-Toke' \
    'Authorization: Bearer s3cret-Token1' 'Authorization: s3cret-Token' \
    'Authorization: Bearer S3cret-Token' 'X: y' \
    'Authorization: Basic s3cret-Token'; do
	get /ping "$header" | refused "$header" 401
	is "$header: challenge" "$(field refused WWW-Authenticate)" Bearer
	post "$good" "$header" | refused "a run, $header" 401
done
post "$good" 'Origin: http://evil.example' |
    refused "no token and an Origin" 401
raw "Host: x\\Content-Length: $size\\" '' | refused "no token, too large" 401
get /ping "$token" | answer ping
is "the token: status" "$(code ping)" 200
get /ping "Authorization: bEARER s3cret-Token" | answer ping
is "the token, its scheme in another case: status" "$(code ping)" 200
raw "Host: evil.example\\Origin: null\\$token\\Content-Length: ${#good}\\" \
    "$good" | answer run
is "the token alone is enough" "$(code run)" 200

# 403 and 415, before 413.
address=$plain
get /ping 'Origin: http://localhost' | refused "an Origin" 403 'web pages'
post "$good" 'Origin: null' | refused "a run with an Origin" 403
for host in evil.example localhost.evil.example "rebind:${plain##*:}" ''; do
	raw "Host: $host\\$json\\Content-Length: ${#good}\\" "$good" |
	    refused "Host: $host" 403 'Host'
done
for host in localhost "LOCALHOST:${plain##*:}" 127.0.0.1 '[::1]:1' 10.0.0.1
do
	raw "Host: $host\\$json\\Content-Length: 2\\" '{}' |
	    refused "Host: $host" 400
done
for type in 'text/plain' 'application/x-www-form-urlencoded' \
    'application/jsonp' 'multipart/form-data; boundary=application/json' ''
do
	raw "Host: localhost\\Content-Type: $type\\Content-Length: 2\\" '{}' |
	    refused "Content-Type: $type" 415 'application/json'
done
raw 'Host: localhost\Content-Length: 2\' '{}' |
    refused "no Content-Type" 415
raw "Host: evil.example\\Content-Length: $size\\" '' |
    refused "403 before 415 and 413" 403
raw "Host: localhost\\Content-Length: $size\\" '' | refused "415 before 413" \
    415

# 413, as soon as it is known.
raw "Host: localhost\\$json\\Content-Length: $size\\" 'x' |
    refused "a byte too many" 413 'too large'
raw "Host: localhost\\$json\\Content-Length: 99999999999999999999999\\" '' |
    refused "a length beyond all numbers" 400
is "too large: closes" "$(field refused Connection)" close
head -c "$size" /dev/zero | tr '\0' ' ' >"$dir/large"
head -c $((size - 1)) "$dir/large" >"$dir/largest"
{
	raw "Host: localhost\\$json\\Content-Length: $size\\" ''
	cat "$dir/large"
} | refused "all of it" 413
{
	raw "Host: localhost\\$json\\Transfer-Encoding: chunked\\" ''
	printf '%x\r\n' "$size"
	cat "$dir/large"
} | refused "a chunk that is too large" 413
{
	raw "Host: localhost\\$json\\Transfer-Encoding: chunked\\" ''
	printf '%x\r\n' $((size - 1))
	cat "$dir/largest"
	printf '\r\n1\r\n \r\n0\r\n\r\n'
} | refused "chunks that are too large together" 413
{
	raw "Host: localhost\\$json\\Content-Length: $((size - 1))\\" ''
	cat "$dir/largest"
} | refused "1 MiB of blanks" 400 'no JSON'
{
	raw "Host: localhost\\$json\\Content-Length: $((size - 1))\\" ''
	head -c $((size - 1 - ${#good})) "$dir/largest"
	printf '%s' "$good"
} | answer run
is "1 MiB that is a plan: status" "$(code run)" 200
{
	raw "Host: localhost\\$json\\Expect: 100-continue\\Content-Length: \
$size\\" ''
} | refused "Expect does not ask for it" 413

# 400: what is no RunRequest.
post '' | refused "no body" 400 'no JSON'
while IFS='	' read -r what text why; do
	post "$text" | refused "$what" 400 "$why"
done <<END
a word	hello	no JSON: line 1, column 1
cut	{"phases":[	no JSON
two documents	{} {}	no JSON
an array	[]	must be an object
a number	1	must be an object
null	null	must be an object
no scenario	{"phases":[$(phase 100)]}	^httpScenario: there must be
a null scenario	{"phases":[$(phase 100)],"httpScenario":null}	^httpScenario
a scenario that is none	{"phases":[$(phase 100)],"httpScenario":"x"}	^httpSc
no URL	{"phases":[$(phase 100)],"httpScenario":{}}	url
no phases	{"httpScenario":{"url":"$target"}}	^phases
null phases	{"phases":null,"httpScenario":{"url":"$target"}}	^phases
empty phases	$(plan "$target" '')	^phases
phases that are none	$(plan "$target" 5)	^phases
END

# The phases, their members parted by semicolons here.
max=9223372036854775807
while IFS='	' read -r what text why; do
	text=$(echo "{$text}" | sed "s/\([A-Za-z]*\):/\"\1\":/g;s/;/,/g;\
s/MAX/$max/g;s/S=/\"duration\":1000000000/")
	post "$(plan "$target" "$text")" | refused "$what" 400 "$why"
done <<'END'
no type	duration:100000000;arrivalRate:1	^phases\[0\].type
an empty type	type:"";duration:100000000	^phases\[0\].type
blanks for a type	type:"  ";duration:100000000	^phases\[0\].type
an unknown type	type:"sine";duration:100000000	^phases\[0\].type
a type in capitals	type:"CONSTANT";duration:100000000	type
no duration	type:"constant";arrivalRate:1	^phases\[0\].duration
duration 0	type:"constant";duration:0;arrivalRate:1	duration
duration -1	type:"constant";duration:-1;arrivalRate:1	duration
duration 1e8	type:"constant";duration:1e8;arrivalRate:1	duration
duration 1.5	type:"constant";duration:1.5;arrivalRate:1	duration
duration 1s	type:"constant";duration:"1s";arrivalRate:1	duration
too long	type:"constant";duration:9223372036854775808	duration
rate -1	type:"constant";duration:1;arrivalRate:-1	arrivalRate
rate 1.5	type:"constant";duration:1;arrivalRate:1.5	arrivalRate
a rate of words	type:"constant";duration:1;arrivalRate:"1"	arrivalRate
from -1	type:"ramp";duration:1;from:-1;to:1	from
to -1	type:"ramp";duration:1;from:1;to:-1	to
steps 0	type:"step";S=;from:1;to:9;steps:0	steps
no steps	type:"step";S=;from:1;to:9	steps
steps -1	type:"step";S=;steps:-1	steps
a late spike	type:"spike";duration:9;spikeAt:8;spikeDuration:2	spike
a spike far out	type:"spike";S=;spikeAt:MAX;spikeDuration:MAX	spike
too many	type:"constant";duration:8640000000000;arrivalRate:MAX	arrival
END
post "$(plan "$target" 5)" | refused "a phase that is none" 400 '^phases\[0\]'
post "$(plan "$target" "$(phase 1),{\"type\":\"x\"}")" |
    refused "the second phase" 400 '^phases\[1\]'

# The rest of it. "change" takes what it is called with for a script of sed.
change() {
	what=$1
	post "$(echo "$good" | sed "$2")" | refused "$what" 400 "$3"
}
change "an unknown policy" 's/"drop"/"queue"/' '^saturationPolicy'
change "a policy in capitals" 's/"drop"/"DROP"/' '^saturationPolicy'
change "concurrency -1" 's/rency":4/rency":-1/' '^maxConcurrency'
change "concurrency 1000001" 's/rency":4/rency":1000001/' '^maxConcurrency'
change "concurrency 1.0" 's/rency":4/rency":1.0/' '^maxConcurrency'
change "the same member twice" 's/^{/{"phases":[],/' 'twice'
change "no URL at all" 's,http:[^"]*,,' 'url'
change "a URL without a host" 's,http:[^"]*,http://,' 'url'
change "another scheme" 's,http:,ftp:,' 'url'
change "a URL with a blank" 's,http:[^"]*,http://127.0.0.1/a b,' 'url'
change "a URL with CR LF" 's,http:[^"]*,http://127.0.0.1/\\r\\nX: y,' 'url'
change "a method with a blank" 's/"url"/"method":"GE T","url"/' method
change "a method with CR LF" 's/"url"/"method":"A\\r\\nB","url"/' method
change "CR LF in a header" 's/"url"/"headers":{"A":"b\\r\\nC: d"},"url"/' \
    header
change "CR LF in its name" 's/"url"/"headers":{"A\\r\\nB":"c"},"url"/' header
change "an empty name" 's/"url"/"headers":{"":"c"},"url"/' header
change "NUL in a header" 's/"url"/"headers":{"A":"b\\u0000"},"url"/' ''
change "a header that is none" 's/"url"/"headers":{"A":5},"url"/' header
change "a check of no status" \
    's/"url"/"checks":{"status":1000},"url"/' 'checks'
change "a detour that is none" \
    's/"url"/"connectTo":["a:80"],"url"/' 'connectTo\[0\]: a:80: expected'
change "detours that are none" 's/"url"/"connectTo":"::b:1","url"/' connectTo
change "an empty socket" 's/"url"/"unixSocket":"","url"/' unixSocket
change "a socket that is none" 's/"url"/"unixSocket":5,"url"/' unixSocket
change "NUL in a socket" 's/"url"/"unixSocket":"\/a\\u0000b","url"/' unixSocket
change "a source by name" 's/"url"/"source":["localhost"],"url"/' source
change "a source of nobody" 's/"url"/"source":["203.0.113.77"],"url"/' \
    'source 203.0.113.77: is no address of this machine'
change "a source of the other family" 's/"url"/"source":["::1"],"url"/' sourc
change "a header that is no sample" \
    's/"url"/"sampleHeader":"Set-Cookie","url"/' \
    'sampleHeader: Set-Cookie has secrets'
change "a CA that is none" 's/"url"/"ca":"x","url"/' ''
change "a share of nothing" 's/^{/{"share":{"of":0,"take":[0]},/' share
change "a share without residues" 's/^{/{"share":{"of":2,"take":[]},/' share
change "a residue beyond" 's/^{/{"share":{"of":2,"take":[2]},/' share
change "a negative lease" 's/^{/{"lease":-1,/' lease
change "a lease in words" 's/^{/{"lease":"10s",/' lease
change "a negative interval" 's/^{/{"interval":-1,/' interval
change "a negative startAt" 's/^{/{"startAt":-5,/' startAt
change "a startAt in centuries" 's/^{/{"startAt":9000000000000000000,/' startAt
[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -gt 1000000 ] ||
    change "concurrency beyond the descriptors" 's/rency":4/rency":1000000/' \
    descriptors

# What is fine although it looks odd.
for text in 's/"constant"/"  constant\\t"/' 's/"drop"/""/' \
    's/,"saturationPolicy":"drop"//' 's/rency":4/rency":0/' \
    's/"drop"/null/' 's/^{/{"unknown":{"a":[1]},/' \
    's/"url"/"headers":null,"body":null,"method":"","url"/' \
    's/"url"/"method":"get","url"/' \
    's/"constant"/"\\u0063onstant"/' 's/^{/{"startAt":null,/'; do
	post "$(echo "$good" | sed "$text")" | answer odd
	is "$text: status" "$(code odd)" 200
	is "$text: completed" "$(value odd completed)" 2
done

# 503 while a run goes on, for all that is well until there; and no longer.
post "$(plan "$target" "$(phase 60000)")" >"$dir/long.request"
begun long
poll is_busy true
is "busy: /ping says so" "$(value ping busy)" true
post "$good" | refused "busy" 503 'a run is going on'
between "busy: Retry-After" "$(field refused Retry-After)" 50 61
post "$(plan "$target" '')" | refused "busy, no phases" 400
post "$good" 'Origin: x' | refused "busy, an Origin" 403
raw "Host: localhost\\$json\\Content-Length: $size\\" '' |
    refused "busy, too large" 413
kill "$asker"
poll is_busy false
usable busy

# What is no HTTP, or too much of it.
while IFS='	' read -r what want text; do
	text=$(echo "$text" | sed 's,^RUN,POST /run HTTP/1.1|Host: localhost,;
	    s,JSON,Content-Type: application/json,;s,|,\\r\\n,g')
	printf "$text" | tests/ask.t -h "$address" >"$dir/no"
	is "$what: status" "$(code no)" "$want"
done <<'END'
a word	400	hello||
TLS	400	\026\003\001\002\000\001\000\001\374\003\003||
no version	400	GET /ping||
HTTP/2	505	GET /ping HTTP/2.0|Host: x||
no Host	400	GET /ping HTTP/1.1||
two Hosts	400	GET /ping HTTP/1.1|Host: localhost|Host: x||
two lengths	400	RUN|Content-Length: 1|Content-Length: 2||
both	400	RUN|Content-Length: 1|Transfer-Encoding: chunked||
a coding	400	RUN|Transfer-Encoding: gzip||
two codings	501	RUN|Transfer-Encoding: gzip, chunked||
a bad chunk	400	RUN|JSON|Transfer-Encoding: chunked||zz|
END
{
	printf 'GET /ping HTTP/1.1\r\nHost: localhost\r\nX: '
	head -c 100000 /dev/zero | tr '\0' x
} | tests/ask.t -h "$address" >"$dir/no"
is "a huge head: status" "$(code no)" 431
{
	printf 'GET /ping HTTP/1.1\r\nHost: localhost\r\n'
	awk 'BEGIN { for (i = 0; i < 1000; i++) printf "X%d: y\r\n", i }'
	printf '\r\n'
} | tests/ask.t -h "$address" >"$dir/no"
is "a thousand fields: status" "$(code no)" 431
{ post "$good"; printf '\r\nrubbish\r\n\r\n'; } | answer no -n 2
is "rubbish behind a run: answers" "$(code no) $(code no 2)" "200 400"
usable rubbish

finish
