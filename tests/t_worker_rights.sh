#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a worker gives its rights up and works without them: with --user
# and --chroot it and its generators are nobody in an empty directory, for good,
# and so is whoever takes the place of one that died; the resolver is nobody
# where the files are. Runs go well by address, by name, over TLS with the
# system's CAs, which are outside. What cannot be is refused in one line.
. tests/lib_tls.sh
. tests/lib_worker.sh

# A sanitizer has terabytes of its own in every process, and looks for leaks in
# /proc, which an empty root does not have.
is_sanitized=
if grep -qa __asan_init ./pulse; then
	is_sanitized=yes
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	export ASAN_OPTIONS
fi

# refuses WHAT PATTERN [options]: a worker with these says this and ends
refuses() {
	what=$1
	pattern=$2
	shift 2
	timeout 10 ./pulse worker --addr 127.0.0.1:0 "$@" >"$dir/out" \
	    2>"$dir/err"
	is "$what: status" "$?" 1
	has "$what: says why" "$dir/err" "^pulse: worker: $pattern"
	is "$what: in one line" "$(lines "$dir/err")" 1
	is "$what: and nothing else" "$(lines "$dir/out")" 0
}

jail=$dir/jail
mkdir "$jail"
chmod 755 "$dir" "$jail"
refuses "a stranger" '--user: nobody-at-all: there is no such user$' \
    --user nobody-at-all
refuses "a number that is none" '--user: 4294967295: there is no such user$' \
    --user 4294967295
refuses "an empty name" '--user: : there is no such user$' --user ''
refuses "a root directory alone" '--chroot: .*: give --user, too' \
    --chroot "$jail"
# Who is not root can be himself, and nobody else.
if [ "$(id -u)" -ne 0 ]; then
	refuses "not root" '--user: root: only root can become another user$' \
	    --user root
	refuses "not root, another root" '--chroot: .*: only root can change' \
	    --user "$(id -un)" --chroot "$jail"
	worker --user "$(id -un)" -g 1
	get /ping | answer ping
	is "oneself: status" "$(code ping)" 200
	ok "the rest is left out: not root"
	finish
fi
if ! id nobody >/dev/null 2>&1 || ! chroot / true 2>/dev/null; then
	ok "the rest is left out: there is no nobody, or no other root"
	finish
fi
uid=$(id -u nobody)
gid=$(id -g nobody)

refuses "root in another root" '--chroot: .*: --user must be another than' \
    --user root --chroot "$jail"
refuses "root by its number" '--chroot: .*: --user must be another than' \
    --user 0 --chroot "$jail"
refuses "no directory" '--chroot: /nowhere/at/all: No such file' \
    --user nobody --chroot /nowhere/at/all
refuses "a file" '--chroot: /dev/null: Not a directory$' \
    --user nobody --chroot /dev/null
mkdir "$dir/his" "$dir/all"
chown nobody "$dir/his"
chmod 1777 "$dir/all"
refuses "the user's directory" "--chroot: $dir/his: it must be root's" \
    --user nobody --chroot "$dir/his"
refuses "everybody's directory" "--chroot: $dir/all: it must be root's" \
    --user nobody --chroot "$dir/all"

# has_rights WHAT PID ROOT: it is nobody, for good, and ROOT is its root
has_rights() {
	is "$1: uid" "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' \
	    "/proc/$2/status")" "$uid $uid $uid $uid"
	is "$1: gid" "$(awk '/^Gid:/ { print $2, $3, $4, $5 }' \
	    "/proc/$2/status")" "$gid $gid $gid $gid"
	is "$1: groups" "$(awk '/^Groups:/ { $1 = ""; print $0 }' \
	    "/proc/$2/status" | tr -d ' ')" "$(id -G nobody | tr -d ' ')"
	is "$1: capabilities" "$(awk '/^Cap(Prm|Eff):/ { print $2 }' \
	    "/proc/$2/status" | tr -d '0\n')" ""
	is "$1: no new ones" "$(awk '/^NoNewPrivs:/ { print $2 }' \
	    "/proc/$2/status")" 1
	is "$1: root" "$(readlink "/proc/$2/root")" "$3"
}

