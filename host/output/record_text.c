/* SPDX-License-Identifier: Apache-2.0 */
/* Any value as text for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/bits.h"
#include "output/number.h"
#include "output/record.h"
#include "output/stacks.h"
#include "output/stamp.h"
#include "output/strlist.h"

struct text {
	char *out;
	size_t len, room;
};

static void add(struct text *t, const char *text, size_t len)
{
	len = len < t->room - t->len ? len : t->room - t->len;
	memcpy(t->out + t->len, text, len);
	t->len += len;
}

static void add_number(struct text *t, uint64_t v, unsigned int base)
{
	char number[NUMBER_MAX];

	add(t, number, number_base(number, v, base, 1));
}

static void add_bits(struct text *t, const struct record_value *v)
{
	struct bits b = bits_of(v->u, v->names, v->n);
	const char *name;

	while ((name = bits_next(&b))) {
		add(t, "|", t->len > 0);
		add(t, name, strlen(name));
	}
	if (!b.left && t->len)
		return;
	add(t, "|", t->len > 0);
	add(t, "0x", 2);
	add_number(t, b.left, 16);
}

static void add_time(struct text *t, uint64_t ns)
{
	struct stamp stamp = {0};
	char text[STAMP_LEN];

	stamp_put(&stamp, text, ns);
	add(t, text, sizeof(text));
}

static void add_real(struct text *t, double real)
{
	char number[NUMBER_MAX];

	add(t, number, (size_t)snprintf(number, sizeof(number), "%.15g", real));
}

static void add_list(struct text *t, const struct record_value *v)
{
	struct strlist_item item;
	struct strlist l;

	strlist_init(&l, v->text.data, v->text.len);
	for (bool first = true;; first = false) {
		item = strlist_next(&l);
		if (item.kind == STRLIST_END || item.kind == STRLIST_MORE)
			break;
		add(t, " ", !first);
		if (item.kind == STRLIST_TEXT || item.kind == STRLIST_CUT)
			add(t, item.text, item.len);
		else
			add(t, item.kind == STRLIST_NULL ? "NULL" : "?",
			    item.kind == STRLIST_NULL ? 4 : 1);
	}
}

static void add_names(struct text *t, const struct record_value *v)
{
	char *folded = malloc(v->text.len + 1);

	if (folded)
		add(t, folded, stacks_fold(v->text.data, v->text.len, folded));
	free(folded);
}

size_t record_text(const struct record_value *v, char *out, size_t room)
{
	struct text t = {out, 0, room};
	const char *name;

	switch (v->kind) {
	case RECORD_NONE:
		break;
	case RECORD_SIGNED:
		add(&t, "-", v->i < 0);
		add_number(&t, v->i < 0 ? -v->u : v->u, 10);
		break;
	case RECORD_UNSIGNED:
		add_number(&t, v->u, 10);
		break;
	case RECORD_REAL:
		add_real(&t, v->real);
		break;
	case RECORD_TEXT:
	case RECORD_NUMBERS:
		add(&t, v->text.data, v->text.len);
		break;
	case RECORD_BOOL:
		add(&t, v->u ? "true" : "false", v->u ? 4 : 5);
		break;
	case RECORD_TIME:
		add_time(&t, v->u);
		break;
	case RECORD_FLAGS:
		add_bits(&t, v);
		break;
	case RECORD_LIST:
		add_list(&t, v);
		break;
	case RECORD_NAMES:
		add_names(&t, v);
		break;
	case RECORD_CALL:
		name = call_name(v->call, v->event, v->size);
		add(&t, name, name ? strlen(name) : 0);
		break;
	}
	return t.len;
}
