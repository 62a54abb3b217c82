#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that https works with servers of both kinds, this program's TLS and
# openssl's: versions, sessions taken up again and not, names asked for,
# certificates of clients, where trust comes from, the key log; and that secrets
# follow a redirect only where they may go.
. tests/lib_tls.sh

if [ "$(./pulse version | grep -c OpenSSL)" -eq 0 ]; then
	ok "this build has no TLS"
	finish
fi
certificates
trust="--cacert $dir/ca.pem"

# tls_server [options] BEHAVIOUR: sets $url, $port and $log
tls_server() {
	servers=$((${servers:-0} + 1))
	start "server$servers" tests/misbehave_tls.t "$@" "$dir/cert.pem" \
	    "$dir/key.pem"
	port=$line
	url=https://127.0.0.1:$port/
	log=$dir/server$servers.err
}

# openssl_server [options]: the same with openssl's, which says in $log what it
# sees; -www answers with a page
openssl_server() {
	servers=$((${servers:-0} + 1))
	log=$dir/server$servers.log
	: >"$log"
	openssl s_server -accept 127.0.0.1:0 -www -cert "$dir/cert.pem" \
	    -cert_chain "$dir/middle.pem" -key "$dir/key.pem" "$@" \
	    >"$log" 2>&1 </dev/null &
	pids="$pids $!"
	poll grep -q '^ACCEPT' "$log"
	port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$log" | head -n 1)
	url=https://127.0.0.1:$port/
}

# good NAME ARGS ...: ten requests that go well
good() {
	name=$1
	shift
	run "$name" -c 1 --saturation block --requests 10 -r 500 -d 20s "$@" \
	    "$url"
	ends "$name" 0
	is "$name: statuses" "$(statuses "$dir/$name.json")" 200:10
	is "$name: failures" "$(failures "$dir/$name.json")" ""
}

