/* SPDX-License-Identifier: Apache-2.0 */
#include "output/highlight.h"

#include <errno.h>

#include "output/value.h"

int highlight_make(struct highlight *h, const struct program *p, const struct program_column *c,
		   const struct layout *l, uint64_t divisor, struct error *e)
{
	const char *name = c->format == PROGRAM_FORMAT_CALL ? c->calls.result : c->field;
	const struct layout_field *f = name ? layout_find(l, name) : NULL;

	h->kind = c->highlight;
	if (h->kind == PROGRAM_HIGHLIGHT_NONE)
		return 0;
	if (!f || (f->kind != LAYOUT_SIGNED && f->kind != LAYOUT_UNSIGNED) || f->size > 8)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: column %s: `highlight` wants a number, and %s is none",
				 p->path, c->line, c->title, name ? name : "this");
	h->offset = f->offset;
	h->size = f->size;
	h->has_sign = f->kind == LAYOUT_SIGNED;
	h->than = c->highlight_than;
	if (h->kind == PROGRAM_HIGHLIGHT_OVER && divisor)
		h->than *= (double)divisor;
	return 0;
}

enum highlight_as highlight_of(const struct highlight *h, struct median *m, const char *data,
			       size_t size)
{
	uint64_t v, usual;
	int64_t with_sign;

	if (h->kind == PROGRAM_HIGHLIGHT_NONE || (size_t)h->offset + h->size > size)
		return HIGHLIGHT_NOT;
	v = value_unsigned(data + h->offset, h->size);
	with_sign = h->has_sign ? value_signed(data + h->offset, h->size) : 0;
	switch (h->kind) {
	case PROGRAM_HIGHLIGHT_NONZERO:
		return v ? HIGHLIGHT_ERROR : HIGHLIGHT_NOT;
	case PROGRAM_HIGHLIGHT_NEGATIVE:
		return with_sign < 0 ? HIGHLIGHT_ERROR : HIGHLIGHT_NOT;
	case PROGRAM_HIGHLIGHT_OVER:
		return with_sign >= 0 && (double)v > h->than ? HIGHLIGHT_SLOW : HIGHLIGHT_NOT;
	default:
		break;
	}
	if (with_sign < 0)
		return HIGHLIGHT_NOT;
	/* What is usual was so before this one came. */
	usual = median_get(m);
	median_add(m, v);
	return usual && (double)v > h->than * (double)usual ? HIGHLIGHT_SLOW : HIGHLIGHT_NOT;
}
