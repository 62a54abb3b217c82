#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that nothing in the corpus of the fuzz targets breaks them any more,
# each file whole and cut at every point.
. tests/lib.sh

for target in tests/fuzz/*.r; do
	name=$(basename "$target" .r)
	if "$target" "tests/corpus/$name" >"$dir/out" 2>"$dir/err"; then
		ok "$name: $(cat "$dir/out")"
	else
		not_ok "$name: $(tail -n 3 "$dir/err")"
	fi
done
for corpus in tests/corpus/*; do
	is "$corpus has a target" \
	    "$(ls "tests/fuzz/$(basename "$corpus").c")" \
	    "tests/fuzz/$(basename "$corpus").c"
done
finish
