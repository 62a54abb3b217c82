#!/bin/sh
# SPDX-License-Identifier: MIT
# A first look: starts a target of our own, makes a real load against it, and
# prints the report. Run from the top level, after make.
set -eu
dir=$(mktemp -d)
mock=
finish() {
	[ -z "$mock" ] || kill "$mock" 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

mkfifo "$dir/line"
./pulse mock --addr 127.0.0.1:0 >"$dir/line" &
mock=$!
# The one line that it prints when it listens ends in its URL.
read -r line <"$dir/line"
url=${line##* }

echo "$ pulse run -p ramp,from=50,to=500,for=3s -p constant,rate=500,for=2s" \
    "-t 'p99<250ms' -t 'errors<1%' $url"
./pulse run -p ramp,from=50,to=500,for=3s -p constant,rate=500,for=2s \
    -t 'p99<250ms' -t 'errors<1%' "$url"
