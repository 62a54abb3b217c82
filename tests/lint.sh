#!/bin/sh
# SPDX-License-Identifier: MIT
# What the house style asks for and a program can see. Run from the top level;
# one line for each finding, FILE:LINE: what it is, and the number of them as
# the last line. Status 1 if there is any.
#
# Comments and the insides of strings are taken out before C is looked at, so
# that words in them are no findings. The pulse binary and mandoc must be there:
# the manual is compared with the usage that the program prints.
LC_ALL=C
export LC_ALL

# A file may include headers of lower layers, and its own. A new file is added
# here, as low as its includes allow.
layers='
0 base/fortify base/names base/tls_memory base/util cmd/manual_text http/words
0 load/climb load/remedy commit hist http
1 base/proc base/roots base/sandbox base/stats base/text base/usage diff/spread
1 http/body http/server_answer http/url load/arrival load/life
1 report/html_style
2 base/loop base/machine base/net base/rights base/tls_context cmd/manual
2 cmd/options http/client_answer load/slots report/markup report/style
2 report/svg json
3 base/expiry base/msg base/pem base/sink base/tls cmd/completion cmd/help
3 http/server_listener report/chart json_write
4 base/resolve base/stream base/tls_none cmd/serve_tls load/connect
4 load/outcome report/screen
5 cmd/connect_options http/client http/server_input http/server_output
5 load/exemplar wire
6 cmd/progress_options fleet/feature fleet/run_answer fleet/split
6 http/server_connection load/check load/cost load/probe load/target wire/read
6 result token
7 diff/figure fleet/fleet fleet/verdict http/server load/audit load/intervals
7 load/request plan/expr report/percentiles report/standing wire/checks_json
7 wire/connect_json wire/counters_json wire/exemplar_json wire/hist_json
7 wire/msg access
8 diff/compare fleet/credentials load/tally plan/plan plan/tree report/steps
8 wire/request_json wire/result_json mock
9 cmd/mock_options cmd/preflight diff/fail_if diff/recorded fleet/peer load/gen
9 plan/file report/report
10 cmd/output diff/out fleet/ping load/pool report/hgrm report/plan_out
10 report/progress_json report/timeline report/wire_out report/words
11 cmd/calibrate cmd/diff cmd/merge cmd/ping cmd/run_options cmd/worker_options
11 diff/json diff/text report/csv report/html_plan report/html_requests
11 report/html_timeline report/json_exemplars report/outlook report/page
11 report/plan_text report/status coord
12 cmd/dry_run report/audit_text report/chart_text report/errors_text
12 report/fleet_text report/html_latency report/html_tables report/json_out
12 report/junit report/latency_text report/load_text report/panel
12 report/parts_text worker
13 report/html report/progress report/text
14 cmd/run
15 pulse
'

# Functions that may be longer than a screen: FILE FUNCTION REASON, a line each.
long_functions='
'

# What only some files may call: a pattern of names, the files, and why.
only='
epoll_[a-z0-9_]* base/loop.c only loop.c knows epoll
poll base/loop.c only loop.c knows poll
ppoll base/loop.c only loop.c knows poll
select base/loop.c only loop.c waits for descriptors
fork base/proc.c only proc.c forks
vfork base/proc.c only proc.c forks
waitpid base/proc.c only proc.c buries children
wait base/proc.c only proc.c buries children
exec[lv][pe]* base/proc.c only proc.c starts programs
popen base/proc.c only proc.c starts programs
system base/proc.c only proc.c starts programs
posix_spawnp* base/proc.c only proc.c starts programs
exit base/proc.c,base/util.c,pulse.c errors are returned, not ended with
verrx* base/proc.c,base/util.c,pulse.c err ends the process: warn and return
errx* base/proc.c,base/util.c,pulse.c err ends the process: warn and return
_exit base/proc.c,cmd/run.c errors are returned, not ended with
'
banned='sprintf vsprintf strcpy strcat strncpy strncat gets atoi atol atof
    strtok rand srand gettimeofday alloca signal setlocale'

lines_max=800
function_max=60
columns_max=80
debt='TO''DO|FIX''ME'

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Findings go through here or straight to this file.
findings=$tmp/findings
: >"$findings"

find_one() {
	echo "$*" >>"$findings"
}