# in_tls NAME MEMBER: of the result's object about TLS
in_tls() {
	awk -v want="\"$2\":" '/^  "tls": \{/ { is_in = 1 }
	    /^  \}/ { is_in = 0 }
	    is_in && $1 == want { sub(/^[^:]*: /, ""); sub(/,$/, "");
	    gsub(/"/, ""); print }' "$dir/$1.json"
}

# Sessions: each connection but the first takes up the last one's.
tls_server ok
# shellcheck disable=SC2086
good kept $trust
is "kept: one connection" "$(in_tls kept handshakes)" 1
is "kept: none resumed" "$(in_tls kept resumed)" 0
is "kept: protocol" "$(in_tls kept protocol)" TLSv1.3
# shellcheck disable=SC2086
good fresh $trust --no-keepalive
is "fresh: handshakes" "$(in_tls fresh handshakes)" 10
is "fresh: resumed" "$(in_tls fresh resumed)" 9
# shellcheck disable=SC2086
good full $trust --no-keepalive --no-resume
is "full: handshakes" "$(in_tls full handshakes)" 10
is "full: resumed" "$(in_tls full resumed)" 0

# Connections that were idle and are cut off without a word: no request is
# lost, and sessions are good all the same.
tls_server cut-idle
run cut-idle -c 1 -r 8 -d 400ms $trust "$url"
ends cut-idle 0
is "cut-idle: none failed" "$(number "$dir/cut-idle.json" failed)" 0
# One that comes late has the next one on its connection, too.
cut=$(in_tls cut-idle handshakes)
between "cut-idle: handshakes" "$cut" 2 4
is "cut-idle: resumed" "$(in_tls cut-idle resumed)" $((cut - 1))
tls_server cut-second
# shellcheck disable=SC2086
good cut-second $trust
is "cut-second: sent again" "$(number "$dir/cut-second.json" retried)" 9

# Byte by byte.
tls_server slow-handshake
# shellcheck disable=SC2086
good slow $trust

# openssl's server, of one version each, with and without tickets.
for version in 2 3; do
	for tickets in yes no; do
		name=1.$version-$tickets
		option=
		[ $tickets = yes ] || option=-no_ticket
		# shellcheck disable=SC2086
		openssl_server -tls1_$version $option
		# shellcheck disable=SC2086
		good "$name" $trust --no-keepalive
		is "$name: protocol" "$(in_tls "$name" protocol)" \
		    "TLSv1.$version"
		is "$name: has a cipher" \
		    "$(in_tls "$name" cipher | grep -cE '^[A-Z0-9_-]+$')" 1
		is "$name: handshakes" "$(in_tls "$name" handshakes)" 10
		is "$name: resumed" "$(in_tls "$name" resumed)" 9
	done
done

# What a client asks for: a name, and no address; one application protocol.
openssl_server -tlsextdebug -alpn h2,http/1.1
url=https://localhost:$port/
# shellcheck disable=SC2086
good name $trust -4
has "name: asked for" "$log" '\.localhost$'
has "name: http/1.1 is agreed upon" "$log" \
    'ALPN protocols selected: http/1.1'
openssl_server -tlsextdebug
# shellcheck disable=SC2086
good address $trust
is "address: no name asked for" "$(grep -c '"server name"' "$log")" 0
openssl_server -tlsextdebug -cert "$dir/elsewhere.pem"
# shellcheck disable=SC2086
good servername $trust --servername elsewhere.example
has "servername: asked for" "$log" '\.elsewhere\.e$'

# Certificates of clients.
tls_server -c "$dir/ca.pem" ok
# shellcheck disable=SC2086
good client $trust --cert "$dir/client.pem" --key "$dir/client_key.pem"
cat "$dir/client.pem" "$dir/client_key.pem" >"$dir/both.pem"
# shellcheck disable=SC2086
good both $trust --cert "$dir/both.pem" --no-keepalive
is "both: resumed" "$(in_tls both resumed)" 9
run nobody --no-probe --requests 5 -r 200 -d 20s $trust "$url"
ends nobody 0
is "nobody: failures" "$(failures "$dir/nobody.json")" \
    "first_byte tls_alert transport 5"
run stranger --no-probe --requests 5 -r 200 -d 20s $trust \
    --cert "$dir/strange_client.pem" --key "$dir/client_key.pem" "$url"
ends stranger 0
is "stranger: failures" "$(failures "$dir/stranger.json")" \
    "first_byte tls_alert transport 5"

# Whom the system trusts, by its environment.
tls_server ok
SSL_CERT_FILE=$dir/ca.pem good from-file
mkdir "$dir/roots"
cp "$dir/ca.pem" "$dir/roots/$(openssl x509 -hash -noout \
    -in "$dir/ca.pem").0"
SSL_CERT_DIR=$dir/roots good from-dir
SSL_CERT_FILE=$dir/none ./pulse run -d 1s "$url" >"$dir/out" 2>"$dir/err"
is "no such file: status" "$?" 1
is "no such file: one line" "$(lines "$dir/err")" 1
has "no such file: named" "$dir/err" \
    "SSL_CERT_FILE: $dir/none: no CA certificates"
SSL_CERT_DIR=$dir/none ./pulse run -d 1s "$url" >"$dir/out" 2>"$dir/err"
is "no such directory: status" "$?" 1
has "no such directory: named" "$dir/err" \
    "SSL_CERT_DIR: $dir/none: no CA certificates"

# What the traffic is read with afterwards.
SSLKEYLOGFILE=$dir/keys good keys $trust
has "keys: logged" "$dir/keys" '^CLIENT_TRAFFIC_SECRET_0 '

# redirected NAME SECRETS ARGS ...: three requests to $url that are led on to
# the server with $to for its log: how many secrets arrive there
redirected() {
	name=$1
	want=$2
	shift 2
	# shellcheck disable=SC2086
	run "$name" $trust -c 1 --saturation block --requests 3 -r 200 -d 20s \
	    -H 'Authorization: Bearer x' -H 'Cookie: a=b' "$@" "$url"
	ends "$name" 0
	is "$name: statuses" "$(statuses "$dir/$name.json")" 200:3
	is "$name: arrived" "$(grep -c '^GET ' "$to")" 3
	is "$name: Authorization" "$(grep -ci '^authorization' "$to")" "$want"
	is "$name: Cookie" "$(grep -ci '^cookie' "$to")" "$want"
}

# Secrets go to the same host over TLS, from http as well; not to another one,
# nor from https to http.
tls_server ok
to=$log
tls_server -l "https://127.0.0.1:$port/" redirect
redirected same-host 3
tls_server ok
to=$log
tls_server -l "https://127.0.0.1:$port/" redirect-plain
url=http://127.0.0.1:$port/
redirected to-https 3
tls_server ok
to=$log
tls_server -l "https://localhost:$port/" redirect
redirected other-host 0
misbehave -h ok
to=$log
tls_server -l "$url/" redirect
redirected to-http 0

# The same of the certificate of a client, and of a name to ask for.
mine="--cert $dir/client.pem --key $dir/client_key.pem"
tls_server -c "$dir/ca.pem" ok
demanding=$port
to=$log
tls_server -l "https://127.0.0.1:$demanding/" redirect
# shellcheck disable=SC2086
redirected own-cert 3 $mine
tls_server -l "https://localhost:$demanding/" redirect
# shellcheck disable=SC2086
run other-cert $trust $mine --requests 3 -r 200 -d 20s "$url"
ends other-cert 0
is "other-cert: failures" "$(failures "$dir/other-cert.json")" \
    "first_byte tls_alert transport 3"

finish
