/* SPDX-License-Identifier: Apache-2.0 */
#include "output/strlist.h"

#define HEAD 3 /* bytes before a string's own */

void strlist_init(struct strlist *l, const void *data, size_t size)
{
	l->at = data;
	l->end = l->at + size;
}

struct strlist_item strlist_next(struct strlist *l)
{
	struct strlist_item item = {.kind = STRLIST_END, .text = l->at};
	const unsigned char *p = (const unsigned char *)l->at;

	if (l->at < l->end && *l->at == STRLIST_MORE)
		item.kind = STRLIST_MORE;
	if (l->end - l->at < HEAD || !*l->at || item.kind == STRLIST_MORE)
		return item;
	item.kind = (enum strlist_kind)p[0];
	item.text = l->at + HEAD;
	item.len = (size_t)p[1] | (size_t)p[2] << 8;
	if (item.len > (size_t)(l->end - item.text))
		item.len = (size_t)(l->end - item.text);
	l->at = item.text + item.len;
	return item;
}

bool strlist_is_cut(struct strlist *l)
{
	struct strlist_item item;

	do {
		item = strlist_next(l);
		if (item.kind == STRLIST_CUT || item.kind == STRLIST_MORE)
			return true;
	} while (item.kind != STRLIST_END);
	return false;
}