# The files: of the product, of the tests, and the scripts.
list() {
	for f in "$@"; do
		[ ! -f "$f" ] || echo "$f"
	done
}
product=$(list ./*.[ch] base/*.[ch] cmd/*.[ch] diff/*.[ch] fleet/*.[ch] \
    http/*.[ch] load/*.[ch] plan/*.[ch] report/*.[ch] wire/*.[ch] |
    sed 's,^\./,,')
tests=$(list tests/*.[ch] tests/fuzz/*.[ch])
scripts=$(list commit.sh tests/*.sh examples/*.sh .ci/run)
others=$(list Makefile man/*.[157] completions/* examples/*.json \
    examples/*.service README.md CHANGES)
if [ -z "$product" ]; then
	echo "lint: no source here: run it from the top level" >&2
	exit 1
fi

# FILE without comments and the insides of strings, with the same lines. A //
# that stays is a comment of the other kind.
strip() {
	awk '
	{
		line = $0
		out = ""
		while (line != "") {
			if (in_comment) {
				i = index(line, "*/")
				if (i == 0)
					break
				line = substr(line, i + 2)
				in_comment = 0
				continue
			}
			if (!match(line, /\/\*|["\047]|\/\//)) {
				out = out line
				break
			}
			out = out substr(line, 1, RSTART - 1)
			mark = substr(line, RSTART, RLENGTH)
			line = substr(line, RSTART + RLENGTH)
			if (mark == "/*") {
				in_comment = 1
				out = out " "
			} else if (mark == "//") {
				out = out mark
				break
			} else {
				is_include = out ~ /^#[ \t]*include/
				text = ""
				while (line != "") {
					c = substr(line, 1, 1)
					line = substr(line, 2)
					if (c == mark)
						break
					text = text c
					if (c == "\\")
						line = substr(line, 2)
				}
				out = out mark (is_include ? text : "") mark
			}
		}
		print out
	}' "$1"
}

bare() {
	echo "$tmp/bare/$1"
}
for wing in "" base cmd diff fleet http load plan report wire tests tests/fuzz
do
	mkdir "$tmp/bare/$wing"
done
for f in $product $tests; do
	strip "$f" >"$(bare "$f")"
done

# What a macro of the Makefile says.
macro() {
	{
		cat Makefile
		printf '\nlint-macro:\n\t@echo %s\n' "'$1'"
	} | make -s -f - lint-macro
}

layer_of() {
	echo "$layers" | awk -v name="$1" '
	{ for (i = 2; i <= NF; i++) if ($i == name) { print $1; exit } }'
}

lint_layers() {
	for f in $product; do
		name=${f%.[ch]}
		if [ -z "$(layer_of "$name")" ]; then
			find_one "$f: is not in the layers of tests/lint.sh"
		fi
	done
	for name in $(echo "$layers" | sed 's/^[0-9]*//'); do
		[ -f "$name.c" ] || [ -f "$name.h" ] ||
		    find_one "tests/lint.sh: layers: there is no $name"
	done
	for f in $product; do
		awk -v file="$f" -v layers="$layers" '
		BEGIN {
			n = split(layers, row, "\n")
			for (i = 1; i <= n; i++) {
				m = split(row[i], word, " ")
				for (j = 2; j <= m; j++)
					layer[word[j]] = word[1]
			}
			me = file
			sub(/\.[ch]$/, "", me)
		}
		/^#[ \t]*include[ \t]*"/ {
			split($0, part, "\"")
			name = part[2]
			if (name !~ /\.h$/)
				print file ":" NR ": includes no header: " name
			sub(/\.h$/, "", name)
			if (name == me)
				next
			if (!(name in layer))
				print file ":" NR ": includes " name \
				    ".h, which has no layer"
			else if (me in layer && layer[name] >= layer[me])
				print file ":" NR ": includes " name \
				    ".h of layer " layer[name] \
				    ", being of layer " layer[me]
		}' "$(bare "$f")" >>"$findings"
	done
}

