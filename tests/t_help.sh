#!/bin/sh
# SPDX-License-Identifier: MIT
# `pulse help TOPIC`: every section of the manual's pages and every option of
# every command is found, by its name and by less; the text has no macro left in
# it, fits 80 columns, and, where mandoc is there, says word for word what that
# makes of the pages. What is no topic is refused, with the nearest one.
. tests/lib.sh

# help TOPIC ...: what it prints goes to $dir/out, what it says to $dir/err
help() {
	./pulse help "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

# finds TOPIC LINE: the first line that is printed, blanks in front left out
finds() {
	help "$1"
	is "help $1: status" $status 0
	is "help $1" "$(head -n 1 "$dir/out" | sed 's/^ *//')" "$2"
}

# refuses TOPIC WHY
refuses() {
	help "$1"
	is "help $1: status" $status 1
	is "help $1: says" "$(cat "$dir/err")" "pulse: help: ${1:-\"\"}: $2"
	is "help $1: prints nothing" "$(cat "$dir/out")" ""
}

# What roff would not show.
unmarked() {
	sed 's/\\(dq/"/g;s/\\(aq/'\''/g;s/\\&//g;s/\\-/-/g;s/\\e/\\/g'
}

missing=
for page in pulse.1 pulse-plan.5 pulse-protocol.7; do
	name=${page%.*}
	sed -n 's/^\.S[hs] //p' "man/$page" | unmarked >"$dir/titles"
	[ -s "$dir/titles" ] || not_ok "$page has titles"
	while read -r title; do
		help "$name" "$title"
		[ "$(head -n 1 "$dir/out" | sed 's/^ *//')" = "$title" ] ||
		    missing="$missing $page: $title;"
	done <"$dir/titles"
done
is "every section of every page is found" "$missing" ""

missing=
for command in $(./pulse help |
    sed -n 's/^  pulse \([a-z]*\) \[options\].*/\1/p'); do
	./pulse $command --help | sed -n 's/^  *\(-[^ ,[]*\).*/\1/p
	    s/^  *-[^-], \(--[^ []*\).*/\1/p' >"$dir/options"
	[ -s "$dir/options" ] || not_ok "$command has options"
	while read -r option; do
		help $command "$option"
		grep -q -e "^     \(-., \)*$option" "$dir/out" ||
		    missing="$missing $command $option"
	done <"$dir/options"
done
is "every option of every command is found" "$missing" ""

help all
is "help all: status" $status 0
is "no macro is left" "$(grep -nE '^ *\.[A-Z%][A-Za-z]( |$)' "$dir/out")" ""
is "no escape is left" "$(grep -nE '\\(&|-|e|\(..|f.)' "$dir/out")" ""
is "it is text" "$(LC_ALL=C tr -d ' -~\n' <"$dir/out")" ""
is "it fits 80 columns" "$(grep -nE '.{81}' "$dir/out")" ""
is "no blank lines follow one another" \
    "$(sed -n '/^$/{n;/^$/p;}' "$dir/out" | wc -l | tr -d ' ')" 0

# All but blanks and the marks of lists, a sentence in a line.
flat() {
	sed 's/^ *o  */ /' | tr '`' "'" | tr -d ' \n\t' | sed 's/\./&\
/g'
}
if command -v mandoc >/dev/null 2>&1; then
	for page in pulse.1 pulse-plan.5 pulse-protocol.7; do
		help "${page%.*}"
		flat <"$dir/out" >"$dir/ours"
		# Without its first and last line, and what is overstruck.
		mandoc -T ascii -O width=1000 "man/$page" | sed '1d;$d' |
		    awk '{ while (i = index($0, "\b"))
			$0 = substr($0, 1, i - 2) substr($0, i + 1)
			print }' | flat >"$dir/theirs"
		is "$page is as mandoc has it" \
		    "$(diff "$dir/ours" "$dir/theirs" | head -n 4)" ""
	done
else
	ok "as mandoc has it # SKIP there is no mandoc"
fi

# Ways to ask.
finds "exit status" "EXIT STATUS"
finds "EXIT" "EXIT STATUS"
finds run "pulse run"
finds "pulse run" "pulse run"
finds plan NAME
has "help plan is the page" "$dir/out" "pulse-plan - "
finds protocol NAME
finds workers Workers
has "others of that name are told" "$dir/out" \
    "^See also: pulse help plan workers, run --workers"
finds "plan workers" Workers
finds fleet "RUNNING A FLEET"
finds security "SECURITY CONSIDERATIONS"
finds rate "pulse run"
finds --rate "pulse run"
finds -r "pulse run"
has "help -r is its entry" "$dir/out" "^     -r, --rate "
is "help -r is nothing else" "$(grep -c '^     -' "$dir/out")" 1
finds -H "pulse run"
has "letters of options have a case" "$dir/out" "^     -H, --header "
finds "worker cert" "pulse worker"
finds maxConcurrency "The plan"
finds certificate_name "Failed requests"
finds PULSE_WORKER_TOKEN ENVIRONMENT
finds token Tokens
finds percentiles Percentiles
has "help percentiles is about reports" "$dir/out" "interval that"
finds headers "The target"
has "several are also one" "$dir/out" "^See also: pulse help run --header"
finds phases Phases
has "nothing is told twice" "$dir/out" \
    "^See also: pulse help protocol phases, run --phase$"
is "help --help" "$(./pulse help --help | head -n 1)" \
    "usage: pulse help [TOPIC]"
is "version --help" "$(./pulse version --help | head -n 1)" \
    "usage: pulse version"
./pulse help exit status >"$dir/out"
is "words are one topic" "$(head -n 1 "$dir/out")" "EXIT STATUS"
# As an error names it.
refuses "phases[0].duration" "no such topic (did you mean run --duration?)"
finds topics "pulse help TOPIC prints what the manual says of it. A topic is a \
command, a"
./pulse help >"$dir/list"
between "help fits a screen" "$(lines "$dir/list")" 10 24
for command in run worker ping merge diff calibrate mock; do
	./pulse $command --help >"$dir/list"
	between "$command --help fits a screen" "$(lines "$dir/list")" 5 60
	is "$command --help fits 80 columns" "$(grep -E '.{81}' "$dir/list")" ""
done
is "run --help has headings" "$(./pulse run --help | grep -c '^[A-Z].*:$')" 6
between "help topics fits a screen" "$(wc -l <"$dir/out")" 10 40

refuses thersholds "no such topic (did you mean thresholds?)"
refuses --rtae "no such topic (did you mean run --rate?)"
refuses rn "no such topic (did you mean run?)"
refuses "exit code" "no such topic (did you mean exit status?)"
refuses target.url "no such topic (did you mean plan url?)"
refuses ECONNREFUSED "no such topic; these have it: failed requests \
transport"
refuses systemd "no such topic; these have it: as a service, who is trusted \
with what"
help cookies
has "of several things one is looked for" "$dir/err" \
    "no such topic; these have it: .*redirects"
help poisson
has "of a section the entry that has most is named" "$dir/err" \
    "these have it: run --arrivals, "
help http2
has "what joins words does not count" "$dir/err" "these have it: .*caveats"
help coordinated omission
has "the word that others use is known" "$dir/err" "these have it: the open m"
refuses zzz "no such topic (pulse help topics lists them)"
refuses "sec" "may be security considerations, secrets, plan security \
considerations"
refuses "$(printf %0200d 0)" "no such topic (pulse help topics lists them)"
refuses "" "no such topic (pulse help topics lists them)"
finish
