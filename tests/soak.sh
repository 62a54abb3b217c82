#!/bin/sh
# SPDX-License-Identifier: MIT
# A long run with faults on all sides, for memory that grows, descriptors that
# leak and counts that do not add up: `make soak`. The target fails one request
# in a hundred, one network call in a hundred fails in the generators, and the
# load is made by a worker that a coordinator drives.
#
#	SOAK_TIME	seconds [60]; SOAK_RATE: arrivals a second [2000]
#	SOAK_EVERY	seconds between two samples of memory [TIME / 100]
#	SOAK_GROWTH	per cent that memory may grow by in the second half [5],
#			and 1 MB, which a byte a request is in half an hour
#	SOAK_SAMPLES	file for the samples [soak.samples]
#
# Prints what was planned and what came of it, and a verdict a line; status 1
# if one of them is bad.
. tests/lib.sh

time=${SOAK_TIME:-60}
rate=${SOAK_RATE:-2000}
every=${SOAK_EVERY:-$((time / 100 + 1))}
growth=${SOAK_GROWTH:-5}
samples=${SOAK_SAMPLES:-soak.samples}
slack=1024		# kB: for more connections than there were before

# sample ROLE PID: a line with its memory in kB and its descriptors
sample() {
	awk -v t="$(($(now) / 100 - began))" -v role="$1" -v pid="$2" \
	    -v fds="$(ls "/proc/$2/fd" 2>/dev/null | wc -l)" '
	/^VmRSS:/ { print t, role, pid, $2, fds }' "/proc/$2/status" \
	    2>/dev/null >>"$samples"
}

sample_all() {
	sample target "$target_pid"
	sample worker "$worker_pid"
	for child in $worker_children; do
		sample child "$child"
	done
	sample coordinator "$coordinator"
}

# failed_by CAUSE: how many requests, of the error table
failed_by() {
	failures "$result" | tr ';' '\n' | awk -v cause="$1" '
	$2 == cause { n += $NF } END { print n + 0 }'
}

# injected CALL: how many of them were made to fail
injected() {
	awk -v call="$1" 'index($1, call "=") == 1 { n += $NF }
	    END { print n + 0 }' "$dir/faults.log"
}

# verdict WHAT GOT WANT
verdict() {
	if [ "$2" = "$3" ]; then
		printf 'good  %-48s %s\n' "$1" "$2"
	else
		printf 'BAD   %-48s %s, not %s\n' "$1" "$2" "$3"
		bad=1
	fi
}

# Everything starts.
mock --mode flaky --fail-rate 0.01
target=$url
target_pid=$pid
FAULTS=connect=ECONNREFUSED@1%/child,send=ENOBUFS@0.5%/child
FAULTS=$FAULTS,recv=ETIMEDOUT@0.5%/child
FAULTS_LOG=$dir/faults.log
export FAULTS FAULTS_LOG
start worker tests/faulty.t worker --addr 127.0.0.1:0 -g 2
unset FAULTS FAULTS_LOG
worker_pid=$pid
worker_children=$(children "$worker_pid")
result=$dir/result.json
: >"$samples"
began=$(($(now) / 100))
./pulse run --out "$result" -q -r "$rate" -d "${time}s" --timeout 5s \
    -w "${line##*http://}" "$target" >"$dir/text" 2>"$dir/run.err" &
coordinator=$!
pids="$pids $coordinator"
while ! is_gone "$coordinator"; do
	sample_all
	sleep "$every"
done
wait "$coordinator"
status=$?

# What came of it.
echo "planned       $rate/s for ${time}s: $((rate * time)) arrivals"
for member in scheduled started completed failed dropped lost retried; do
	printf '%-13s %s\n' $member "$(number "$result" $member)"
done
echo "statuses      $(statuses "$result")"
echo "failed, by part, cause and category:"
failures "$result" | tr ';' '\n' | sed 's/^ */              /'
echo "injected      calls, failed:"
sed 's/^/              /' "$dir/faults.log"
awk 'BEGIN { print "process                      kB: start  middle     end" \
    "   most   descriptors: start  end" }
	{ key = $2 " " $3; if (!(key in n)) order[++m] = key
	n[key]++; rss[key, n[key]] = $4; fds[key, n[key]] = $5
	if ($4 > most[key]) most[key] = $4 }
	END { for (i = 1; i <= m; i++) { k = order[i]
	first = int(n[k] / 10) + 1; middle = int((n[k] + 1) / 2)
	last = n[k]; printf "%-30s %8d %7d %7d %7d %18d %4d\n", k,
	rss[k, first], rss[k, middle], rss[k, last], most[k],
	fds[k, first], fds[k, last] } }' "$samples"
cat "$dir/run.err"

verdict "status of the run" "$status" 0
verdict "as many scheduled as planned" "$(number "$result" scheduled)" \
    "$((rate * time))"
verdict "scheduled = started + dropped" "$(number "$result" scheduled)" \
    "$(($(number "$result" started) + $(number "$result" dropped)))"
verdict "started = completed + lost" "$(number "$result" started)" \
    "$(($(number "$result" completed) + $(number "$result" lost)))"
verdict "nothing is lost" "$(number "$result" lost)" 0
verdict "failed = sum of the error table" "$(number "$result" failed)" \
    "$(failures "$result" | tr ';' '\n' | awk '{ n += $NF } END { print n }')"
verdict "snapshots add up: scheduled" "$(sum "$result" scheduled)" \
    "$(number "$result" scheduled)"
verdict "snapshots add up: completed" "$(sum "$result" completed)" \
    "$(number "$result" completed)"
verdict "failed with ECONNREFUSED = injected" "$(failed_by ECONNREFUSED)" \
    "$(injected connect)"
verdict "failed with ENOBUFS = injected" "$(failed_by ENOBUFS)" \
    "$(injected send)"
verdict "failed with ETIMEDOUT = injected" "$(failed_by ETIMEDOUT)" \
    "$(injected recv)"
verdict "memory grows in the second half by $growth% at most" \
    "$(awk -v growth="$growth" -v slack="$slack" '
	{ key = $2 " " $3; n[key]++; rss[key, n[key]] = $4 }
	END { for (k in n) {
		was = rss[k, int((n[k] + 1) / 2)]
		is = rss[k, n[k]]
		if (is > was * (1 + growth / 100) && is > was + slack)
			out = out k ": " was " to " is " kB; "
	} print out == "" ? "yes" : out }' "$samples")" yes
verdict "descriptors of the worker, after it" \
    "$(poll [ "$(ls "/proc/$worker_pid/fd" | wc -l)" -le \
	"$(awk '$2 == "worker" { print $5; exit }' "$samples")" ] &&
	echo back)" back
run after --requests 100 -r 1000 -w "${line##*http://}" "$target"
verdict "the worker makes another run" "$(number "$dir/after.json" scheduled)" \
    100
kill "$worker_pid"
wait "$worker_pid"
verdict "the worker ends" $? 0
for child in $worker_children; do
	poll is_gone "$child"
	verdict "its child $child has gone" \
	    "$(is_gone "$child" && echo yes)" yes
done
echo "samples are in $samples"
finish
