#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a run outlives what its system calls can come to, each of them at
# each time that it is made: it ends, what it counted adds up, what is wrong is
# said in a line, and nothing is left behind. Descriptors that run out and steps
# of the wall clock are what the report says they are.
. tests/lib.sh
. tests/lib_faults.sh

mock
target=$url
set -- run --json --requests 4 -r 400 -c 2 -g 2 -i 20ms --timeout 500ms \
    "$target"

# The network.
sweeps 30 "$@" <<END
connect ECONNREFUSED EADDRNOTAVAIL EMFILE ETIMEDOUT ENETUNREACH EINTR
socket EMFILE ENFILE ENOBUFS
recv EINTR EAGAIN EIO ECONNRESET ETIMEDOUT ENOBUFS short
send EINTR EAGAIN EIO ECONNRESET EPIPE ENOBUFS EPERM short
getsockopt ENOBUFS
setsockopt ENOBUFS
END

# The processes, their pipes and their loops.
sweeps 60 "$@" <<END
read EINTR EIO short
write EINTR EAGAIN EIO EPIPE ENOBUFS short
fork EAGAIN ENOMEM
pipe EMFILE ENFILE
mmap ENOMEM
epoll_create1 EMFILE
epoll_ctl ENOMEM ENOSPC
syscall ENOSYS EINTR
waitpid EINTR ECHILD
prctl EPERM
END

# What is told meanwhile, and what the machine has. What cannot be known is
# unknown, and nothing is said.
mkfifo "$dir/follower"
cat "$dir/follower" >"$dir/followed" &
exec 3>"$dir/follower"
sweeps 30 "$@" --progress=json:3 <<END
fcntl EBADF
getsockname ENOBUFS
getrlimit EPERM
sysconf EINVAL
open EMFILE EACCES ENOENT
END
exec 3>&-

# Memory: the process that has none left ends, and the run with it.
sweeps 40 "$@" <<END
calloc ENOMEM/parent ENOMEM/child
reallocarray ENOMEM/parent ENOMEM/child
strdup ENOMEM
strndup ENOMEM
END

# The mock of calibrate: its socket and its processes, and the generators.
sweeps 5 calibrate --json --for 100ms -c 4 -g 1 <<END
bind EADDRINUSE
listen ENOBUFS
getsockname ENOBUFS
fork EAGAIN
pipe EMFILE
mmap ENOMEM
epoll_create1 EMFILE
accept4 EMFILE
END

# Names.
named=http://named.invalid:${target##*:}
for error in EAI_AGAIN EAI_MEMORY EAI_SYSTEM; do
	faulty "getaddrinfo=$error@1" run --json --requests 2 "$named"
	is "$error: it happened" "$(happened)" 1
	is "$error: status" "$status" 1
	is "$error: what is wrong" "$(wrong)" ""
	has "$error: the name is named" "$dir/faulty.err" 'named\.invalid: '
done

# Many at once: a send that fails is told as that, and at once.
faulty send=ENOBUFS@20%/child run --json --requests 200 -r 2000 --timeout 10s \
    "$target"
failed=$(happened)
is "many: status" "$status" 0
is "many: what is wrong" "$(wrong)" ""
is "many: as many failed" "$(number "$dir/faulty.out" failed)" "$failed"
is "many: by no other cause" "$(failures "$dir/faulty.out" | tr ';' '\n' |
    grep -cv 'ENOBUFS transport')" 0
has "many: the audit says so" "$dir/faulty.out" 'memory for sockets ran out'

# No descriptors, as injected and as it really is.
for error in EMFILE ENFILE; do
	faulty "socket=$error@11-40/child" run --json --requests 100 -r 2000 \
	    --no-keepalive "$target"
	is "$error: status" "$status" 0
	is "$error: what is wrong" "$(wrong)" ""
	is "$error: by cause" "$(failures "$dir/faulty.out")" \
	    "connect $error transport 30"
	is "$error: then it goes on" "$(statuses "$dir/faulty.out")" 200:70
	has "$error: the audit says so" "$dir/faulty.out" \
	    'descriptors ran out: 30 connections'
done
(
	ulimit -n 40
	exec ./pulse run -r 10 -d 1s -c 256 "$target"
) >"$dir/ulimit" 2>&1
is "ulimit -n: status" $? 1
has "ulimit -n: it says what it needs" "$dir/ulimit" 'raise ulimit -n'
(
	ulimit -n 8
	exec ./pulse run -r 10 -d 1s -c 1 "$target"
) >"$dir/ulimit" 2>&1
is "ulimit -n 8: status" $? 1
is "ulimit -n 8: one line" "$(lines "$dir/ulimit")" 1

# The wall clock is read for the report alone.
for step in +1h -1h; do
	faulty "step=$step@1" run --json -r 100 -d 500ms -i 100ms -t 'max<5s' \
	    "$target"
	is "step $step: status" "$status" 0
	between "step $step: it happened" "$(happened)" 1 1000
	is "step $step: what is wrong" "$(wrong)" ""
	is "step $step: completed" "$(number "$dir/faulty.out" completed)" 50
	between "step $step: duration" \
	    "$(number "$dir/faulty.out" duration_ms | sed 's/\..*//')" 400 2000
done

finish
