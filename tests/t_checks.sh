#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a plan's checks judge the final answer: each kind kept and broken,
# which failure is named when there are several, a 404 that is a success, and
# what happens to answers without a body, with a large one, and to redirects.
. tests/lib.sh

# plan NAME PATH CHECKS [MEMBERS]: of a target; writes $dir/NAME.plan
plan() {
	cat >"$dir/$1.plan" <<END
{
  "target": { "url": "$url$2", "checks": $3${4:+, $4} },
  "phases": [{ "type": "constant", "arrivalRate": 200, "duration": "20s" }],
  "requests": 4, "maxConcurrency": 2, "saturationPolicy": "block"
}
END
}

# judged NAME FAILURES PATH CHECKS [MEMBERS]: four requests, all completed
judged() {
	what=$1
	want=$2
	shift 2
	plan "$what" "$@"
	run "$what" "$dir/$what.plan"
	ends "$what" 0
	is "$what: completed" "$(number "$dir/$what.json" completed)" 4
	is "$what: failures" "$(failures "$dir/$what.json")" "$want"
	is "$what: failed" "$(number "$dir/$what.json" failed)" \
	    "$([ -z "$want" ] && echo 0 || echo 4)"
}

# kept NAME PATH CHECKS [MEMBERS]
kept() {
	name=$1
	shift
	judged "$name" "" "$@"
}

# broken NAME CAUSE PATH CHECKS [MEMBERS]
broken() {
	name=$1
	cause=$2
	shift 2
	judged "$name" "transfer $cause check_failed 4" "$@"
	is "$name: category" \
	    "$(number "$dir/$name.json" check_failed)" 4
}

mock

# The status: alone it decides, whichever it is.
kept status /status/200 '{"status":200}'
kept status-404 /status/404 '{"status":404}'
is "status-404: statuses" "$(statuses "$dir/status-404.json")" 404:4
kept status-503 /status/503 '{"status":503}'
broken status-other check_status /status/201 '{"status":200}'
broken status-error check_status /status/500 '{"status":200}'
judged no-check "transfer http_status http_status_error 4" /status/404 '{}'
judged other-check "transfer http_status http_status_error 4" /status/404 \
    '{"bodyContains":["x"]}'

# Headers.
kept header /size/5 '{"headerEquals":{"content-LENGTH":5}}'
broken header-value check_header /size/5 '{"headerEquals":{"Content-Length":6}}'
broken header-absent check_header /size/5 '{"headerEquals":{"X-None":""}}'
kept headers /size/5 \
    '{"headerEquals":{"Content-Length":"5","Content-Type":"text/plain"}}'

# Texts in bodies, whole and in pieces.
hello='"method":"POST","body":"say hello world"'
kept body /echo '{"bodyContains":["hello","d"]}' "$hello"
broken body-one check_body /echo '{"bodyContains":["hello","World"]}' "$hello"
kept body-chunked /chunked/20000 '{"bodyContains":["YZ.\n0123"]}'
kept body-empty /size/0 '{"status":200}'
broken body-none check_body /size/0 '{"bodyContains":["0"]}'

# Members of JSON bodies.
json='"method":"POST","body":"{\"id\": 7, \"n\": 1.50, \"s\": \"a\\u0062\",
    \"t\": true, \"u\": null, \"o\": {\"id\": 8}}"'
json=$(printf '%s' "$json" | tr -d '\n')
kept json /echo '{"jsonEquals":{"id":7,"n":1.50,"s":"ab","t":true,"u":null}}' \
    "$json"
kept json-text /echo '{"jsonEquals":{"id":"7","t":"true"}}' "$json"
broken json-value check_json /echo '{"jsonEquals":{"id":8}}' "$json"
broken json-literal check_json /echo '{"jsonEquals":{"n":1.5}}' "$json"
broken json-absent check_json /echo '{"jsonEquals":{"x":null}}' "$json"
broken json-object check_json /echo '{"jsonEquals":{"o":"{}"}}' "$json"
broken json-none check_json /echo '{"jsonEquals":{"id":7}}' "$hello"

# The first failure names the cause: status, headers, texts, members.
broken first-status check_status /echo '{"status":201,"headerEquals":
    {"A":"b"},"bodyContains":["x"],"jsonEquals":{"id":8}}' "$json"
broken first-header check_header /echo '{"status":200,"headerEquals":
    {"A":"b"},"bodyContains":["x"],"jsonEquals":{"id":8}}' "$json"
broken first-body check_body /echo \
    '{"bodyContains":["x"],"jsonEquals":{"id":8}}' "$json"

# Only the final answer counts; where none is followed, that is the redirect.
kept redirect /redirect/2 '{"status":200}'
is "redirect: redirected" "$(number "$dir/redirect.json" redirected)" 8
broken redirect-body check_body /redirect/1 '{"bodyContains":["x y z"]}'
kept redirect-answer /redirect/2 \
    '{"status":302,"headerEquals":{"Location":"/redirect/1"}}' '"redirects":0'
broken redirect-followed check_status /redirect/1 '{"status":302}'
judged redirect-loop "transfer too_many_redirects transport 4" /redirect/3 \
    '{"status":302}' '"redirects":2'

# A large body is looked at in part (http/client.c's test knows in which) and
# read to its end.
kept large /size/3000000 '{"bodyContains":["XYZ."]}'
is "large: bytes_in" "$(number "$dir/large.json" bytes_in)" 12000000
between "large: connects" "$(number "$dir/large.json" connects)" 1 2
broken large-none check_body /size/3000000 '{"bodyContains":["XYZ.0"]}'
broken large-json check_json /chunked/3000000 '{"jsonEquals":{"id":7}}'

# A HEAD has no body, and else is like any other.
kept head /size/5 '{"status":200,"headerEquals":{"Content-Length":5}}' \
    '"method":"HEAD"'
broken head-body check_body /size/5 '{"bodyContains":["0"]}' '"method":"HEAD"'

# An answer that did not come whole is judged by that alone.
misbehave cut-body
judged cut "transfer truncated transport 4" / '{"status":404}'

# Thresholds see checks as they see other errors.
mock
plan threshold /status/404 '{"status":200}'
run threshold -t 'errors<1%' "$dir/threshold.plan"
ends threshold 2

# A dry run shows them.
plan shown / '{"status":404,"headerEquals":{"X-Api-Key":"secret","A":"b"},
    "bodyContains":["a\nb"],"jsonEquals":{"id":7}}'
./pulse run -n "$dir/shown.plan" >"$dir/shown"
has "shown: status" "$dir/shown" '^  checks  *status 404$'
has "shown: header" "$dir/shown" '^  *header A: b$'
has "shown: a secret" "$dir/shown" '^  *header X-Api-Key: \*\*\*$'
has "shown: text" "$dir/shown" '^  *body contains "a?b"$'
has "shown: member" "$dir/shown" '^  *json "id" equals "7"$'
run shown "$dir/shown.plan"
has "shown: in the result" "$dir/shown.json" '"jsonEquals": {'
has "shown: secret in the result" "$dir/shown.json" '"X-Api-Key": "\*\*\*"'
./pulse run -n --json "$dir/shown.plan" >"$dir/shown"
has "shown: secret on the wire" "$dir/shown" '"X-Api-Key": "\*\*\*"'

finish
