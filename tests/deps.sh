#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the build, the tests and the lint need, if anything of it is
# missing: a C compiler, OpenSSL with its headers and static libraries, check,
# pkg-config, mandoc and git; and the programs that are its arguments, each of
# the package of the same name or as PROGRAM=PACKAGE. With apt-get or apk,
# through sudo when not root.
have() {
	command -v "$1" >/dev/null 2>&1
}

header() {
	echo "#include <$1>" | cc -E - >/dev/null 2>&1
}

# The compiler says where it is, or only its name.
library() {
	case $(cc -print-file-name="$1") in
	/*) return 0 ;;
	esac
	return 1
}

# all COMMANDS ...
all() {
	for command in "$@"; do
		have "${command%%=*}" || return 1
	done
}

if all cc pkg-config mandoc openssl git "$@" &&
    header check.h && header openssl/ssl.h && library libssl.a; then
	exit 0
fi

for program in "$@"; do
	shift
	set -- "$@" "${program#*=}"
done
root=
[ "$(id -u)" -eq 0 ] || root=sudo
if have apt-get; then
	$root apt-get update -qq &&
	    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq \
	    gcc libc6-dev libssl-dev openssl check pkg-config mandoc \
	    procps git ${1:+libc6-dbg} "$@"
elif have apk; then
	$root apk add --quiet gcc musl-dev openssl openssl-dev \
	    openssl-libs-static check-dev pkgconf mandoc procps git \
	    ${1:+musl-dbg} "$@"
else
	echo "deps: no apt-get and no apk here: install a C compiler," \
	    "OpenSSL with its headers and static libraries, check," \
	    "pkg-config, mandoc and git" >&2
	exit 1
fi
