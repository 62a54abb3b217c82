#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that the completions have what --help lists, and complete what they
# should: bash by calling its function as bash does, fish by asking it; zsh
# reads its script without running it. Installed are files that ask pulse.
. tests/lib.sh

PATH=$PWD:$PATH
export PATH
for shell in bash zsh fish; do
	./pulse completion $shell >"$dir/$shell"
	is "$shell: status" $? 0
	if tool $shell; then
		$shell -n "$dir/$shell" >"$dir/syntax" 2>&1
		is "$shell: reads its script" "$? $(cat "$dir/syntax")" "0 "
	fi
done

mkdir "$dir/files" "$dir/files/folder"
: >"$dir/files/plan.json"
: >"$dir/files/two words"

# What the script is called with: the words behind pulse, the last of which is
# to be completed, as bash breaks them.
cat >"$dir/ask.bash" <<'END'
cd "$1/files" || exit 1
. "$1/bash"
shift
COMP_WORDS=(pulse "$@")
COMP_CWORD=$#
_pulse
for word in "${COMPREPLY[@]}"; do
	printf '%s\n' "$word"
done
END

# asked WORD ...: sorted, in one line
asked() {
	bash "$dir/ask.bash" "$dir" "$@" 2>&1 | sort | paste -s -d , -
}

# completes WANT WORD ...
completes() {
	want=$1
	shift
	is "bash: pulse $*" "$(asked "$@")" "$want"
}

# helped COMMAND: the options that its usage lists, likewise
helped() {
	./pulse "$1" --help | sed -n 's/^  \(.\{26\}\).*/\1/p' |
	    grep -o -e '\(^\| \)--*[A-Za-z0-9-]*' | tr -d ' ' | sort |
	    paste -s -d , -
}

if tool bash; then
	all=$(./pulse help | sed -n 's/^  pulse \([a-z]*\).*/\1/p')
	completes "$(echo "$all" | sort | paste -s -d , -)" ""
	for command in $all; do
		./pulse help "$command" >/dev/null 2>&1 || continue
		is "bash: options of $command" "$(asked "$command" -)" \
		    "$(helped "$command")"
	done
	completes "--help,--version,-V,-h" -
	completes "merge,mock" m
	completes "--saturation" run http :// host/ --satu
	completes "block,drop" run --saturation ""
	completes "block" run --saturation = b
	completes "drop" run --saturation = d
	completes "poisson,uniform" run --arrivals =
	completes "down,flaky,healthy,mixed-errors,slow" mock --mode ""
	completes "" run --rate ""
	completes "" run -r -
	completes "" run -d ""
	completes "folder,plan.json,two words" run ""
	completes "plan.json" run pl
	completes "two words" run --csv tw
	completes "two words" run --csv = tw
	completes "folder" worker --chroot ""
	completes "" worker ""
	completes "@plan.json" run -b @pl
	completes "@plan.json" run -b @ pl
	completes "@plan.json" run --body =@ pl
	completes '@two\ words' run -w @tw
	completes "@folder/" run -b @fo
	completes "" run -b pl
	completes "" run -- --c
	completes "plan.json" run -- pl
	completes "folder,plan.json,two words" merge ""
	completes "reasons,redirects,run" help r
	completes "csv" help cs
	completes "processes,progress,protocol" help pro
	completes "calibrate" ca
	completes "diff" d
	completes "auto,json,line,off,panel,plain" run --progress =
	completes "json" run --progress = j
	completes "plan.json" run --progress pl
	completes "bash,fish,zsh" completion ""
	completes "" version ""
	completes "" nothing -
fi

# fished WANT WHAT IS TYPED
fished() {
	is "fish: $2" "$(cd "$dir/files" && HOME=$dir fish -c \
	    "source $dir/fish; complete -C '$2'" 2>/dev/null </dev/null |
	    cut -f 1 | paste -s -d , -)" "$1"
}
if tool fish; then
	fished run "pulse ru"
	fished --saturation "pulse run --satu"
	fished block,drop "pulse run --saturation "
	fished "" "pulse run --rate "
	fished plan.json "pulse run --csv pl"
	fished @plan.json "pulse run -b @pl"
	fished folder/ "pulse worker --chroot "
	fished bash,fish,zsh "pulse completion "
	fished run "pulse help ru"
fi

refused() {
	./pulse completion "$@" >"$dir/out" 2>"$dir/err"
	is "completion $*: status" "$? $(lines "$dir/out")" "1 0"
}
refused tcsh
is "another shell" "$(cat "$dir/err")" \
    "pulse: completion: tcsh: expected bash, zsh or fish"
refused
refused bash zsh
./pulse completion bash >/dev/full 2>"$dir/err"
is "a full disk: status" $? 1

# For another machine: what is installed is not run.
mkdir "$dir/root"
if make -s -o pulse install DESTDIR="$dir/root" PREFIX=/usr \
    >"$dir/make" 2>&1; then
	ok "they are installed"
else
	not_ok "they are not installed:"
	cat "$dir/make"
fi
share=$dir/root/usr/share
if tool bash; then
	file=$share/bash-completion/completions/pulse
	is "bash: the installed file" \
	    "$(bash -c ". $file; complete -p pulse" 2>&1)" \
	    "complete -F _pulse pulse"
fi
if tool zsh; then
	zsh -n "$share/zsh/site-functions/_pulse"
	is "zsh: the installed file" "$? $(head -n 1 \
	    "$share/zsh/site-functions/_pulse")" "0 #compdef pulse"
fi
if tool fish; then
	is "fish: the installed file" "$(HOME=$dir fish -c \
	    "source $share/fish/vendor_completions.d/pulse.fish
	    complete -C 'pulse ver'" 2>&1 </dev/null | cut -f 1)" version
fi
make -s uninstall DESTDIR="$dir/root" PREFIX=/usr
is "they are removed" "$(find "$dir/root" -type f)" ""
finish