lint_headers() {
	flags=$(macro '$(CC) $(STD) $(WARN)')
	for f in $product $tests; do
		case $f in
		*.h)
			# With a declaration, for those that make only macros.
			# shellcheck disable=SC2086
			if ! printf '#include "%s"\nstruct unit;\n' "$f" |
			    $flags -fsyntax-only -x c - 2>"$tmp/cc"; then
				find_one "$f: does not compile alone: $(grep \
				    'error:' "$tmp/cc" | head -n 1)"
			elif [ -s "$tmp/cc" ]; then
				find_one "$f: alone: $(head -n 1 "$tmp/cc")"
			fi
			;;
		esac
	done
}

# find_calls FILE RULES: calls by name, each rule NAME FILES WHY on a line; not
# of members that have such a name.
find_calls() {
	awk -v file="$1" -v rules="$2" '
	BEGIN {
		n = split(rules, row, "\n")
		for (i = 1; i <= n; i++) {
			if (split(row[i], word, " ") < 3)
				continue
			if (index("," word[2] ",", "," file ",") > 0)
				continue
			m++
			name[m] = word[1]
			why[m] = row[i]
			sub(/^[^ ]+ [^ ]+ /, "", why[m])
		}
	}
	/\(/ {
		for (i = 1; i <= m; i++) {
			if (!match($0, "(^|[^A-Za-z0-9_.>])" name[i] \
			    "[ \t]*\\("))
				continue
			call = substr($0, RSTART, RLENGTH)
			gsub(/[^A-Za-z0-9_]/, "", call)
			print file ":" NR ": " call "(): " why[i]
		}
	}' "$(bare "$1")" >>"$findings"
}

lint_calls() {
	rules=
	for name in $banned; do
		rules="$rules
$name - is banned"
	done
	for f in $tests; do
		find_calls "$f" "$rules"
	done
	for f in $product; do
		find_calls "$f" "$rules$only"
	done
}

lint_includes() {
	grep -nE '^#[ 	]*include[ 	]*[<"]openssl/' $product |
	    grep -v '^base/tls\(_context\)*\.c:' |
	    sed 's/:#.*/: only tls.c and tls_context.c know OpenSSL/' \
	    >>"$findings"
	grep -nE '^#[ 	]*include[ 	]*<(poll|sys/poll|sys/epoll)\.h>' \
	    $product | grep -v '^base/loop\.c:' |
	    sed 's/:#.*/: only loop.c knows poll and epoll/' >>"$findings"
}

# A redirection where a comparison was meant makes a file with an odd name.
lint_names() {
	git ls-files 2>/dev/null | grep '[^A-Za-z0-9._/-]' |
	    sed 's/$/: what is this file?/' >>"$findings"
}

# Licence and contract, lines and files that are too long, blanks, comments.
lint_text() {
	tag='SPDX-License-Identifier: MIT'
	for f in $product $tests; do
		[ "$(head -n 1 "$f")" = "/* $tag */" ] ||
		    find_one "$f:1: is not the licence tag"
		case $f in
		*.c)
			sed 1d "$f" | grep . | head -n 1 | grep -qx '/\*' ||
			    find_one "$f:2: no contract behind the licence tag"
			;;
		esac
		grep -n '//' "$(bare "$f")" |
		    sed "s,:.*,: a // comment,;s,^,$f:," >>"$findings"
		n=$(($(wc -l <"$f")))
		[ "$n" -le "$lines_max" ] ||
		    find_one "$f: has $n lines, $lines_max are the most"
	done
	for f in $scripts; do
		head -n 2 "$f" | grep -qx "# $tag" ||
		    find_one "$f:1: has no licence tag"
		sh -n "$f" 2>"$tmp/sh" ||
		    find_one "$f: sh -n: $(head -n 1 "$tmp/sh")"
	done
	for f in $product $tests $scripts $others; do
		grep -nE "$debt" "$f" | sed "s,:.*,: unfinished,;s,^,$f:," \
		    >>"$findings"
		grep -n '[ 	]$' "$f" |
		    sed "s,:.*,: blanks at the end,;s,^,$f:," >>"$findings"
		expand "$f" | awk -v file="$f" -v most="$columns_max" '
		length($0) > most {
			print file ":" NR ": " length($0) " columns"
		}' >>"$findings"
	done
}

