/* SPDX-License-Identifier: Apache-2.0 */
#include "output/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/errno_name.h"
#include "output/bits.h"
#include "output/number.h"
#include "output/only.h"
#include "output/stamp.h"
#include "output/strlist.h"
#include "output/value.h"
#include "tool/fields.h"

#define SECOND 1000000000

/* A field, and what it is read with. */
struct source {
	enum field_part part;
	enum record_kind kind;	 /* RECORD_NONE: this run has no value for it */
	const struct cell *cell; /* NULL: none */
	const char *unknown;	 /* the text that says so, or … */
	bool has_unknown;	 /* … the number */
	uint64_t unknown_number;
	const struct program_column *column;
};

struct record {
	struct fields fields;
	struct source *sources; /* one for each */
	size_t ncells;
	struct cell *cells; /* of the program's columns, in their order; empty ones are zeroed */
	struct cells shown; /* of --show, in the order of their fields */
	struct only only;
	struct kernel *kernel;
	const struct cell *clock; /* the events' own, CLOCK_MONOTONIC; NULL: none */
	struct value_first first;
	uint64_t offset, offset_at; /* of the wall clock from it, and when that was looked at */
	uint64_t time, interval;    /* record_interval */
	char text[VALUE_TEXT_MAX];
};

/* --- what is read from where --- */

static bool in_layout(const struct program_column *c, const struct layout *l)
{
	return (!c->field || layout_find(l, c->field)) &&
	       (!c->percent_of || layout_find(l, c->percent_of));
}

/* A name that does not hold: its field is shown under another one. */
static bool called_otherwise(const struct program *p, const struct options *o,
			     const struct program_column *c)
{
	bool otherwise = false;

	for (size_t i = 0; i < p->ncolumns && c->value == PROGRAM_COLUMN_FIELD; i++) {
		const struct program_column *other = &p->columns[i];

		if (other->value != PROGRAM_COLUMN_FIELD || strcmp(other->field, c->field) != 0 ||
		    !cell_shown(other, p, o))
			continue;
		if (strcmp(fields_name(other), fields_name(c)) == 0)
			return false;
		otherwise = true;
	}
	return otherwise;
}

/* `value: elapsed` with a field of the event's has what it wants only if the event has that. */
static int make_cells(struct record *r, const struct program *p, const struct options *o,
		      const struct layout *l, struct error *e)
{
	int err = 0;

	r->ncells = p->ncolumns;
	r->cells = calloc(p->ncolumns + 1, sizeof(*r->cells));
	if (!r->cells)
		return error_nomem(e);
	for (size_t i = 0; i < p->ncolumns && !err; i++) {
		const struct program_column *c = &p->columns[i];
		bool shown = cell_shown(c, p, o);

		if (!shown && (!in_layout(c, l) || called_otherwise(p, o, c)))
			continue;
		err = cell_make(&r->cells[i], p, c, o, l, shown ? e : NULL);
		if (err && !shown) {
			cell_free(&r->cells[i]);
			r->cells[i] = (struct cell){0};
			err = 0;
		}
	}
	return err;
}

static enum record_kind kind_of_cell(const struct cell *c)
{
	bool is_signed;

	switch (c->kind) {
	case CELL_UNSIGNED:
	case CELL_KADDR:
		return RECORD_UNSIGNED;
	case CELL_SIGNED:
		return RECORD_SIGNED;
	case CELL_TEXT:
	case CELL_PATH:
	case CELL_KSYM:
		return RECORD_TEXT;
	case CELL_ARGS:
		return RECORD_LIST;
	case CELL_CALL:
		call_number(c->call, NULL, 0, &is_signed);
		return is_signed ? RECORD_SIGNED : RECORD_UNSIGNED;
	case CELL_CONTAINER:
	case CELL_POD:
	case CELL_CGROUP:
		return RECORD_TEXT;
	case CELL_TIME:
	case CELL_ELAPSED:
		break;
	}
	return RECORD_NONE;
}

static enum record_kind kind_of(const struct source *s, bool timestamp)
{
	switch (s->part) {
	case FIELD_TIME:
		return RECORD_TIME;
	case FIELD_INTERVAL:
		return RECORD_UNSIGNED;
	case FIELD_ELAPSED:
		return s->cell || (timestamp && !s->column) ? RECORD_UNSIGNED : RECORD_NONE;
	default:
		break;
	}
	if (!s->cell)
		return RECORD_NONE;
	switch (s->part) {
	case FIELD_BITS:
		return RECORD_FLAGS;
	case FIELD_CUT:
		return RECORD_BOOL;
	case FIELD_PER_SECOND:
	case FIELD_PERCENT:
		return RECORD_REAL;
	case FIELD_ARGUMENTS:
		return RECORD_CALL;
	case FIELD_RESULT:
		return RECORD_SIGNED;
	case FIELD_WORD:
	case FIELD_CALL:
	case FIELD_ERRNO:
		return RECORD_TEXT;
	default:
		return kind_of_cell(s->cell);
	}
}

