#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that TLS that does not work, in all its ways, ends in one clear line
# when the target is tried before the run, and as counted failures of the right
# part and cause when it is not; in both cases on time.
. tests/lib_tls.sh

if [ "$(./pulse version | grep -c OpenSSL)" -eq 0 ]; then
	ok "this build has no TLS"
	finish
fi
certificates

# bad BEHAVIOUR [CERT]: a server that behaves so; sets $url and $port
bad_server() {
	servers=$((${servers:-0} + 1))
	start "bad$servers" tests/misbehave_tls.t "$1" \
	    "$dir/${2:-cert}.pem" "$dir/key.pem"
	port=$line
	url=https://127.0.0.1:$port/
}

# told NAME PATTERN ARGS ...: the run is refused before it begins
told() {
	name=$1
	pattern=$2
	shift 2
	began=$(now)
	./pulse run -r 50 -d 1s "$@" "$url" >"$dir/$name.out" \
	    2>"$dir/$name.err" </dev/null
	status=$?
	took=$(($(now) - began))
	is "$name, tried: status" "$status" 1
	is "$name, tried: stdout is empty" "$(cat "$dir/$name.out")" ""
	is "$name, tried: one line" "$(lines "$dir/$name.err")" 1
	has "$name, tried: it says why" "$dir/$name.err" "^pulse: .*$pattern"
	between "$name, tried: ended on time, in 10 ms" "$took" 0 400
}

# counted NAME FAILURES ARGS ...: five requests that all failed so
counted() {
	name=$1
	want=$2
	shift 2
	run "$name" --no-probe -c 4 --saturation block --requests 5 -r 200 \
	    -d 20s "$@" "$url"
	ends "$name" 0
	is "$name: completed" "$(number "$dir/$name.json" completed)" 5
	is "$name: failures" "$(failures "$dir/$name.json")" "$want"
	duration=$(number "$dir/$name.json" duration_ms)
	between "$name: ended on time, in ms" "${duration%.*}" 0 4000
}

# Whom not to trust.
trust="--cacert $dir/ca.pem"
# distrusts CERT CAUSE PATTERN
distrusts() {
	bad_server ok "$1"
	# shellcheck disable=SC2086
	told "$1" "127.0.0.1:$port: $3" $trust
	# shellcheck disable=SC2086
	counted "$1" "tls $2 transport 5" $trust
	run "$1-k" -k -r 50 -d 200ms "$url"
	ends "$1-k" 0
	is "$1: taken with -k" "$(statuses "$dir/$1-k.json")" 200:10
}
distrusts expired certificate_expired "certificate has expired"
distrusts future certificate_not_yet_valid "certificate is not yet valid"
distrusts elsewhere certificate_name \
    "IP address mismatch: its certificate is not for 127.0.0.1 (--servername"
distrusts self certificate_self_signed "self-signed certificate (--cacert FILE"

bad_server ok
told issuer "unable to get local issuer certificate (--cacert FILE" \
    --cacert "$dir/other_ca.pem"
counted issuer "tls certificate_issuer transport 5" \
    --cacert "$dir/other_ca.pem"
told name "its certificate is not for elsewhere.example$" $trust \
    --servername elsewhere.example
counted name "tls certificate_name transport 5" $trust \
    --servername elsewhere.example

# Who does not shake hands as he should.
# handshake BEHAVIOUR CAUSE PATTERN
handshake() {
	bad_server "$1"
	# shellcheck disable=SC2086
	told "$1" "127.0.0.1:$port: $3" $trust
	# shellcheck disable=SC2086
	counted "$1" "tls $2 transport 5" $trust
}
handshake plain not_tls "it does not speak TLS"
handshake garbage not_tls "it does not speak TLS"
handshake close tls_closed "the connection ended in the TLS handshake"
handshake half-record tls_closed "the connection ended in the TLS handshake"
handshake reset ECONNRESET "in the TLS handshake: Connection reset by peer"

bad_server stall
told stall "127.0.0.1:$port: no end of the TLS handshake in time" $trust \
    --timeout 500ms
counted stall "tls timeout deadline_exceeded 5" $trust --timeout 300ms

# A real server of plain HTTP on the port, and the other way round.
mock
port=${url##*:}
port=${port%/}
url=https://127.0.0.1:$port/
told http-server "127.0.0.1:$port: it does not speak TLS" $trust
counted http-server "tls not_tls transport 5" $trust
bad_server ok
url=http://127.0.0.1:$port/
run http-client --no-probe --requests 5 -r 200 -d 20s "$url"
ends http-client 0
is "http-client: none went well" "$(statuses "$dir/http-client.json")" ""
is "http-client: completed" "$(number "$dir/http-client.json" completed)" 5
is "http-client: counted" "$(number "$dir/http-client.json" transport)" 5
timeout 20 ./pulse run --requests 5 -r 200 "$url" >"$dir/text" 2>&1
has "http-client: and the report asks for https" "$dir/text" \
    'is https:// meant?'

# A key that does not fit is found before anything is sent.
bad_server ok
told key "the key is not that of the certificate" $trust \
    --cert "$dir/client.pem" --key "$dir/strange_key.pem"
told encrypted "the key is encrypted" $trust \
    --cert "$dir/cert.pem" --key "$dir/encrypted_key.pem"
told no-cert "no certificate" $trust \
    --cert "$dir/key.pem" --key "$dir/key.pem"
told no-ca "no CA certificates" --cacert "$dir/key.pem"

# The connection breaks in an answer.
# breaks BEHAVIOUR FAILURES
breaks() {
	bad_server "$1"
	# shellcheck disable=SC2086
	counted "$1" "$2" $trust
}
breaks reset-record "first_byte ECONNRESET transport 5"
breaks reset-body "transfer ECONNRESET transport 5"
breaks break-body "transfer tls_protocol transport 5"
breaks cut-at-once "first_byte closed transport 5"
breaks cut-head "transfer truncated transport 5"
breaks cut-eof-body "transfer truncated transport 5"
breaks cut-length "transfer truncated transport 5"
breaks cut-after-length ""
breaks end-at-once "first_byte closed transport 5"
breaks end-eof-body ""
breaks end-length "transfer truncated transport 5"

finish
