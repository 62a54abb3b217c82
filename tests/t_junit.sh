#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that what --junit writes is what CI servers take: valid by
# tests/junit.xsd, with counts that are those of its cases, failures for broken
# thresholds and errors for runs that did not come to their end. Runs that are
# hard to come by are taken from the reports' golden files.
. tests/lib.sh

# xpath FILE EXPRESSION
xpath() {
	xmllint --xpath "$2" "$1"
}

# valid NAME FILE TESTS FAILURES ERRORS
valid() {
	if xmllint --noout --schema tests/junit.xsd "$2" 2>"$dir/lint"; then
		ok "$1: is valid"
	else
		not_ok "$1: is not valid:"
		cat "$dir/lint"
	fi
	for element in tests:testcase failures:testcase/failure \
	    errors:testcase/error skipped:testcase/skipped; do
		is "$1: ${element%%:*} are counted" \
		    "$(xpath "$2" "string(/testsuite/@${element%%:*})")" \
		    "$(xpath "$2" "count(/testsuite/${element#*:})")"
	done
	is "$1: tests, failures, errors" "$(xpath "$2" \
	    'concat(/testsuite/@tests, " ", /testsuite/@failures, " ",
	    /testsuite/@errors)')" "$3 $4 $5"
}

tool xmllint || finish

# A schema that takes anything would prove nothing.
echo '<testsuite name="pulse" tests="0" failures="0" errors="0" skipped="0"
    time="1"/>' >"$dir/none"
xmllint --noout --schema tests/junit.xsd "$dir/none" 2>/dev/null
is "a suite without a case is not valid" $? 3

valid "kept" tests/report_held_junit.ref 4 0 0
valid "broken" tests/report_failed_junit.ref 4 2 0
valid "interrupted" tests/report_interrupted_junit.ref 2 0 1
valid "nothing was measured" tests/report_empty_junit.ref 3 2 0
valid "a fleet" tests/report_fleet_junit.ref 4 0 0
valid "a fleet that lost a worker" tests/report_mixed_junit.ref 6 1 2
valid "merged" tests/report_merged_junit.ref 3 1 0
is "what XML cannot hold is replaced" "$(xpath \
    tests/report_interrupted_junit.ref \
    'contains(//error/@message, "&>")')" true

mock
./pulse run -q -r 50 -d 200ms --junit "$dir/plain" "$url" >/dev/null
valid "without thresholds" "$dir/plain" 1 0 0
is "without thresholds: the run is the case" \
    "$(xpath "$dir/plain" 'string(//testcase/@name)')" "run completed"
./pulse run -q -r 50 -d 200ms -t 'p99<1ns' -t 'errors<1%' \
    --junit "$dir/broken" "$url" >/dev/null
is "a broken threshold: status" $? 2
valid "a broken threshold" "$dir/broken" 3 1 0
is "a broken threshold: which one" "$(xpath "$dir/broken" \
    'string(//testcase[failure]/@name)')" "p99<1ns"
finish
