#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that the formats of one run have the same figures: that what they show
# adds up, and that text, CSV, HTML, HdrHistogram's table and the wire form
# agree with the JSON.
. tests/lib.sh

mock --mode mixed-errors
mixed=$url
mock
healthy=$url

# column NAME: the sum of a column of the CSV
column() {
	tr -d '\r' <"$dir/$run.csv" | awk -F , -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
	{ n += $at }
	END { print (at ? n : "no column") }'
}

# table CAPTION: rows of one of the page, as NAME COUNT SHARE with a bar between
table() {
	awk -v caption="<caption>$1</caption>" '
	index($0, caption) { on = 1 }
	on && /<th scope="row">/ {
		gsub(/<\/t[hd]>/, "|"); gsub(/<[^>]*>/, ""); gsub(/,/, "")
		print
	}
	/<\/table>/ { on = 0 }' "$dir/$run.html"
}

# counts: the first number of each such row, added
counts() {
	awk -F '|' '{ n += $2 } END { print n + 0 }'
}

# object NAME: the numbers in a flat object of the JSON, added
object() {
	awk -v name="  \"$1\": {" 'index($0, name) == 1 { on = 1 }
	on && /}/ { exit }
	on { sub(/.*: /, ""); n += $0 }
	END { print n + 0 }' "$dir/$run.json"
}

# total NAME: one of the summary
total() {
	number "$dir/$run.json" "$1"
}

# near GOT WANT BY: "yes" if they are no further apart
near() {
	awk -v a="$1" -v b="$2" -v by="$3" \
	    'BEGIN { print (a - b <= by && b - a <= by ? "yes" : a " " b) }'
}

# agree NAME: all of the above of one run
agree() {
	run=$1
	completed=$(total completed)
	answered=$(object status_codes)
	is "$run: scheduled = started + dropped" "$(total scheduled)" \
	    $(($(total started) + $(total dropped)))
	is "$run: failed = the errors" "$(total failed)" "$(object errors)"
	is "$run: duration is that of its snapshots" \
	    "$(near "$(sum "$dir/$run.json" duration_ms)" \
	    "$(total duration_ms)" "$2")" yes

	for name in scheduled started dropped completed failed; do
		is "$run: CSV: $name" "$(column $name)" "$(total $name)"
	done
	is "$run: CSV: in_bytes" "$(column in_bytes)" "$(total bytes_in)"
	is "$run: CSV: statuses" "$(for i in 1 2 3 4 5; do
		column "status_${i}xx"
	    done | awk '{ n += $1 } END { print n }')" "$answered"

	is "$run: HTML: status codes" \
	    "$(table 'Status codes' | counts)" "$completed"
	is "$run: HTML: failed" "$(table 'Failed requests' | counts)" \
	    "$(total failed)"
	is "$run: HTML: where and why" \
	    "$(table 'Where and why they failed' | counts)" "$(total failed)"
	is "$run: HTML: shares" "$(near "$(table 'Status codes' |
	    awk -F '|' '{ n += $3 } END { print n }')" 100 0.05)" yes
	is "$run: HTML: parts" "$(near "$(table 'Parts of the response' |
	    awk -F '|' '{ n += $6 } END { print n }')" 100 0.35)" yes

	is "$run: text: requests" "$(sed -n '/^Requests/,$p' \
	    "$dir/$run.text" | tr -s ' \n' ' ' |
	    sed 's/([^)]*)//g; s/ failed.*//; s/[^0-9]/ /g' |
	    awk '{ print $1, $(NF - 1), $NF }')" \
	    "$(total scheduled) $completed $(total failed)"
	is "$run: text: status codes" "$(awk '
	    /^Status .* [0-9]+, / { sub(/,.*/, ""); print $NF; exit }
	    /^Status / { on = 1; next }
	    on && ! /%$/ { exit }
	    on { n += $(NF - 1) }
	    END { if (on) print n }' "$dir/$run.text")" "$completed"
	is "$run: wire" "$(sed 's/"errorCounts.*//; s/[{}"]//g' \
	    "$dir/$run.wire" | tr , '\n' |
	    sed -n 's/^\(total\|failed\|scheduled\|dropped\)://p' |
	    tr '\n' ' ')" \
	    "$completed $(total failed) $(total scheduled) $(total dropped) "
	is "$run: HdrHistogram: count" \
	    "$(sed -n 's/^#.*Total count *= *\([0-9]*\).*/\1/p' \
	    "$dir/$run.hgrm")" "$completed"
	is "$run: means of the parts add up to the response's" "$(near \
	    "$(awk '/^  "parts": {/ { on = 1 } on && /^  }/ { exit }
	    on && /"mean_ms"/ { sub(/.*: /, ""); n += $0 }
	    END { printf "%.6f", n }' "$dir/$run.json")" \
	    "$(number "$dir/$run.json" mean_ms)" 0.000010)" yes
}

# made NAME ARGS ...: a run in every format
made() {
	name=$1
	shift
	./pulse run --progress=off --out "$dir/$name.json" \
	    --csv "$dir/$name.csv" --html "$dir/$name.html" \
	    --hgrm "$dir/$name.hgrm" \
	    --wire "$dir/$name.wire" "$@" >"$dir/$name.text" \
	    2>"$dir/$name.err"
	is "$name: status" $? 0
}

made healthy -r 200 -d 500ms -i 100ms "$healthy"
agree healthy 150
made mixed -r 400 -d 600ms --warmup 150ms -i 100ms "$mixed"
agree mixed 150
made dropped -r 400 -d 500ms -i 100ms -c 2 "$healthy/delay/20ms"
agree dropped 150
finish
