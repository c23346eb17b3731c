/* SPDX-License-Identifier: Apache-2.0 */
/* call_json: a call as data. */
#include <string.h>

#include "output/call_parts.h"
#include "output/put_json.h"

int64_t call_number(const struct call *call, const void *data, size_t size, bool *is_signed)
{
	struct call_writing wr = {.call = call, .data = data, .size = size};

	return call_value(&wr, call->column->field, is_signed);
}

static const struct program_call *called(const struct call *call, const void *data, size_t size)
{
	bool is_signed;

	return call_find(&call->column->calls, call_number(call, data, size, &is_signed));
}

const char *call_name(const struct call *call, const void *data, size_t size)
{
	const struct program_call *pc = called(call, data, size);

	return pc ? pc->name : NULL;
}

int64_t call_result(const struct call *call, const void *data, size_t size)
{
	struct call_writing wr = {.call = call, .data = data, .size = size};
	bool is_signed;

	return call_value(&wr, call->column->calls.result, &is_signed);
}

bool call_is_cut(const struct call *call, const void *data, size_t size)
{
	struct call_writing wr = call_begin(call, NULL, data, size);

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

static void json_field(struct call_writing *wr, const struct program_argument *a)
{
	const struct program_names *names = a->names ? call_names(wr->call, a->names) : NULL;
	bool is_signed;
	int64_t v = call_value(wr, a->field, &is_signed);

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

static void json_struct(struct call_writing *wr, const struct program_argument *a)
{
	for (size_t i = 0; i < a->nmembers; i++) {
		writer_char(wr->w, i ? ',' : '{');
		put_json_string(wr->w, a->members[i].field, strlen(a->members[i].field));
		writer_char(wr->w, ':');
		json_field(wr, &a->members[i]);
	}
	writer_char(wr->w, '}');
}

static void json_argument(struct call_writing *wr, const struct program_argument *a)
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
	struct call_writing wr = call_begin(call, w, data, size);
	const struct program_call *pc = called(call, data, size);

	writer_char(w, '[');
	for (size_t i = 0; pc && i < pc->narguments; i++) {
		if (i)
			writer_char(w, ',');
		json_argument(&wr, &pc->arguments[i]);
	}
	writer_char(w, ']');
}
