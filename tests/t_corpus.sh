#!/bin/sh
# SPDX-License-Identifier: MIT
# Every decoder survives its corpus, and keeps what its fuzz target claims of
# it: each file of tests/corpus whole and cut short. A target without a file is
# a failure, and so is a folder without a target.
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

failed=0
for t in tests/fuzz/*.t; do
	name=$(basename "$t" .t)
	if "$t" "tests/corpus/$name" >"$out/said" 2>"$out/err"; then
		echo "ok - $(cat "$out/said")"
	else
		echo "not ok - $name: status $?"
		tail -n 30 "$out/err"
		failed=1
	fi
done
for folder in tests/corpus/*/; do
	name=$(basename "$folder")
	if ! [ -f "tests/fuzz/$name.c" ]; then
		echo "not ok - $folder: there is no tests/fuzz/$name.c"
		failed=1
	fi
done
exit $failed
