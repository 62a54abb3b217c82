#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves what the client makes of servers that behave in every way, good and
# bad: how many requests went well, and for the others the category, the part
# of the request and the cause; and that it sends what it was asked to.
. tests/lib.sh

# behaves BEHAVIOUR STATUSES FAILURES ARGS ...: five requests, all completed
behaves() {
	what=$1
	want_statuses=$2
	want_failures=$3
	shift 3
	misbehave -v "$what"
	run "$what" -c 4 --saturation block --requests 5 -r 200 -d 20s "$@" \
	    "$url"
	ends "$what" 0
	is "$what: completed" "$(number "$dir/$what.json" completed)" 5
	is "$what: statuses" "$(statuses "$dir/$what.json")" "$want_statuses"
	is "$what: failures" "$(failures "$dir/$what.json")" "$want_failures"
	# The category of the table is the one that the wire counts.
	for word in $want_failures; do
		case $word in
		http_status_error | deadline_exceeded | transport)
			is "$what: $word" "$(number "$dir/$what.json" \
			    "$word")" 5 ;;
		esac
	done
}

# counts NAME MEMBER WANT
counts() {
	is "$1: $2" "$(number "$dir/$1.json" "$2")" "$3"
}

# at_most NAME MEMBER WANT
at_most() {
	between "$1: $2" "$(number "$dir/$1.json" "$2")" 1 "$3"
}

# Good answers: those that may keep their connection do.
for what in ok chunked interim nocontent no-reason head-ok; do
	case $what in
	nocontent) behaves $what 204:5 "" ;;
	head-ok) behaves $what 200:5 "" -X HEAD ;;
	*) behaves $what 200:5 "" ;;
	esac
	at_most $what connects 4
done
counts ok bytes_in 25
counts chunked bytes_in 60
counts interim bytes_in 25
counts nocontent bytes_in 0
counts head-ok bytes_in 0
behaves notmodified 304:5 ""
at_most notmodified connects 4
behaves ok-1.0 200:5 ""
counts ok-1.0 connects 5
counts ok-1.0 bytes_in 25
behaves eof-body 200:5 ""
counts eof-body bytes_in 25
counts eof-body connects 5
behaves extra-bytes 200:5 ""
counts extra-bytes bytes_in 25
behaves slow-byte 200:5 ""

# Closed while idle: no request is lost, whether that was seen in time or not.
misbehave close-idle
run close-idle -c 1 -r 8 -d 400ms "$url"
ends close-idle 0
counts close-idle failed 0
counts close-idle connects 4

# Closed instead of the second answer: sent again once, if that is safe.
misbehave -v close-second
run get-second -c 1 --saturation block --requests 5 -r 100 -d 20s "$url"
ends get-second 0
is "get-second: statuses" "$(statuses "$dir/get-second.json")" 200:5
counts get-second retried 4
counts get-second connects 5
is "get-second: seen by the server" "$(lines "$log")" 9
run post-second -c 1 --saturation block --requests 5 -r 100 -d 20s -b hello \
    "$url"
ends post-second 0
is "post-second: statuses" "$(statuses "$dir/post-second.json")" 200:3
is "post-second: failures" "$(failures "$dir/post-second.json")" \
    "first_byte closed transport 2"
counts post-second retried 0

# A server that hangs shows as what it is, and the run ends on time.
behaves hang "" "first_byte timeout deadline_exceeded 5" --timeout 200ms
duration=$(number "$dir/hang.json" duration_ms)
between "hang: ended on time, in ms" "${duration%.*}" 200 5000
behaves hang-head "" "transfer timeout deadline_exceeded 5" --timeout 200ms
behaves hang-body 200:5 "transfer timeout deadline_exceeded 5" --timeout 200ms
counts hang-body bytes_in 25

# Gone.
behaves close-before-answer "" "first_byte closed transport 5"
behaves reset "" "first_byte ECONNRESET transport 5"
behaves cut-chunk 200:5 "transfer truncated transport 5"
behaves cut-body 200:5 "transfer truncated transport 5"
misbehave close-at-accept
run close-at-accept --requests 5 -r 100 "$url"
ends close-at-accept 0
counts close-at-accept transport 5