lint_functions() {
	for f in $product $tests; do
		awk -v file="$f" -v most="$function_max" \
		    -v exempt="$long_functions" '
		/^[A-Za-z_][A-Za-z0-9_]*\(/ {
			name = $0
			if (name ~ /^(START|END)_TEST/)
				sub(/^[A-Z_]*\(/, "", name)
			sub(/[(),].*/, "", name)
			start = NR
		}
		/^\{/ { is_body = start > 0 }
		/^\}/ {
			n = NR - start + 1
			if (is_body && n > most &&
			    index(exempt, "\n" file " " name " ") == 0)
				print file ":" start ": " name " has " n \
				    " lines, " most " are the most"
			start = is_body = 0
		}' "$f" >>"$findings"
	done
}

# "-r --rate VALUE" a line; no VALUE when it takes none, OPTIONAL when that may
# be left out: --progress[=HOW] here, Oo or Op in the manual.
usage_options() {
	./pulse "$1" --help </dev/null | awk '
	/^  +-/ {
		letter = name = value = ""
		n = 1
		if ($n ~ /^-[^-],$/) {
			letter = substr($n, 1, 2)
			n++
		} else if ($n ~ /^-[^-]$/) {
			letter = $n
			n++
		}
		if ($n ~ /^--/)
			name = $n
		text = substr($0, 3, 26)
		m = split(text, word, " ")
		if (m > (letter != "") + (name != ""))
			value = "VALUE"
		if (sub(/\[=[A-Z]+\]$/, "", name))
			value = "OPTIONAL"
		print letter, name, value
	}' | sort
}

manual_options() {
	awk -v title="$1" '
	/^\.S[sh] / {
		is_here = $0 ~ ("^\\.Ss pulse " title "$")
	}
	is_here && /^\.It Fl / {
		letter = name = value = ""
		for (i = 3; i <= NF; i++) {
			if ($i == "Oo" || $i == "Op") {
				value = "OPTIONAL"
				break
			}
			if ($i == "Ar" || $i == "Cm") {
				value = "VALUE"
				break
			}
			if ($i ~ /^-/)
				name = "-" $i
			else if ($i ~ /^[A-Za-z0-9]$/)
				letter = "-" $i
		}
		print letter, name, value
	}' man/pulse.1
}

lint_manual() {
	if ! [ -x ./pulse ]; then
		find_one "pulse: is not built: the manual was not compared"
		return
	fi
	./pulse help | sed -n 's/^  pulse \([a-z]*\) .*/\1/p' >"$tmp/commands"
	[ -s "$tmp/commands" ] || find_one "pulse help: lists no commands"
	while read -r command; do
		grep -qx "\.Cm $command" man/pulse.1 ||
		    find_one "man/pulse.1: SYNOPSIS has no $command"
		./pulse help | grep -q "^  pulse $command \[options\]" ||
		    continue
		usage_options "$command" >"$tmp/usage"
		manual_options "$command" >"$tmp/order"
		sort "$tmp/order" >"$tmp/manual"
		[ -s "$tmp/usage" ] ||
		    find_one "pulse $command --help: lists no options"
		./pulse "$command" --help </dev/null |
		    awk -v command="$command" -v most="$columns_max" '
		length($0) > most {
			print "pulse " command " --help: " length($0) \
			    " columns: " $0
		}' >>"$findings"
		comm -23 "$tmp/usage" "$tmp/manual" |
		    sed "s/ *\$//;s,^ *,man/pulse.1: pulse $command: lacks ," \
		    >>"$findings"
		comm -13 "$tmp/usage" "$tmp/manual" |
		    sed "s/ *\$//;s,^ *,man/pulse.1: pulse $command: has no ," \
		    >>"$findings"
		sed 's/^ *-*//;s/ .*//' "$tmp/order" >"$tmp/keys"
		sort -f -c "$tmp/keys" 2>"$tmp/unsorted" || find_one \
		    "man/pulse.1: options of pulse $command are not sorted:" \
		    "$(sed -n 's/.*disorder: //p' "$tmp/unsorted")"
	done <"$tmp/commands"
}

# What a page of the manual says, in one line without blanks.
page_text() {
	awk -f man/render.awk "man/$1" | grep -v "^$(printf '\001')" |
	    tr -d ' \n'
}

# Each text that a user may be told is under DIAGNOSTICS. What stands on a page
# of HTML is explained there.
lint_messages() {
	# shellcheck disable=SC2046
	awk -f tests/messages.awk $(echo "$product" | grep '\.c$' |
	    grep -v '^report/html') >"$tmp/messages"
	[ -s "$tmp/messages" ] || find_one "tests/messages.awk: finds none"
	page_text pulse.1 | sed 's/.*DIAGNOSTICSMessages/Messages/' \
	    >"$tmp/diagnostics"
	awk -F '\t' '
	NR == FNR { manual = manual $0; next }
	index(manual, $2) == 0 && !(($1, $3) in told) {
		told[$1, $3] = 1
		print $1 ": DIAGNOSTICS of man/pulse.1 lacks: " $3
	}' "$tmp/diagnostics" "$tmp/messages" >>"$findings"
}

# Members that go over the wire, or are those of a report there.
lint_members() {
	{
		page_text pulse-protocol.7
		page_text pulse.1
	} >"$tmp/pages"
	# shellcheck disable=SC2046
	cat $(list wire/*.c) worker.c | tr '\n\t' '  ' | awk '
	{
		while (match($0, /(json|wire|counters|hist)_[a-z_]*\([^;]*;/)) {
			call = substr($0, RSTART, RLENGTH)
			$0 = substr($0, RSTART + RLENGTH)
			if (match(call, /"[a-z][A-Za-z0-9]*"/))
				print substr(call, RSTART + 1, RLENGTH - 2)
		}
	}' | sort -u >"$tmp/names"
	[ -s "$tmp/names" ] || find_one "wire: no members are found in it"
	while read -r name; do
		grep -qF "$name" "$tmp/pages" ||
		    find_one "man/pulse-protocol.7: lacks the member $name"
	done <"$tmp/names"
	sed -n 's/^	{ "\([A-Za-z0-9]*\)", .*/\1/p' plan/file.c |
	    while read -r name; do
		grep -q "^\.\(It \)*Cm.* $name\( \|\$\)" \
		    man/pulse-plan.5 ||
		    find_one "man/pulse-plan.5: lacks the member $name"
	done
}

lint_mandoc() {
	if ! command -v mandoc >/dev/null 2>&1; then
		find_one "man/pulse.1: there is no mandoc to look at it"
		return
	fi
	# Where it finds those that they refer to.
	for f in man/*.[157]; do
		mkdir -p "$tmp/man/man${f##*.}"
		cp "$f" "$tmp/man/man${f##*.}"
	done
	MANPATH=$tmp/man mandoc -T lint -W style man/*.[157] 2>&1 |
	    sed '/outdated mandoc\.db/d;s/^mandoc: //' >>"$findings"
}

# The lists of the Makefile, against what is there.
lint_makefile() {
	{
		macro '$(OBJS) $(TLS_OBJ_0)' | tr ' ' '\n' |
		    sed 's/\.o$/.c/'
		echo pulse.c
		macro '$(HDRS)' | tr ' ' '\n'
	} | grep . | sort >"$tmp/listed"
	echo "$product" | sort >"$tmp/there"
	uniq -d "$tmp/listed" | sed 's/^/Makefile: lists twice: /' \
	    >>"$findings"
	sort -u "$tmp/listed" | comm -13 - "$tmp/there" |
	    sed 's/^/Makefile: does not list /' >>"$findings"
	sort -u "$tmp/listed" | comm -23 - "$tmp/there" |
	    sed 's/^/Makefile: lists what is not there: /' >>"$findings"
	for f in $(list tests/test_*.c tests/t_*.sh) \
	    $(grep -l '^LLVMFuzzerTestOneInput(' tests/fuzz/*.c); do
		t=$(echo "$f" | sed 's/\.c$/.t/;s/\./\\./g')
		grep -qE "(^|[ 	])$t([ 	]|\$)" Makefile ||
		    find_one "Makefile: does not list the test $f"
	done
}

lint_layers
lint_headers
lint_calls
lint_includes
lint_names
lint_text
lint_functions
lint_manual
lint_messages
lint_members
lint_mandoc
lint_makefile

sort -t : -k 1,1 -k 2,2n "$findings"
n=$(($(wc -l <"$findings")))
# shellcheck disable=SC2086
set -- $product $tests $scripts $others
echo "lint: $# files, $n findings"
[ "$n" -eq 0 ]
