/* SPDX-License-Identifier: Apache-2.0 */
#include "output/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "output/record_parts.h"

static bool in_layout(const struct program_column *c, const struct layout *l)
{
	for (size_t i = 0; c->formula && i < c->formula->nfields; i++)
		if (!layout_find(l, c->formula->fields[i]))
			return false;
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

		/* Its parts are columns of their own. */
		if (c->value == PROGRAM_COLUMN_PARTS || c->value == PROGRAM_COLUMN_TEXT)
			continue;
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
	case CELL_IP:
	case CELL_USYM:
		return RECORD_TEXT;
	case CELL_STACK:
		return RECORD_NAMES;
	case CELL_BYTES:
		return c->element ? RECORD_NUMBERS : RECORD_TEXT;
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
	case CELL_FORMULA:
	case CELL_PARTS:
	case CELL_LITERAL:
		break;
	}
	return RECORD_NONE;
}

static enum record_kind kind_of(const struct record_source *s, bool timestamp)
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
	case FIELD_FORMULA:
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

static int set_unknown(struct record_source *s, const struct program *p, struct error *e)
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
			 s->kind == RECORD_LIST || s->kind == RECORD_NAMES ? "a list" : "a number");
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
		struct record_source *s = &r->sources[i];

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

/* `clock:`, before what a column says. */
static int make_clock(struct record *r, const struct program *p, const struct layout *l,
		      struct error *e)
{
	const struct layout_field *f = p->clock ? layout_find(l, p->clock) : NULL;

	if (!p->clock)
		return 0;
	if (!f || f->kind != LAYOUT_UNSIGNED || f->size != 8)
		return error_set(e, FAULT_TOOL, -ENOENT,
				 "%s:%u: `clock`: the event has no u64 in a field %s", p->path,
				 p->table_line, p->clock);
	r->clock_field = (struct cell){.has_field = true, .offset = f->offset, .size = f->size};
	r->clock = &r->clock_field;
	return 0;
}

int record_new(struct record **out, const struct program *p, const struct options *o,
	       const struct layout *l, struct kernel *k, struct error *e)
{
	struct record *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return error_nomem(e);
	r->kernel = k;
	r->first = &r->own_first;
	err = fields_make(&r->fields, p, e)
		      ?: fields_add_shown(&r->fields, cells_show(p, o), e)
		      ?: cells_make_shown(&r->shown, p, o, l, e)
		      ?: make_cells(r, p, o, l, e)
		      ?: make_sources(r, p, o, e)
		      ?: make_clock(r, p, l, e)
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
	buf_free(&r->names);
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

void record_stacks(struct record *r, struct stacks *s)
{
	r->stacks = s;
}

void record_kernel(struct record *r, struct kernel *k)
{
	r->kernel = k;
}

void record_first(struct record *r, struct value_first *first)
{
	r->first = first;
}

void record_interval(struct record *r, uint64_t time_ns, uint64_t interval_ns)
{
	r->time = time_ns;
	r->interval = interval_ns;
}
