#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a worker outlives what its system calls can come to: whatever
# fails costs a connection or a run at most, and then it is as before, with no
# descriptor and no process more. That of memory alone it ends, with all its
# children. A fleet of which one end fails names it.
. tests/lib_worker.sh
. tests/lib_faults.sh

mock
target=$url

# A few such calls in a row, and whatever follows from that.
while read -r call when effects; do
	for effect in $effects; do
		who=${effect#"${effect%/*}"}
		faulty_worker "$call=${effect%/*}@$when$who"
		recovers "$call $effect"
	done
done <<END
accept4 2-5 EMFILE ENFILE ECONNABORTED ENOMEM EPERM EINTR
recv 2-5 EINTR EIO ECONNRESET/parent short
send 2-5 EINTR EIO/parent EPIPE/parent ENOBUFS short
connect 2-3 EADDRNOTAVAIL
socket 2-3 EMFILE
read 3 EIO/parent EIO/child
write 3 EIO/parent EIO/child
END

# The wall clock of a worker: forward, from its second run on.
faulty_worker step=+1h@2+
recovers "a step of the wall clock"

# Of those that are made at its start the first ones must not fail.
faulty_worker fork=EAGAIN@4-6/parent
kill -KILL $kids
recovers "fork EAGAIN"
faulty_worker pipe=EMFILE@11-12/parent
kill -KILL $kids
recovers "pipe EMFILE"
faulty_worker epoll_ctl=ENOMEM@8-12/parent
recovers "epoll_ctl ENOMEM"

# At the start: said, and nothing is left.
for fault in socket=EMFILE bind=EADDRINUSE listen=EADDRINUSE pipe=EMFILE \
    fork=EAGAIN mmap=ENOMEM epoll_create1=EMFILE epoll_ctl=ENOMEM; do
	faulty "$fault@1/parent" worker --addr 127.0.0.1:0
	is "start, $fault: it happened" "$(happened)" 1
	is "start, $fault: status" "$status" 1
	is "start, $fault: what is wrong" "$(wrong)" ""
	has "start, $fault: who says so" "$dir/faulty.err" ': worker: '
done

# Memory. In the parent it is the end, of all.
faulty_worker calloc=ENOMEM@40/parent
ends_worker() {
	ask_it
	is_gone "$worker"
}
poll ends_worker
is "memory: it happened" "$(happened)" 1
wait "$worker"
is "memory: status" $? 1
has "memory: it says so" "$log" 'Cannot allocate memory'
gone "memory" $kids
# In a generator it is the end of the run.
faulty_worker calloc=ENOMEM@12/child
ask_it
recovers "memory of a generator"

# Real limits: connections that find no descriptor wait, and get their turn.
start limited sh -c 'ulimit -n 80; exec ./pulse worker -g 1 --addr 127.0.0.1:0'
worker=$pid
address=${line##*http://}
fds=$(count_fds)
is_well
is "few descriptors: a run" "$(code well) $(value well completed)" "200 2"
mkfifo "$dir/nothing"
exec 9<>"$dir/nothing"
held=
while [ "$(echo "$held" | wc -w)" -lt 90 ]; do
	tests/ask.t -t 20000 "$address" <"$dir/nothing" >/dev/null 2>&1 9>&- &
	held="$held $!"
done
is_full() {
	[ "$(count_fds)" -ge 78 ]
}
poll is_full
is "few descriptors: none is left" "$(is_full && echo yes)" yes
get /ping | answer ping -t 5000
is "few descriptors: a ping" "$(code ping)" 200
for asker in $held; do
	kill "$asker" 2>/dev/null
	wait "$asker" 2>/dev/null
done
exec 9>&-
poll has_first_fds
is "few descriptors: all are back" "$(count_fds)" "$fds"

# A fleet: faults of the coordinator's, while its worker is well.
worker -g 1
set -- run --json -r 100 -d 200ms -i 50ms -w "$address" "$target"
sweeps 12 "$@" <<END
connect ECONNREFUSED EMFILE ETIMEDOUT EINTR
socket EMFILE
recv EINTR EIO ECONNRESET short
send EINTR EIO ENOBUFS short
epoll_ctl ENOMEM
getsockopt ENOBUFS
END
poll is_busy false
is "fleet: the worker is well" "$(is_well && echo yes)" yes
faulty step=+1h@1 "$@"
between "step: it happened" "$(happened)" 1 1000
is "step: status" "$status" 0
is "step: what is wrong" "$(wrong)" ""
is "step: completed" "$(number "$dir/faulty.out" completed)" 20

finish
