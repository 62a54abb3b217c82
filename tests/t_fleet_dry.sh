#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a dry run shows what each worker would get, as text and as JSON,
# with sums that are those of the plan, whichever way the workers were given;
# and that workers that are no good are told in one line with their reason.
. tests/lib.sh

url=http://user:secret@127.0.0.1:1/

# dry NAME ARGS ...: text in $dir/NAME, JSON in $dir/NAME.json
dry() {
	name=$1
	shift
	./pulse run -n "$@" >"$dir/$name" 2>"$dir/$name.err"
	is "$name: status" $? 0
	./pulse run -n --json "$@" >"$dir/$name.json" 2>"$dir/$name.json.err"
	is "$name: status of JSON" $? 0
}

# row NAME WORKER: its line of the table, blanks made one
row() {
	awk -v want="$2" '$1 == want { $1 = $1; print }' "$dir/$1"
}

# members NAME MEMBER: all of them in the JSON, in order
members() {
	sed -n "s/^ *\"$2\": \([^,]*\),\{0,1\}\$/\1/p" "$dir/$1.json" |
	    tr '\n' ' '
}

# 1001 by 3, 1, 1.
dry three -r 1001 -w a:9100=3,b:9100,c:9100 "$url"
is "three: stderr is empty" "$(cat "$dir/three.err" "$dir/three.json.err")" ""
is "three: a" "$(row three a:9100)" "a:9100 3 154 6006 601"
is "three: b" "$(row three b:9100)" "b:9100 1 51 2002 200"
is "three: c" "$(row three c:9100)" "c:9100 1 51 2002 200"
is "three: rates" "$(members three arrivalRate)" "601 200 200 "
is "three: concurrency" "$(members three maxConcurrency)" "154 51 51 "
is "three: type" "$(members three type)" '"constant" "constant" "constant" '
is "three: url" "$(members three url | tr ' ' '\n' | sort -u | grep .)" \
    '"http://user:***@127.0.0.1:1/"'
if grep -q secret "$dir/three" "$dir/three.json"; then
	not_ok "three: the password is hidden"
else
	ok "three: the password is hidden"
fi

# All phases; the sum of each rate is the plan's.
dry phases -p ramp,from=10,to=101,for=2s -p constant,rate=7,for=1s \
    -p spike,from=1,to=50,at=1s,lasting=1s,for=3s -p max,for=1s \
    -w a=2 -w b "$url"
is "phases: a" "$(row phases a)" "a 2 171 - 7-67, 5, 1-33, max"
is "phases: b" "$(row phases b)" "b 1 85 - 3-34, 2, 0-17, max"
is "phases: from" "$(members phases from)" "7 0 1 0 3 0 0 0 "

# From a file, with a command and comments.
cat >"$dir/workers" <<-'END'
	# three of them
	3 a:9100	# the big one

	exec:ssh b 'pulse worker --stdio' # not a comment
	1 unix:/run/pulse.sock
END
dry file -r 1001 -w "@$dir/workers" "$url"
is "file: rates" "$(members file arrivalRate)" "601 200 200 "
is "file: a" "$(row file a:9100)" "a:9100 3 154 6006 601"
has "file: a command has a line of its own" "$dir/file" \
    "^  exec:ssh b 'pulse worker --stdio' # not a comment\$"
is "file: unix" "$(row file unix:/run/pulse.sock)" \
    "unix:/run/pulse.sock 1 51 2002 200"
./pulse run -n --json -r 1001 -w @- "$url" <"$dir/workers" \
    >"$dir/stdin.json"
is "stdin: rates" "$(members stdin arrivalRate)" "601 200 200 "

# From a plan file, and -w instead.
cat >"$dir/p.json" <<-'END'
	{ "target": { "url": "http://h/" }, "workers": ["p:1", "q:2"],
	  "workerWeights": [4, 1], "requests": 10 }
END
dry plan "$dir/p.json"
is "plan: rates" "$(members plan arrivalRate)" "8 2 "
is "plan: requests" "$(members plan requests)" "8 2 "
is "plan: p" "$(row plan p:1)" "p:1 4 205 8 8"
dry instead "$dir/p.json" -w x -w y
is "instead: rates" "$(members instead arrivalRate)" "5 5 "
is "instead: p" "$(row instead p:1)" ""

