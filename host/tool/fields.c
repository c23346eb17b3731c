/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/program_parts.h"

const char *fields_name(const struct program_column *c)
{
	return c->as ? c->as : c->field;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

const char *fields_unit(const struct program_column *c)
{
	if (!c || !c->field)
		return NULL;
	if (c->unit == PROGRAM_UNIT_KILOBYTES)
		return "bytes";
	if (ends_with(c->field, "_us"))
		return "microseconds";
	if (ends_with(c->field, "_ms"))
		return "milliseconds";
	return c->unit != PROGRAM_UNIT_NONE ? "nanoseconds" : NULL;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Is the field's number or text shown as it is? */
static bool is_plain(const struct program_column *c)
{
	return c->format == PROGRAM_FORMAT_AUTO || c->format == PROGRAM_FORMAT_HEX ||
	       c->format == PROGRAM_FORMAT_OCTAL;
}

const struct field *fields_find(const struct fields *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].name, name) == 0)
			return &f->v[i];
	return NULL;
}

/* The same value in another shape: of several columns, the one that plain text shows is named. */
static bool merge(struct field *before, const struct program *p, enum field_part part,
		  const struct program_column *c)
{
	const struct program_column *b = before->column;

	if (before->part != part || !c || !b || !same(b->field, c->field) || c->formula ||
	    is_plain(b) != is_plain(c) || (!is_plain(c) && b->format != c->format))
		return false;
	if (same(b->when, p->csv) || (b->when && !c->when))
		before->column = c;
	return true;
}

static int add(struct fields *f, const struct program *p, enum field_part part,
	       const struct program_column *c, const char *name, const char *suffix,
	       struct error *e)
{
	struct field *before, *v;
	char *whole;
	int err = 0;

	if (asprintf(&whole, "%s%s", name, suffix) < 0)
		return error_nomem(e);
	before = (struct field *)fields_find(f, whole);
	if (before && !merge(before, p, part, c))
		err = program_error(p, c ? c->line : p->table_line, e,
				    "column %s: its field %s is there already; `as` gives it "
				    "another name",
				    c ? c->title : name, whole);
	if (before) {
		free(whole);
		return err;
	}
	v = realloc(f->v, (f->n + 1) * sizeof(*v));
	if (!v) {
		free(whole);
		return error_nomem(e);
	}
	f->v = v;
	v[f->n++] = (struct field){whole, part, c};
	return 0;
}

static int add_call(struct fields *f, const struct program *p, const struct program_column *c,
		    struct error *e)
{
	return add(f, p, FIELD_CALL, c, fields_name(c), "_name", e)
		       ?: add(f, p, FIELD_ARGUMENTS, c, "arguments", "", e)
		       ?: add(f, p, FIELD_CUT, c, "arguments", "_cut", e)
		       ?: add(f, p, FIELD_RESULT, c, c->calls.result, "", e)
		       ?: add(f, p, FIELD_ERRNO, c, c->calls.result, "_name", e);
}

static int add_column(struct fields *f, const struct program *p, const struct program_column *c,
		      struct error *e)
{
	const char *name = fields_name(c);
	int err;

	if (c->formula)
		return add(f, p, FIELD_FORMULA, c, name, "", e);
	if (c->value != PROGRAM_COLUMN_FIELD)
		return 0;
	err = add(f, p, FIELD_VALUE, c, name, "", e);
	if (!err && c->nnames)
		err = add(f, p, FIELD_WORD, c, name, "_name", e);
	if (!err && c->nbits)
		err = add(f, p, FIELD_BITS, c, name, "_names", e);
	if (!err && c->format == PROGRAM_FORMAT_ARGS)
		err = add(f, p, FIELD_CUT, c, name, "_cut", e);
	if (!err && c->format == PROGRAM_FORMAT_CALL)
		err = add_call(f, p, c, e);
	if (!err && c->percent_of)
		err = add(f, p, FIELD_PERCENT, c, name, "_percent", e);
	else if (!err && p->output == PROGRAM_RATES)
		err = add(f, p, FIELD_PER_SECOND, c, name, "_per_second", e);
	return err;
}

/* The one that `elapsed_ns` is made of; NULL: --timestamp's own. */
static const struct program_column *elapsed_column(const struct program *p)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].value == PROGRAM_COLUMN_ELAPSED)
			return &p->columns[i];
	return NULL;
}

const char *fields_clock(const struct program *p)
{
	const struct program_column *c = elapsed_column(p);

	return p->clock ? p->clock : c ? c->field : NULL;
}

int fields_make(struct fields *f, const struct program *p, struct error *e)
{
	bool periodic = program_output_is_periodic(p->output);
	int err;

	*f = (struct fields){0};
	err = add(f, p, FIELD_TIME, NULL, "time", "", e);
	if (!err && periodic)
		err = add(f, p, FIELD_INTERVAL, NULL, "interval_ns", "", e);
	else if (!err)
		err = add(f, p, FIELD_ELAPSED, elapsed_column(p), "elapsed_ns", "", e);
	for (size_t i = 0; i < p->ncolumns && !err; i++)
		err = add_column(f, p, &p->columns[i], e);
	return err;
}

int fields_make_all(struct fields *f, const struct program *p, struct error *e)
{
	int err = fields_make(f, p, e);

	for (size_t i = 1; i < program_noutputs(p) && !err; i++) {
		struct fields more = {0};

		if (program_goes_along(p, i))
			err = fields_make(&more, program_output_at(p, i), e);
		for (size_t j = 0; j < more.n && !err; j++)
			if (!fields_find(f, more.v[j].name))
				err = add(f, p, more.v[j].part, more.v[j].column, more.v[j].name,
					  "", e);
		fields_free(&more);
	}
	return err;
}

int fields_add_shown(struct fields *f, unsigned int show, struct error *e)
{
	static const char *const names[] = {"container", "pod", "cgroup"};
	int err = 0;

	/* enum options_show is in this order */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !err; i++)
		if (show & 1u << i && !fields_find(f, names[i]))
			err = add(f, NULL, FIELD_SHOWN, NULL, names[i], "", e);
	return err;
}

void fields_free(struct fields *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].name);
	free(f->v);
	*f = (struct fields){0};
}
