/* SPDX-License-Identifier: Apache-2.0 */
#include "text/scan.h"

#include <ctype.h>
#include <string.h>

void scan_init(struct scan *s, const char *text)
{
	s->at = text;
	s->line = 1;
	s->fresh_line = true;
}

static bool word_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool word_part(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The end of white space and comments from p on; the same p if there is none. */
static const char *skip_space(const char *p)
{
	for (;;) {
		const char *start = p;

		while (isspace((unsigned char)*p) || (p[0] == '\\' && p[1] == '\n'))
			p++;
		if (p[0] == '/' && p[1] == '/') {
			while (*p && *p != '\n')
				p++;
		} else if (p[0] == '/' && p[1] == '*') {
			const char *end = strstr(p + 2, "*/");

			p = end ? end + 2 : p + strlen(p);
		}
		if (p == start)
			return p;
	}
}

/* A string ends at its quote, or at the end of the line: the compiler will tell of that. */
static const char *skip_quoted(const char *p)
{
	char quote = *p++;

	while (*p && *p != quote && *p != '\n') {
		if (*p == '\\' && p[1])
			p++;
		p++;
	}
	return *p == quote ? p + 1 : p;
}

static const char *skip_include(const char *p)
{
	p++;
	while (*p == ' ' || *p == '\t')
		p++;
	if (strncmp(p, "include", 7) != 0)
		return NULL;
	p += 7;
	while (*p == ' ' || *p == '\t')
		p++;
	if (*p != '"')
		return NULL;
	p = strchr(p + 1, '"');
	if (!p)
		return NULL;
	while (*p && *p != '\n')
		p++;
	return p;
}

static const char *skip_other(const char *p)
{
	if (*p == '"' || *p == '\'')
		return skip_quoted(p);
	if (isdigit((unsigned char)*p)) { /* a number takes its suffix along: 10ULL is no word */
		while (word_part(*p) || *p == '.')
			p++;
		return p;
	}
	return p + 1;
}

struct scan_piece scan_next(struct scan *s)
{
	struct scan_piece piece = {.kind = SCAN_OTHER, .start = s->at, .line = s->line};
	const char *p = s->at, *end;

	if (!*p) {
		piece.kind = SCAN_END;
	} else if ((end = skip_space(p)) != p) {
		piece.kind = SCAN_SPACE;
		p = end;
	} else if (s->fresh_line && *p == '#' && (end = skip_include(p))) {
		piece.kind = SCAN_INCLUDE;
		p = end;
	} else if (word_start(*p)) {
		piece.kind = SCAN_WORD;
		while (word_part(*p))
			p++;
	} else {
		p = skip_other(p);
	}
	piece.len = (size_t)(p - s->at);
	if (piece.kind != SCAN_SPACE)
		s->fresh_line = false;
	for (const char *c = s->at; c < p; c++) {
		if (*c == '\n') {
			s->line++;
			s->fresh_line = true;
		}
	}
	s->at = p;
	return piece;
}

bool scan_is(const struct scan_piece *p, const char *word)
{
	return p->kind == SCAN_WORD && strlen(word) == p->len &&
	       strncmp(p->start, word, p->len) == 0;
}

bool scan_reach(struct scan *s, char c)
{
	struct scan save = *s;
	struct scan_piece p = scan_next(s);

	if (p.kind != SCAN_SPACE)
		*s = save;
	if (*s->at == c)
		return true;
	*s = save;
	return false;
}

bool scan_group(struct scan *s, const char **inner, size_t *len)
{
	size_t depth = 0;
	struct scan_piece p;

	*inner = s->at + 1;
	for (;;) {
		p = scan_next(s);
		if (p.kind == SCAN_END)
			return false;
		if (p.kind != SCAN_OTHER || p.len != 1)
			continue;
		if (strchr("([{", *p.start))
			depth++;
		else if (strchr(")]}", *p.start) && --depth == 0)
			break;
	}
	*len = (size_t)(p.start - *inner);
	return true;
}