# Left out, and named.
dry out -r 2 -c 2 -w a,b,c "$url"
is "out: rates" "$(members out arrivalRate)" "1 1 "
has "out: text" "$dir/out" '^  c  *1  left out: its share is nothing$'
dry few -r 1 -d 4s -w a,b "$url"
has "few: both make two" "$dir/few" '^  a  *1  *128  *2  1$'
has "few: the rate of one is nothing" "$dir/few" '^  b  *1  *128  *2  none$'
is "out: stderr" "$(cat "$dir/out.json.err")" \
    "pulse: c: left out, its share is nothing"

# How to connect: told to each of them.
dry ways --connect-to a:1:b:2 --source ::1,127.0.0.1 -w a,b "$url"
has "ways: connect" "$dir/ways" '^  connect     a:1 at b:2$'
has "ways: sources" "$dir/ways" '^  sources     ::1$'
is "ways: connect" "$(grep -c '"a:1:b:2"' "$dir/ways.json")" 2
is "ways: sources" "$(grep -c '"127.0.0.1"' "$dir/ways.json")" 2
dry unix --unix-socket /run/x "$url"
has "unix: connect" "$dir/unix" '^  connect     unix:/run/x$'
is "unix: JSON" "$(members unix unixSocket)" '"/run/x" '

# refused WHAT TEXT ARGS ...: one line, which ends in TEXT
refused() {
	what=$1
	text=$2
	shift 2
	./pulse run -n "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
	is "$what: status" $? 1
	is "$what" "$(cat "$dir/stdout" "$dir/stderr")" "pulse: $text"
}

w='-w, --workers'
refused "nobody" "$w: expected a worker: HOST:PORT, http://HOST:PORT,\
 unix:PATH or exec:COMMAND" -w '' "$url"
refused "a slip" "$w: unx: did you mean unix:?" -w unx:/run/p "$url"
refused "another scheme" "$w: ssh: expected http://, https://, unix: or exec:" \
    -w ssh://a:1 "$url"
refused "no port" "$w: http://a: expected a port, as in http://worker1:9100" \
    -w http://a "$url"
refused "a bad port" "$w: a:99999: port is not 1 to 65535" -w a:99999 "$url"
refused "no brackets" "$w: fe80::1: an IPv6 address stands in brackets, as in\
 [::1]:9100" -w fe80::1 "$url"
refused "a password" "$w: a:1: a worker takes no user and no password, but a\
 token" -w http://u:secret@a:1 "$url"
refused "a path" "$w: http://a:1/run: the address of a worker has no path" \
    -w http://a:1/run "$url"
refused "a weight of 0" "$w: a=0: expected a weight from 1 to 1000000 behind\
 \"=\"" -w a=0 "$url"
refused "a command in a list" "$w: exec:b: a command cannot stand in a list,\
 it may have commas: give it a -w of its own" -w a,exec:b "$url"
refused "twice" "workers: a:9100 and A are the same worker" -w a:9100,A "$url"
refused "no file" "$w: $dir/none: No such file or directory" \
    -w "@$dir/none" "$url"
printf 'a:1\n\nb:x\n' >"$dir/bad"
refused "a bad line" "$w: $dir/bad:3: b:x: expected a port behind the colon,\
 from 1 to 65535" -w "@$dir/bad" "$url"
refused "-g" "-g, --generators: each worker decides that for itself, so it\
 cannot be combined with workers" -w a -g 2 "$url"
refused "--no-probe" "--no-probe: each worker decides that for itself, so it\
 cannot be combined with workers" -w a --no-probe "$url"
refused "requests and max" "requests: workers cannot divide a limit of them\
 in a plan with a max phase" -w a,b -r max --requests 5 "$url"
echo '{"target": {"url": "http://h/"}, "workers": ["exec:true"]}' \
    >"$dir/p.json"
refused "a command in a plan" "$dir/p.json: workers[0]: a plan file cannot\
 name a command to run: give it with -w" "$dir/p.json"

refused "parts beyond all sense" "the weights of the workers add up to 8191\
 parts of the plan, 4096 are the most: make them rounder" -w a=4096,b=4095\
    "$url"

finish
