#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that --html of run and merge writes a page that is well-formed and that
# a browser shows as it should, without the network and on any screen: what is
# in it is read from the browser's own tree and from its pictures. Where there
# is no browser or no xmllint, their part is left out.
. tests/lib.sh

mock
healthy=$url
mock --mode flaky --fail-rate 0.3
flaky=$url
worker
first=$worker
worker

# well_formed NAME: as XML; as HTML, too, of which xmllint knows version 4
well_formed() {
	is "$1: one page" "$(grep -c '<!DOCTYPE html>' "$dir/$1.html")" 1
	is "$1: nothing is loaded" \
	    "$(grep -c -i '<script\|<link\|<img\|url(\|[^-]src=' \
	    "$dir/$1.html")" 0
	tool xmllint || return 0
	xmllint --noout "$dir/$1.html" 2>"$dir/$1.xml"
	is "$1: it is XML" "$? $(cat "$dir/$1.xml")" "0 "
	is "$1: it is HTML" "$(xmllint --html --noout "$dir/$1.html" 2>&1 |
	    grep 'error :' | grep -v 'Tag [a-z]* invalid')" ""
}

# browse NAME OPTION ...: what chromium does with a page
browse() {
	page=$dir/$1.html
	shift
	timeout 60 chromium --headless --no-sandbox --disable-gpu \
	    --hide-scrollbars --disable-dev-shm-usage \
	    --disable-background-networking --disable-component-update \
	    --no-first-run --user-data-dir="$dir/browser" \
	    --virtual-time-budget=1000 "$@" "file://$page" 2>"$dir/browser.err"
}

# tree NAME: the page as the browser has understood it, a tag a line
tree() {
	browse "$1" --dump-dom >"$dir/$1.dom"
	sed 's/</\
</g' "$dir/$1.dom" >"$dir/$1.tags"
	rm "$dir/$1.dom"
}

# tags NAME PATTERN: how many there are
tags() {
	grep -c -e "$2" "$dir/$1.tags"
}

# picture NAME WIDTH SCHEME: one that is not blank; $size in bytes. 0 is dark
# and 1 is light.
picture() {
	browse "$1" --window-size="$2",1400 --screenshot="$dir/page.png" \
	    --blink-settings=preferredColorScheme="$3"
	size=$(wc -c <"$dir/page.png")
	between "$1: picture $2 wide, scheme $3, has something on it" \
	    "$size" 20000 10000000
}

./pulse run -q -p ramp,from=50,to=400,for=500ms \
    -p spike,from=100,to=400,at=200ms,lasting=200ms,for=500ms \
    --warmup 200ms -i 50ms -t 'p99<10s' -H 'Authorization: Bearer s3cret' \
    --html "$dir/good.html" --out "$dir/good.json" \
    "$healthy/?a=1&b=<i>" >"$dir/text" 2>"$dir/err"
is "good: status" $? 0
is "good: stderr is empty" "$(cat "$dir/err")" ""
head=$(sed 's/:.*//' "$dir/text")
is "good: no secret" "$(grep -c s3cret "$dir/good.html")" 0
./pulse run -q -r 200 -d 500ms -i 100ms -t 'errors<1%' --html "$dir/bad.html" \
    "$flaky/" >"$dir/text" 2>"$dir/err"
is "bad: status" $? 2
./pulse run -q -w "$first,$worker" -r 200 -d 500ms -i 100ms \
    --html "$dir/fleet.html" --wire "$dir/fleet.wire" "$healthy/" >"$dir/text"
is "fleet: status" $? 0
is "fleet: its workers are in the page" \
    "$(grep -c '^<tr><th scope="row">127.0.0.1:' "$dir/fleet.html")" 2
./pulse merge -q --html "$dir/merged.html" "$dir/fleet.wire" >"$dir/text"
is "merged: status" $? 0
has "merged: one result" "$dir/merged.html" '^<h1>1 result merged</h1>'
is "merged: nothing over time" \
    "$(grep -c '^<rect class="tip"' "$dir/merged.html")" 0
has "merged: distribution" "$dir/merged.html" '<path class="line response"'
./pulse run -q -r 20 -d 200ms --html - "$healthy/" >"$dir/out.html"
is "standard output: status" $? 0
for page in good bad fleet merged out; do
	well_formed $page
done

if tool chromium; then
	snapshots=$(awk '/^      "started_at": "20/ { n++ } END { print n }' \
	    "$dir/good.json")
	tree good
	tree bad
	# The last one may be the end of the one before, and no point.
	points=$(tags good '^<rect class="tip"')
	between "good: points of two charts" "$points" \
	    $((2 * (snapshots - 1))) $((2 * snapshots))
	is "good: points of the plan" "$(sed -n \
	    's/^<path class="line planned".*vector.* d="\(M.*\)"><*.*/\1/p' \
	    "$dir/good.tags" | tr ML '\n\n' | grep -c '[0-9]')" \
	    $((points / 2))
	is "good: the URL is text" \
	    "$(tags good '<h1>GET .*/?a=1&amp;b=&lt;i&gt;')" 1
	is "good: warm-up" "$(tags good '>warm-up ends')" 2
	is "good: the verdict is that of the text" \
	    "$(tags good "^<p class=\"head\">$head\$")" 1
	is "bad: did not hold" "$(tags bad '^<p class="head">DID NOT HOLD')" 1
	is "bad: failed is drawn" \
	    "$(tags bad '^<path class="line failed".*vector.*M')" 1
	is "bad: a broken threshold" "$(tags bad '>BROKEN')" 1
	picture good 1600 1
	light=$size
	cp "$dir/page.png" "$dir/light.png"
	picture good 1600 0
	is "good: dark is not light" "$(cmp -s "$dir/page.png" \
	    "$dir/light.png" && echo same)" ""
	picture good 500 1
fi
finish
