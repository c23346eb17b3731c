/* SPDX-License-Identifier: Apache-2.0 */
#include "output/screen.h"

#include <string.h>

#define HOME	    "\033[H"
#define WRAP_OFF    "\033[?7l" /* for a character whose width we know wrongly */
#define WRAP_ON	    "\033[?7h"
#define ERASE_RIGHT "\033[K"
#define ERASE_BELOW "\033[J"
#define PLAIN	    "\033[0m"

static void put(struct screen *s, const char *text)
{
	writer_add(s->w, text, strlen(text));
}

void screen_begin(struct screen *s)
{
	for (unsigned int i = 1; !s->drawn && i < s->t->rows; i++)
		put(s, "\n");
	s->drawn = true;
	s->used = 0;
	put(s, HOME WRAP_OFF);
}

unsigned int screen_left(const struct screen *s)
{
	return s->t->rows > s->used + 1 ? s->t->rows - s->used - 1 : 0;
}

/* The bytes of a sequence for colours; 0 if none begins here. */
static size_t sequence(const char *text, size_t len)
{
	size_t n = 2;

	if (len < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (n < len && (text[n] < 0x40 || text[n] > 0x7e))
		n++;
	return n < len ? n + 1 : len;
}

static void put_cut(struct screen *s, const char *text, size_t len)
{
	size_t at = 0, columns = 0, width;
	bool colours = false;

	while (at < len) {
		size_t n = sequence(text + at, len - at);

		colours |= n > 0;
		if (!n) {
			n = terminal_char(text + at, len - at, &width);
			if (columns + width > s->t->columns)
				break;
			columns += width;
		}
		at += n;
	}
	writer_add(s->w, text, at);
	if (at < len && colours)
		put(s, PLAIN);
	/* In the last column the cursor still stands on the character. */
	if (columns < s->t->columns)
		put(s, ERASE_RIGHT);
}

void screen_add(struct screen *s, const char *text, size_t len)
{
	while (len && screen_left(s)) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		put_cut(s, text, n);
		put(s, "\n");
		s->used++;
		n += end != NULL;
		text += n;
		len -= n;
	}
}

void screen_end(struct screen *s, const char *help)
{
	s->help = help != NULL;
	if (help)
		put_cut(s, help, strlen(help));
	put(s, ERASE_BELOW WRAP_ON);
}

void screen_lost(struct screen *s)
{
	s->drawn = s->help = false;
}

void screen_leave(struct screen *s)
{
	if (s->help)
		put(s, "\r" ERASE_RIGHT);
	screen_lost(s);
}
