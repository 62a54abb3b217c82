#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a worker and a mock speak TLS: that they answer over it as they do
# without, that a worker serves those alone whose certificates it wants, that
# who does not get through the handshake keeps nobody else waiting, and that
# certificates and keys which cannot be used are refused before it listens.
. tests/lib_tls.sh

if ./pulse version | grep -q 'TLS: none'; then
	ok "skipped: this build has no TLS"
	exit 0
fi
certificates
pair="--cert $dir/cert.pem --key $dir/key.pem"

# ask NAME ADDRESS [s_client options]: sends stdin over TLS, to a server that
# must have shown a good certificate, and takes down what comes back
ask() {
	name=$1
	to=$2
	shift 2
	timeout 20 openssl s_client -quiet -connect "$to" \
	    -servername localhost -verify_hostname localhost \
	    -CAfile "$dir/ca.pem" -verify_return_error "$@" \
	    >"$dir/$name" 2>"$dir/$name.err"
}

# get PATH, and post PATH BODY as a coordinator in Go does
get() {
	printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' \
	    "$1" "$worker"
}

post() {
	printf 'POST %s HTTP/1.1\r\nHost: %s\r\n' "$1" "$worker"
	printf 'User-Agent: Go-http-client/1.1\r\nContent-Length: %s\r\n' \
	    "${#2}"
	printf 'Content-Type: application/json\r\nAccept-Encoding: gzip\r\n'
	printf 'Connection: close\r\n\r\n%s' "$2"
}

# pinged WHAT NAME: the answer to a ping is there
pinged() {
	has "$1" "$dir/$2" '^{"status":"ok",'
}

mock
target=$url

# As it is without TLS. Both versions are spoken; none below.
# shellcheck disable=SC2086
worker -g 1 $pair
is "it says https" "${line%:*}" "pulse worker: listening on https://127.0.0.1"
get /ping | ask ping "$worker"
pinged "ping" ping
get /ping | ask old "$worker" -tls1_2
pinged "ping by TLS 1.2" old
get /ping | ask older "$worker" -tls1_1
is "not by TLS 1.1" "$(grep -c HTTP "$dir/older")" 0
get /ping | ask h2 "$worker" -alpn h2,http/1.1
pinged "ping by who would also take HTTP/2" h2
if command -v curl >/dev/null 2>&1; then
	curl -s --max-time 10 --cacert "$dir/ca.pem" "https://$worker/ping" \
	    >"$dir/curl"
	pinged "curl" curl
	curl -s --max-time 10 -k "https://$worker/ping" "https://$worker/ping" \
	    >"$dir/curl"
	is "curl, twice on a connection" \
	    "$(grep -c '"status":"ok"' "$dir/curl")" 2
fi

# A run, as Go asks for it.
run='{"phases":[{"type":"constant","duration":200000000,"arrivalRate":100,
"from":0,"to":0,"steps":0,"spikeAt":0,"spikeFor":0}],"maxConcurrency":10,
"saturationPolicy":"drop","httpScenario":{"url":"'$target'","method":"GET"}}'
post /run "$run" | ask run "$worker"
has "a run: status" "$dir/run" '^HTTP/1.1 200 OK'
has "a run: all its arrivals" "$dir/run" '"total":20,"failed":0,'

# Who speaks no TLS, or half of it.
{
	get /ping
	get /ping
} | tests/ask.t "$worker" >"$dir/plain" 2>/dev/null
is "plain HTTP: closed" "$?" 0
is "plain HTTP: no answer" "$(grep -c HTTP "$dir/plain")" 0
printf '\026\003\001\000\005hello' | tests/ask.t "$worker" >/dev/null 2>&1
printf '\026\003' | tests/ask.t -r "$worker" >/dev/null 2>&1
get /ping | ask after "$worker"
pinged "it lives on" after

# Those that stall hold nobody up.
i=0
while [ $i -lt 200 ]; do
	printf '\026\003\001\002\000\001' |
	    tests/ask.t -t 8000 "$worker" >/dev/null 2>&1 &
	pids="$pids $!"
	i=$((i + 1))
done
# stalled: all of them are connected
stalled() {
	[ "$(ls "/proc/$pid_of_worker/fd" 2>/dev/null | wc -l)" -ge 200 ]
}
pid_of_worker=$pid
if [ -d "/proc/$pid/fd" ]; then
	poll stalled && ok "200 connections stall" ||
	    not_ok "200 connections stall"
fi
get /ping | ask stalled "$worker"
pinged "ping beside them" stalled

is "nothing on stderr but the run" "$(grep -v -c 'completed' "$log")" 0
kill -TERM "$pid_of_worker"
wait "$pid_of_worker"
is "it ends well" "$?" 0

