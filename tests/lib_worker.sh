# SPDX-License-Identifier: MIT
# What the tests of `pulse worker` share, beside lib.sh: it is read by them with
# ". tests/lib_worker.sh", which reads that too. Requests are made by hand and
# sent with ask, so that no error of the product's client can hide one here.
. tests/lib.sh

cr=$(printf '\r')

# worker [options]: sets $worker, its process, $address and $log. With no --addr
# it listens on some port of 127.0.0.1.
worker() {
	workers=$((${workers:-0} + 1))
	case " $*" in
	*" --addr "*) ;;
	*) set -- --addr 127.0.0.1:0 "$@" ;;
	esac
	start "worker$workers" ./pulse worker "$@"
	worker=$pid
	log=$dir/worker$workers.err
	address=${line##*listening on }
	address=${address#http://}
}

# answer NAME [ask's options]: what the worker says to stdin, to $dir/NAME,
# stopping as soon as it is whole; $status is ask's
answer() {
	name=$1
	shift
	tests/ask.t -q "$@" "$address" >"$dir/$name" 2>"$dir/$name.ask"
	status=$?
}

# get TARGET [FIELD ...], head METHOD TARGET [FIELD ...]: a request without a
# body, to stdout
get() {
	head_of GET "$@"
}

head_of() {
	printf '%s %s HTTP/1.1\r\nHost: localhost\r\n' "$1" "$2"
	shift 2
	for field; do
		printf '%s\r\n' "$field"
	done
	printf '\r\n'
}

# post BODY [FIELD ...]: a run request, to stdout
post() {
	body=$1
	shift
	head_of POST /run 'Content-Type: application/json' \
	    "Content-Length: ${#body}" "$@"
	printf '%s' "$body"
}

# phase MS [RATE]: a constant one, of 20/s
phase() {
	printf '{"type":"constant","duration":%d000000,"arrivalRate":%d}' \
	    "$1" "${2:-20}"
}

# plan URL PHASES [MEMBERS]: a RunRequest
plan() {
	printf '{"phases":[%s],"maxConcurrency":4,"saturationPolicy":"drop"' \
	    "$2"
	printf '%s,"httpScenario":{"url":"%s"}}' "${3:+,$3}" "$1"
}

# code NAME [N]: the status of the Nth answer in $dir/NAME
code() {
	sed -n 's,^HTTP/1\.1 \([0-9]*\) .*,\1,p' "$dir/$1" | sed -n "${2:-1}p"
}

# field NAME FIELD: of the first head
field() {
	sed "/^$cr\$/q" "$dir/$1" | sed -n "s/^$2: \(.*\)$cr\$/\1/p"
}

# body NAME: what follows the first head
body() {
	sed "1,/^$cr\$/d" "$dir/$1"
}

# members NAME [DEPTH]: names of members of the first JSON line in $dir/NAME,
# in their order, those of the object itself or DEPTH deeper
members() {
	grep '^{' "$dir/$1" | awk -v want="$((${2:-0} + 1))" '{
		s = $0
		while (match(s, /"([^"\\]|\\.)*"|[][{}]/)) {
			t = substr(s, RSTART, RLENGTH)
			s = substr(s, RSTART + RLENGTH)
			if (t ~ /^[[{]/)
				depth++
			else if (t ~ /^[]}]/)
				depth--
			else if (depth == want && substr(s, 1, 1) == ":") {
				out = out sep substr(t, 2, length(t) - 2)
				sep = " "
			}
		}
		print out
		exit
	}'
}

# value NAME MEMBER: the first such member in $dir/NAME, be it a number, a
# word, a string or a flat object
value() {
	awk -v want="\"$2\":" '{
		i = index($0, want)
		if (i == 0)
			next
		s = substr($0, i + length(want))
		if (!match(s, /^"[^"]*"|^\{[^}]*\}|^[^,}]*/))
			next
		print substr(s, RSTART, RLENGTH)
		exit
	}' "$dir/$1"
}

# result_of NAME: the line of a stream that has the result, to $dir/NAME.result
result_of() {
	grep '^{.*"result":{' "$dir/$1" >"$dir/$1.result"
}

# snapshots NAME MEMBER: the sum of a counter over those of a stream
snapshots() {
	awk -v want="\"$2\":" '/^\{"snapshot":/ {
		i = index($0, want)
		if (i > 0)
			n += substr($0, i + length(want)) + 0
	} END { print n + 0 }' "$dir/$1"
}

# refused WHAT STATUS [PATTERN]: what answers stdin: this status, and a text
# that ends its line and has PATTERN
refused() {
	answer refused
	is "$1: status" "$(code refused)" "$2"
	is "$1: ends its line" \
	    "$(tail -c 1 "$dir/refused" | od -An -c | tr -d ' ')" '\n'
	is "$1: is text" "$(field refused Content-Type | sed 's/;.*//')" \
	    text/plain
	is "$1: is one line" "$(body refused | wc -l | tr -d ' ')" 1
	[ -z "${3:-}" ] || has "$1: says why" "$dir/refused" "$3"
}

# is_busy WORD: does /ping say so, within a second? Else it is no ping.
is_busy() {
	get /ping | answer ping -t 1000
	[ "$(value ping busy)" = "$1" ]
}

# usable WHAT: a run is made, and as asked for
usable() {
	post "$(plan "$target" "$(phase 100)")" | answer usable
	is "$1: the next run: status" "$(code usable)" 200
	is "$1: the next run: completed" "$(value usable completed)" 2
}

# begun NAME [ask's options]: sends $dir/NAME.request in the background; what
# comes back goes to $dir/NAME; $asker is the process
begun() {
	name=$1
	shift
	tests/ask.t -t 60000 "$@" "$address" <"$dir/$name.request" \
	    >"$dir/$name" 2>"$dir/$name.ask" &
	asker=$!
	pids="$pids $asker"
}
