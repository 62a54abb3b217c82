#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a result which cannot be written is said to be lost, in a line
# that names it, with status 1; that the file of before stays as it was, and
# that nothing is left beside it. Full disks, limits on the size of files, and
# what a program finds closed when it starts. TLS without memory is a failed
# connection.
. tests/lib_tls.sh
. tests/lib_faults.sh

mock
target=$url
set -- --requests 4 -r 400 -c 2 --saturation block -g 1 -i 20ms "$target"
formats="out csv hgrm html junit wire"

# old: results of before; and_old WHAT: are they as they were?
old() {
	for each in $formats; do
		echo old >"$dir/$each"
	done
}
and_old() {
	is "$1: the old results" "$(cd "$dir" && cat $formats | sort -u)" old
	is "$1: nothing beside them" "$(ls -A "$dir" | grep '^\.pulse')" ""
}

# What the program asks for. A result that was written before the one that
# fails is there.
for format in $formats; do
	while read -r call effects; do
		for effect in $effects; do
			old
			faulty "$call=$effect@1" run --json \
			    "--$format" "$dir/$format" "$@"
			[ "$(happened)" -eq 1 ] ||
			    not_ok "$format, $call $effect: never called"
			is "$format, $call $effect: status" "$status" 1
			is "$format, $call $effect: what is wrong" "$(wrong)" ""
			has "$format, $call $effect: is named" \
			    "$dir/faulty.err" ": $dir/$format: "
			and_old "$format, $call $effect"
		done
	done <<-END
	mkstemp EACCES ENOSPC EROFS EMFILE
	fdopen ENOMEM
	fsync EIO ENOSPC
	rename EACCES ENOSPC EROFS EXDEV EIO
	END
done
set -- run --json --out "$dir/out" --csv "$dir/csv" "$@"
old
sweeps 40 "$@" <<END
open EACCES EMFILE EROFS
fchmod EPERM
fflush ENOSPC EIO
readlink EIO
stat EACCES
calloc ENOMEM/parent
reallocarray ENOMEM/parent
strdup ENOMEM
END
shift 6

# A file that may not grow, for real: no signal ends us, a line is said.
for format in $formats; do
	old
	(
		ulimit -f 1
		exec ./pulse run -q -i 10ms "--$format" "$dir/$format" \
		    -H "X-Long: $(printf %0600d 1)" -r 300 -d 100ms \
		    -t 'p99<9s' -t 'p95<9s' -t 'p90<9s' -t 'mean<9s' \
		    -t 'max<9s' "$target"
	) >"$dir/text" 2>"$dir/err"
	status=$?
	is "ulimit -f, $format: status" "$status" 1
	is "ulimit -f, $format: one line" "$(lines "$dir/err")" 1
	has "ulimit -f, $format: it is named" "$dir/err" \
	    "$dir/$format: File too large"
	and_old "ulimit -f, $format"
done

# A full device, in place.
if [ -c /dev/full ]; then
	for format in $formats; do
		./pulse run -q "--$format" /dev/full "$@" >"$dir/text" \
		    2>"$dir/err"
		is "full, $format: status" $? 1
		is "full, $format: one line" "$(cat "$dir/err")" \
		    "pulse: /dev/full: No space left on device"
	done
	for how in --json -q "--out -" "--csv -" "--junit -" "--wire -"; do
		# shellcheck disable=SC2086
		./pulse run $how "$@" >/dev/full 2>"$dir/err"
		is "full, $how: status" $? 1
		is "full, $how: one line" "$(cat "$dir/err")" \
		    "pulse: standard output: No space left on device"
	done
fi

