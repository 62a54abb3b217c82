# SPDX-License-Identifier: MIT
#
# The pages of the manual as text, for `pulse help`: the macros of mdoc(7) that
# the pages use, in 78 columns of ASCII, much as man(1) shows them. An unknown
# macro or escape is an error, so that none goes unseen. For any POSIX awk:
#
#	LC_ALL=C awk -f man/render.awk man/pulse.1 ...
#
# Lines that begin with a control are marks for man/pack.awk: a page, a section
# and its title, the name of an entry (o, an option, or e) of a list, and that
# entries of lists of this depth and deeper end:
#
#	\001P NAME	\001S LEVEL TITLE	\001E DEPTH KIND NAME	\001X DEPTH

BEGIN {
	WIDTH = 78
	n = split("Ar Cm Dv Em Er Ev Fl Li Nm No Ns Oc Oo Op Ox Pa Pc Pf Po " \
	    "Pq Ql Sq Sx Xr", word, " ")
	for (i = 1; i <= n; i++)
		is_macro[word[i]] = 1
	opens["Op"] = "["; closes["Op"] = "]"
	opens["Pq"] = "("; closes["Pq"] = ")"
	opens["Ql"] = "'"; closes["Ql"] = "'"
	opens["Sq"] = "'"; closes["Sq"] = "'"
}

function fail(what) {
	print FILENAME ":" FNR ": " what | "cat >&2"
	has_failed = 1
	exit 1
}

# What escapes stand for; a blank that does not break is kept as \002.
function plain(s) {
	gsub(/\\\(dq/, "\"", s)
	gsub(/\\\(aq/, "'", s)
	gsub(/\\&/, "", s)
	gsub(/\\-/, "-", s)
	gsub(/\\ /, "\002", s)
	gsub(/\\e/, "\003", s)
	if (index(s, "\\") > 0)
		fail("an unknown escape: " s)
	gsub(/\003/, "\\", s)
	return s
}

# Tabs as blanks.
function untab(s,    i) {
	while ((i = index(s, "\t")) > 0)
		s = substr(s, 1, i - 1) spaces(8 - (i - 1) % 8) \
		    substr(s, i + 1)
	return s
}

# Lines go through here: blank ones only between others.
function put(line) {
	if (wants_blank && has_put)
		print ""
	wants_blank = 0
	has_put = 1
	gsub(/\002/, " ", line)
	sub(/ +$/, "", line)
	print line
}

function spaces(n) {
	return sprintf("%" n "s", "")
}

# text in lines, the first of which begins with head.
function fill(head, text, left,    n, i, w, line) {
	n = split(text, w, " ")
	line = head
	for (i = 1; i <= n; i++) {
		if (length(line) + 1 + length(w[i]) > WIDTH &&
		    line ~ /[^ ]/ && i > 1) {
			put(line)
			line = spaces(left) w[i]
		} else if (i == 1)
			line = line w[i]
		else
			line = line " " w[i]
	}
	put(line)
}

# Ends a paragraph, and prints the tag of an item that waits for its text.
function flush(    left, text) {
	text = paragraph
	paragraph = ""
	is_glued = 0
	left = indent
	if (is_synopsis && text != "") {
		fill(spaces(5), text, 11)
		return
	}
	if (has_tag) {
		has_tag = 0
		if (text != "" && length(tag) < item_width[depth]) {
			fill(sprintf("%s%-" item_width[depth] "s",
			    spaces(base[depth]), tag), text, left)
			has_body[depth] = 1
			return
		}
		fill(spaces(base[depth]), tag, base[depth] + 4)
	}
	if (text != "") {
		fill(spaces(left), text, left)
		if (depth > 0)
			has_body[depth] = 1
	}
}

function add(text) {
	if (paragraph != "" && !is_glued)
		paragraph = paragraph " "
	paragraph = paragraph text
	is_glued = 0
}

# Words of a line of macros, in T; Q tells those that were in quotes.
function tokenize(s,    n, c) {
	n = 0
	while (1) {
		sub(/^[ \t]+/, "", s)
		if (s == "")
			return n
		n++
		if (substr(s, 1, 1) == "\"") {
			s = substr(s, 2)
			c = index(s, "\"")
			if (c == 0)
				fail("a quote is not closed")
			T[n] = substr(s, 1, c - 1)
			Q[n] = 1
			s = substr(s, c + 1)
			continue
		}
		# A blank behind a backslash is part of the word.
		c = match(s, /[^\\] /)
		T[n] = c == 0 ? s : substr(s, 1, c)
		s = c == 0 ? "" : substr(s, c + 1)
		Q[n] = 0
	}
}

function is_closing(i) {
	return !Q[i] && T[i] ~ /^[].,;:!?)]$/
}

