/* SPDX-License-Identifier: Apache-2.0 */
#include "output/args.h"

#include <string.h>

#include "output/quote.h"
#include "output/strlist.h"

static size_t put_word(struct writer *w, const struct strlist_item *item, bool quotes)
{
	size_t width;

	if (item->kind == STRLIST_MORE)
		return quote_str(w, "...");
	if (item->kind == STRLIST_NULL)
		return quote_str(w, "NULL");
	if (item->kind == STRLIST_UNREADABLE)
		return quote_str(w, "?");
	width = quote_add(w, item->text, item->len, quotes ? QUOTE_WORDS : QUOTE_NONE);
	return width + (item->kind == STRLIST_CUT ? quote_str(w, "...") : 0);
}

size_t args_put(struct writer *w, const void *list, size_t size, bool quotes)
{
	struct strlist_item item;
	struct strlist l;
	size_t width = 0;

	strlist_init(&l, list, size);
	for (bool first = true;; first = false) {
		item = strlist_next(&l);
		if (item.kind == STRLIST_END)
			return width;
		if (!first)
			width += quote_str(w, " ");
		width += put_word(w, &item, quotes);
		if (item.kind == STRLIST_MORE)
			return width;
	}
}

void args_join(char *out, size_t room, const void *list, size_t size)
{
	struct strlist_item item;
	struct strlist l;
	size_t len = 0;

	strlist_init(&l, list, size);
	for (bool first = true;; first = false) {
		item = strlist_next(&l);
		if (item.kind == STRLIST_END || item.kind == STRLIST_MORE || len + 2 > room)
			break;
		if (!first)
			out[len++] = ' ';
		if (item.len > room - 1 - len)
			item.len = room - 1 - len;
		memcpy(out + len, item.text, item.len);
		len += item.len;
	}
	out[len] = '\0';
}
