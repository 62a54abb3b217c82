#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that https workers are known by their certificates and can know who
# asks; that each way in which this fails has its words, before anything is
# sent; and that a fleet over TLS does what one without it does: it counts
# exactly, stops, loses workers and tells of it.
. tests/lib_tls.sh

if [ "$(./pulse version | grep -c OpenSSL)" -eq 0 ]; then
	ok "this build has no TLS"
	finish
fi
certificates

# secure NAME [options]: a worker with that certificate; sets $worker, its
# address without the scheme, and $pid
secure() {
	cert=$dir/$1.pem
	shift
	worker -g 1 --cert "$cert" --key "$dir/key.pem" "$@"
}

# tells NAME WORKER REASON [options]: a ping of it alone fails and says why
tells() {
	name=$1
	asked=$2
	reason=$3
	shift 3
	./pulse ping "$@" "$asked" >"$dir/ping.out" 2>&1
	is "$name: status" $? 1
	is "$name: reason" "$(sed -n 's/^[^ ]*  failed: //p' "$dir/ping.out")" \
	    "$reason"
}

misbehave -v ok
target=$url
target_log=$log
secure cert
a=https://$worker
secure cert
b=https://$worker
b_pid=$pid
fleet=$a,$b
set -- --worker-cacert "$dir/ca.pem"

# A run that is longer than its lease, and so would end early if the lines of
# it did not come through. Looked at below, as is a worker that is silent.
misbehave ok
secure cert
patient=https://$worker
secure cert
./pulse run --json "$@" -w "$patient,https://$worker" -r 10 -d 11s "$url" \
    >"$dir/lease.json" 2>"$dir/lease.err" &
lease=$!
pids="$pids $lease"
secure cert
silent_pid=$pid
kill -STOP "$silent_pid"
poll is_stopped "$silent_pid"
./pulse ping "$@" "https://$worker" "$a" >"$dir/stall.out" 2>&1 &
stall=$!
pids="$pids $stall"
since=$(now)

# Who is known, and as whom.
./pulse ping "$@" "$a" "https://localhost:${b##*:}" >"$dir/ok" 2>&1
is "ping: status" $? 0
is "ping: both are idle" "$(grep -c ' idle ' "$dir/ok")" 2
unknown="unable to get local issuer certificate\
 (--worker-cacert FILE says whom to trust)"
tells "unknown issuer" "$a" "$unknown" --worker-cacert "$dir/other_ca.pem"
secure expired
tells "expired" "https://$worker" "certificate has expired" "$@"
secure future
tells "not yet valid" "https://$worker" "certificate is not yet valid" "$@"
secure elsewhere
tells "wrong address" "https://$worker" "IP address mismatch:\
 its certificate is not for 127.0.0.1" "$@"
tells "wrong name" "https://localhost:${worker##*:}" "hostname mismatch:\
 its certificate is not for localhost" "$@"
secure self
tells "self-signed" "https://$worker" "self-signed certificate\
 (--worker-cacert FILE says whom to trust)" "$@"
./pulse ping --worker-cacert "$dir/self.pem" "https://$worker" >"$dir/ok" 2>&1
is "self-signed: trusted by itself" $? 0
SSL_CERT_FILE=$dir/ca.pem ./pulse ping "$a" >"$dir/ok" 2>&1
is "the system's CAs: status" $? 0
SSL_CERT_FILE=$dir/other_ca.pem
export SSL_CERT_FILE
tells "the system's CAs: reason" "$a" "$unknown"
unset SSL_CERT_FILE

# The right protocol at the wrong place.
worker -g 1
plain=$worker
tells "plain worker" "https://$plain" "it does not speak TLS\
 (wrong version number): is http:// meant?" "$@"
meant="the connection ended without an answer: is https:// meant?"
tells "https worker" "${a#https://}" "$meant"
tells "https worker by http" "http://${a#https://}" "$meant"
printf '\025\003\003\000\002\002\050' >"$dir/alert"
gopeer -p "$dir/alert"
tells "alert" "$worker" "the answer is TLS: is https:// meant?"

# Who asks: a worker can want to know.
secure cert --cacert "$dir/ca.pem"
mutual=https://$worker
tells "no certificate" "$mutual" \
    "it refused: tlsv13 alert certificate required" "$@"
tells "a strange one" "$mutual" "it refused: tlsv1 alert unknown ca" "$@" \
    --worker-cert "$dir/strange_client.pem" --worker-key "$dir/client_key.pem"
./pulse ping "$@" --worker-cert "$dir/client.pem" \
    --worker-key "$dir/client_key.pem" "$mutual" "$a" >"$dir/ok" 2>&1
is "certificate: status" $? 0
cat "$dir/client.pem" "$dir/client_key.pem" >"$dir/both.pem"
run mutual "$@" --worker-cert "$dir/both.pem" -w "$mutual,$a" -r 50 -d 200ms \
    "$target"
ends mutual 0
is "mutual: scheduled" "$(number "$dir/mutual.json" scheduled)" 10

# Before anything is asked. refused NAME LINE ARGS ...
refused() {
	name=$1
	line=$2
	shift 2
	run "$name" "$@" "$target"
	is "$name: status" "$status" 1
	is "$name: line" "$(cat "$dir/$name.err")" "pulse: $line"
	is "$name: no result" "$(cat "$dir/$name.json")" ""
}
: >"$target_log"
refused no-https "--worker-cacert: there is no https:// worker" "$@" -w "$plain"
refused no-worker "--worker-cert: there is no https:// worker" \
    --worker-cert "$dir/client.pem"