# holds_little WHAT PID: pipes, what waits for them, and what its parent has for
# standard input, output and error; no listener
holds_little() {
	is "$1: holds nothing else" "$(ls -l "/proc/$2/fd" |
	    awk '$9 > 2 && $11 !~ /^pipe:|eventpoll/')" ""
}

# sockets PID: those that it has open
sockets() {
	ls -l "/proc/$1/fd" | sed -n 's/.* \(socket:.*\)/\1/p'
}

# shares_none WHAT PID: while a run goes on, none of its children has a socket
# of the worker: its listener, the coordinator's connection
shares_none() {
	sockets "$2" >"$dir/sockets"
	between "$1: the worker's sockets" "$(lines "$dir/sockets")" 2 9
	for child in $(children "$2"); do
		is "$1: of which $child has" \
		    "$(sockets "$child" | grep -cxFf "$dir/sockets")" 0
	done
}

# during WHAT: the same, in a run that is then given up
during() {
	post "$(plan "$target/delay/10ms" \
	    '{"type":"max","duration":60000000000}')" >"$dir/long.request"
	begun long -q
	poll has_generators "$worker" 2 || not_ok "$1: does not begin"
	shares_none "$1" "$worker"
	kill "$asker"
	poll is_up
}

# resolver_of PID: the child whose root is outside
resolver_of() {
	for child in $(children "$1"); do
		[ "$(readlink "/proc/$child/root")" != / ] || echo "$child"
	done
}

# in_jail PID
in_jail() {
	for child in $(children "$1"); do
		[ "$(readlink "/proc/$child/root")" != "$jail" ] ||
		    echo "$child"
	done
}

# good WHAT URL: a run there goes well
good() {
	poll is_up
	post "$(plan "$2" "$(phase 200)")" | answer good
	is "$1: status" "$(code good)" 200
	is "$1: completed" "$(value good completed)" 4
	is "$1: failed" "$(value good failed)" 0
}

mock
target=$url
port=${url##*:}
port=${port%/}
if [ "$(./pulse version | grep -c OpenSSL)" -ne 0 ]; then
	certificates
	mock --cert "$dir/cert.pem" --key "$dir/key.pem"
	tls=$url
	SSL_CERT_FILE=$dir/ca.pem
	export SSL_CERT_FILE
	# Nobody else may read it, nor the way there.
	chmod 600 "$dir/ca.pem"
fi
token=b0a5e1e9c2d84f7796b1
PULSE_WORKER_TOKEN=$token
export PULSE_WORKER_TOKEN
worker -g 2 --user nobody --chroot "$jail" 9</
unset PULSE_WORKER_TOKEN SSL_CERT_FILE

# With the token that it was started with.
post() {
	body=$1
	shift
	head_of POST /run 'Content-Type: application/json' \
	    "Authorization: Bearer $token" "Content-Length: ${#body}" "$@"
	printf '%s' "$body"
}

is_up() {
	get /ping "Authorization: Bearer $token" | answer ping
	[ "$(value ping busy)" = false ]
}

# writable PID: all memory that it can write to
writable() {
	sed -n 's/^\([0-9a-f]*\)-\([0-9a-f]*\) rw.*/\1 \2/p' \
	    "/proc/$1/maps" | while read -r from to; do
		dd if="/proc/$1/mem" bs=4096 skip=$((0x$from / 4096)) \
		    count=$(((0x$to - 0x$from) / 4096)) 2>/dev/null
	done
}

# finds TEXT PID: how many lines of its memory have that
finds() {
	writable "$2" | grep -ac "$1"
}

poll is_up
is "ping" "$(value ping generators)" 2
has_rights worker "$worker" "$jail"
is "worker: has no way out" "$(ls -l "/proc/$worker/fd" |
    awk '$11 == "/"')" ""