# An answer before the request was sent: taken, whatever is left to send.
dd if=/dev/zero of="$dir/large" bs=65536 count=64 2>/dev/null
behaves early-answer 413:5 "transfer http_status http_status_error 5" \
    -b "@$dir/large"

# What is not HTTP/1.1, or not as it should be: each with its cause.
behaves garbage "" "transfer not_http transport 5"
behaves tls-alert "" "transfer is_tls transport 5"
behaves no-newline "" "transfer truncated transport 5"
behaves http2 "" "transfer not_http transport 5"
behaves huge-head "" "transfer head_too_large transport 5"
behaves many-fields "" "transfer too_many_headers transport 5"
behaves two-lengths "" "transfer bad_content_length transport 5"
behaves length-and-coding "" \
    "transfer length_and_coding transport 5"
behaves bad-coding "" "transfer bad_transfer_coding transport 5"
behaves bad-chunk 200:5 "transfer bad_chunk_size transport 5"
behaves bad-chunk-end 200:5 "transfer bad_chunk_end transport 5"

# Nobody there, and nobody looked before.
free_port=$port
kill "$pid"
poll is_gone "$pid"
run refused --no-probe --requests 5 -r 100 "http://127.0.0.1:$free_port"
ends refused 0
is "refused: failures" "$(failures "$dir/refused.json")" \
    "connect ECONNREFUSED transport 5"

# Redirects.
behaves redirect-loop 302:5 "transfer too_many_redirects transport 5"
counts redirect-loop redirected 45
run redirect-2 --redirects 2 --requests 5 -r 100 "$url"
counts redirect-2 redirected 10
is "redirect-2: failures" "$(failures "$dir/redirect-2.json")" \
    "transfer too_many_redirects transport 5"
run redirect-0 --redirects 0 --requests 5 -r 100 "$url"
is "redirect-0: statuses" "$(statuses "$dir/redirect-0.json")" 302:5
is "redirect-0: failures" "$(failures "$dir/redirect-0.json")" ""

misbehave -v redirect-307-post
run redirect-307 --requests 1 -b hello -H 'Authorization: Bearer x' "$url"
ends redirect-307 0
is "redirect-307: method, body and secret are kept" "$(cat "$log")" \
"POST / 5 new
POST /done 5 reused
authorization yes"
counts redirect-307 redirected 1
counts redirect-307 bytes_out 10

misbehave -v redirect-other-host
run redirect-303 -4 --requests 1 -b hello -H 'Authorization: Bearer x' "$url"
ends redirect-303 0
is "redirect-303: a GET without body and secret" "$(cat "$log")" \
"POST / 5 new
GET /done 0 new
authorization no"
run redirect-303-user -4 --requests 1 "http://u:p@127.0.0.1:$port"
is "redirect-303: without the URL's password" "$(tail -n 1 "$log")" \
    "authorization no"

mock
target=$url
run redirect-mock --requests 3 -r 100 "$target/redirect/3"
ends redirect-mock 0
is "redirect-mock: statuses" "$(statuses "$dir/redirect-mock.json")" 200:3
counts redirect-mock redirected 9

# Statuses.
run status-404 --requests 3 -r 100 "$target/status/404"
ends status-404 0
is "status-404: statuses" "$(statuses "$dir/status-404.json")" 404:3
counts status-404 http_status_error 3
counts status-404 failed 3
run status-599 --requests 3 -r 100 "$target/status/599"
counts status-599 http_status_error 3
run status-399 --requests 3 -r 100 "$target/status/399"
counts status-399 failed 0

# Connections: kept, or one a request.
run keep -c 2 --saturation block --requests 30 -r 500 "$target"
ends keep 0
at_most keep connects 2
run keep-not --no-keepalive -c 2 --saturation block --requests 30 -r 500 \
    "$target"
ends keep-not 0
counts keep-not connects 30
run keep-close --requests 10 -r 100 "$target/close"
ends keep-close 0
counts keep-close connects 10
counts keep-close failed 0

