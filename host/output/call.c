/* SPDX-License-Identifier: Apache-2.0 */
#include "output/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/errno_name.h"
#include "output/bits.h"
#include "output/put_json.h"
#include "output/number.h"
#include "output/quote.h"
#include "output/strlist.h"

struct call {
	const struct program_column *column;
	struct place {
		const char *name; /* the program's own text, by which it is found again */
		enum layout_kind kind;
		uint32_t offset, size;
	} * places; /* of the fields that the calls name */
	size_t nplaces;
	uint32_t strings, strings_size;
};

/* An event that is being written. */
struct writing {
	const struct call *call;
	struct writer *w;
	const char *data;
	size_t size;
	struct strlist strings;
};

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

/* A field's value, with its sign if it has one; 0 if it was not sent. */
static int64_t value_of(const struct writing *wr, const char *name, bool *is_signed)
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

static const struct program_names *names_of(const struct call *call, const char *name)
{
	const struct program_names *n = call->column->calls.names;

	while (strcmp(n->name, name) != 0)
		n++;
	return n;
}

/* In the order of the file; what has no name in hexadecimal behind them. */
static size_t put_flags(struct writing *wr, const struct program_names *names, uint64_t v)
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

static size_t put_word(struct writing *wr, const struct program_names *names, int64_t v,
		       bool is_signed)
{
	for (size_t i = 0; i < names->nvalues; i++)
		if (names->values[i].number == v)
			return quote_str(wr->w, names->values[i].name);
	return put_number(wr->w, v, is_signed);
}

static size_t put_field(struct writing *wr, const struct program_argument *a)
{
	const struct program_names *names = a->names ? names_of(wr->call, a->names) : NULL;
	bool is_signed;
	int64_t v = value_of(wr, a->field, &is_signed);

	if (a->kind == PROGRAM_ARGUMENT_FLAGS)
		return put_flags(wr, names, (uint64_t)v);
	if (a->kind == PROGRAM_ARGUMENT_WORD)
		return put_word(wr, names, v, is_signed);
	if (a->kind == PROGRAM_ARGUMENT_FD && v == AT_FDCWD)
		return quote_str(wr->w, "AT_FDCWD");
	return put_number(wr->w, v, is_signed);
}

static size_t put_struct(struct writing *wr, const struct program_argument *a)
{
	size_t width = quote_str(wr->w, "{");

	for (size_t i = 0; i < a->nmembers; i++) {
		width += quote_str(wr->w, i ? ", " : "") + quote_str(wr->w, a->members[i].field);
		width += quote_str(wr->w, "=") + put_field(wr, &a->members[i]);
	}
	return width + quote_str(wr->w, "}");
}

static size_t put_argument(struct writing *wr, const struct program_argument *a)
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

static size_t put_result(struct writing *wr)
{
	bool is_signed;
	int64_t v = value_of(wr, wr->call->column->calls.result, &is_signed);
	const char *name = v < 0 && v >= -4095 ? errno_name(-v) : NULL;

	if (name)
		return quote_str(wr->w, "-") + quote_str(wr->w, name);
	return put_number(wr->w, v, is_signed);
}

static const struct program_call *find_call(const struct program_calls *calls, int64_t number)
{
	for (size_t i = 0; i < calls->ncalls; i++)
		if (calls->calls[i].number == number)
			return &calls->calls[i];
	return NULL;
}

static struct writing begin(const struct call *call, struct writer *w, const void *data,
			    size_t size)
{
	struct writing wr = {.call = call, .w = w, .data = data, .size = size};
	size_t strings = size > call->strings ? size - call->strings : 0;

	strlist_init(&wr.strings, wr.data + (strings ? call->strings : 0),
		     strings < call->strings_size ? strings : call->strings_size);
	return wr;
}