is "one resolver" "$(resolver_of "$worker" | wc -l | tr -d ' ')" 1
is "generators" "$(in_jail "$worker" | wc -l | tr -d ' ')" 2
resolver=$(resolver_of "$worker")
if [ -z "$is_sanitized" ]; then
	between "the worker knows its token" "$(finds "$token" "$worker")" 1 99
	for child in $(children "$worker"); do
		is "child $child does not" "$(finds "$token" "$child")" 0
		between "child $child has memory" \
		    "$(finds "$jail" "$child")" 1 99
	done
fi
is "nor does the environment" \
    "$(cat "/proc/$worker/environ" "/proc/$resolver/environ" |
    grep -ac "$token")" 0
has_rights resolver "$resolver" /
holds_little resolver "$resolver"
for kid in $(in_jail "$worker"); do
	has_rights generator "$kid" "$jail"
	holds_little generator "$kid"
done
good "by address" "$target"
good "by localhost" "http://localhost:$port/"
[ -z "${tls:-}" ] || good "over TLS" "$tls"

during "a run"

# One that is killed has a successor, with no more than it had.
kid=$(in_jail "$worker" | tail -n 1)
kill -KILL "$kid"
poll is_gone "$kid"
good "after a death" "$target"
is "replaced" "$(in_jail "$worker" | wc -l | tr -d ' ')" 2
is "another one" "$(in_jail "$worker" | grep -cx "$kid")" 0
for kid in $(in_jail "$worker"); do
	has_rights successor "$kid" "$jail"
	holds_little successor "$kid"
done
during "a run after a death"
kill -KILL "$resolver"
poll is_gone "$resolver"
good "without a resolver" "$target"
is "its successor is inside" "$(in_jail "$worker" | wc -l | tr -d ' ')" 3
for kid in $(in_jail "$worker"); do
	has_rights "after the resolver" "$kid" "$jail"
done
kill -TERM "$worker"
wait "$worker"
is "ends well" "$?" 0

# A socket is the user's, who need not be able to make or to remove it.
sock=$dir/worker.sock
for time in first again; do
	start "sock$time" ./pulse worker -g 1 --addr "unix:$sock" \
	    --user nobody --chroot "$jail"
	is "$time: the line" "$line" \
	    "pulse worker: listening on unix:$sock"
	is "$time: owner and mode" \
	    "$(stat -c '%u %g %a' "$sock")" "$uid $gid 600"
	./pulse ping "unix:$sock" >"$dir/pong" 2>&1
	is "$time: ping" "$?" 0
	kill -TERM "$pid"
	wait "$pid"
	is "$time: status" "$?" 0
	is "$time: the socket stays" "$([ -S "$sock" ] && echo yes)" yes
done

# Another user without another root, over a pipe.
cat >"$dir/exec" <<END
exec:./pulse worker --stdio -g 1 --user $uid
END
./pulse run -r 20 -d 200ms -w "@$dir/exec" --json "$target" \
    >"$dir/stdio.json" 2>"$dir/stdio.err"
is "stdio: status" "$?" 0
is "stdio: completed" "$(number "$dir/stdio.json" completed)" 4
worker -g 1 --user nobody
get /ping | answer ping
is "a user alone: status" "$(code ping)" 200
has_rights "a user alone" "$worker" /

# A number that no account has is its group's, too.
worker -g 1 --user 4000000123
is "a number: uid" "$(awk '/^Uid:/ { print $5 }' "/proc/$worker/status")" \
    4000000123
is "a number: gid" "$(awk '/^Gid:/ { print $5 }' "/proc/$worker/status")" \
    4000000123
is "a number: groups" "$(awk '/^Groups:/ { print $2 }' \
    "/proc/$worker/status")" ""

# Without options nobody becomes anybody, but programs get no more.
worker -g 1
is "no options: uid" "$(awk '/^Uid:/ { print $5 }' "/proc/$worker/status")" 0
is "no options: no new rights" "$(awk '/^NoNewPrivs:/ { print $2 }' \
    "/proc/$worker/status")" 1
finish