# Bodies: text, any bytes of a file, large ones both ways.
run body --requests 2 -b hello "$target/echo"
ends body 0
counts body bytes_in 10
counts body bytes_out 10
printf 'a\0b\r\n\r\nc\377' >"$dir/bytes"
run body-file --requests 2 -b "@$dir/bytes" "$target/echo"
counts body-file bytes_in 18
counts body-file bytes_out 18
: >"$dir/none"
run body-none --requests 2 -b "@$dir/none" "$target/echo"
ends body-none 0
counts body-none bytes_out 0
counts body-none failed 0
dd if=/dev/zero of="$dir/mega" bs=65536 count=16 2>/dev/null
run body-large --requests 2 -b "@$dir/mega" "$target/echo"
ends body-large 0
counts body-large bytes_in 2097152
counts body-large bytes_out 2097152
for path in size chunked; do
	run "large-$path" --requests 2 "$target/$path/3000000"
	ends "large-$path" 0
	counts "large-$path" bytes_in 6000000
	counts "large-$path" failed 0
done

# Methods.
misbehave -v ok
for method in GET HEAD POST PUT PATCH DELETE OPTIONS TRACE purge; do
	run method --requests 1 -X $method "$url/$method"
	ends method 0
done
run method --requests 1 -b x "$url/body"
run method --requests 1 -b x -X PUT "$url/put"
run method --requests 1 -b x -X GET "$url/get?q=1#part"
run method --requests 1 "$url?q=1"
is "methods" "$(cut -d ' ' -f 1-3 "$log")" \
"GET /GET 0
HEAD /HEAD 0
POST /POST 0
PUT /PUT 0
PATCH /PATCH 0
DELETE /DELETE 0
OPTIONS /OPTIONS 0
TRACE /TRACE 0
PURGE /purge 0
POST /body 1
PUT /put 1
GET /get?q=1 1
GET /?q=1 0"

# Heads, byte for byte.
misbehave -h ok
run head --requests 1 "$url/a"
version=$(./pulse version | cut -d ' ' -f 2)
is "head: of a plain request" "$(tr -d '\r' <"$log")" \
"GET /a HTTP/1.1
Host: 127.0.0.1:$port
User-Agent: pulse/$version"
: >"$log"
run head --requests 1 -b hello -H 'Host: example.org' -H 'X-One:  1 ' \
    -H 'x-one: 2' -H 'User-Agent: me' -H 'Content-Length: 77' \
    -H 'Content-Type: text/plain' -H 'Empty:' --no-keepalive "$url"
blank=" "
is "head: of one with headers" "$(tr -d '\000\r' <"$log")" \
"POST / HTTP/1.1
Host: example.org
X-One: 1
x-one: 2
User-Agent: me
Content-Type: text/plain
Empty:${blank}
Content-Length: 5
Connection: close"
: >"$log"
run head --requests 1 -H 'Content-Type: text/plain' "$url"
has "head: a header that was given is sent" "$log" "^Content-Type: text/plain"
: >"$log"
run head --requests 1 "http://aladdin:open%20sesame@127.0.0.1:$port/"
has "head: user and password of the URL" "$log" \
    "^Authorization: Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ=="

# Addresses: the one that was connected to is reported.
run name --requests 2 "http://localhost:$port"
ends name 0
is "name: address" "$(text "$dir/name.json" address)" "127.0.0.1:$port"
run name4 -4 --requests 2 "http://localhost:$port"
ends name4 0
tests/misbehave.t -6 ok </dev/null >"$dir/six" 2>/dev/null &
six=$!
pids="$pids $six"
has_six() {
	[ -s "$dir/six" ] || is_gone $six
}
poll has_six
if [ -s "$dir/six" ]; then
	port=$(cat "$dir/six")
	run ipv6 --requests 2 "http://[::1]:$port/"
	ends ipv6 0
	is "ipv6: address" "$(text "$dir/ipv6.json" address)" "[::1]:$port"
	run name6 -6 --requests 2 "http://localhost:$port/"
	ends name6 0
	is "name6: address" "$(text "$dir/name6.json" address)" "[::1]:$port"
	run second --requests 2 "http://localhost:$port/"
	ends second 0
	counts second failed 0
	is "second address of a name" "$(text "$dir/second.json" address)" \
	    "[::1]:$port"
	run second --no-probe --requests 2 "http://localhost:$port/"
	ends second 0
	counts second failed 0
	is "second address, found by the requests" \
	    "$(text "$dir/second.json" address)" "[::1]:$port"
else
	ok "IPv6 # SKIP this machine has none"
fi

finish
