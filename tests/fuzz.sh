#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs fuzz targets that `make fuzz` has built, two side by side, and keeps what
# they find outside of the tree:
#
#	sh tests/fuzz.sh probe CC		is there a libFuzzer?
#	sh tests/fuzz.sh run SECONDS FOLDER NAME...
#	sh tests/fuzz.sh merge FOLDER NAME...	small new files to tests/corpus
#
# FOLDER has NAME/ with the corpus as it grows, NAME.log, and NAME-crash-...
# for each input that a target did not survive. A line for each target when it
# ends. Status 1 if anything was found, or a target did not run.
#
# tests/fuzz/NAME.fuzz FILE shows again what such an input does. Once that is
# mended, the file goes to tests/corpus/NAME with a name that says what it is,
# and every `make check` tries it, whole and cut short.
LC_ALL=C
export LC_ALL

# To be kept: bytes of a file and of all of a target together, and new files.
file_max=1024
corpus_max=14000
new_max=20

probe() {
	echo 'int LLVMFuzzerTestOneInput(const unsigned char *p,
	    unsigned long n); int LLVMFuzzerTestOneInput(const unsigned char
	    *p, unsigned long n) { (void)p; (void)n; return 0; }' |
	    "$1" -x c -fsanitize=fuzzer,address,undefined -o /dev/null - \
	    2>/dev/null && return
	echo "fuzz: $1 is no clang with libFuzzer (Debian: clang and" \
	    "libclang-rt-dev; or set FUZZ_CC)" >&2
	return 1
}

# Inputs longer than this say nothing new: most are a line or a head.
longest() {
	case $1 in
	recorded) echo 16384 ;;
	result|interval|plan|run_answer|run_request) echo 8192 ;;
	answer|request|frames|json|pem) echo 4096 ;;
	*) echo 1024 ;;
	esac
}

fuzz() {
	seconds=$1
	folder=$2
	name=$3
	log=$folder/$name.log
	mkdir -p "$folder/$name"
	dict=
	[ ! -f "tests/fuzz/$name.dict" ] || dict=-dict=tests/fuzz/$name.dict
	# shellcheck disable=SC2086
	"tests/fuzz/$name.fuzz" -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=2048 -max_len="$(longest "$name")" $dict \
	    -print_final_stats=1 -artifact_prefix="$folder/$name-" \
	    "$folder/$name" "tests/corpus/$name" >"$log" 2>&1
	status=$?
	awk -v name="$name" -v status=$status '
	/ cov: / {
		for (i = 1; i < NF; i++) {
			if ($i == "cov:") cov = $(i + 1)
			if ($i == "ft:") ft = $(i + 1)
		}
	}
	/^stat::number_of_executed_units:/ { runs = $2 }
	/^stat::new_units_added:/ { new = $2 }
	/^Done .* in .* second/ { seconds = $(NF - 1) }
	/^artifact_prefix=/ { file = $NF }
	END {
		printf "%-12s %10d runs %5d s  %5d edges %6d features " \
		    "%5d new%s\n", name, runs, seconds, cov, ft, new,
		    status == 0 ? "" : "  FAILED (" status ") " file
	}' "$log"
	[ $status -eq 0 ] || echo "$name" >>"$folder/failed"
}

# Every second one of the targets, beginning with the first or the second.
lane() {
	which=$1
	seconds=$2
	folder=$3
	shift 3
	for name in "$@"; do
		[ "$which" -ne 0 ] || fuzz "$seconds" "$folder" "$name"
		which=$((1 - which))
	done
}

run() {
	folder=$2
	mkdir -p "$folder" || exit 1
	rm -f "$folder/failed"
	lane 0 "$@" &
	lane 1 "$@"
	wait
	[ ! -f "$folder/failed" ] || {
		echo "fuzz: what failed is in $folder" >&2
		exit 1
	}
}

# The fewest and smallest files that reach all that the corpus reaches, behind
# those that are there already, until it is large enough.
merge() {
	folder=$1
	shift
	for name in "$@"; do
		seeds=tests/corpus/$name
		rm -rf "$folder/$name.min"
		mkdir -p "$folder/$name.min" &&
		    cp "$seeds"/* "$folder/$name.min" || exit 1
		"tests/fuzz/$name.fuzz" -merge=1 -max_len=$file_max \
		    "$folder/$name.min" "$folder/$name" \
		    >"$folder/$name.merge.log" 2>&1 || exit 1
		# Smallest first; what has the name of a hash is new.
		sum=$(cat "$seeds"/* | wc -c)
		new=0
		for f in $(ls -rS "$folder/$name.min"); do
			[ ! -f "$seeds/$f" ] || continue
			sum=$((sum + $(wc -c <"$folder/$name.min/$f")))
			new=$((new + 1))
			[ $sum -le $corpus_max ] && [ $new -le $new_max ] ||
			    break
			cp "$folder/$name.min/$f" "$seeds/$f"
		done
		echo "$name: $(($(ls "$seeds" | wc -l))) files"
	done
}

command=$1
shift
case $command in
probe|run|merge) "$command" "$@" ;;
*) echo "fuzz: expected probe, run or merge" >&2; exit 1 ;;
esac
