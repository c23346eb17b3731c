/* SPDX-License-Identifier: Apache-2.0 */
/* scan: walks C text word by word, passing over comments, strings and character constants. */
#ifndef BCCHOST_TEXT_SCAN_H
#define BCCHOST_TEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum scan_kind {
	SCAN_END,
	SCAN_WORD,    /* an identifier or keyword */
	SCAN_SPACE,   /* white space and comments, with their newlines */
	SCAN_OTHER,   /* a number, a string, a character constant, or one punctuation character */
	SCAN_INCLUDE, /* a whole line #include "name" (not <name>) */
};

struct scan {
	const char *at;	   /* where the next piece begins */
	unsigned int line; /* of `at`, from 1 */
	bool fresh_line;   /* nothing but white space since the line began */
};

struct scan_piece {
	enum scan_kind kind;
	const char *start;
	size_t len;
	unsigned int line; /* of its start */
};

void scan_init(struct scan *s, const char *text);
struct scan_piece scan_next(struct scan *s);

bool scan_is(const struct scan_piece *p, const char *word);

/* Is c what comes next, space aside? Then `at` is on it afterwards; else it has not moved. */
bool scan_reach(struct scan *s, char c);

/*
 * With `at` on an opening bracket, passes behind the one that closes it; *inner and *len are what
 * is between. false if it is never closed: `at` is at the end then.
 */
bool scan_group(struct scan *s, const char **inner, size_t *len);

#endif
