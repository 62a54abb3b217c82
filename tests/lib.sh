# SPDX-License-Identifier: MIT
# What the shell tests share: read by them with ". tests/lib.sh", run from the
# top level. Each check is a line "ok - ..." or "not ok - ..."; finish says
# whether all were ok. Servers that a test starts are ended by their pid.

# Others may have read it already.
[ -z "${lib_is_read:-}" ] || return 0
lib_is_read=yes

dir=$(mktemp -d)
pids=
bad=0
# Whom the tester trusts is nothing to the tests.
unset SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE OPENSSL_CONF

cleanup() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

ok() {
	echo "ok - $1"
}

not_ok() {
	echo "not ok - $1"
	bad=1
}

# is WHAT GOT WANT
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1: got '$2', want '$3'"
	fi
}

# has WHAT FILE PATTERN
has() {
	if grep -q -e "$3" "$2"; then
		ok "$1"
	else
		not_ok "$1: no '$3' in:"
		cat "$2"
	fi
}

# between WHAT GOT MIN MAX, whole numbers
between() {
	if [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]; then
		ok "$1"
	else
		not_ok "$1: got '$2', want $3 to $4"
	fi
}

# tool NAME: is this program here, which some tests cannot do without? With
# PULSE_TOOLS=all, as .ci/run has it, it has to be.
tool() {
	command -v "$1" >/dev/null 2>&1 && return 0
	if [ "${PULSE_TOOLS:-}" = all ]; then
		not_ok "there is no $1"
	else
		ok "there is no $1: left out"
	fi
	return 1
}

# start NAME COMMAND ...: in the background; $line is the first it prints,
# $pid its process
start() {
	name=$1
	shift
	mkfifo "$dir/$name.line"
	"$@" >"$dir/$name.line" 2>"$dir/$name.err" &
	pid=$!
	pids="$pids $pid"
	read -r line <"$dir/$name.line"
}

# mock [options]: sets $url
mock() {
	mocks=$((${mocks:-0} + 1))
	start "mock$mocks" ./pulse mock --addr 127.0.0.1:0 "$@"
	url=${line##* }
}

# misbehave [options] BEHAVIOUR: sets $url, its $port, and $log, where it says
# with -v what was requested
misbehave() {
	servers=$((${servers:-0} + 1))
	start "misbehave$servers" tests/misbehave.t "$@"
	port=$line
	url=http://127.0.0.1:$port
	log=$dir/misbehave$servers.err
}

# worker [options]: sets $worker, its address, and $pid; $log is its stderr
worker() {
	workers=$((${workers:-0} + 1))
	start "worker$workers" ./pulse worker --addr 127.0.0.1:0 "$@"
	worker=${line##*/}
	log=$dir/worker$workers.err
}

# gopeer [options]: the same of a worker as the Go program is one
gopeer() {
	gopeers=$((${gopeers:-0} + 1))
	start "gopeer$gopeers" tests/gopeer.t "$@"
	worker=127.0.0.1:$line
	log=$dir/gopeer$gopeers.err
}

# record NAME RATE: a target that takes down when requests come; sets $url
record() {
	tests/recorder.t -d "$dir/$1.times" "$2" >"$dir/$1.record" &
	recorder=$!
	pids="$pids $recorder"
	poll has_lines "$dir/$1.record" 1
	url=http://127.0.0.1:$(cat "$dir/$1.record")
}

# recorded: ends it; its times are there
recorded() {
	kill -TERM "$recorder"
	wait "$recorder"
}

# fake_ssh: puts an ssh first in PATH that leaves out its options and the host
# and runs the rest here, as sshd would: by a shell. Hosts that begin with
# "down" cannot be reached.
fake_ssh() {
	mkdir "$dir/bin"
	cat >"$dir/bin/ssh" <<-'END'
	#!/bin/sh
	while getopts :o:p:i:l:nTqx option; do
		:
	done
	shift $((OPTIND - 1))
	host=$1
	shift
	case $host in
	down*)
		echo "ssh: connect to host $host port 22: No route to host" >&2
		exit 255
		;;
	esac
	exec sh -c "$*"
	END
	chmod +x "$dir/bin/ssh"
	PATH=$dir/bin:$PATH
	export PATH
}

# number FILE MEMBER: of the first such member of a JSON result
number() {
	sed -n "s/^ *\"$2\": \([0-9.]*\),\{0,1\}\$/\1/p" "$1" | head -n 1
}

# text FILE MEMBER: the same of a string
text() {
	sed -n "s/^ *\"$2\": \"\(.*\)\",\{0,1\}\$/\1/p" "$1" | head -n 1
}

# sum FILE MEMBER: over all snapshots
sum() {
	awk -v want="\"$2\":" '/^  "snapshots": \[/ { is_in = 1 }
	    /^  \]/ { is_in = 0 }
	    is_in && $1 == want { n += $2 } END { print n + 0 }' "$1"
}

# member FILE NAME I MEMBER: of entry I (from 1) of the list NAME
member() {
	awk -v list="^  \"$2\": \\\\[" -v i="$3" -v want="\"$4\":" '
	    $0 ~ list { is_in = 1 } /^  \]/ { is_in = 0 }
	    is_in && /^    [{]/ { n++ }
	    is_in && n == i && $1 == want { sub(/^[^:]*: /, "");
	    sub(/,$/, ""); print }' "$1"
}

