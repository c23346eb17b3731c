/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/errno_name.h"
#include "output/bits.h"
#include "output/call_parts.h"
#include "output/number.h"
#include "output/quote.h"

static int add_place(struct call *call, const struct program *p, unsigned int line,
		     const char *name, const struct layout *l, struct error *e)
{
	const struct layout_field *f = layout_find(l, name);
	struct place *v;

	if (!f || (f->kind != LAYOUT_SIGNED && f->kind != LAYOUT_UNSIGNED))
		return error_set(e, FAULT_TOOL, -ENOENT,
				 "%s:%u: column %s: the event has no number in a field %s", p->path,
				 line, call->column->title, name);
	v = realloc(call->places, (call->nplaces + 1) * sizeof(*v));
	if (!v)
		return error_nomem(e);
	call->places = v;
	v[call->nplaces++] = (struct place){name, f->kind, f->offset, f->size};
	return 0;
}

static int add_arguments(struct call *call, const struct program *p,
			 const struct program_argument *v, size_t n, const struct layout *l,
			 struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		if (v[i].field)
			err = add_place(call, p, v[i].line, v[i].field, l, e);
		if (!err)
			err = add_arguments(call, p, v[i].members, v[i].nmembers, l, e);
	}
	return err;
}

static int make(struct call *call, const struct program *p, const struct program_column *c,
		const struct layout *l, struct error *e)
{
	const struct layout_field *f = c->calls.strings ? layout_find(l, c->calls.strings) : NULL;
	int err;

	if (c->calls.strings && (!f || f->kind != LAYOUT_CHARS))
		return error_set(e, FAULT_TOOL, -ENOENT,
				 "%s:%u: column %s: the event has no text in a field %s", p->path,
				 c->line, c->title, c->calls.strings);
	if (f) {
		call->strings = f->offset;
		call->strings_size = f->size;
	}
	err = add_place(call, p, c->line, c->field, l, e);
	if (!err)
		err = add_place(call, p, c->line, c->calls.result, l, e);
	for (size_t i = 0; i < c->calls.ncalls && !err; i++)
		err = add_arguments(call, p, c->calls.calls[i].arguments,
				    c->calls.calls[i].narguments, l, e);
	return err;
}

int call_make(struct call **out, const struct program *p, const struct program_column *c,
	      const struct layout *l, struct error *e)
{
	struct call *call = calloc(1, sizeof(*call));
	int err;

	if (!call)
		return error_nomem(e);
	call->column = c;
	err = make(call, p, c, l, e);
	if (err)
		call_free(call);
	else
		*out = call;
	return err;
}

void call_free(struct call *call)
{
	if (!call)
		return;
	free(call->places);
	free(call);
}

int64_t call_value(const struct call_writing *wr, const char *name, bool *is_signed)
{
	const struct place *p = wr->call->places;
	unsigned int shift;
	uint64_t v = 0;

	while (p->name != name)
		p++;
	*is_signed = p->kind == LAYOUT_SIGNED;
	if (p->size > 8 || (size_t)p->offset + p->size > wr->size)
		return 0;
	memcpy(&v, wr->data + p->offset, p->size);
	shift = 64 - 8 * p->size;
	return *is_signed ? (int64_t)(v << shift) >> shift : (int64_t)v;
}

static size_t put_number(struct writer *w, int64_t v, bool is_signed)
{
	char text[NUMBER_MAX];
	bool negative = is_signed && v < 0;
	size_t len = number_base(text, negative ? -(uint64_t)v : (uint64_t)v, 10, 1);

	if (negative)
		writer_char(w, '-');
	writer_add(w, text, len);
	return len + negative;
}

static size_t put_hex(struct writer *w, uint64_t v)
{
	char text[NUMBER_MAX];
	size_t width = quote_str(w, "0x"), len = number_base(text, v, 16, 1);

	writer_add(w, text, len);
	return width + len;
}

const struct program_names *call_names(const struct call *call, const char *name)
{
	const struct program_names *n = call->column->calls.names;

	while (strcmp(n->name, name) != 0)
		n++;
	return n;
}