refused key-alone "--worker-key: there is no --worker-cert that it is the key\
 of" "$@" --worker-key "$dir/client_key.pem" -w "$a"
{
	cat "$dir/ca.pem"
	head -c 262144 /dev/zero | tr '\0' '\n'
} >"$dir/large.pem"
refused large "--cacert: workers take at most 256 KiB of CA certificates" \
    --cacert "$dir/large.pem" -w "$plain"
refused no-file "--worker-cacert: $dir/none: No such file or directory" \
    --worker-cacert "$dir/none" -w "$a"
refused other-key "--worker-key: $dir/key.pem: the key is not that of the\
 certificate" "$@" --worker-cert "$dir/client.pem" \
    --worker-key "$dir/key.pem" -w "$a"
refused encrypted "--worker-key: $dir/encrypted_key.pem: the key is\
 encrypted" "$@" --worker-cert "$dir/cert.pem" \
    --worker-key "$dir/encrypted_key.pem" -w "$a"
refused twice "workers: $a and ${a#https://} are the same worker" "$@" \
    -w "$a,${a#https://}"
refused same "workers: $a: the same worker twice" "$@" -w "$a,$a"
run unknown -w "$fleet" --worker-cacert "$dir/other_ca.pem" -r 10 "$target"
is "unknown: status" "$status" 1
is "unknown: all are named" "$(cat "$dir/unknown.err")" \
    "pulse: $a: $unknown
pulse: $b: $unknown
pulse: 2 of 2 workers cannot run it: nothing was started"
is "refused: nothing was sent" "$(lines "$target_log")" 0

# A run: exact, streamed, with a lease that outlives many of its lines.
: >"$target_log"
run exact "$@" -w "$a=2,$b,$plain" -r 401 -d 1s -i 200ms "$target"
ends exact 0
is "exact: scheduled" "$(number "$dir/exact.json" scheduled)" 401
is "exact: requested" "$(lines "$target_log")" 401
is "exact: snapshots" "$(sum "$dir/exact.json" completed)" 401
is "exact: shares" "$(for i in 1 2 3; do
	member "$dir/exact.json" workers $i scheduled
done | tr '\n' ' ')" "201 100 100 "
between "exact: starts by its clock, us" "$(member "$dir/exact.json" workers 1 \
    start_error_ms | awk '{ print int(($1 < 0 ? -$1 : $1) * 1000) }')" 0 50000

# With a token over it.
echo s3cret >"$dir/token"
secure cert --token-file "$dir/token"
run token "$@" --token-file "$dir/token" -w "https://$worker" -r 50 -d 200ms \
    "$target"
ends token 0
is "token: scheduled" "$(number "$dir/token.json" scheduled)" 10
tells "no token" "https://$worker" "it answers 401 Unauthorized:\
 unauthorized: this worker wants its token" "$@"

# Stopped by a signal: all that was sent is counted.
foreground int INT "$target_log" --json "$@" -w "$fleet" -r 150 -d 60s "$target"
stopped int 130 SIGINT
between "int: hundredths until the end" "$took" 0 150
is "int: all requests are counted" "$(number "$dir/int.json" completed)" \
    "$(lines "$target_log")"
all_idle() {
	[ "$(./pulse ping --worker-cacert "$dir/ca.pem" "$a" "$b" |
	    grep -c ' idle ')" = 2 ]
}
is "int: all are idle" "$(all_idle && echo yes)" yes

# The coordinator is killed: the workers see to it.
: >"$target_log"
./pulse run --json "$@" -w "$fleet" -r 150 -d 60s "$target" >/dev/null 2>&1 &
run=$!
pids="$pids $run"
poll has_lines "$target_log" 5
kill -KILL "$run"
poll all_idle
is "killed: all are idle" "$(all_idle && echo yes)" yes

# Nothing comes of the handshake: five seconds, as for every worker.
wait "$stall"
is "stall: status" $? 1
between "stall: hundredths until the end" $(($(now) - since)) 400 2000
has "stall: reason" "$dir/stall.out" "failed: no answer to a ping within 5s"
kill -CONT "$silent_pid"
has "stall: the other one" "$dir/stall.out" "^$a .* idle "

# One is lost in the middle of the run: the other one goes on.
: >"$target_log"
(
	trap - EXIT
	poll has_lines "$target_log" 20
	kill -KILL "$b_pid"
) &
run lost "$@" -w "$fleet" -r 100 -d 1200ms -i 100ms "$target"
wait $!
is "lost: status" "$status" 1
is "lost: is named" "$(cat "$dir/lost.err")" \
    "pulse: $b: the connection ended in the middle of the answer
pulse: 1 of 2 workers failed"
is "lost: the other's part" "$(number "$dir/lost.json" scheduled)" 60
is "lost: in the result" "$(member "$dir/lost.json" workers 2 lost)" true
adds_up lost

# Who says nothing of itself may speak HTTP/2 to an https target.
gopeer
go=$worker
run mixed "$@" -w "$a,$go" -r 20 -d 200ms "https://127.0.0.1:1/"
is "mixed: is told once, before the start" \
    "$(grep -c 'two protocols' "$dir/mixed.err")" 1
has "mixed: names it" "$dir/mixed.err" "^pulse: $go: may speak HTTP/2 with the\
 target, where the others speak HTTP/1.1: a mixed fleet measures two protocols"
run alike -w "$go" -r 20 -d 200ms "https://127.0.0.1:1/"
is "alike: no such word" "$(grep -c 'two protocols' "$dir/alike.err")" 0
run plain "$@" -w "$a,$go" -r 20 -d 200ms "$target"
is "plain: no such word" "$(grep -c 'two protocols' "$dir/plain.err")" 0

wait "$lease"
status=$?
ends lease 0
is "lease: scheduled" "$(number "$dir/lease.json" scheduled)" 110

finish
