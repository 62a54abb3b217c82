#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the commit that this tree is of, or an empty line where nobody knows:
# from git in a checkout, with -dirty when files of it have been changed; what
# `git archive` writes here has it in the next line.
commit='$Format:%H$'
case $commit in
'$'*)
	commit=
	[ ! -e .git ] || commit=$(git --no-optional-locks describe --always \
	    --abbrev=12 --dirty --exclude='*' 2>/dev/null)
	;;
*)
	commit=$(echo "$commit" | cut -c 1-12)
	;;
esac
echo "$commit"
