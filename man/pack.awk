# SPDX-License-Identifier: MIT
#
# What man/render.awk prints as C, for cmd/manual.c to read; of nothing it makes an
# empty manual. For any POSIX awk.
#
# The text is a row of words, which are runs of letters and digits, and of what
# is between them. Each word is in a table once, and stands as its number in the
# text: the most frequent ones in one byte, the others in two. Two words that
# begin and end with letters or digits have a blank between them. A byte below
# 32 begins a line, and has one more than the blanks at its start.

BEGIN {
	INDENT_MAX = 30
	FIRST = 32
	for (i = 1; i < 256; i++)
		code[sprintf("%c", i)] = i
}

function take_word(w) {
	token[++ntokens] = w
	if (count[w]++ == 0)
		word[++nwords] = w
}

# The blank between two words goes without saying.
function take_line(s,    blanks, w) {
	match(s, /^ */)
	blanks = RLENGTH > INDENT_MAX ? INDENT_MAX : RLENGTH
	token[++ntokens] = "\n" blanks
	s = substr(s, blanks + 1)
	while (s != "") {
		if (!match(s, /^[A-Za-z0-9]+/))
			match(s, /^[^A-Za-z0-9]+/)
		w = substr(s, 1, RLENGTH)
		s = substr(s, RLENGTH + 1)
		if (w != " " || s == "" || is_start)
			take_word(w)
	}
}

function begin_row(depth, kind, name) {
	row_depth[++nrows] = depth
	row_kind[nrows] = kind
	row_name[nrows] = name
	row_start[nrows] = ntokens + 1
	row_end[nrows] = -1
}

function end_rows(depth,    i) {
	for (i = nrows; i > 0; i--)
		if (row_end[i] == -1 && row_depth[i] >= depth)
			row_end[i] = last_token
}

function rest(n,    s) {
	s = $0
	while (n-- > 0)
		sub(/^[^ ]* /, "", s)
	return s
}

/^\001P/ { end_rows(0); begin_row(0, "PAGE", rest(1)); next }
/^\001S/ {
	end_rows($2 == 1 ? 1 : 2)
	begin_row($2 == 1 ? 1 : 2, $2 == 1 ? "SECTION" : "SUBSECTION", rest(2))
	next
}
/^\001X/ { end_rows(2 + $2); next }
/^\001E/ {
	begin_row(2 + $2, $3 == "o" ? "OPTION" : "ENTRY", rest(3))
	next
}
{
	take_line($0)
	if ($0 != "")
		last_token = ntokens
}

# The numbers of the words: the frequent ones first, then as they come.
function number(    i, j, n, most, singles, list, next_rank) {
	for (singles = 256 - FIRST; singles > 0 &&
	    nwords - singles > (256 - FIRST - singles) * 256; singles--)
		;
	for (j = 1; j <= nwords; j++) {
		n = count[word[j]]
		with[n] = with[n] " " j
		if (n > most)
			most = n
	}
	for (; most > 0; most--) {
		n = split(with[most], list, " ")
		for (i = 1; i <= n; i++) {
			rank[word[list[i]]] = next_rank + 0
			order[next_rank++] = word[list[i]]
		}
	}
	nsingles = singles > nwords ? nwords : singles
}

function put(n) {
	printf("%d,%s", n, ++nput % 16 == 0 ? "\n" : "")
}

function put_chars(s,    i) {
	for (i = 1; i <= length(s); i++)
		put(code[substr(s, i, 1)])
	put(0)
}

function put_text(    i, n, bytes) {
	nput = 0
	print "const unsigned char manual_text[] = {"
	for (i = 1; i <= ntokens; i++) {
		offset[i] = bytes
		bytes++
		if (substr(token[i], 1, 1) == "\n") {
			put(substr(token[i], 2) + 1)
			continue
		}
		n = rank[token[i]]
		if (n < nsingles) {
			put(FIRST + n)
			continue
		}
		n -= nsingles
		put(FIRST + nsingles + int(n / 256))
		put(n % 256)
		bytes++
	}
	offset[ntokens + 1] = bytes
	print "0};"
}

END {
	end_rows(0)
	number()
	print "/* SPDX-License-Identifier: MIT */"
	print "/* Made of man/pulse.1 and others by man/pack.awk. */"
	print ""
	print "#include \"cmd/manual_text.h\""
	print ""
	put_text()
	nput = 0
	print "const char manual_words[] = {"
	for (i = 0; i < nwords; i++)
		put_chars(order[i])
	print "0};"
	print "const struct manual_row manual_rows[] = {"
	for (i = 1; i <= nrows; i++) {
		printf("{%d,%d,%d,MANUAL_%s},\n", offset[row_start[i]],
		    offset[row_end[i] + 1], names, row_kind[i])
		names += length(row_name[i]) + 1
	}
	print "{0,0,0,MANUAL_PAGE}};"
	nput = 0
	print "const char manual_names[] = {"
	for (i = 1; i <= nrows; i++)
		put_chars(row_name[i])
	print "0};"
	printf("const size_t manual_nwords = %d;\n", nwords)
	printf("const size_t manual_nsingles = %d;\n", nsingles)
	printf("const size_t manual_nrows = %d;\n", nrows)
}
