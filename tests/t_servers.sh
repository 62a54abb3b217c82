#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that no server can hurt a run: for each way to behave badly that
# tests/misbehave.c knows, the run ends in time, with exactly these statuses
# and failures, everything that was started is accounted for, and it needs no
# more memory than a run on a server that is well. Rows are explained in
# tests/lib_servers.sh.
. tests/lib.sh
. tests/lib_servers.sh

# One that has no end is left when the run is stopped. It is looked at below.
misbehave -v endless-length
(
	trap - EXIT
	./pulse run --json -c 4 -r 100 -d 60s --timeout 60s \
	    --saturation block "$url" >"$dir/stopped.json" \
	    2>"$dir/stopped.err" &
	poll has_lines "$log" 4
	kill -TERM $!
	sent=$(now)
	wait $!
	echo "$? $(($(now) - sent))" >"$dir/stopped.end"
) &
stopped=$!
pids="$pids $stopped"

healthy_run
rows <<'END'
# Good, in all their variety.
ok | | 200:5 | | 5000 | bytes_in=25
ok-1.0 | | 200:5 | | 5000 | bytes_in=25 connects=5
ok-1.0-keep | | 200:5 | | 5000 | bytes_in=25
ok-1.2 | | 200:5 | | 5000
eof-body | | 200:5 | | 5000 | bytes_in=25 connects=5
chunked | | 200:5 | | 5000 | bytes_in=60
chunked-1.0 | | 200:5 | | 5000 | bytes_in=25 connects=5
interim | | 200:5 | | 5000
interim-100 | | 200:5 | | 5000 | bytes_in=25 retried=0
nocontent | | 204:5 | | 5000 | bytes_in=0
notmodified | | 304:5 | | 5000
head-ok | -X HEAD | 200:5 | | 5000 | bytes_in=0
no-reason | | 200:5 | | 5000
gzip | | 200:5 | | 5000 | bytes_in=25
bare-lf | | 200:5 | | 5000
segments | | 200:5 | | 5000 | bytes_in=25
slow-byte | | 200:5 | | 5000
slow-accept | | 200:5 | | 5000
two-steps | | 200:5 | | 5000 | bytes_in=25
urgent | | 200:5 | | 5000 | bytes_in=25
upgrade | | 101:5 | | 5000 | connects=5
upgrade-flood | | 101:5 | | 5000 | connects=5 bytes_in=0

# Redirects.
redirect-loop | | 302:5 | transfer too_many_redirects 5 | 5000 | redirected=45
redirect-other-host | | 200:5 | | 5000
redirect-307-post | | 200:5 | | 5000
redirect-odd | | 200:5 | | 5000
redirect-self | | 302:5 | transfer too_many_redirects 5 | 5000 | redirected=45
redirect-empty | | 302:5 | transfer too_many_redirects 5 | 5000
redirect-nowhere | | 302:5 | connect ECONNREFUSED 5 | 5000 | redirected=5
redirect-without | | 302:5 | | 5000 | redirected=0
redirect-ftp | | 302:5 | transfer bad_location 5 | 5000
redirect-no-host | | 302:5 | transfer bad_location 5 | 5000
redirect-bad-host | | 302:5 | transfer bad_location 5 | 5000
redirect-bad-port | | 302:5 | transfer bad_location 5 | 5000
redirect-cr | | | transfer bad_header 5 | 5000
redirect-blank | | 302:5 | transfer bad_location 5 | 5000
redirect-long | | 302:5 | transfer bad_location 5 | 5000
redirect-two | | 302:5 | transfer too_many_redirects 5 | 5000
redirect-300 | | 300:5 | | 5000 | redirected=0
redirect-chain-9 | | 200:5 | | 5000 | redirected=45
redirect-chain-10 | | 302:5 | transfer too_many_redirects 5 | 5000 | \
    redirected=45
redirect-tls | | 302:5 | tls * 5 | 5000
redirect-endless | --timeout 700ms | 302:5 | transfer timeout 5 | 5000 | \
    bytes_in=+20000000 redirected=0
redirect-hang | --timeout 700ms | 302:5 | transfer timeout 5 | 5000

# Silent, or nearly so.
hang | --timeout 700ms | | first_byte timeout 5 | 5000
hang-head | --timeout 700ms | | transfer timeout 5 | 5000
hang-after-head | --timeout 700ms | 200:5 | transfer timeout 5 | 5000
hang-body | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | bytes_in=25
hang-chunk | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | bytes_in=25
hang-trailer | --timeout 700ms | 200:5 | transfer timeout 5 | 5000
hang-interim | --timeout 700ms | | transfer timeout 5 | 5000
length-too-large | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | \
    bytes_in=25
never-accepts | --timeout 700ms | | connect timeout 5 | 5000
drip-status | --timeout 700ms | | transfer timeout 5 | 5000
drip-fields | --timeout 700ms | | transfer timeout 5 | 5000
drip-interim | --timeout 700ms | | transfer timeout 5 | 5000
drip-body | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | bytes_in=+5
drip-chunks | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | bytes_in=+5
drip-extension | --timeout 700ms | 200:5 | transfer timeout 5 | 5000
drip-trailers | --timeout 700ms | 200:5 | transfer timeout 5 | 5000

