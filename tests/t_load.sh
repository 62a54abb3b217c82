#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that a run makes exactly the arrivals of its plan, whatever its
# phases and however many generators share it, and that drop, block, --requests,
# --warmup and -r max count as they say.
. tests/lib.sh

# plans WANT ARGS ...: what a dry run says, so that long ones can be asked
plans() {
	want=$1
	shift
	./pulse run -n "$@" http://127.0.0.1:1/ >"$dir/plan" 2>&1
	has "plan of $*: $want arrivals" "$dir/plan" " $want arrivals in "
}

# max_active NAME MIN MAX
max_active() {
	between "$1: max_active" "$(number "$dir/$1.json" max_active)" "$2" "$3"
}

# scheduled NAME WANT
scheduled() {
	is "$1: scheduled" "$(number "$dir/$1.json" scheduled)" "$2"
}

# dropped NAME WANT
dropped() {
	is "$1: dropped" "$(number "$dir/$1.json" dropped)" "$2"
}

# Plans, exact without a run.
phases=
for i in 1 2 3 4 5 6 7 8 9 10; do
	phases="$phases -p constant,rate=1,for=100ms"
done
plans 1 $phases
plans 15300 -p ramp,from=10,to=500,for=1m
plans 15300 -p ramp,from=500,to=10,for=1m
plans 2750 -p step,from=10,to=100,steps=5,for=50s
plans 2000 -p spike,from=20,to=300,at=10s,lasting=5s,for=30s
plans 1000000000 -r 100M -d 10s
plans 1 -r 1 -d 1ns
plans 0 -r 0 -d 10s

mock
target=$url

# Fractions go on from phase to phase.
phases=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	phases="$phases -p constant,rate=150,for=10ms"
done
run phases $phases "$target"
ends phases 0
scheduled phases 30
run fraction -r 3 -d 500ms "$target"
ends fraction 0
scheduled fraction 2
# 25 + 22 + 20
run shapes -p ramp,from=0,to=100,for=500ms \
    -p step,from=10,to=100,steps=4,for=400ms \
    -p spike,from=20,to=300,at=100ms,lasting=50ms,for=300ms "$target"
ends shapes 0
scheduled shapes 67
dropped shapes 0
run silence -p constant,rate=0,for=100ms -p constant,rate=10,for=100ms \
    -p constant,rate=0,for=100ms "$target"
ends silence 0
scheduled silence 1
run nothing -r 0 -d 100ms "$target"
ends nothing 0
scheduled nothing 0

# Some are in flight while an interval ends, and at the end of all.
run edges -r 100 -d 300ms -i 100ms "$target/delay/150ms"
ends edges 0
scheduled edges 30
is "edges: completed" "$(number "$dir/edges.json" completed)" 30
is "edges: snapshots sum to it" "$(sum "$dir/edges.json" completed)" 30

# A limit, in every model.
run limit -r 100 -d 20s --requests 7 "$target"
ends limit 0
scheduled limit 7
run limit_one --requests 1 "$target"
ends limit_one 0
scheduled limit_one 1
run limit_unmet -r 50 -d 100ms --requests 1000 "$target"
ends limit_unmet 0
scheduled limit_unmet 5
run limit_max -r max -c 5 -g 3 -d 20s --requests 101 "$target"
ends limit_max 0
scheduled limit_max 101
run limit_mixed -g 2 -c 5 -p max,for=200ms -p constant,rate=100,for=300ms \
    --requests 50 "$target"
ends limit_mixed 0
scheduled limit_mixed 50

# Warm-up: sent, but not counted.
misbehave -v ok
run warmup -r 100 -d 400ms --warmup 200ms "$url"
ends warmup 0
scheduled warmup 20
is "warmup: the server saw all" "$(lines "$log")" 40

# The closed model keeps so many in flight, and never more.
run closed -r max -c 7 -g 3 -d 300ms "$target/delay/2ms"
ends closed 0
max_active closed 7 7
dropped closed 0
between "closed: connections" "$(number "$dir/closed.json" connects)" 7 7
run closed_one -r max -c 1 -g 4 -d 100ms "$target"
ends closed_one 0
max_active closed_one 1 1
run closed_many -r max -c 100 -g 2 -d 300ms "$target/delay/10ms"
ends closed_many 0
max_active closed_many 100 100

# Drop: three take the slots, the others find none.
run drop -r 100 -d 300ms -c 3 "$target/delay/600ms"
ends drop 0
scheduled drop 30
dropped drop 27
max_active drop 3 3
run drop_many -r 30k -d 200ms -c 9 -g 4 "$target/delay/1ms"
ends drop_many 0
scheduled drop_many 6000
max_active drop_many 1 9

# Block: all wait for their turn, and what waits at the end is dropped.
run block --saturation block -p constant,rate=200,for=100ms \
    -p constant,rate=0,for=10s --requests 20 -c 3 "$target/delay/10ms"
ends block 0
scheduled block 20
dropped block 0
max_active block 3 3
run block_end --saturation block -r 10 -d 500ms -c 2 "$target/delay/1s"
ends block_end 0
scheduled block_end 5
dropped block_end 3

# Oldest first over all generators. One that has nothing to wait for any more
# must not keep others waiting until its next arrival, a second later.
run block_many -g 2 --saturation block -c 10 \
    -p constant,rate=20000,for=10ms -p constant,rate=1,for=2100ms "$target"
ends block_many 0
scheduled block_many 203
dropped block_many 0
wait_max=$(awk '/"wait": [{]/ { is_in = 1 } is_in && /"max_ms"/ {
	printf "%d", $2; exit }' "$dir/block_many.json")
between "block_many: the longest wait in ms" "$wait_max" 0 900

# The union of all generators' shares is the plan.
for g in 1 4; do
	run "share$g" -g $g -r 30k -d 100ms -c 200 "$target"
	ends "share$g" 0
	scheduled "share$g" 3000
done

# Poisson: the seed decides, not the number of generators.
seen=
for args in "1 1" "1 1" "1 3" "2 1"; do
	run poisson --arrivals poisson --seed "${args% *}" -g "${args#* }" \
	    -r 25k -d 20ms "$target"
	ends poisson 0
	seen="$seen $(number "$dir/poisson.json" scheduled)"
done
set -- $seen
is "poisson: the same again" "$2" "$1"
is "poisson: the same with other generators" "$3" "$1"
between "poisson: about as many as planned" "$1" 400 600
if [ "$4" != "$1" ]; then
	ok "poisson: others with another seed"
else
	not_ok "poisson: others with another seed: $4"
fi

finish
