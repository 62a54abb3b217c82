#!/bin/sh
# SPDX-License-Identifier: MIT
# The static binary, alone in an empty root: it finds hosts by name, in
# /etc/resolv.conf and /etc/hosts and nowhere else whatever nsswitch.conf says,
# and localhost without any file; it finds the CAs of several systems; it is
# target, generator, worker and coordinator; and it has its manual, writes every
# report, compares two and calibrates. All that in a network namespace of its
# own where there may be one; root can do without.
if [ -z "${PULSE_NAMESPACE:-}" ]; then
	PULSE_NAMESPACE=none
	for way in "unshare -n" "unshare -rn"; do
		if $way chroot / true 2>/dev/null; then
			PULSE_NAMESPACE=own
			break
		fi
		way=
	done
	export PULSE_NAMESPACE
	[ "$PULSE_NAMESPACE" = none ] || exec $way sh "$0" "$@"
fi
. tests/lib_tls.sh

if [ "$PULSE_NAMESPACE" = none ] && ! chroot / true 2>/dev/null; then
	ok "left out: this user can have no other root, and no namespace"
	finish
fi

root=$dir/root
mkdir -p "$root/etc"
cp pulse-static "$root/pulse"
server=127.77.0.1

# in_root NAME COMMAND [ARGS ...]: its output in $dir/NAME and NAME.err;
# $status. Nothing of the environment goes there but what is in $with.
with=
in_root() {
	out=$dir/$1
	shift
	# shellcheck disable=SC2086
	env -i $with "$(command -v chroot)" "$root" /pulse "$@" \
	    >"$out" 2>"$out.err"
	status=$?
}

# load NAME ARGS ...: a short run; its result in $dir/NAME.json
load() {
	said=$1
	shift
	in_root "$said.json" run --json -r 50 -d 200ms "$@"
	mv "$out.err" "$dir/$said.err"
}

# good NAME ARGS ...: it went well, with all its requests
good() {
	load "$@"
	ends "$1" 0
	is "$1: completed" "$(number "$dir/$1.json" completed)" 10
	is "$1: failed" "$(number "$dir/$1.json" failed)" 0
}

# bad NAME PATTERN ARGS ...: it is refused, in one line that says this
bad() {
	name=$1
	pattern=$2
	shift 2
	load "$name" "$@"
	is "$name: status" "$status" 1
	has "$name: says why" "$dir/$name.err" "$pattern"
	is "$name: in one line" "$(lines "$dir/$name.err")" 1
}

in_root version version
is "version" "$(cat "$dir/version")" "$(./pulse version)"
between "size in KiB" $(($(wc -c <pulse-static) / 1024)) 300 6144

# Names.

start dns tests/dns.t $server target.test 127.0.0.1
is "the name server" "$line" ready
start mock chroot "$root" /pulse mock --addr 127.0.0.1:0
port=${line##*:}

good "localhost without a file" "http://localhost:$port/"

# What it says and writes needs no file of this machine.
in_root help help exit status
./pulse help exit status >"$dir/ours" 2>"$dir/ours.err"
is "help exit status: status" "$status" $?
is "help exit status" "$(cmp "$dir/help" "$dir/ours" 2>&1)" ""
in_root text run --warmup 100ms -r 100 -d 500ms -i 100ms -t 'errors<1%' \
    --html /page.html --hgrm /hgrm --csv /csv --junit /junit --out /json \
    --wire /wire "http://localhost:$port/"
is "reports: status" "$status" 0
is "reports: no complaint" "$(cat "$dir/text.err")" ""
has "reports: text" "$dir/text" '^Requests  *40 scheduled'
has "reports: HTML" "$root/page.html" '^</html>$'
has "reports: hgrm" "$root/hgrm" '^#\[Mean  '
is "reports: JSON" "$(number "$root/json" completed)" 40
for file in csv junit wire; do
	is "reports: $file" "$([ -s "$root/$file" ] && echo yes)" yes
done
in_root diff diff --fail-if 'p50>+0%' /json /wire
is "diff: status" "$status" 0
has "diff" "$dir/diff" '^no evidence of a difference$'
in_root calibrate calibrate -q -g 1 -c 16 --for 100ms --lag 500ms
is "calibrate: status" "$status" 0
has "calibrate" "$dir/calibrate" '^this machine can plan [0-9]*/s '
printf 'nameserver %s\noptions timeout:5 attempts:1\n' $server \
    >"$root/etc/resolv.conf"
good "by the name server" "http://target.test:$port/"
bad "a name that nobody has" '^pulse: .*nowhere\.test: ' \
    "http://nowhere.test:$port/"
echo '127.0.0.1 box' >"$root/etc/hosts"
good "by the file hosts" "http://box:$port/"
good "beside the file" "http://target.test:$port/"
echo 'hosts: mymachines mdns4_minimal [NOTFOUND=return] resolve' \
    >"$root/etc/nsswitch.conf"
good "nsswitch.conf is for others" "http://target.test:$port/"
good "nsswitch.conf, and hosts" "http://box:$port/"

# TLS, to a server of OpenSSL's own.

certificates
mkfifo "$dir/s_server"
openssl s_server -WWW -accept 127.0.0.1:0 -cert "$dir/cert.pem" \
    -cert_chain "$dir/cert.pem" -key "$dir/key.pem" \
    <"$root/etc/hosts" >"$dir/s_server" 2>"$dir/s_server.err" &
tls_pid=$!
pids="$pids $tls_pid"
exec 3<"$dir/s_server"
while read -r line <&3; do
	case $line in
	ACCEPT*) break ;;
	esac