size_t call_put(const struct call *call, struct writer *w, const void *data, size_t size)
{
	struct writing wr = begin(call, w, data, size);
	const struct program_call *pc;
	bool is_signed;
	int64_t number;
	size_t width;

	number = value_of(&wr, call->column->field, &is_signed);
	pc = find_call(&call->column->calls, number);
	width = pc ? quote_str(w, pc->name) : put_number(w, number, is_signed);
	width += quote_str(w, "(");
	for (size_t i = 0; pc && i < pc->narguments; i++) {
		width += quote_str(w, i ? ", " : "");
		width += put_argument(&wr, &pc->arguments[i]);
	}
	width += quote_str(w, ") = ");
	return width + put_result(&wr);
}

/* --- the same as data --- */

int64_t call_number(const struct call *call, const void *data, size_t size, bool *is_signed)
{
	struct writing wr = {.call = call, .data = data, .size = size};

	return value_of(&wr, call->column->field, is_signed);
}

static const struct program_call *called(const struct call *call, const void *data, size_t size)
{
	bool is_signed;

	return find_call(&call->column->calls, call_number(call, data, size, &is_signed));
}

const char *call_name(const struct call *call, const void *data, size_t size)
{
	const struct program_call *pc = called(call, data, size);

	return pc ? pc->name : NULL;
}

int64_t call_result(const struct call *call, const void *data, size_t size)
{
	struct writing wr = {.call = call, .data = data, .size = size};
	bool is_signed;

	return value_of(&wr, call->column->calls.result, &is_signed);
}

bool call_is_cut(const struct call *call, const void *data, size_t size)
{
	struct writing wr = begin(call, NULL, data, size);

	return strlist_is_cut(&wr.strings);
}

static void json_number(struct writer *w, int64_t v, bool is_signed)
{
	if (is_signed)
		put_json_signed(w, v);
	else
		put_json_unsigned(w, (uint64_t)v);
}

static void json_word(struct writer *w, const struct program_names *names, int64_t v)
{
	for (size_t i = 0; i < names->nvalues; i++) {
		if (names->values[i].number != v)
			continue;
		put_json_string(w, names->values[i].name, strlen(names->values[i].name));
		return;
	}
	put_json_raw(w, "null");
}

static void json_field(struct writing *wr, const struct program_argument *a)
{
	const struct program_names *names = a->names ? names_of(wr->call, a->names) : NULL;
	bool is_signed;
	int64_t v = value_of(wr, a->field, &is_signed);

	if (names)
		put_json_raw(wr->w, "{\"value\":");
	json_number(wr->w, v, is_signed);
	if (a->kind == PROGRAM_ARGUMENT_FLAGS) {
		put_json_raw(wr->w, ",\"names\":");
		put_json_bits(wr->w, (uint64_t)v, names->values, names->nvalues);
	} else if (names) {
		put_json_raw(wr->w, ",\"name\":");
		json_word(wr->w, names, v);
	}
	if (names)
		writer_char(wr->w, '}');
}

static void json_struct(struct writing *wr, const struct program_argument *a)
{
	for (size_t i = 0; i < a->nmembers; i++) {
		writer_char(wr->w, i ? ',' : '{');
		put_json_string(wr->w, a->members[i].field, strlen(a->members[i].field));
		writer_char(wr->w, ':');
		json_field(wr, &a->members[i]);
	}
	writer_char(wr->w, '}');
}

static void json_argument(struct writing *wr, const struct program_argument *a)
{
	struct strlist_item item;

	if (a->kind != PROGRAM_ARGUMENT_STRING && a->kind != PROGRAM_ARGUMENT_STRUCT) {
		json_field(wr, a);
		return;
	}
	item = strlist_next(&wr->strings);
	if (item.kind != STRLIST_TEXT && item.kind != STRLIST_CUT)
		put_json_raw(wr->w, "null");
	else if (a->kind == PROGRAM_ARGUMENT_STRUCT)
		json_struct(wr, a);
	else
		put_json_string(wr->w, item.text, item.len);
}

void call_json(const struct call *call, struct writer *w, const void *data, size_t size)
{
	struct writing wr = begin(call, w, data, size);
	const struct program_call *pc = called(call, data, size);

	writer_char(w, '[');
	for (size_t i = 0; pc && i < pc->narguments; i++) {
		if (i)
			writer_char(w, ',');
		json_argument(&wr, &pc->arguments[i]);
	}
	writer_char(w, ']');
}