# A full disk, where one can be made.
mkdir "$dir/disk"
if mount -t tmpfs -o size=16k none "$dir/disk" 2>/dev/null; then
	echo old >"$dir/disk/out"
	dd if=/dev/zero of="$dir/disk/rest" bs=4096 count=8 2>/dev/null
	./pulse run -q --out "$dir/disk/out" "$@" >"$dir/text" 2>"$dir/err"
	is "disk: status" $? 1
	is "disk: one line" "$(cat "$dir/err")" \
	    "pulse: $dir/disk/out: No space left on device"
	is "disk: the old result" "$(cat "$dir/disk/out")" old
	is "disk: nothing beside it" \
	    "$(ls -A "$dir/disk" | sort | tr '\n' ' ')" "out rest "
	umount "$dir/disk"
else
	ok "disk # SKIP none can be mounted here"
fi

# What was closed before we came.
./pulse run --json "$@" >&- 2>"$dir/err"
is "stdout closed: status" $? 1
is "stdout closed: one line" "$(lines "$dir/err")" 1
has "stdout closed: it is named" "$dir/err" "^pulse: standard output: "
{
	./pulse run --json "$@" 2>"$dir/err"
	echo $? >"$dir/status"
} | :
is "a reader that has gone: status" "$(cat "$dir/status")" 1
is "a reader that has gone: no word" "$(cat "$dir/err")" ""
./pulse run --json "$@" 2>&- >"$dir/json"
is "stderr closed: status" $? 0
is "stderr closed: the result" "$(number "$dir/json" completed)" 4
./pulse run --json "$@" <&- >"$dir/json" 2>"$dir/err"
is "stdin closed: status" $? 0
is "stdin closed: the result" "$(number "$dir/json" completed)" 4
./pulse run "$@" <&- >&- 2>&-
is "all closed: status" $? 1
./pulse worker --addr 127.0.0.1:0 >&- 2>"$dir/err"
is "a worker without stdout: status" $? 1
is "a worker without stdout: one line" "$(lines "$dir/err")" 1

# Memory that TLS does not get. (With sanitizers OpenSSL has its own.)
if [ "$(./pulse version | grep -c OpenSSL)" -eq 0 ]; then
	finish
fi
# faulty_server NAME WHEN COMMAND ...
faulty_server() {
	FAULTS=malloc=ENOMEM@$2
	FAULTS_LOG=$dir/faults.log
	export FAULTS FAULTS_LOG
	name=$1
	shift 2
	start "$name" tests/faulty.t "$@"
	unset FAULTS FAULTS_LOG
}
certificates
set -- run --json --requests 6 -r 400 -c 2 -g 1 -i 20ms --timeout 2s \
    --cacert "$dir/ca.pem" --no-keepalive
mock --cert "$dir/cert.pem" --key "$dir/key.pem"
faulty malloc=ENOMEM@1000000 "$@" "$url"
is "TLS: status" "$status" 0
if [ "$(awk '{ print $2 }' "$dir/faults.log")" -gt 0 ]; then
	for share in 1 3 10 40; do
		for who in parent child; do
			faulty "malloc=ENOMEM@$share%/$who" "$@" "$url"
			is "TLS, $share% of $who: what is wrong" "$(wrong)" ""
		done
	done
	# A server whose memory comes back. How much it needs at first is
	# seen from one that has all.
	set -- mock --addr 127.0.0.1:0 --cert "$dir/cert.pem" \
	    --key "$dir/key.pem"
	faulty_server first 1000000 "$@"
	run all --no-probe --requests 1 --cacert "$dir/ca.pem" "${line##* }"
	ends all 0
	kill "$pid"
	wait "$pid" 2>/dev/null
	first=$(awk '{ print $2 }' "$dir/faults.log")
	faulty_server second "$((first + 20))-$((first + 80))" "$@"
	run server --no-probe --requests 100 -r 400 --timeout 2s \
	    --cacert "$dir/ca.pem" --no-keepalive "${line##* }"
	ends server 0
	between "TLS of the server: it happened" "$(happened)" 1 61
	between "TLS of the server: it fails" \
	    "$(number "$dir/server.json" failed)" 1 70
	run server --requests 10 -r 400 --cacert "$dir/ca.pem" "${line##* }"
	ends server 0
	is "TLS of the server: and recovers" \
	    "$(statuses "$dir/server.json")" 200:10
fi

finish
