#!/bin/sh
# SPDX-License-Identifier: MIT
# The build: the same source gives the same bytes in whatever directory it is
# built, a build without TLS needs nothing of OpenSSL and says that it has none,
# what makes mistakes hard to exploit is in it, and the version names the
# commit, at the cost of one object. All of it is built without TLS, and mostly
# without optimization, which is quick, by the compiler that built ./pulse.
. tests/lib.sh

# What make was given for ./pulse is not for these.
unset MAKEFLAGS MFLAGS MAKELEVEL
cc=$(sed 's/ -std=.*//' .flags)

# source DIR: what the program is made of, without git
source_to() {
	for f in Makefile commit.sh *.[ch] */*.[ch] man/*.[157] man/*.awk; do
		case $f in
		tests/*|man/text.c) continue ;;
		esac
		mkdir -p "$(dirname "$1/$f")" && cp "$f" "$1/$f" || exit 1
	done
	# As `git archive` makes it, or in this checkout.
	sed "s/^commit=.*/commit='\$Format:%H\$'/" commit.sh >"$1/commit.sh"
}

# build DIR: what make says goes to DIR.make; $status
build() {
	(cd "$1" && make -j 2 TLS=0 CC="$cc" CFLAGS="-O0 -g -I$dir/none" \
	    pulse pulse-static) >"$1.make" 2>&1
	status=$?
	[ $status -eq 0 ] || cat "$1.make"
}

# version DIR: what stands in brackets
version() {
	"$1/pulse" version | sed 's/^[^(]*(\(.*\))$/\1/'
}

# No OpenSSL: its headers cannot be compiled.
mkdir -p "$dir/none/openssl"
for header in bio crypto err evp pem ssl x509 x509v3; do
	echo '#error OpenSSL' >"$dir/none/openssl/$header.h"
done

one=$dir/one
two="$dir/deeper/in a/longer path"
three=$dir/three
source_to "$one"
source_to "$two"
source_to "$three"

build "$one"
is "a build without OpenSSL: status" $status 0
is "its warnings" "$(grep -i warning "$one.make")" ""
is "its libraries" "$(readelf -d "$one/pulse" | grep -E 'ssl|crypto')" ""
is "its manual" "$("$one/pulse" help exit status | head -n 1)" "EXIT STATUS"
build "$two"
is "elsewhere: status" $status 0
for f in pulse pulse-static commit.o base/util.o man/text.c; do
	is "$f is the same" "$(cmp "$one/$f" "$two/$f" 2>&1)" ""
done
is "pulse-static needs no loader" "$(readelf -l "$one/pulse-static" |
    grep INTERP)" ""
is "pulse-static is stripped" "$(readelf -S "$one/pulse-static" |
    grep symtab)" ""

# What is hardened. musl-gcc makes no static program that lies anywhere, and
# not every library looks at buffers.
has_macro() {
	echo '#include <limits.h>' | $cc -O1 -E -dM - | grep -q "define $1 "
}

# hardened FILE TYPE
hardened() {
	is "${1##*/}: its type" \
	    "$(readelf -hW "$1" | awk '$1 == "Type:" { print $2 }')" "$2"
	is "${1##*/}: read-only after relocation" \
	    "$(readelf -lW "$1" | grep -c GNU_RELRO)" 1
	is "${1##*/}: its stack is no code" \
	    "$(readelf -lW "$1" | awk '$1 == "GNU_STACK" { print $7 }')" RW
	is "${1##*/}: nothing is both written and run" \
	    "$(readelf -lW "$1" | grep -c ' RWE ')" 0
	[ "$2" = EXEC ] || is "${1##*/}: all is bound at its start" \
	    "$(readelf -dW "$1" | grep -c 'FLAGS_1.* NOW')" 1
}

# made FLAGS ...: one object anew, all warnings being errors; $status
made() {
	(cd "$three" && make TLS=0 CC="$cc" WERROR=-Werror "$@" \
	    base/text.o) >"$dir/made" 2>&1
	status=$?
	[ $status -eq 0 ] || cat "$dir/made"
}

# calls FILE PATTERN: how many of its undefined names match, none or some
calls() {
	nm -u "$1" | grep -q "$2" && echo some || echo none
}

static_type=DYN
case $cc in
*musl-gcc*) static_type=EXEC ;;
esac
hardened "$one/pulse" DYN
hardened "$one/pulse-static" $static_type
is "the stack is checked" "$(calls "$one/libpulse.a" ' __stack_chk_fail')" some
made CFLAGS=-O2
is "with optimization: status" $status 0
is "with optimization: the stack is checked" \
    "$(calls "$three/base/text.o" ' __stack_chk_fail')" some
