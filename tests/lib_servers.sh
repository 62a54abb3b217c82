# SPDX-License-Identifier: MIT
# Tables of runs against servers that behave badly: read with ". tests/lib.sh"
# before it, from the top level. rows reads a table from its standard input:
#
#	BEHAVIOUR | OPTIONS | STATUSES | FAILURES | MILLISECONDS [| MEMBERS]
#
# Each run has five requests, unless its options say otherwise, and must end in
# that time, with just these statuses and failures; all that was scheduled was
# started and completed; it may need no more memory than two healthy ones
# (OpenSSL is as large as all the rest) and GROWTH beside. FAILURES are
# "PART CAUSE COUNT" and ";", whose category follows from the cause; "*" is
# any. MEMBERS are NAME=N, of the result; after "+" it is N or more. Some runs
# go side by side.

SIDE_BY_SIDE=${SIDE_BY_SIDE:-4}
GROWTH=4096		# KiB: buffers of a head and of a body, and luck

# counted RESULT MEMBER=N
counted() {
	want=${2#*=}
	got=$(number "$1" "${2%%=*}")
	case $want in
	+*) between "$what: ${2%%=*}" "${got:-0}" "${want#+}" \
		9007199254740991 ;;
	*) is "$what: ${2%%=*}" "$got" "$want" ;;
	esac
}

# fails GOT WANT: the tables of failures
fails() {
	set -- "$1" "$(echo "$2" | awk -F '; ' '
	function category(cause) {
		return cause == "http_status" ? "http_status_error" : \
		    cause == "timeout" ? "deadline_exceeded" : "transport"
	}
	{
		for (i = 1; i <= NF; i++)
			if (split($i, w, " ") == 3)
				$i = w[1] " " w[2] " " category(w[2]) " " w[3]
		OFS = "; "
		$1 = $1
		print
	}')"
	case $1 in
	$2) ok "$what: failures" ;;
	*) not_ok "$what: failures: got '$1', want '$2'" ;;
	esac
}

# row NUMBER BEHAVIOUR OPTIONS STATUSES FAILURES MILLISECONDS [MEMBERS]
row() {
	what="$2${3:+ $3}"
	row=row$1
	misbehave "$2"
	# shellcheck disable=SC2086
	tests/peak.t "$dir/$row.peak" ./pulse run --json --no-probe -g 2 -c 5 \
	    --saturation block --requests 5 -r 200 -d 20s $3 "$url" \
	    >"$dir/$row.json" 2>"$dir/$row.err"
	status=$?
	kill "$pid"
	is "$what: status" "$status" 0
	is "$what: stderr" "$(cat "$dir/$row.err")" ""
	read -r ms kib <"$dir/$row.peak"
	between "$what: time in ms" "$ms" 0 "$6"
	between "$what: memory in KiB" "$kib" 0 $((2 * healthy + GROWTH))
	is "$what: all have ended" "$(number "$dir/$row.json" started) \
$(number "$dir/$row.json" completed)" "$(number "$dir/$row.json" scheduled) \
$(number "$dir/$row.json" scheduled)"
	is "$what: statuses" "$(statuses "$dir/$row.json")" "$4"
	fails "$(failures "$dir/$row.json")" "$5"
	for member in $7; do
		counted "$dir/$row.json" "$member"
	done
}

# What each said, in order.
rows_end() {
	# shellcheck disable=SC2086
	[ -z "$rows" ] || wait $rows
	rows=
	while [ "$first" -le "$nrows" ]; do
		cat "$dir/out$first"
		! grep -q '^not ok' "$dir/out$first" || bad=1
		first=$((first + 1))
	done
}

# trim TEXT: without blanks around it; sets $trimmed
trim() {
	trimmed=${1#"${1%%[! ]*}"}
	trimmed=${trimmed%"${trimmed##*[! ]}"}
}

rows() {
	first=$((${nrows:-0} + 1))
	rows=
	# A "\" at its end joins a line to the next.
	# shellcheck disable=SC2162
	while IFS='|' read name options codes causes most members; do
		case $name in
		'' | '#'*) continue ;;
		esac
		nrows=$((${nrows:-0} + 1))
		trim "$name"
		name=$trimmed
		trim "$options"
		options=$trimmed
		trim "$codes"
		codes=$trimmed
		trim "$causes"
		causes=$trimmed
		trim "$most"
		(
			# Its servers are its own.
			pids=
			servers=$((nrows * 10))
			trap 'kill $pids 2>/dev/null' EXIT
			row "$nrows" "$name" "$options" "$codes" "$causes" \
			    "$trimmed" "$members"
		) >"$dir/out$nrows" 2>&1 </dev/null &
		rows="$rows $!"
		[ $((nrows % SIDE_BY_SIDE)) -ne 0 ] || rows_end
	done
	rows_end
}

# healthy_run [OPTION ...]: what a run needs of memory when nothing is wrong
healthy_run() {
	misbehave ok
	tests/peak.t "$dir/healthy.peak" ./pulse run --json --no-probe -g 2 \
	    -c 5 --saturation block --requests 50 -r 400 -d 20s "$@" "$url" \
	    >"$dir/healthy.json" 2>"$dir/healthy.err"
	is "healthy: status" $? 0
	read -r ms healthy <"$dir/healthy.peak"
}