/* In the order of the file; what has no name in hexadecimal behind them. */
static size_t put_flags(struct call_writing *wr, const struct program_names *names, uint64_t v)
{
	size_t width = 0;
	const char *name;
	struct bits b;

	if (!v)
		return quote_str(wr->w, "0");
	b = bits_of(v, names->values, names->nvalues);
	while ((name = bits_next(&b))) {
		if (width)
			width += quote_str(wr->w, "|");
		width += quote_str(wr->w, name);
	}
	if (b.left && width)
		width += quote_str(wr->w, "|");
	return width + (b.left ? put_hex(wr->w, b.left) : 0);
}

static size_t put_word(struct call_writing *wr, const struct program_names *names, int64_t v,
		       bool is_signed)
{
	for (size_t i = 0; i < names->nvalues; i++)
		if (names->values[i].number == v)
			return quote_str(wr->w, names->values[i].name);
	return put_number(wr->w, v, is_signed);
}

static size_t put_field(struct call_writing *wr, const struct program_argument *a)
{
	const struct program_names *names = a->names ? call_names(wr->call, a->names) : NULL;
	bool is_signed;
	int64_t v = call_value(wr, a->field, &is_signed);

	if (a->kind == PROGRAM_ARGUMENT_FLAGS)
		return put_flags(wr, names, (uint64_t)v);
	if (a->kind == PROGRAM_ARGUMENT_WORD)
		return put_word(wr, names, v, is_signed);
	if (a->kind == PROGRAM_ARGUMENT_FD && v == AT_FDCWD)
		return quote_str(wr->w, "AT_FDCWD");
	return put_number(wr->w, v, is_signed);
}

static size_t put_struct(struct call_writing *wr, const struct program_argument *a)
{
	size_t width = quote_str(wr->w, "{");

	for (size_t i = 0; i < a->nmembers; i++) {
		width += quote_str(wr->w, i ? ", " : "") + quote_str(wr->w, a->members[i].field);
		width += quote_str(wr->w, "=") + put_field(wr, &a->members[i]);
	}
	return width + quote_str(wr->w, "}");
}

static size_t put_argument(struct call_writing *wr, const struct program_argument *a)
{
	struct strlist_item item;
	size_t width;

	if (a->kind != PROGRAM_ARGUMENT_STRING && a->kind != PROGRAM_ARGUMENT_STRUCT)
		return put_field(wr, a);
	item = strlist_next(&wr->strings);
	if (item.kind == STRLIST_NULL)
		return quote_str(wr->w, "NULL");
	if (item.kind != STRLIST_TEXT && item.kind != STRLIST_CUT)
		return quote_str(wr->w, "?");
	if (a->kind == PROGRAM_ARGUMENT_STRUCT)
		return put_struct(wr, a);
	width = quote_add(wr->w, item.text, item.len, QUOTE_C);
	return width + (item.kind == STRLIST_CUT ? quote_str(wr->w, "...") : 0);
}

static size_t put_result(struct call_writing *wr)
{
	bool is_signed;
	int64_t v = call_value(wr, wr->call->column->calls.result, &is_signed);
	const char *name = v < 0 && v >= -4095 ? errno_name(-v) : NULL;

	if (name)
		return quote_str(wr->w, "-") + quote_str(wr->w, name);
	return put_number(wr->w, v, is_signed);
}

const struct program_call *call_find(const struct program_calls *calls, int64_t number)
{
	for (size_t i = 0; i < calls->ncalls; i++)
		if (calls->calls[i].number == number)
			return &calls->calls[i];
	return NULL;
}

struct call_writing call_begin(const struct call *call, struct writer *w, const void *data,
			       size_t size)
{
	struct call_writing wr = {.call = call, .w = w, .data = data, .size = size};
	size_t strings = size > call->strings ? size - call->strings : 0;

	strlist_init(&wr.strings, wr.data + (strings ? call->strings : 0),
		     strings < call->strings_size ? strings : call->strings_size);
	return wr;
}

size_t call_put(const struct call *call, struct writer *w, const void *data, size_t size)
{
	struct call_writing wr = call_begin(call, w, data, size);
	const struct program_call *pc;
	bool is_signed;
	int64_t number;
	size_t width;

	number = call_value(&wr, call->column->field, &is_signed);
	pc = call_find(&call->column->calls, number);
	width = pc ? quote_str(w, pc->name) : put_number(w, number, is_signed);
	width += quote_str(w, "(");
	for (size_t i = 0; pc && i < pc->narguments; i++) {
		width += quote_str(w, i ? ", " : "");
		width += put_argument(&wr, &pc->arguments[i]);
	}
	width += quote_str(w, ") = ");
	return width + put_result(&wr);
}