if has_macro __GLIBC__; then
	is "with optimization: buffers are checked" \
	    "$(calls "$three/base/text.o" '_chk$')" some
fi
made CFLAGS='-O2 -D_FORTIFY_SOURCE=1'
is "a level of the user's own: status" $status 0
made HARDEN=0 CFLAGS='-O2 -fno-stack-protector'
is "HARDEN=0: status" $status 0
is "HARDEN=0: the stack" \
    "$(calls "$three/base/text.o" ' __stack_chk_fail')" none

is "version: without a commit" \
    "$(version "$one" | sed 's/: [a-z]*/: */')" 'loop: *, TLS: none'
"$one/pulse" run -r 10 -d 1s https://127.0.0.1:1/ >"$dir/o" 2>"$dir/e"
is "https: status" $? 1
has "https: says why" "$dir/e" 'this build has no TLS'
is "https: in one line" "$(lines "$dir/e")" 1
is "https: and nothing else" "$(cat "$dir/o")" ""

start worker "$one/pulse" worker -g 1 --addr 127.0.0.1:0
"$one/pulse" run -r 10 -d 1s -w "${line##* }" https://127.0.0.1:1/ \
    >"$dir/o" 2>"$dir/e"
is "https, a worker: status" $? 1
has "https, a worker: says why" "$dir/e" 'cannot be told of https targets'

start mock "$one/pulse" mock --addr 127.0.0.1:0
"$one/pulse" run --json -r 50 -d 200ms "${line##* }" >"$dir/http.json" \
    2>"$dir/http.err"
status=$?
ends http 0
is "http: completed" "$(number "$dir/http.json" completed)" 10

# What `git archive` writes.
hash=0123456789abcdef0123456789abcdef01234567
sed "s/^commit=.*/commit='$hash'/" "$two/commit.sh" >"$two/new"
mv "$two/new" "$two/commit.sh"
build "$two"
is "an archive's commit" "$(version "$two" | sed 's/,.*//')" \
    "commit 0123456789ab"
is "a commit costs one object" "$(grep -c ' -c ' "$two.make")" 1
build "$two"
is "the same commit costs none" "$(grep -v "is up to date\|^make" \
    "$two.make")" ""

# A checkout.
git() {
	command git -c user.name=pulse -c user.email=pulse@localhost \
	    -c core.hooksPath=/dev/null -c commit.gpgsign=false -C "$one" "$@"
}
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
git init -q && git add Makefile commit.sh pulse.c && git commit -q -m one ||
    not_ok "no commit could be made"
name=$(git rev-parse HEAD | cut -c 1-12)
build "$one"
is "a checkout's commit" "$(version "$one" | sed 's/,.*//')" "commit $name"
touch "$one/pulse.c"
build "$one"
is "touched is not changed" "$(version "$one" | sed 's/,.*//')" "commit $name"
echo >>"$one/Makefile"
build "$one"
is "a checkout with changes" "$(version "$one" | sed 's/,.*//')" \
    "commit $name-dirty"
is "costs one object" "$(grep -c ' -c ' "$one.make")" 1
# Another event loop costs one object, and is in the version.
(cd "$one" && make TLS=0 LOOP=poll CC="$cc" CFLAGS="-O0 -g -I$dir/none" \
    pulse) >"$one.make" 2>&1
is "LOOP=poll: status" $? 0
is "LOOP=poll: costs one object" "$(grep -c ' -c ' "$one.make")" 1
is "LOOP=poll: is in the version" "$(version "$one" |
    sed 's/.*loop: \([a-z]*\).*/\1/')" poll

# Without the manual: what commands take is still there.
(cd "$two" && make TLS=0 MANUAL=0 CC="$cc" CFLAGS="-O0 -g -I$dir/none" \
    pulse) >"$two.make" 2>&1
is "MANUAL=0: status" $? 0
is "MANUAL=0: compiles one file" "$(grep -c -e '-c ' "$two.make")" 1
"$two/pulse" help exit status >"$dir/o" 2>"$dir/e"
is "MANUAL=0: help exit status: status" $? 1
is "MANUAL=0: says" "$(cat "$dir/e")" \
    "pulse: help: exit status: this build has no manual in it: see man pulse"
"$two/pulse" help run >"$dir/o" 2>"$dir/e"
is "MANUAL=0: help run: status" $? 0
"$two/pulse" run --help >"$dir/usage"
is "MANUAL=0: help run" "$(cmp "$dir/o" "$dir/usage" 2>&1)" ""

finish