static int set_unknown(struct source *s, const struct program *p, struct error *e)
{
	const char *text = s->column ? s->column->unknown : NULL;
	char *end;

	if (!text || s->part != FIELD_VALUE || s->kind == RECORD_NONE)
		return 0;
	if (s->kind == RECORD_TEXT) {
		s->unknown = text;
		return 0;
	}
	s->has_unknown = true;
	errno = 0;
	s->unknown_number =
		*text == '-' ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
	if (!errno && end != text && !*end &&
	    (s->kind == RECORD_UNSIGNED || s->kind == RECORD_SIGNED))
		return 0;
	return error_set(e, FAULT_TOOL, -EINVAL, "%s:%u: column %s: `unknown: %s`, but %s is %s",
			 p->path, s->column->line, s->column->title, text, s->column->field,
			 s->kind == RECORD_LIST ? "a list" : "a number");
}

static const struct cell *shown_cell(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->shown.n; i++)
		if (strcasecmp(r->shown.v[i].title, name) == 0)
			return &r->shown.v[i];
	return NULL;
}

static int make_sources(struct record *r, const struct program *p, const struct options *o,
			struct error *e)
{
	int err = 0;

	r->sources = calloc(r->fields.n, sizeof(*r->sources));
	if (!r->sources)
		return error_nomem(e);
	for (size_t i = 0; i < r->fields.n && !err; i++) {
		const struct field *f = &r->fields.v[i];
		struct source *s = &r->sources[i];

		s->part = f->part;
		s->column = f->column;
		if (f->column && r->cells[f->column - p->columns].title)
			s->cell = &r->cells[f->column - p->columns];
		else if (f->part == FIELD_SHOWN)
			s->cell = shown_cell(r, f->name);
		s->kind = kind_of(s, o->timestamp);
		err = set_unknown(s, p, e);
		/* The trace pipe's clock is another one. */
		if (f->part == FIELD_ELAPSED && s->cell && s->cell->has_field &&
		    p->output == PROGRAM_STREAM)
			r->clock = s->cell;
	}
	return err;
}

int record_new(struct record **out, const struct program *p, const struct options *o,
	       const struct layout *l, struct kernel *k, struct error *e)
{
	struct record *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return error_nomem(e);
	r->kernel = k;
	err = fields_make(&r->fields, p, e)
		      ?: fields_add_shown(&r->fields, o->show, e)
		      ?: cells_make_shown(&r->shown, p, o, l, e)
		      ?: make_cells(r, p, o, l, e)
		      ?: make_sources(r, p, o, e)
		      ?: only_make(&r->only, p, o, l, e);
	if (err)
		record_free(r);
	else
		*out = r;
	return err;
}

void record_free(struct record *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->cells && i < r->ncells; i++)
		cell_free(&r->cells[i]);
	free(r->cells);
	cells_free(&r->shown);
	free(r->sources);
	fields_free(&r->fields);
	only_free(&r->only);
	free(r);
}

size_t record_count(const struct record *r)
{
	return r->fields.n;
}

const char *record_name(const struct record *r, size_t i)
{
	return r->fields.v[i].name;
}

size_t record_find(const struct record *r, const char *name)
{
	const struct field *f = fields_find(&r->fields, name);

	return f ? (size_t)(f - r->fields.v) : r->fields.n;
}

enum record_kind record_kind(const struct record *r, size_t i)
{
	return r->sources[i].kind;
}

bool record_wanted(struct record *r, const void *data, size_t size)
{
	return only_passes(&r->only, data, size);
}

void record_kernel(struct record *r, struct kernel *k)
{
	r->kernel = k;
}

void record_interval(struct record *r, uint64_t time_ns, uint64_t interval_ns)
{
	r->time = time_ns;
	r->interval = interval_ns;
}

/* --- an event --- */

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
	return value_elapsed(&r->first, c && c->has_field
						? value_unsigned(data + c->offset, c->size)
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

static void get_text(struct record *r, const struct source *s, const char *data, size_t size,
		     struct record_value *v)
{
	const struct cell *c = s->cell;
	const char *text = data + c->offset;
	uint64_t start;

	if (c->kind == CELL_KSYM)
		set_string(v, value_function(c, data, r->kernel, r->text, &start) ? r->text : NULL);
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

static void get_value(struct record *r, const struct source *s, const char *data, size_t size,
		      struct record_value *v)
{
	const struct cell *c = s->cell;
	bool is_signed;

	if (v->kind == RECORD_TEXT) {
		get_text(r, s, data, size, v);
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
static void get_part(struct record *r, const struct source *s, const char *data, size_t size,
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
	const struct source *s = &r->sources[i];

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

/* --- as text --- */

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
	case RECORD_CALL:
		name = call_name(v->call, v->event, v->size);
		add(&t, name, name ? strlen(name) : 0);
		break;
	}
	return t.len;
}