# Without an end.
endless-length | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | \
    bytes_in=+20000000
endless-close | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | \
    bytes_in=+20000000
endless-chunk | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | \
    bytes_in=+20000000
endless-chunks | --timeout 700ms | 200:5 | transfer timeout 5 | 5000 | \
    bytes_in=+20000000
endless-tiny-chunks | --requests 2 --timeout 1s | 200:2 | transfer timeout 2 | \
    5000 | bytes_in=+500000
endless-extensions | --requests 2 --timeout 1s | 200:2 | transfer timeout 2 | \
    5000 | bytes_in=+20000
endless-extension | | 200:5 | transfer bad_chunk_size 5 | 5000
endless-size | | 200:5 | transfer bad_chunk_size 5 | 5000
endless-trailers | | 200:5 | transfer bad_trailer 5 | 5000
endless-trailer | | 200:5 | transfer bad_trailer 5 | 5000
endless-interim | | | transfer head_too_large 5 | 5000
endless-blank-lines | | | transfer not_http 5 | 5000
endless-status | | | transfer head_too_large 5 | 5000
endless-field | | | transfer head_too_large 5 | 5000
endless-fields | | | transfer head_too_large 5 | 5000
huge-head | | | transfer head_too_large 5 | 5000
many-fields | | | transfer too_many_headers 5 | 5000
endless-answers | | 200:5 | | 5000 | connects=5 bytes_in=25
endless-408 | | 408:5 | transfer http_status 5 | 5000
endless-random | | | transfer not_http 5 | 5000

# Gone.
close-at-accept | | | *transport* | 5000 | transport=5
close-before-answer | | | first_byte closed 5 | 5000
close-idle | -c 1 --requests 3 -r 2 | 200:3 | | 5000 | bytes_in=15 connects=+2
close-second | -g 1 -c 1 | 200:5 | | 5000 | retried=4
close-kept | | 200:5 | | 5000 | bytes_in=25
cut-status | | | transfer truncated 5 | 5000
cut-head | | | transfer truncated 5 | 5000
cut-after-head | | 200:5 | transfer truncated 5 | 5000
cut-body | | 200:5 | transfer truncated 5 | 5000
cut-chunk-size | | 200:5 | transfer truncated 5 | 5000
cut-chunk | | 200:5 | transfer truncated 5 | 5000 | bytes_in=10
cut-after-chunk | | 200:5 | transfer truncated 5 | 5000
cut-trailers | | 200:5 | transfer truncated 5 | 5000
cut-interim | | | transfer truncated 5 | 5000
cut-at-each | -c 1 --requests 44 | 200:6 | \
    transfer truncated 42; first_byte closed 1 | 5000 | connects=44
cut-at-each-chunked | -c 1 --requests 63 | 200:16 | \
    transfer truncated 61; first_byte closed 1 | 5000 | connects=63
reset | | | first_byte ECONNRESET 5 | 5000
reset-at-accept | | | *transport* | 5000 | transport=5
reset-unread | | | first_byte ECONNRESET 5 | 5000
reset-half-read | | | first_byte ECONNRESET 5 | 5000
reset-status | | | transfer ECONNRESET 5 | 5000
reset-head | | | transfer ECONNRESET 5 | 5000
reset-after-head | | 200:5 | transfer ECONNRESET 5 | 5000
reset-body | | 200:5 | transfer ECONNRESET 5 | 5000
reset-chunk | | 200:5 | transfer ECONNRESET 5 | 5000 | bytes_in=10
reset-close-body | | 200:5 | transfer ECONNRESET 5 | 5000
reset-after-answer | | 200:5 | | 5000 | bytes_in=25
reset-idle | -c 1 --requests 3 -r 2 | 200:3 | | 5000 | bytes_in=15 connects=+2
reset-at-each | -c 1 --requests 44 | 200:6 | \
    transfer ECONNRESET 42; first_byte ECONNRESET 1 | 5000 | connects=44
reset-at-each-chunked | -c 1 --requests 63 | 200:16 | \
    transfer ECONNRESET 61; first_byte ECONNRESET 1 | 5000 | connects=63

# Too early, too much, too late.
unasked | | 200:5 | | 5000
unasked-408 | | 408:5 | transfer http_status 5 | 5000
ahead | | 200:5 | | 5000 | bytes_in=25
idle-408 | -c 1 --requests 3 -r 2 | 200:3 | | 5000 | bytes_in=15 connects=+2
idle-answer | -c 1 --requests 3 -r 2 | 200:3 | | 5000 | bytes_in=15 connects=+2
two-answers | | 200:5 | | 5000 | connects=5 bytes_in=25
two-answers-late | | 200:5 | | 5000 | bytes_in=25
extra-bytes | | 200:5 | | 5000 | connects=5 bytes_in=25
close-and-more | | 200:5 | | 5000 | connects=5 bytes_in=25
length-too-small | | 200:5 | | 5000 | connects=5 bytes_in=15
204-body | | 204:5 | | 5000 | connects=5 bytes_in=0
304-body | | 304:5 | | 5000 | connects=5 bytes_in=0
head-body | -X HEAD | 200:5 | | 5000 | connects=5 bytes_in=0