done
cat <&3 >/dev/null 3<&- &
exec 3<&-
url=https://localhost:${line##*:}/etc/hosts

bad "no CA" 'no CA certificates.*--cacert' "$url"
cp "$dir/other_ca.pem" "$root/other.pem"
bad "somebody else" 'issuer' --cacert /other.pem "$url"
cp "$dir/ca.pem" "$root/given.pem"
good "given by --cacert" --cacert /given.pem "$url"
with=SSL_CERT_FILE=/given.pem
good "given by SSL_CERT_FILE" "$url"
with=
for bundle in etc/ssl/certs/ca-certificates.crt etc/ssl/cert.pem \
    etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem \
    etc/pki/tls/certs/ca-bundle.crt etc/ssl/ca-bundle.pem \
    usr/local/share/certs/ca-root-nss.crt; do
	mkdir -p "$root/${bundle%/*}"
	mv "$root/given.pem" "$root/$bundle"
	good "CAs in $(echo $bundle | tr / .)" "$url"
	mv "$root/$bundle" "$root/given.pem"
done

# A fleet.

start worker chroot "$root" /pulse worker --addr 127.0.0.1:0
worker=${line##*/}
good "a worker" -w "$worker" "http://target.test:$port/"
has "a worker: it is named" "$dir/a worker.json" "$worker"

# A worker without rights, in a root within that root: it knows the CAs that
# lie outside, and its resolver the name server.
mkdir "$root/jail"
chmod 755 "$dir" "$root" "$root/jail"
echo 'own:x:12345:12346::/:/bin/false' >"$root/etc/passwd"
mkfifo "$dir/jail.line"
SSL_CERT_FILE=/given.pem chroot "$root" /pulse worker --addr 127.0.0.1:0 \
    -g 1 --user own --chroot /jail >"$dir/jail.line" 2>"$dir/jail.err" &
jailed=$!
pids="$pids $jailed"
read -r line <"$dir/jail.line"
worker=${line##*/}
good "without rights" -w "$worker" "http://target.test:$port/"
good "without rights, TLS" -w "$worker" "$url"
for kid in "$jailed" $(children "$jailed"); do
	is "without rights: the user of $kid" \
	    "$(awk '/^[UG]id:/ { printf "%s %s ", $2, $5 }' \
	    "/proc/$kid/status")" "12345 12345 12346 12346 "
	readlink "/proc/$kid/root"
done >"$dir/jailed"
grep '^[on]' "$dir/jailed"
! grep -q '^not ok' "$dir/jailed" || bad=1
is "without rights: two are inside" \
    "$(grep -cx "$root/jail" "$dir/jailed")" 2
is "without rights: the resolver is not" \
    "$(grep -cx "$root" "$dir/jailed")" 1
finish
