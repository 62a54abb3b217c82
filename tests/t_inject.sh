#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that no value of a user, a coordinator or a server puts a line, a blank
# or a control where they would mean something: options, plan files, their
# variables, run requests and the Location of a redirect. What cannot be sent as
# it is gets refused before anything is sent, with its place named and no secret
# shown; the target, which shows all heads, sees nothing of it.
. tests/lib_worker.sh

misbehave -h ok
target=$url
seen=$log
worker -g 1
lf='
'
tab=$(printf '\t')
del=$(printf '\177')
esc=$(printf '\033')
evil=X-Evil:s3cret

# clean WHAT FILE: one line, nothing of a secret, no controls
clean() {
	if [ "$(lines "$2")" -eq 1 ] && ! grep -q s3cret "$2" &&
	    ! tr -d '\n' <"$2" | LC_ALL=C grep -q '[[:cntrl:]]'; then
		ok "$1"
	else
		not_ok "$1: $(cat -v "$2")"
	fi
}

# label TEXT ...: that can be shown
label() {
	printf '%s ' "$@" | cat -v | tr '\n\\' ' /'
}

# refuses PATTERN ARGS ...: "pulse run ARGS"
refuses() {
	pattern=$1
	shift
	what=$(label "$@")
	./pulse run -q "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
	is "$what: status" $? 1
	has "$what: is named" "$dir/stderr" "^pulse: .*$pattern"
	clean "$what: says so cleanly" "$dir/stderr"
}

# Options.
for c in "$cr" "$lf" "$cr$lf" "$esc" "$del"; do
	for name in A Host Authorization Cookie Content-Length; do
		refuses "--header: $name: " -H "$name: a$c$evil" "$target"
		refuses --header -H "$name$c: s3cret" "$target"
	done
	refuses --header -H "${c}A: s3cret" "$target"
	refuses method -X "GET$c" "$target"
	refuses method -X "GET / HTTP/1.1$c" "$target"
	refuses url "$target/a$c$evil"
	refuses url "$target/?a$c$evil"
	refuses url "$target/#a$c$evil"
	refuses url "http://u:s3cret$c@127.0.0.1/"
	refuses url "http://127.0.0.1$c/"
	refuses url "${c}http://127.0.0.1/"
	refuses --connect-to --connect-to "a$c:80:b:80" "$target"
	refuses --connect-to --connect-to ":::80$c" "$target"
	refuses --servername --servername "a$c" "$target"
	refuses --source --source "127.0.0.1$c" "$target"
	refuses '--unix-socket: must be' --unix-socket "$dir/none$c" "$target"
	refuses none -b "@$dir/none$c" "$target"
done
for name in 'A ' "A$tab" ' A' 'A B' 'A(' 'A,B' 'A"' 'ä' ''; do
	refuses --header -H "$name: s3cret" "$target"
done
refuses --header -H 'Bearer s3cret' "$target"
refuses --header -H s3cret "$target"
for method in ' ' 'G T' "G${tab}T" 'GÄT' 'G/T' 'G:' '"GET"' ''; do
	refuses method -X "$method" "$target"
done
for part in ' ' "$tab" 'ä'; do
	refuses url "$target/a${part}s3cret"
	refuses url "$target/?a${part}s3cret"
	refuses url "http://u:s3cret$part@127.0.0.1/"
	refuses url "http://127.0.0.1$part/"
done
for host in 'a\' 'a,b' 'a;b' 'a|b' 'a"b' '<a>' 'a^b' '[a]' '::1' 'a@b@c'; do
	refuses url "http://$host/"
done

# Plans: MEMBER, what must be named, and a value in JSON.
plan_with() {
	printf '{"phases":[%s],"httpScenario":{"url":"%s"' "$(phase 100)" \
	    "$target"
	printf ',%s}}\n' "$1"
}
EVIL=$(printf 'a\r\n%s' "$evil") NAME=$(printf 'a\r\nX-Evil')
export EVIL NAME
cat >"$dir/members" <<END
header	"headers":{"A":"a\\u000d\\u000aX-Evil: s3cret"}
header	"headers":{"A":"s3cret\\u000a"}
header	"headers":{"A":"s3cret\\r"}
header	"headers":{"A":"s3cret\\u0000"}
header	"headers":{"A":"s3cret\\u0001"}
header	"headers":{"A":"s3cret\\u007f"}
header	"headers":{"Host":"a\\r\\nX-Evil: s3cret"}
header	"headers":{"A\\r\\nX-Evil":"s3cret"}
header	"headers":{"A\\u0000":"s3cret"}
header	"headers":{"A ":"s3cret"}
header	"headers":{"A:":"s3cret"}
header	"headers":{"\\u00e4":"s3cret"}
header	"headers":{"":"s3cret"}
header	"headerList":[["A","b\\r\\nX-Evil: s3cret"]]
header	"headerList":[["A\\n","s3cret"]]
header	"headerList":[["A\\u0000","s3cret"]]
header	"headerList":[["A","s3cret\\u0000"]]
method	"method":"GET / HTTP/1.1\\r\\nX-Evil: 1"
method	"method":"GE T"
method	"method":"GET\\n"
method	"method":"GET\\u0000"
method	"method":"\\u00e4"
serverName	"serverName":"a\\r\\nb"
serverName	"serverName":"a b"
serverName	"serverName":"a\\u0000b"
connectTo	"connectTo":["a\\r\\n:80:b:80"]
connectTo	"connectTo":["a:80:b c:80"]
connectTo	"connectTo":["a:80:b\\u0000:80"]
source	"source":["127.0.0.1\\n"]
source	"source":["127.0.0.1\\u0000"]
unixSocket	"unixSocket":"/a\\u0000b"
END
cat >"$dir/urls" <<'END'
/a\r\nX-Evil: s3cret
/a\u0000s3cret
/a s3cret
/a\ts3cret
/?a\ns3cret
/\u00e4s3cret
/\u007fs3cret
/#a\r\ns3cret
END
cat >"$dir/hosts" <<'END'
http://u:s3cret\r\n@127.0.0.1/
http://u:s3cret@127.0.0.1\r\n/
http://u:s3cret @127.0.0.1/
http://127.0.0.1 /
http://127.0.0.1\u0000/
\nhttp://127.0.0.1/
http://a\\@127.0.0.1/
END
while IFS='	' read -r name member; do
	plan_with "$member" >"$dir/plan.json"
	refuses "$name" "$dir/plan.json"