# A worker that knows its coordinators by their certificates needs no token.
# shellcheck disable=SC2086
start strict ./pulse worker -g 1 --addr 0.0.0.0:0 $pair --cacert "$dir/ca.pem"
worker=127.0.0.1:${line##*:}
get /ping | ask none "$worker"
is "no certificate: no answer" "$(grep -c HTTP "$dir/none")" 0
has "no certificate: it says so" "$dir/none.err" 'certificate required'
get /ping | ask strange "$worker" -cert "$dir/strange_client.pem" \
    -key "$dir/client_key.pem"
is "another's certificate: no answer" "$(grep -c HTTP "$dir/strange")" 0
has "another's certificate: it says so" "$dir/strange.err" 'alert'
get /ping | ask known "$worker" -cert "$dir/client.pem" \
    -key "$dir/client_key.pem"
pinged "a certificate that it wants" known
get /ping | ask known "$worker" -tls1_2 -cert "$dir/client.pem" \
    -key "$dir/client_key.pem"
pinged "the same by TLS 1.2" known
is "nothing on stderr" "$(cat "$dir/strict.err")" ""
kill -TERM "$pid"
wait "$pid"

# The key in the file of the certificate.
cat "$dir/cert.pem" "$dir/key.pem" >"$dir/both.pem"
worker -g 1 --cert "$dir/both.pem"
get /ping | ask both "$worker"
pinged "key and certificate in one file" both

# The mock, with several processes too.
# shellcheck disable=SC2086
mock $pair -g 2
is "the mock says https" "${url%:*}" https://127.0.0.1
is "the mock: no cores" "$(cores "$pid")" "0 0"
mock=${url#https://}
worker=$mock
get /size/100000 | ask mock "$mock"
is "the mock: a body" "$(sed '1,/^.$/d' "$dir/mock" | wc -c | tr -d ' ')" \
    100000
# shellcheck disable=SC2086
mock $pair --cacert "$dir/ca.pem"
get / | ask mock "${url#https://}"
is "the mock: no certificate" "$(grep -c HTTP "$dir/mock")" 0
get / | ask mock "${url#https://}" -cert "$dir/client.pem" \
    -key "$dir/client_key.pem"
has "the mock: a certificate" "$dir/mock" '^HTTP/1.1 200 OK'
# What is trusted is not shown, even if it has issued what is.
mock --cert "$dir/client.pem" --key "$dir/client_key.pem" \
    --cacert "$dir/ca.pem"
openssl s_client -connect "${url#https://}" -showcerts </dev/null \
    >"$dir/chain" 2>/dev/null
is "the mock: the chain that it was given" \
    "$(grep -c 'BEGIN CERTIFICATE' "$dir/chain")" 1
# shellcheck disable=SC2086
mock $pair --mode down
get / | ask mock "${url#https://}"
is "the mock: down" "$(grep -c HTTP "$dir/mock")" 0

# refused PATTERN COMMAND ...: one line, and nothing is served
refused() {
	pattern=$1
	shift
	timeout 20 ./pulse "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
	status=$?
	if [ $status -eq 1 ] && [ ! -s "$dir/stdout" ] &&
	    [ "$(lines "$dir/stderr")" -eq 1 ] &&
	    grep -q -e "^pulse: $1: .*$pattern" "$dir/stderr"; then
		ok "$*"
	else
		not_ok "$*: status $status, want one line with '$pattern':"
		cat "$dir/stdout" "$dir/stderr"
	fi
}

for command in worker mock; do
	set -- "$command" --addr 127.0.0.1:0
	refused "--key: there is no --cert" "$@" --key "$dir/key.pem"
	refused "--cacert: there is no --cert" "$@" --cacert "$dir/ca.pem"
	refused "--cert: $dir/none.pem: No such file" "$@" \
	    --cert "$dir/none.pem"
	refused "--key: $dir/none.pem: No such file" "$@" \
	    --cert "$dir/cert.pem" --key "$dir/none.pem"
	refused "--cert: $dir/cert.pem: there is no private key" "$@" \
	    --cert "$dir/cert.pem"
	refused "--cert: $dir/key.pem: there is no certificate" "$@" \
	    --cert "$dir/key.pem"
	refused "--cert: $dir/config: there is no certificate" "$@" \
	    --cert "$dir/config"
	refused "--key: $dir/strange_key.pem: the key is not that" "$@" \
	    --cert "$dir/cert.pem" --key "$dir/strange_key.pem"
	refused "--key: $dir/encrypted_key.pem: the key is encrypted" "$@" \
	    --cert "$dir/cert.pem" --key "$dir/encrypted_key.pem"
	# shellcheck disable=SC2086
	refused "--cacert: $dir/key.pem: there are no CA" "$@" $pair \
	    --cacert "$dir/key.pem"
	refused "--cert: /: Is a directory" "$@" --cert /
done
# shellcheck disable=SC2086
{
	refused "--cert: TLS is for TCP: a unix socket" worker $pair \
	    --addr "unix:$dir/socket"
	refused "--cert: TLS is for TCP: with --stdio" worker $pair --stdio
	refused "needs a token" worker --addr 0.0.0.0:0 $pair
}
finish
