/* SPDX-License-Identifier: Apache-2.0 */
/* The values of an event. */
#include <string.h>

#include "base/errno_name.h"
#include "base/clock.h"
#include "output/record_parts.h"
#include "output/stamp.h"
#include "output/strlist.h"

#define SECOND 1000000000

/* The wall clock may be set, and stands still for no suspend: it is looked at every second. */
static uint64_t wall_clock(struct record *r, uint64_t ns)
{
	if (!r->offset_at || ns < r->offset_at || ns - r->offset_at > SECOND) {
		r->offset = stamp_now() - clock_ns();
		r->offset_at = ns;
	}
	return ns + r->offset;
}

static uint64_t time_of(struct record *r, const char *data, size_t size)
{
	uint64_t ns;

	if (r->time)
		return r->time;
	if (!r->clock || !value_came(r->clock, size))
		return stamp_now();
	ns = value_unsigned(data + r->clock->offset, r->clock->size);
	return ns ? wall_clock(r, ns) : stamp_now();
}

static uint64_t elapsed_of(struct record *r, const struct cell *c, const char *data)
{
	return value_elapsed(r->first, c && c->has_field ? value_unsigned(data + c->offset, c->size)
							 : clock_ns());
}

static void set_text(struct record_value *v, const char *text, size_t len)
{
	v->text.data = text;
	v->text.len = len;
	if (!len)
		v->kind = RECORD_NONE;
}

static void set_string(struct record_value *v, const char *text)
{
	set_text(v, text, text ? strlen(text) : 0);
}

static void get_text(struct record *r, const struct record_source *s, const char *data, size_t size,
		     struct record_value *v)
{
	const struct cell *c = s->cell;
	const char *text = data + c->offset;
	uint64_t start;

	if (c->kind == CELL_USYM || (c->kind == CELL_KSYM && r->stacks))
		set_text(v, r->names.data,
			 r->stacks && stacks_name(r->stacks, c, data, size, &r->names)
				 ? r->names.len
				 : 0);
	else if (c->kind == CELL_KSYM)
		set_string(v, value_function(c, data, r->kernel, r->text, &start) ? r->text : NULL);
	else if (c->kind == CELL_IP || c->kind == CELL_BYTES)
		set_text(v, r->text, value_bytes_text(c, data, size, r->text, sizeof(r->text)));
	else if (c->kind == CELL_PATH && c->dirs_size)
		set_text(v, r->text, value_path(c, data, size, r->text));
	else
		set_text(v, text, strnlen(text, value_bytes(c, size)));
	if (s->unknown && v->kind == RECORD_TEXT && strlen(s->unknown) == v->text.len &&
	    memcmp(s->unknown, v->text.data, v->text.len) == 0)
		v->kind = RECORD_NONE;
}

static bool list_is_cut(const char *data, size_t size)
{
	struct strlist l;

	strlist_init(&l, data, size);
	return strlist_is_cut(&l);
}

static uint64_t number_of(struct record *r, const struct cell *c, const char *data)
{
	uint64_t v;

	if (c->kind == CELL_SIGNED)
		return (uint64_t)value_signed(data + c->offset, c->size);
	if (c->kind != CELL_KADDR)
		return value_unsigned(data + c->offset, c->size);
	value_function(c, data, r->kernel, r->text, &v);
	return v;
}

static void get_names(struct record *r, const struct cell *c, const char *data, size_t size,
		      struct record_value *v)
{
	const char *why;

	if (r->stacks && stacks_get(r->stacks, c, data, size, &r->names, &why))
		set_text(v, r->names.data, r->names.len);
	else
		v->kind = RECORD_NONE;
}