# Adds what the words from i to n say, from a macro on.
function inline(i, n,    last, macro, pending, t, has_word) {
	for (last = n; last >= i && is_closing(last); last--)
		;
	macro = ""
	pending = ""
	for (; i <= n; i++) {
		t = T[i]
		if (!Q[i] && (t in is_macro)) {
			if (macro == "Fl" && !has_word)
				add("-")
			macro = t
			has_word = 0
			if (t in opens) {
				add(opens[t])
				is_glued = 1
				pending = closes[t] pending
			} else if (t == "Ns")
				is_glued = 1
			else if (t == "Po" || t == "Oo") {
				add(t == "Po" ? "(" : "[")
				is_glued = 1
			} else if (t == "Pc" || t == "Oc") {
				is_glued = 1
				add(t == "Pc" ? ")" : "]")
			} else if (t == "Ox")
				add("OpenBSD")
			else if (t == "Nm" && (i == n || (T[i + 1] in is_macro) ||
			    is_closing(i + 1)))
				add(name)
			else if (t == "Xr") {
				add(T[i + 1] "(" T[i + 2] ")")
				i += 2
			} else if (t == "Pf") {
				add(plain(T[++i]))
				is_glued = 1
			}
		} else if (is_closing(i)) {
			if (macro == "Fl" && !has_word) {
				add("-")
				has_word = 1
			}
			is_glued = 1
			add(t)
		} else if (!Q[i] && t ~ /^[[(]$/) {
			add(t)
			is_glued = 1
		} else {
			add((macro == "Fl" && t != "|" ? "-" : "") plain(t))
			has_word = 1
		}
		if (i >= last && pending != "") {
			is_glued = 1
			add(pending)
			pending = ""
		}
	}
	if (macro == "Fl" && !has_word)
		add("-")
}

# Names by which the entry whose head is in T can be asked for.
function mark_entry(n,    i, kind) {
	for (i = 2; i <= n; i++) {
		if (T[i] == "No" || T[i] == "Ar" || T[i] == "Op" ||
		    T[i] == "|" || (i == 2 && T[i] == "Ns"))
			break
		if (T[i] in is_macro) {
			kind = T[i]
			continue
		}
		if (is_closing(i))
			continue
		if (kind == "Fl" && command != "")
			print "\001E " depth " o " T[i]
		else if (kind ~ /^(Cm|Ev|Dv|Li)$/ && T[i + 1] != "Ns" &&
		    T[i - 1] != "Ns" && T[i] ~ /^[A-Za-z0-9_]+$/)
			print "\001E " depth " e " T[i]
	}
}

function begin_list(n,    i) {
	flush()
	depth++
	base[depth] = indent
	kind[depth] = substr(T[2], 2)
	item_width[depth] = 6
	is_compact[depth] = 0
	columns[depth] = 0
	has_body[depth] = 1
	for (i = 3; i <= n; i++) {
		if (T[i] == "-compact")
			is_compact[depth] = 1
		else if (T[i] == "-width")
			item_width[depth] = T[++i] == "Ds" ? 6 : \
			    length(T[i]) + 2
		else if (kind[depth] == "column")
			column[depth, ++columns[depth]] = length(plain(T[i]))
		else
			fail("an unknown word for a list: " T[i])
	}
	if (kind[depth] !~ /^(tag|diag|bullet|item|column)$/)
		fail("an unknown list: " kind[depth])
	if (kind[depth] == "diag")
		item_width[depth] = 8
	else if (kind[depth] == "bullet")
		item_width[depth] = 4
	else if (kind[depth] == "item")
		item_width[depth] = 0
	if (kind[depth] == "column" && !is_compact[depth])
		wants_blank = 1
}

function end_list() {
	flush()
	print "\001X " depth
	indent = base[depth]
	depth--
	if (depth > 0)
		has_body[depth] = 1
}

function row(n,    i, from, cell, line, width) {
	line = spaces(base[depth])
	from = 2
	width = base[depth]
	for (i = 2; i <= n + 1; i++) {
		if (i <= n && T[i] != "Ta")
			continue
		inline(from, i - 1)
		from = i + 1
		if (i > n)
			break
		width += column[depth, ++cell] + 4
		# One that is too wide pushes the others.
		line = line paragraph "  "
		if (length(line) < width)
			line = line spaces(width - length(line))
		paragraph = ""
		is_glued = 0
	}
	row_head = line
	row_left = width
	# The last cell may go on in the lines below.
	is_row = 1
}

function flush_row(    text) {
	text = paragraph
	paragraph = ""
	is_glued = 0
	is_row = 0
	fill(row_head, text, row_left)
}

function item(n,    i) {
	if (is_row)
		flush_row()
	else
		flush()
	if (kind[depth] == "column") {
		row(n)
		return
	}
	# Heads without a text of their own share that of the next.
	if (has_body[depth])
		print "\001X " depth
	if (!is_compact[depth] && (kind[depth] != "diag" || has_body[depth]))
		wants_blank = 1
	has_body[depth] = 0
	indent = base[depth]
	if (kind[depth] == "tag") {
		if (wants_blank && has_put) {
			print ""
			wants_blank = 0
		}
		mark_entry(n)
		inline(2, n)
		tag = paragraph
		has_tag = 1
	} else if (kind[depth] == "diag") {
		tag = substr($0, 5)
		if (tag ~ /^".*"$/)
			tag = substr(tag, 2, length(tag) - 2)
		tag = plain(tag)
		has_tag = 1
	} else if (kind[depth] == "bullet") {
		tag = "o"
		has_tag = 1
	}
	paragraph = ""
	is_glued = 0
	indent = base[depth] + item_width[depth]
}

function section(level, title) {
	flush()
	if (depth > 0)
		fail("a list is not closed")
	if (level == 1)
		is_synopsis = title == "SYNOPSIS"
	command = level == 2 && title ~ /^pulse [a-z]+$/ ? title : ""
	if (has_put) {
		print ""
		wants_blank = 0
	}
	print "\001S " level " " title
	has_put = 1
	put((level == 1 ? "" : "   ") title)
	has_put = 0
	indent = 5
}

function reference(    i, s) {
	for (i = 1; i <= authors; i++)
		s = s (i == 1 ? "" : i < authors ? ", " : \
		    authors > 2 ? ", and " : " and ") author[i]
	# A title within a book, not that of one.
	if (field["B"] != "")
		field["T"] = "\"" field["T"] "\""
	n = split("T B I R D", word, " ")
	for (i = 1; i <= n; i++)
		if (field[word[i]] != "")
			s = s (s == "" ? "" : ", ") field[word[i]]
	for (i = 1; i <= n; i++)
		field[word[i]] = ""
	authors = 0
	add(s ".")
}

function page(    i) {
	name = ""
	depth = indent = wants_blank = has_put = has_tag = is_literal = 0
	paragraph = command = ""
}

FNR == 1 { flush(); page() }

# A line that goes on.
{
	if (held != "") {
		$0 = held $0
		held = ""
	}
	if (!is_literal && $0 ~ /[^\\]\\$/) {
		held = substr($0, 1, length($0) - 1)
		next
	}
}

/^\.\\"/ { next }

is_literal && $0 != ".Ed" {
	if (/^\./)
		fail("a macro in a literal block: " $0)
	put($0 == "" ? "" : spaces(literal_indent) untab(plain($0)))
	next
}

!/^\./ {
	if ($0 == "")
		fail("an empty line")
	add(plain($0))
	next
}

{
	macro = substr($1, 2)
	n = tokenize(substr($0, 2))
}

is_row && macro != "It" && macro != "El" { inline(1, n); next }

macro == "Dd" || macro == "Os" { next }
macro == "Dt" {
	print "\001P " tolower(T[2])
	next
}
macro == "Sh" || macro == "Ss" {
	section(macro == "Sh" ? 1 : 2, substr($0, 5))
	next
}
macro == "Pp" { flush(); wants_blank = 1; next }
macro == "Nm" && name == "" { name = T[2]; add(name); next }
macro == "Nm" && is_synopsis && n == 1 { flush(); add(name); next }
macro == "Nd" { add("- " plain(substr($0, 5))); next }
macro == "Bl" { begin_list(n); next }
macro == "It" { item(n); next }
macro == "El" {
	if (is_row)
		flush_row()
	end_list()
	next
}
macro == "Bd" {
	if ($0 == ".Bd -literal -offset -5n")
		literal_indent = 0	# as wide as the page
	else if ($0 == ".Bd -literal -offset indent")
		literal_indent = indent + 2
	else
		fail("an unknown block: " $0)
	flush()
	wants_blank = 1
	is_literal = 1
	next
}
macro == "Ed" { is_literal = 0; if (depth > 0) has_body[depth] = 1; next }
macro == "Dl" {
	flush()
	inline(2, n)
	put(spaces(indent + 2) paragraph)
	paragraph = ""
	if (depth > 0)
		has_body[depth] = 1
	next
}
macro == "Rs" { flush(); next }
macro == "Re" { reference(); next }
macro == "%A" { author[++authors] = plain(substr($0, 5)); next }
macro ~ /^%[TBIRD]$/ { field[substr(macro, 2)] = plain(substr($0, 5)); next }
(macro in is_macro) { inline(1, n); next }
{ fail("an unknown macro: " $0) }

END {
	if (has_failed)
		exit 1
	flush()
}