# statuses FILE: of the whole run, as "200:5 404:1"
statuses() {
	awk '/^  "status_codes": \{$/ { is_in = 1; next } /^  }/ { is_in = 0 }
	    is_in { gsub(/[",:]/, ""); out = out sep $1 ":" $2; sep = " " }
	    END { print out }' "$1"
}

# failures FILE: the error table, as "part cause category count" and ";"
failures() {
	awk '/^  "error_table": \[$/ { is_in = 1; next } /^  \]/ { is_in = 0 }
	    !is_in { next } { gsub(/[",]/, "") }
	    $1 == "part:" { out = out sep $2; sep = "; " }
	    $1 == "cause:" || $1 == "category:" || $1 == "count:" {
		sub(/^ *[a-z]*:/, ""); out = out $0 }
	    END { print out }' "$1"
}

# lines FILE: how many there are
lines() {
	awk 'END { print NR }' "$1"
}

# poll COMMAND ...: waits up to ten seconds until it is true
poll() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		sleep 0.05
	done
}

has_lines() {
	[ "$(lines "$1")" -ge "$2" ]
}

# process_state PID: T is stopped, Z dead, nothing gone
process_state() {
	sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null
}

is_gone() {
	case $(process_state "$1") in
	'' | Z) return 0 ;;
	esac
	return 1
}

# is_pulse PID: the shell's child has become it
is_pulse() {
	grep -q '^pulse$' "/proc/$1/comm" 2>/dev/null
}

is_stopped() {
	[ "$(process_state "$1")" = T ]
}

# children PID: the numbers of its children. File by file: a process may end
# while it is read, and whoever reads them all in one go may stop there.
children() {
	for stat in /proc/[0-9]*/stat; do
		{ read -r line <"$stat"; } 2>/dev/null || continue
		case ${line##*) } in
		?" $1 "*) echo "${line%% *}" ;;
		esac
	done
}

# cores PID: what /proc says of the size of its cores and its children's, soft
# and hard
cores() {
	for process in "$1" $(children "$1"); do
		awk '/^Max core file size/ { print $5, $6 }' \
		    "/proc/$process/limits"
	done | sort -u
}

# generators PID: those of its children that have connections
generators() {
	for child in $(children "$1"); do
		if ls -l "/proc/$child/fd" 2>/dev/null | grep -q socket:; then
			echo "$child"
		fi
	done
}

# has_generators PID N
has_generators() {
	[ "$(generators "$1" | wc -l)" -ge "$2" ]
}

# gone NAME PID ...: none of these processes is left
gone() {
	what=$1
	shift
	for process in "$@"; do
		poll is_gone "$process"
		is "$what: process $process is gone" \
		    "$(is_gone "$process" && echo yes)" yes
	done
}

# now: in hundredths of a second
now() {
	awk '{ printf "%d\n", $1 * 100 }' /proc/uptime
}

# foreground NAME SIGNAL LOG ARGS ...: a run in a session of its own, which is
# sent the signal as a terminal sends it, when LOG has five lines. (In the
# background a run is deaf to INT.) Its result is in $dir/NAME.json; $status; in
# $took how long it took to end
foreground() {
	name=$1
	signal=$2
	log=$3
	shift 3
	: >"$log"
	(
		trap - EXIT
		poll has_lines "$log" 5
		now >"$dir/$name.sent"
		kill "-$signal" "-$(cat "$dir/$name.pid")"
	) &
	sh -c 'echo $$ >"$1"; shift; exec setsid ./pulse run "$@"' sh \
	    "$dir/$name.pid" "$@" >"$dir/$name.json" 2>"$dir/$name.err"
	status=$?
	wait $!
	took=$(($(now) - $(cat "$dir/$name.sent")))
}

# run NAME ARGS ...: a run with its result in $dir/NAME.json, $status
run() {
	name=$1
	shift
	./pulse run --json "$@" >"$dir/$name.json" 2>"$dir/$name.err"
	status=$?
}

# adds_up NAME: what holds in every run
adds_up() {
	f=$dir/$1.json
	if [ -z "$(number "$f" scheduled)" ]; then
		not_ok "$1: no result"
		cat "$dir/$1.err" "$f"
		return
	fi
	is "$1: scheduled = started + dropped" "$(number "$f" scheduled)" \
	    "$(($(number "$f" started) + $(number "$f" dropped)))"
	is "$1: started = completed + lost" "$(number "$f" started)" \
	    "$(($(number "$f" completed) + $(number "$f" lost)))"
}

# stopped NAME STATUS SIGNAL: as by a signal, with all that was measured
stopped() {
	is "$1: status" "$status" "$2"
	# Some shells add a line of their own.
	is "$1: no complaint" "$(grep pulse "$dir/$1.err")" ""
	is "$1: the report names the signal" \
	    "$(text "$dir/$1.json" signal)" "$3"
	has "$1: it is partial" "$dir/$1.json" '^  "partial": true'
	adds_up "$1"
	is "$1: nothing is lost" "$(number "$dir/$1.json" lost)" 0
}

# ends NAME STATUS: as a run should, with nothing on stderr if it went well
ends() {
	is "$1: status" "$status" "$2"
	if [ "$2" = 0 ] || [ "$2" = 2 ]; then
		is "$1: stderr is empty" "$(cat "$dir/$1.err")" ""
	fi
	adds_up "$1"
}

finish() {
	exit $bad
}
