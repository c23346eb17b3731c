/* SPDX-License-Identifier: Apache-2.0 */
#include "output/quote.h"

#include <string.h>

#include "base/escape.h"

#define PIECE 256 /* bytes that are escaped at a time */

static size_t special(struct writer *w, char c)
{
	if (c)
		writer_char(w, '\\');
	return c ? (writer_char(w, c), 2) : quote_str(w, "\\x00");
}

/* How much of the text needs nothing but escape(). */
static size_t plain(const char *text, size_t len, enum quote how)
{
	size_t n = 0;

	while (n < len && text[n] && !(how != QUOTE_NONE && text[n] == '"') &&
	       !(how == QUOTE_C && text[n] == '\\'))
		n++;
	return n;
}

/* A piece of at most PIECE bytes that does not end within a character of UTF-8. */
static size_t piece_of(const char *text, size_t len)
{
	size_t n = PIECE;

	if (len <= PIECE)
		return len;
	while (n > PIECE - 3 && (text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static size_t escaped(struct writer *w, const char *text, size_t len)
{
	char out[PIECE * ESCAPE_MAX];
	size_t width = 0, one, n;

	for (; len; text += n, len -= n) {
		n = piece_of(text, len);
		writer_add(w, out, escape(out, text, n, &one));
		width += one;
	}
	return width;
}

size_t quote_add(struct writer *w, const char *text, size_t len, enum quote how)
{
	size_t width = how == QUOTE_NONE ? 0 : quote_str(w, "\"");

	while (len) {
		size_t n = plain(text, len, how);

		width += escaped(w, text, n);
		if (n < len)
			width += special(w, text[n++]);
		text += n;
		len -= n;
	}
	return width + (how == QUOTE_NONE ? 0 : quote_str(w, "\""));
}

size_t quote_str(struct writer *w, const char *s)
{
	size_t len = strlen(s);

	writer_add(w, s, len);
	return len;
}
