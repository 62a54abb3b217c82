#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a fleet is the plan: three workers with weights 3, 1 and 1 make
# exactly its arrivals, when it has them, whatever its phases are; that limits
# of it hold for all of them together; and that what is reported of a fleet, in
# every format, adds up as that of one machine does.
. tests/lib.sh

worker -g 1
a=$worker
worker -g 2
b=$worker
worker -g 1
c=$worker
fleet=$a=3,$b,$c=1

# on_fleet NAME ARGS ...: a run on it
on_fleet() {
	name=$1
	shift
	run "$name" -w "$fleet" "$@"
}

# column NAME MEMBER: of all its workers
column() {
	for i in 1 2 3; do
		member "$dir/$1.json" workers $i "$2"
	done | tr '\n' ' '
}

# sums NAME: what is told of workers and of intervals is what all have done
sums() {
	f=$dir/$1.json
	for what in scheduled completed failed; do
		total=$(number "$f" $what)
		is "$1: workers' $what" "$(column "$1" $what |
		    awk '{ print $1 + $2 + $3 }')" "$total"
		is "$1: snapshots' $what" "$(sum "$f" $what)" "$total"
	done
}

# follows NAME FUNCTION: did in nearly every tenth of a second as many arrive as
# FUNCTION, A(t) in awk, has in it? This machine has other things to do, too.
follows() {
	awk '
	function A(t) { '"$2"' }
	{ n[int($1 / 100000)]++; last = int($1 / 100000) }
	END {
		for (i = 0; i <= last; i++) {
			off = n[i] - (A((i + 1) / 10) - A(i / 10))
			bad += off > 2.5 || off < -2.5
		}
		print last + 1, bad + 0
	}' "$dir/$1.times" >"$dir/$1.follows"
	read -r tenths odd <"$dir/$1.follows"
	[ "$odd" -le $((tenths / 20 + 1)) ]
}

# planned NAME RATE FUNCTION ARGS ...: a run on the fleet that follows the plan.
# Where others kept a worker or the target waiting it is made again.
planned() {
	plan=$1
	rate=$2
	arrivals=$3
	shift 3
	tries=1
	while :; do
		record "$plan" "$rate"
		on_fleet "$plan" "$@" "$url"
		recorded
		! follows "$plan" "$arrivals" || break
		[ $tries -lt 6 ] || break
		tries=$((tries + 1))
	done
	between "$plan: tenths of a second that are not as planned" "$odd" \
	    0 $((tenths / 20 + 1))
}

# A rate that no share of it divides.
planned constant 701 'return t > 2 ? 1402 : 701 * t' -r 701 -d 2s -i 200ms
ends constant 0
is "constant: recorded" "$(lines "$dir/constant.times")" 1402
is "constant: each its share" "$(column constant scheduled)" "841 281 280 "
sums constant
# There is one more when the last answer comes behind the plan.
between "constant: snapshots" \
    "$(grep -c "^      .started_at" "$dir/constant.json")" 10 11
is "constant: names" "$(column constant worker)" "\"$a\" \"$b\" \"$c\" "
is "constant: weights" "$(column constant weight)" "3 1 1 "
is "constant: resolution" "$(text "$dir/constant.json" resolution)" fine
is "constant: start errors are told" \
    "$(column constant start_error_ms | wc -w)" 3
set -- $(tail -n 1 "$dir/constant.record")
between "constant: half of all are so near to the even schedule, us" \
    "${2%.*}" 0 3000

# Fractions go on from phase to phase.
planned shapes 1 '
	if (t <= 1)
		return 200 * t * t
	if (t <= 1.8) {
		sum = 200
		for (k = 0; k < 4; k++)
			if (t > 1 + k / 5)
				sum += (10 + 97 * k) * (t - 1 - k / 5 < 0.2 ? \
				    t - 1 - k / 5 : 0.2)
		return sum
	}
	u = t > 2.2 ? 0.4 : t - 1.8
	return 324.4 + 21 * u + 482 * (u < 0.1 ? 0 : u < 0.25 ? u - 0.1 : 0.15)
    ' \
    -p ramp,from=0,to=400,for=1s \
    -p step,from=10,to=301,steps=4,for=800ms \
    -p spike,from=21,to=503,at=100ms,lasting=150ms,for=400ms
ends shapes 0
./pulse run -n -p ramp,from=0,to=400,for=1s \
    -p step,from=10,to=301,steps=4,for=800ms \
    -p spike,from=21,to=503,at=100ms,lasting=150ms,for=400ms \
    http://127.0.0.1:1/ >"$dir/plan"
has "shapes: as planned" "$dir/plan" \
    " $(lines "$dir/shapes.times") arrivals in "
# 200 + 124.4 + 80.7
is "shapes: recorded" "$(lines "$dir/shapes.times")" 406
sums shapes

