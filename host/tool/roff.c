/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define COLUMNS 72 /* of the source; man breaks lines by itself */

/* One character of UTF-8, which the YAML reader has checked; *s is moved past it. */
static uint32_t code_point(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	unsigned int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
	uint32_t c = more ? *p & (0x3fU >> more) : *p;

	p++;
	while (more-- && (*p & 0xc0) == 0x80)
		c = c << 6 | (*p++ & 0x3f);
	*s = (const char *)p;
	return c;
}

static const char *escaped(char c)
{
	switch (c) {
	case '\\':
		return "\\(rs";
	case '-':
		return "\\-";
	case '\'':
		return "\\(aq";
	case '`':
		return "\\(ga";
	case '"':
		return "\\(dq";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	default:
		return NULL;
	}
}

static void put(struct buf *b, const char *s, const char *end)
{
	while (s < end) {
		uint32_t c = code_point(&s);
		const char *e = c < 0x80 ? escaped((char)c) : NULL;

		if (e)
			buf_str(b, e);
		else if (c < 0x80)
			buf_char(b, (char)c);
		else
			buf_printf(b, "\\[u%04X]", c);
	}
}

void roff_words(struct buf *b, const char *s)
{
	put(b, s, s + strlen(s));
}

static void in_font(struct buf *b, char font, const char *s)
{
	buf_printf(b, "\\f%c", font);
	roff_words(b, s);
	buf_str(b, "\\fR");
}

void roff_bold(struct buf *b, const char *s)
{
	in_font(b, 'B', s);
}

void roff_italic(struct buf *b, const char *s)
{
	in_font(b, 'I', s);
}

void roff_heading(struct buf *b, const char *macro, const char *heading)
{
	buf_printf(b, "%s ", macro);
	roff_words(b, heading);
	buf_char(b, '\n');
}

/* A word in backquotes may go on in the next. */
static void put_word(struct buf *b, const char *s, size_t len, bool *bold)
{
	const char *end = s + len, *tick;

	while ((tick = memchr(s, '`', (size_t)(end - s)))) {
		put(b, s, tick);
		*bold = !*bold;
		buf_str(b, *bold ? "\\fB" : "\\fR");
		s = tick + 1;
	}
	put(b, s, end);
}

static bool ends_sentence(const char *s, size_t len)
{
	const char *next = s + len + strspn(s + len, " ");

	return len > 1 && strchr(".?!", s[len - 1]) && isupper((unsigned char)*next);
}

void roff_text(struct buf *b, const char *s, const char *paragraph)
{
	bool first = true, bold = false;
	struct buf word = {0};
	size_t at = 0;

	s += strspn(s, " \n");
	while (*s) {
		size_t len = strcspn(s, " \n"), gap = strspn(s + len, " \n");
		bool sentence = ends_sentence(s, len), ended = memchr(s + len, '\n', gap);

		word.len = 0;
		put_word(&word, s, len, &bold);
		if (!first)
			buf_char(b, at + word.len >= COLUMNS ? '\n' : ' ');
		first |= at + word.len >= COLUMNS;
		/* A dot or a quote that begins a line would be a macro. */
		if (first && (*s == '.' || *s == '\''))
			buf_str(b, "\\&");
		buf_add(b, word.data, word.len);
		at = (first ? 0 : at + 1) + word.len;
		first = s[len + gap] && (sentence || ended);
		if (first)
			buf_char(b, '\n');
		if (first && ended)
			buf_printf(b, "%s\n", paragraph);
		s += len + gap;
	}
	buf_str(b, bold ? "\\fR\n" : "\n");
	b->failed |= buf_failed(&word);
	buf_free(&word);
}

void roff_tagged(struct buf *b, const char *tag, const char *text)
{
	buf_str(b, ".TP\n");
	roff_bold(b, tag);
	buf_char(b, '\n');
	roff_text(b, text, ROFF_TAGGED);
}

void roff_capital(struct buf *text)
{
	if (text->data && islower((unsigned char)*text->data))
		*text->data = (char)toupper((unsigned char)*text->data);
}
