# SPDX-License-Identifier: MIT
#
# What a user may be told, from C: of each call of a function that refuses,
# warns or says, and of each reason that is returned, the texts. A line for each
# piece between conversions that is long enough to be known by, blanks left out:
#
#	FILE:LINE	PIECE	TEXT
#
# A word alone is the name of a member, not a message.

BEGIN {
	LEAST = 6
	said = "(refuse|fail|warn|expected|must_be|reason|why|busy|lose|" \
	    "say|note|bad_mock_value|err)"
	# Of both the part in front of the texts.
	start = "([^a-z_\"]" "[a-z_]*" said "[a-z_]*\\()|" \
	    "([^a-z_]return[ \t\n]+\")"
}

function finish(    line, from, piece, n, i, depth, c, text, rest) {
	line = 1
	while (match(source, start)) {
		piece = substr(source, 1, RSTART + RLENGTH - 1)
		line += gsub(/\n/, "", piece)
		c = substr(source, RSTART + RLENGTH - 1, 1)
		source = substr(source, RSTART + RLENGTH)
		if (c == "\"")
			source = c source
		take_call(source, line)
	}
}

# Texts of one call, up to its end; those side by side are one.
function take_call(s, line,    depth, text, has_text) {
	depth = 1
	while (depth > 0 && match(s, /[^ \t\n]/)) {
		s = substr(s, RSTART)
		if (substr(s, 1, 1) == "\"") {
			match(s, /^"([^"\\]|\\.)*"/)
			text = text substr(s, 2, RLENGTH - 2)
			has_text = 1
			s = substr(s, RLENGTH + 1)
			continue
		}
		if (has_text)
			take_text(text, line)
		text = ""
		has_text = 0
		match(s, /^([A-Za-z0-9_]+|[^A-Za-z0-9_])/)
		if (substr(s, 1, 1) == "(")
			depth++
		else if (substr(s, 1, 1) == ")")
			depth--
		else if (substr(s, 1, 1) ~ /[;{}]/)
			break
		s = substr(s, RLENGTH + 1)
	}
	if (has_text)
		take_text(text, line)
}

function take_text(text, line,    pieces, n, i, piece) {
	if (text ~ /^[A-Za-z0-9]*$/)
		return
	gsub(/\\"/, "\"", text)
	gsub(/\\n/, "", text)
	piece = text
	gsub(/%[-.0-9*]*(z|ll|l)?[A-Za-z%]|%[-.0-9*]*$/, "\001", piece)
	n = split(piece, pieces, "\001")
	for (i = 1; i <= n; i++) {
		piece = pieces[i]
		gsub(/[ \t]/, "", piece)
		sub(/^,/, "", piece)
		if (length(piece) >= LEAST)
			print file ":" line "\t" piece "\t" text
	}
}

FNR == 1 {
	if (file != "")
		finish()
	file = FILENAME
	source = "\n"
	in_comment = 0
}

# Comments are left out, texts with what looks like one are not.
{
	line = $0
	gsub(/\/\*[^*]*\*\//, "", line)
	if (in_comment) {
		if ((i = index(line, "*/")) == 0)
			line = ""
		else {
			line = substr(line, i + 2)
			in_comment = 0
		}
	} else if (line ~ /(^|[ \t])\/\*/) {
		sub(/(^|[ \t])\/\*.*/, "", line)
		in_comment = 1
	}
	source = source line "\n"
}

END { finish() }