# One seed, one sequence, whoever makes it. poissons: both runs; $near is how
# many of 100 come at the same time.
poissons() {
	record alone 500
	run alone --arrivals poisson --seed 7 -r 500 -d 1s "$url"
	recorded
	record poisson 500
	on_fleet poisson --arrivals poisson --seed 7 -r 500 -d 1s "$url"
	recorded
	near=$(paste "$dir/alone.times" "$dir/poisson.times" | awk '
	    { off = $1 - $2; near += off > -10000 && off < 10000 }
	    END { print int(near * 100 / NR) }')
}
poissons
tries=1
while [ "$near" -lt 90 ] && [ $tries -lt 6 ]; do
	tries=$((tries + 1))
	poissons
done
ends alone 0
ends poisson 0
n=$(number "$dir/alone.json" scheduled)
is "poisson: as many as on one machine" \
    "$(number "$dir/poisson.json" scheduled)" "$n"
is "poisson: recorded" "$(lines "$dir/poisson.times")" "$n"
between "poisson: how many of 100 come when they come from one machine" \
    "$near" 90 100

# A limit of the whole plan, and a warm-up that is sent and not counted.
record limit 100
on_fleet limit -r 400 -d 20s --requests 7 "$url"
recorded
ends limit 0
is "limit: scheduled" "$(number "$dir/limit.json" scheduled)" 7
is "limit: recorded" "$(lines "$dir/limit.times")" 7
is "limit: shares" "$(column limit scheduled)" "4 2 1 "
record warmup 100
on_fleet warmup -r 101 -d 600ms --warmup 200ms -i 100ms "$url"
recorded
ends warmup 0
is "warmup: scheduled" "$(number "$dir/warmup.json" scheduled)" 40
is "warmup: recorded" "$(lines "$dir/warmup.times")" 61
sums warmup

# Concurrency is divided and kept: nobody has a slot free again.
mock
target=$url
on_fleet slots -c 8 -r 200 -d 500ms "$target/delay/700ms"
ends slots 0
is "slots: scheduled" "$(number "$dir/slots.json" scheduled)" 100
is "slots: completed" "$(number "$dir/slots.json" completed)" 8
is "slots: shares" "$(column slots completed)" "5 2 1 "
on_fleet closed -r max -c 5 -d 300ms "$target/delay/10ms"
ends closed 0
is "closed: the most of one worker" "$(number "$dir/closed.json" max_active)" 3
is "closed: connections" "$(number "$dir/closed.json" connects)" 5

# All formats at once, and a threshold that is broken.
on_fleet all -r 100 -d 300ms -i 100ms -t 'rate>1' -t 'errors<50%' \
    --out "$dir/all.out" --csv "$dir/all.csv" --junit "$dir/all.xml" \
    --wire "$dir/all.wire" "$target/status/500"
is "all: status" "$status" 2
is "all: stderr is empty" "$(cat "$dir/all.err")" ""
adds_up all
sums all
cmp -s "$dir/all.out" "$dir/all.json" && same=yes
is "all: --out is --json" "$same" yes
is "all: a line of CSV an interval" "$(lines "$dir/all.csv")" 4
has "all: JUnit has the workers" "$dir/all.xml" \
    "classname=\"pulse.worker\" name=\"$b\""
has "all: JUnit counts" "$dir/all.xml" 'tests="6" failures="1"'
has "all: the wire format" "$dir/all.wire" '^{"total":30,"failed":30,'

# As text, for people.
./pulse run -w "$fleet" -r 100 -d 200ms "$target" >"$dir/text" 2>&1
is "text: status" $? 0
has "text: the workers" "$dir/text" "^$a  *12  *0 .* ok\$"

# Two fleets' results together are what one run would have had.
on_fleet more -r 100 -d 200ms --wire "$dir/more.wire" "$target"
./pulse merge --json "$dir/all.wire" "$dir/more.wire" >"$dir/merged.json"
is "merged: status" $? 0
for what in scheduled started completed failed; do
	is "merged: $what" "$(number "$dir/merged.json" $what)" \
	    "$(($(number "$dir/all.json" $what) +
	    $(number "$dir/more.json" $what)))"
done
is "merged: statuses" "$(statuses "$dir/merged.json")" "200:20 500:30"

# Unix sockets, and a file of workers.
start sock ./pulse worker -g 1 --addr "unix:$dir/sock"
printf '# all of them\n2 unix:%s\n\n%s # here\n' "$dir/sock" "$a" \
    >"$dir/list"
run listed -w "@$dir/list" -r 30 -d 200ms "$target"
ends listed 0
is "listed: shares" "$(column listed scheduled)" "4 2 "
./pulse ping "@$dir/list" >"$dir/ping"
is "listed: ping" $? 0
# A long name has a line of its own before it.
is "listed: ping has a line each" "$(grep -c ' idle ' "$dir/ping")" 2

finish
