#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs one load from several hosts at once, over ssh: no port is opened, and
# nothing stays behind on them.
#
#	fleet.sh HOST[=WEIGHT] ... -- [options of pulse run] URL | PLAN.json
#
# HOST is what ssh takes, as in build1 or me@build1. Each must have pulse in
# its PATH, or where REMOTE_PULSE says, and let ssh in without a password. The
# exit status is that of pulse run. Standard input is not read: no plan from -.
set -eu

usage() {
	echo "usage: fleet.sh HOST[=WEIGHT] ... --" \
	    "[options] URL | PLAN.json" >&2
	exit 1
}

remote=${REMOTE_PULSE:-pulse}
workers=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	host=${1%=*}
	weight=1
	case $1 in
	*=*) weight=${1##*=} ;;
	esac
	# The command goes through two shells: no character may be theirs.
	case $host in
	'' | -* | *[!A-Za-z0-9._@:%-]*)
		echo "fleet.sh: $host: is no host" >&2
		usage
		;;
	esac
	workers="$workers$weight exec:ssh -o BatchMode=yes $host $remote"
	workers="$workers worker --stdio
"
	shift
done
[ -n "$workers" ] && [ $# -ge 2 ] || usage
shift

# A file of workers has a line for each, with its weight first.
printf '%s' "$workers" | pulse run -w @- "$@"
