/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strlist: strings that an event carries one behind the other, as templates/include/strlist.h puts
 * them: a byte for what it is, two for its length (little-endian), its bytes.
 */
#ifndef BCCHOST_OUTPUT_STRLIST_H
#define BCCHOST_OUTPUT_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

enum strlist_kind {
	STRLIST_END = 0,
	STRLIST_TEXT = 'T',
	STRLIST_CUT = 'C',	  /* there was more of it */
	STRLIST_NULL = 'N',	  /* the pointer was NULL */
	STRLIST_UNREADABLE = '?', /* nothing could be read there */
	STRLIST_MORE = '+',	  /* at the end: more strings, which did not come */
};

struct strlist {
	const char *at, *end;
};

struct strlist_item {
	enum strlist_kind kind;
	const char *text; /* in the list; any bytes, no NUL behind them */
	size_t len;
};

/* A list in `size` bytes at data; what is behind its end (there may be) is not read. */
void strlist_init(struct strlist *l, const void *data, size_t size);

/* The next one. At the end, and where the list is cut off or broken, an item of kind END or MORE;
 * the same again if it is asked again. */
struct strlist_item strlist_next(struct strlist *l);

/* Is one of those that are still to come cut, or were there more than came? */
bool strlist_is_cut(struct strlist *l);

#endif