done <"$dir/members"
# A variable holds what it holds; the plan around it is not changed by it.
for member in 'headers":{"A":"${EVIL}"}' 'headers":{"Host":"${EVIL}"}' \
    'headerList":[["${NAME}","s3cret"]]' 'headerList":[["A","${EVIL}"]]'; do
	plan_with "\"$member" >"$dir/plan.json"
	refuses header "$dir/plan.json"
done
plan_with '"connectTo":["${NAME}:1:a:1"]' >"$dir/plan.json"
refuses connectTo "$dir/plan.json"
plan_with '"serverName":"${EVIL}"' >"$dir/plan.json"
refuses serverName "$dir/plan.json"
for text in "$target/\${EVIL}" 'http://${EVIL}/' 'http://u:${EVIL}@127.0.0.1/'
do
	printf '{"target":{"url":"%s"}}' "$text" >"$dir/plan.json"
	refuses url "$dir/plan.json"
done
sed "s,^/,$target/," "$dir/urls" >>"$dir/hosts"
while read -r text; do
	printf '{"target":{"url":"%s"}}' "$text" >"$dir/plan.json"
	refuses url "$dir/plan.json"
done <"$dir/hosts"

# The same on the wire.
# wire NAME MEMBER: the worker refuses it, and names it
wire() {
	post "$(plan_with "$2")" | answer refused
	says_no "wire: $(label "$2")" "$1"
}

# says_no WHAT PATTERN
says_no() {
	is "$1: status" "$(code refused)" 400
	body refused >"$dir/why"
	has "$1: is named" "$dir/why" "$2"
	clean "$1: says so cleanly" "$dir/why"
}
while IFS='	' read -r name member; do
	wire "$name" "$member"
done <"$dir/members"
while read -r text; do
	post "$(plan "$text" "$(phase 100)")" | answer refused
	says_no "wire: $(label "$text")" url
done <"$dir/hosts"

is "nothing was sent" "$(cat "$seen")" ""

# What can be sent is sent as it is or encoded, never as more than it is.
plan_with '"headers":{"A":" b\u00e4\tc ","B":""},
    "query":{"a\r\n":"b c\u0000&"}' >"$dir/plan.json"
./pulse run -q --requests 1 "$dir/plan.json" >"$dir/stdout" 2>"$dir/stderr"
is "what can be sent: status" $? 0
has "a query is encoded" "$seen" "^GET /[?]a%0D%0A=b%20c%00%26 HTTP/1.1$cr\$"
is "and nothing else" "$(grep -ci evil "$seen")" 0
is "lines of that head" "$(sed "/^$cr\$/q" "$seen" | cut -d : -f 1 | sort |
    tr '\r\n' '  ' | tr -s ' ' | sed 's/GET[^H]*HTTP[^ ]* /GET /')" \
    " A B GET Host User-Agent "

# Redirects: what a server says is no more trusted than that.
misbehave -h redirect-odd
n=0
while [ $n -lt 22 ]; do
	n=$((n + 1))
	before=$(grep -c '^GET ' "$log")
	./pulse run -q --requests 1 --out "$dir/odd.json" "$url/$n" \
	    >"$dir/stdout" 2>"$dir/stderr"
	followed=$(($(grep -c '^GET ' "$log") - before - 1))
	if [ $n -eq 1 ]; then
		is "a place that is encoded is gone to" $followed 1
	else
		is "odd place $n: nobody goes there" $followed 0
		is "odd place $n: fails" "$(failures "$dir/odd.json" |
		    sed 's/bad_header/bad_location/')" \
		    "transfer bad_location transport 1"
	fi
done
is "no line of a server's goes out" "$(grep -ci '^x-evil' "$log")" 0
has "what was encoded stays so" "$log" '^GET /%0d%0aX-Evil:%201 HTTP/1.1'
get /ping | answer ping
is "the worker is still there" "$(code ping)" 200

finish