static void get_value(struct record *r, const struct record_source *s, const char *data,
		      size_t size, struct record_value *v)
{
	const struct cell *c = s->cell;
	bool is_signed;

	if (v->kind == RECORD_TEXT || v->kind == RECORD_NUMBERS) {
		get_text(r, s, data, size, v);
	} else if (v->kind == RECORD_NAMES) {
		get_names(r, c, data, size, v);
	} else if (v->kind == RECORD_LIST) {
		v->text.data = data + c->offset;
		v->text.len = value_bytes(c, size);
	} else if (c->kind == CELL_CALL) {
		v->i = call_number(c->call, data, size, &is_signed);
	} else {
		v->u = number_of(r, c, data);
		if (s->has_unknown && v->u == s->unknown_number)
			v->kind = RECORD_NONE;
	}
}

static const char *word_of(const struct cell *c, uint64_t number)
{
	for (size_t i = 0; i < c->nnames; i++)
		if ((uint64_t)c->names[i].number == number)
			return c->names[i].name;
	return NULL;
}

static void get_percent(const struct cell *c, const char *data, struct record_value *v)
{
	uint64_t of = value_unsigned(data + c->of_offset, c->of_size);

	if (of)
		v->real = 100.0 * (double)value_unsigned(data + c->offset, c->size) / (double)of;
	else
		v->kind = RECORD_NONE;
}

static void get_per_second(struct record *r, const struct cell *c, const char *data,
			   struct record_value *v)
{
	if (r->interval)
		v->real = (double)value_unsigned(data + c->offset, c->size) * SECOND /
			  (double)r->interval;
	else
		v->kind = RECORD_NONE;
}

static void get_arguments(const struct cell *c, const void *data, size_t size,
			  struct record_value *v)
{
	v->call = c->call;
	v->event = data;
	v->size = size;
}

/* Of a group that is gone its id is known, and nothing else. */
static void get_shown(struct record *r, const struct cell *c, const char *data,
		      struct record_value *v)
{
	bool known;
	const char *text = cells_cgroup(&r->shown, c, value_unsigned(data + c->offset, c->size),
					r->text, &known);

	set_string(v, known || c->kind == CELL_CGROUP ? text : NULL);
}

/* Of what the event came with. */
static void get_part(struct record *r, const struct record_source *s, const char *data, size_t size,
		     struct record_value *v)
{
	const struct cell *c = s->cell;
	int64_t result;

	switch (s->part) {
	case FIELD_WORD:
		set_string(v, word_of(c, number_of(r, c, data)));
		break;
	case FIELD_BITS:
		v->u = number_of(r, c, data);
		v->names = s->column->bits;
		v->n = s->column->nbits;
		break;
	case FIELD_CUT:
		v->u = c->call ? call_is_cut(c->call, data, size)
			       : list_is_cut(data + c->offset, value_bytes(c, size));
		break;
	case FIELD_PER_SECOND:
		get_per_second(r, c, data, v);
		break;
	case FIELD_PERCENT:
		get_percent(c, data, v);
		break;
	case FIELD_FORMULA:
		if (!value_formula(c, data, size, &v->real))
			v->kind = RECORD_NONE;
		break;
	case FIELD_SHOWN:
		get_shown(r, c, data, v);
		break;
	case FIELD_CALL:
		set_string(v, call_name(c->call, data, size));
		break;
	case FIELD_ARGUMENTS:
		get_arguments(c, data, size, v);
		break;
	case FIELD_RESULT:
		v->i = call_result(c->call, data, size);
		break;
	case FIELD_ERRNO:
		result = call_result(c->call, data, size);
		set_string(v, result < 0 && result >= -4095 ? errno_name(-result) : NULL);
		break;
	default:
		get_value(r, s, data, size, v);
	}
}

void record_get(struct record *r, size_t i, const void *data, size_t size, struct record_value *v)
{
	const struct record_source *s = &r->sources[i];

	v->kind = s->kind;
	if (v->kind == RECORD_NONE)
		return;
	if (s->part == FIELD_TIME)
		v->u = time_of(r, data, size);
	else if (s->part == FIELD_INTERVAL)
		v->u = r->interval;
	else if (s->cell && !value_came(s->cell, size))
		v->kind = RECORD_NONE;
	else if (s->part == FIELD_ELAPSED)
		v->u = elapsed_of(r, s->cell, data);
	else
		get_part(r, s, data, size, v);
}