# Not HTTP/1.1.
garbage | | | transfer not_http 5 | 5000
tls-alert | | | transfer is_tls 5 | 5000
tls-hello | | | transfer not_http 5 | 5000
http-0.9 | | | transfer not_http 5 | 5000
http-2.0 | | | transfer not_http 5 | 5000
http2 | | | transfer not_http 5 | 5000
lower-case | | | transfer not_http 5 | 5000
icy | | | transfer not_http 5 | 5000
no-newline | | | transfer truncated 5 | 5000
blank-line | | | transfer not_http 5 | 5000

# Not as it should be.
status-000 | | | transfer bad_status_line 5 | 5000
status-099 | | | transfer bad_status_line 5 | 5000
status-999 | | 999:5 | transfer http_status 5 | 5000
status-1000 | | | transfer bad_status_line 5 | 5000
status-letters | | | transfer bad_status_line 5 | 5000
status-negative | | | transfer bad_status_line 5 | 5000
status-missing | | | transfer bad_status_line 5 | 5000
two-lengths | | | transfer bad_content_length 5 | 5000
same-lengths | | 200:5 | | 5000
length-list | | 200:5 | | 5000
length-negative | | | transfer bad_content_length 5 | 5000
length-plus | | | transfer bad_content_length 5 | 5000
length-hex | | | transfer bad_content_length 5 | 5000
length-empty | | | transfer bad_content_length 5 | 5000
length-fraction | | | transfer bad_content_length 5 | 5000
length-2^63 | | | transfer bad_content_length 5 | 5000
length-2^64 | | | transfer bad_content_length 5 | 5000
length-and-coding | | | transfer length_and_coding 5 | 5000
bad-coding | | | transfer bad_transfer_coding 5 | 5000
two-codings | | | transfer bad_transfer_coding 5 | 5000
folded | | | transfer bad_header 5 | 5000
blank-colon | | | transfer bad_header 5 | 5000
no-colon | | | transfer bad_header 5 | 5000
no-name | | | transfer bad_header 5 | 5000
bare-cr | | | transfer bad_header 5 | 5000
nul | | | transfer bad_header 5 | 5000
nul-name | | | transfer bad_header 5 | 5000
nul-status | | | transfer bad_status_line 5 | 5000
bad-chunk | | 200:5 | transfer bad_chunk_size 5 | 5000
bad-chunk-end | | 200:5 | transfer bad_chunk_end 5 | 5000
chunk-2^64 | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-2^63 | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-wraps | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-zeros | | 200:5 | | 5000
chunk-negative | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-0x | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-blank-before | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-blank-behind | | 200:5 | | 5000
chunk-no-size | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-bare-lf | | 200:5 | transfer bad_chunk_size 5 | 5000
chunk-nul | | 200:5 | transfer bad_chunk_size 5 | 5000
bad-trailer | | 200:5 | transfer bad_trailer 5 | 5000
# The time of the run is over before that of its requests.
endless-chunks | --requests 4 -r 1000 -d 300ms --timeout 500ms | 200:4 | \
    transfer timeout 4 | 5000 | bytes_in=+10000000
hang | --requests 4 -r 1000 -d 300ms --timeout 500ms | \
    | first_byte timeout 4 | 5000
# So many places are remembered, and no more.
redirect-hosts | -g 1 -r 1000 --requests 60 --no-keepalive | 302:60 | \
    connect ECONNREFUSED 31; transfer too_many_redirects 29 | 5000
END

# With a body that is larger than what the kernel takes of it, or a request may
# be sent as a whole to who does not read it, and the next one behind it. What a
# run needs for it is no fault of the server.
dd if=/dev/zero of="$dir/large" bs=65536 count=192 2>/dev/null
healthy_run -b "@$dir/large"
rows <<END
deaf | -b @$dir/large --timeout 700ms | | first_byte timeout 5 | 5000
reads-slowly | -b @$dir/large --timeout 700ms | | first_byte timeout 5 | 5000
early-answer | -b @$dir/large | 413:5 | transfer http_status 5 | 5000
early-kept | -b @$dir/large | 200:5 | | 5000
END

# Each of them has a row.
tests/misbehave.t -l >"$dir/all"
while read -r name; do
	grep -q "^$name |" "$0" || echo "$name"
done <"$dir/all" >"$dir/without"
is "behaviours without a row" "$(cat "$dir/without")" ""

# What was stopped.
wait "$stopped"
read -r status took <"$dir/stopped.end"
is "stopped: status" "$status" 143
between "stopped: in time, in 10 ms" "$took" 0 1200
is "stopped: statuses" "$(statuses "$dir/stopped.json")" "200:4"
is "stopped: failures" "$(failures "$dir/stopped.json")" \
    "transfer canceled context_canceled 4"
between "stopped: bytes_in" "$(number "$dir/stopped.json" bytes_in)" \
    20000000 9007199254740991
adds_up stopped

finish
