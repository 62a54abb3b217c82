#!/bin/sh
# SPDX-License-Identifier: MIT
# The EXAMPLES of the manual work when they are pasted: the literal blocks are
# taken from the source of man/pulse.1 and run in their order, each by a shell
# of its own, in an empty directory with ./pulse first in PATH. A block that
# ends with another status than 0 has failed.
#
# The first block starts the mock. Where its port is taken by somebody else,
# that block is run again with port 0, and the port that it got is put into
# the others; nothing else is changed.
. tests/lib.sh

# To block-1, block-2 ...; what roff escapes is what it stands for.
extract() {
	awk '
	/^\.Sh / { in_examples = $2 == "EXAMPLES" }
	!in_examples { next }
	/^\.Bd -literal/ { n++; in_block = 1; next }
	/^\.Ed/ { in_block = 0; next }
	in_block {
		gsub(/\\&/, ""); gsub(/\\\(aq/, "\047"); gsub(/\\\(dq/, "\"")
		gsub(/\\-/, "-"); gsub(/\\e/, "\\")
		print > ("block-" n)
	}
	END { print n + 0 }' "$top/man/pulse.1"
}

# Runs a block that leaves a mock behind; sets pid, and port if it listens.
# Both come as lines through one pipe: read waits for them, or for its end.
start_block() {
	pid=
	port=
	{ (. "$1"; echo "pid $!") >said 2>said.err & }
	while read -r word rest; do
		case "$word $rest" in
		"pid "*)
			pid=$rest
			;;
		*" listening on "*)
			port=${rest##*:}
			;;
		esac
		[ -z "$pid" ] || [ -z "$port" ] || break
	done <said
	[ -z "$port" ] || pids="$pids $pid"
}

top=$PWD
PATH=$top:$PATH
export PATH
unset TARGET
mkdir "$dir/empty"
cd "$dir/empty" || exit 1
mkfifo said
n=$(extract)
if [ "$n" -lt 2 ]; then
	not_ok "man/pulse.1 has examples: found $n"
	finish
fi

start_block ./block-1
if [ -z "$port" ] && grep -q "Address already in use" said.err; then
	sed 's/:8080/:0/' block-1 >block-any
	start_block ./block-any
fi
if [ -z "$port" ]; then
	not_ok "example 1: $(cat said.err)"
	finish
fi
ok "example 1, on port $port"
mock=$pid

i=2
while [ "$i" -le "$n" ]; do
	sed "s/:8080/:$port/g" "block-$i" >block
	# In the background, so that a signal reaches this shell meanwhile.
	sh block >out 2>&1 </dev/null &
	pid=$!
	pids="$mock $pid"
	wait "$pid"
	status=$?
	pids=$mock
	if [ "$status" -eq 0 ]; then
		ok "example $i"
	else
		not_ok "example $i: status $status"
		cat block out
	fi
	i=$((i + 1))
done
if kill -0 "$mock"; then
	ok "the mock is still there"
else
	not_ok "the mock is still there"
fi
finish
