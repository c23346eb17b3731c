/* SPDX-License-Identifier: Apache-2.0 */
#include "output/cell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/call.h"

bool cell_shown(const struct program_column *c, const struct program *p, const struct options *o)
{
	if (c->when && !options_given(o, p, c->when))
		return false;
	return !c->unless || !options_given(o, p, c->unless);
}

static uint64_t pow10_of(unsigned int n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* How many of the field's own unit, told by its name, make one of the column's. */
static uint64_t unit_divisor(const struct program_column *c)
{
	unsigned int field = 9, column;

	if (c->unit == PROGRAM_UNIT_NONE)
		return c->divide_by;
	if (c->unit == PROGRAM_UNIT_KILOBYTES)
		return 1024;
	if (ends_with(c->field, "_us"))
		field = 6;
	else if (ends_with(c->field, "_ms"))
		field = 3;
	column = c->unit == PROGRAM_UNIT_SECONDS ? 0 : c->unit == PROGRAM_UNIT_MILLISECONDS ? 3 : 6;
	return field > column ? pow10_of(field - column) : 1;
}

static int find_field(const struct program *p, const struct program_column *c, const char *name,
		      const struct layout *l, const struct layout_field **f, struct error *e)
{
	char has[512] = "";
	size_t n = 0;

	*f = layout_find(l, name);
	if (*f)
		return 0;
	for (size_t i = 0; i < l->nfields && n < sizeof(has); i++)
		n += (size_t)snprintf(has + n, sizeof(has) - n, "%s%s", i ? ", " : "",
				      l->fields[i].name);
	return error_set(e, FAULT_TOOL, -ENOENT,
			 "%s:%u: column %s: the event has no field %s (it has: %s)", p->path,
			 c->line, c->title, name, has);
}

static int copy_names(struct cell *cell, const struct program_column *c, struct error *e)
{
	cell->names = calloc(c->nnames ? c->nnames : 1, sizeof(*cell->names));
	cell->other = c->other ? strdup(c->other) : NULL;
	if (!cell->names || (c->other && !cell->other))
		return error_nomem(e);
	for (size_t i = 0; i < c->nnames; i++) {
		cell->names[i].number = c->names[i].number;
		cell->names[i].name = strdup(c->names[i].name);
		if (!cell->names[i].name)
			return error_nomem(e);
		cell->nnames++;
	}
	return 0;
}

static int plan_field(struct cell *cell, const struct program *p, const struct program_column *c,
		      const struct layout *l, struct error *e)
{
	const struct layout_field *f;
	int err = find_field(p, c, c->field, l, &f, e);

	if (err)
		return err;
	cell->has_field = true;
	cell->offset = f->offset;
	if (c->index) /* behind the key of an array, of 4 bytes, its values one after another */
		cell->offset += (c->index - 1) * (l->size - 4);
	cell->size = f->size;
	if (cell->kind == CELL_ELAPSED)
		return 0;
	if (c->format == PROGRAM_FORMAT_IP && (f->size == 4 || f->size == 16)) {
		cell->kind = CELL_IP;
		return 0;
	}
	switch (f->kind) {
	case LAYOUT_UNSIGNED:
		cell->kind = c->format == PROGRAM_FORMAT_KSYM	 ? CELL_KSYM
			     : c->format == PROGRAM_FORMAT_KADDR ? CELL_KADDR
								 : CELL_UNSIGNED;
		cell->rate = p->output == PROGRAM_RATES && !c->percent_of && !c->per_interval;
		break;
	case LAYOUT_SIGNED:
		cell->kind = CELL_SIGNED;
		break;
	case LAYOUT_CHARS:
		cell->kind = c->format == PROGRAM_FORMAT_PATH ? CELL_PATH : CELL_TEXT;
		break;
	case LAYOUT_BYTES:
		cell->kind = CELL_BYTES;
		cell->element = f->element;
		cell->element_signed = f->element_signed;
		if (c->format == PROGRAM_FORMAT_BYTES)
			return 0;
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: column %s: the field %s is neither a number nor text",
				 p->path, c->line, c->title, c->field);
	}
	if (cell->kind == CELL_PATH && c->dirs && layout_find(l, c->dirs)) {
		f = layout_find(l, c->dirs);
		cell->dirs_offset = f->offset;
		cell->dirs_size = f->size;
	}
	if (c->percent_of) {
		err = find_field(p, c, c->percent_of, l, &f, e);
		if (err)
			return err;
		cell->percent = true;
		cell->of_offset = f->offset;
		cell->of_size = f->size;
	}
	return copy_names(cell, c, e);
}

/* The process that an option names, else that of the filter --pid; 0: none. */
static uint32_t process_option(const struct program *p, const struct program_column *c,
			       const struct options *o)
{
	const struct option_value *v = c->pid_option ? options_value(o, p, c->pid_option) : NULL;

	if (v)
		return v->given && v->number > 0 && v->number <= INT32_MAX ? (uint32_t)v->number
									   : 0;
	return o->has_pid ? o->pid : 0;
}

static int plan_formula(struct cell *cell, const struct program *p, const struct program_column *c,
			const struct layout *l, struct error *e)
{
	const struct layout_field *f;
	int err;

	cell->kind = CELL_FORMULA;
	cell->formula = c->formula;
	cell->numbers = calloc(c->formula->nfields, sizeof(*cell->numbers));
	if (!cell->numbers)
		return error_nomem(e);
	for (size_t i = 0; i < c->formula->nfields; i++) {
		err = find_field(p, c, c->formula->fields[i], l, &f, e);
		if (err)
			return err;
		if (f->kind != LAYOUT_UNSIGNED && f->kind != LAYOUT_SIGNED)
			return error_set(e, FAULT_TOOL, -EINVAL,
					 "%s:%u: column %s: the field %s is no number", p->path,
					 c->line, c->title, f->name);
		cell->numbers[i] =
			(struct cell_number){f->offset, f->size, f->kind == LAYOUT_SIGNED};
	}
	return 0;
}

static int plan_process(struct cell *cell, const struct program *p, const struct program_column *c,
			const struct options *o, const struct layout *l, struct error *e)
{
	const struct layout_field *f;
	int err = c->pid ? find_field(p, c, c->pid, l, &f, e) : 0;

	cell->pid = process_option(p, c, o);
	if (err || !c->pid)
		return err;
	if ((f->kind != LAYOUT_UNSIGNED && f->kind != LAYOUT_SIGNED) || f->size < 4)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: column %s: `pid: %s` is no number of 4 or 8 bytes",
				 p->path, c->line, c->title, c->pid);
	cell->pid_offset = f->offset;
	cell->pid_size = f->size;
	return 0;
}

/* What is named by its address. */
static int plan_names(struct cell *cell, const struct program *p, const struct program_column *c,
		      const struct options *o, const struct layout *l, struct error *e)
{
	bool stack = program_column_is_stack(c);

	cell->show_offset = c->show_offset;
	cell->show_module = c->show_module;
	if (!stack && c->format != PROGRAM_FORMAT_USYM)
		return 0;
	if ((cell->kind != CELL_UNSIGNED && cell->kind != CELL_SIGNED) ||
	    cell->size < (stack ? 4 : 8))
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: column %s: %s: the field %s is no number of %s bytes",
				 p->path, c->line, c->title,
				 stack ? "a stack's number" : "an address", c->field,
				 stack ? "4 or 8" : "8");
	cell->kind = stack ? CELL_STACK : CELL_USYM;
	cell->user = c->format != PROGRAM_FORMAT_STACK;
	cell->stacks = stack ? strdup(c->stacks) : NULL;
	if (stack && !cell->stacks)
		return error_nomem(e);
	return plan_process(cell, p, c, o, l, e);
}

static int plan_formatted(struct cell *cell, const struct program *p,
			  const struct program_column *c, const struct options *o,
			  const struct layout *l, struct error *e)
{
	int err = 0;

	if (c->format == PROGRAM_FORMAT_CALL) {
		cell->kind = CELL_CALL;
		return call_make(&cell->call, p, c, l, e);
	}
	err = plan_field(cell, p, c, l, e);
	if (!err)
		err = plan_names(cell, p, c, o, l, e);
	if (err || c->format != PROGRAM_FORMAT_ARGS)
		return err;
	if (cell->kind != CELL_TEXT)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: column %s: `format: args` wants a char array", p->path,
				 c->line, c->title);
	cell->kind = CELL_ARGS;
	cell->quote = c->quote && options_given(o, p, c->quote);
	return 0;
}

/* The parts stand behind the column. */
static int plan_parts(struct cell *cell, const struct program *p, const struct program_column *c,
		      const struct options *o, const struct layout *l, struct error *e)
{
	int err = 0;

	cell->kind = CELL_PARTS;
	cell->parts = calloc(c->nparts, sizeof(*cell->parts));
	if (!cell->parts)
		return error_nomem(e);
	for (size_t i = 0; i < c->nparts && !err; i++)
		err = cell_make(&cell->parts[cell->nparts++], p, &c[i + 1], o, l, e);
	return err;
}

static int plan_if(struct cell *cell, const struct program *p, const struct program_column *c,
		   const struct layout *l, struct error *e)
{
	const struct layout_field *f;
	int err = find_field(p, c, c->if_field, l, &f, e);

	if (err)
		return err;
	if (f->kind != LAYOUT_UNSIGNED && f->kind != LAYOUT_SIGNED)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: column %s: `if`: the field %s is no number", p->path,
				 c->line, c->title, c->if_field);
	cell->nif = c->nif;
	cell->if_signed = f->kind == LAYOUT_SIGNED;
	cell->if_offset = f->offset;
	cell->if_size = f->size;
	cell->if_is = c->if_is;
	return 0;
}

static int plan_literal(struct cell *cell, const struct program_column *c, struct error *e)
{
	cell->kind = CELL_LITERAL;
	cell->text = strdup(c->text);
	return cell->text ? 0 : error_nomem(e);
}

int cell_make(struct cell *cell, const struct program *p, const struct program_column *c,
	      const struct options *o, const struct layout *l, struct error *e)
{
	int err = 0;

	*cell = (struct cell){0};
	cell->title = strdup(c->title);
	if (!cell->title)
		return error_nomem(e);
	cell->width = c->width;
	cell->right = c->align == PROGRAM_ALIGN_RIGHT;
	cell->divisor = unit_divisor(c);
	cell->down = c->round_down;
	cell->decimals = c->decimals;
	cell->digits = c->digits;
	cell->cut = c->cut;
	cell->base = c->format == PROGRAM_FORMAT_HEX	 ? 16
		     : c->format == PROGRAM_FORMAT_OCTAL ? 8
							 : 10;
	if (c->if_field)
		err = plan_if(cell, p, c, l, e);
	if (err)
		return err;
	if (c->value == PROGRAM_COLUMN_PARTS)
		return plan_parts(cell, p, c, o, l, e);
	if (c->value == PROGRAM_COLUMN_TEXT)
		return plan_literal(cell, c, e);
	cell->kind = c->value == PROGRAM_COLUMN_TIME ? CELL_TIME : CELL_ELAPSED;
	if (c->value == PROGRAM_COLUMN_FIELD) {
		cell->kind = CELL_TEXT;
		return plan_formatted(cell, p, c, o, l, e)
			       ?: highlight_make(&cell->highlight, p, c, l, cell->divisor, e);
	}
	if (c->formula)
		return plan_formula(cell, p, c, l, e);
	return c->field ? plan_field(cell, p, c, l, e) : 0;
}

void cell_free(struct cell *cell)
{
	for (size_t i = 0; i < cell->nnames; i++)
		free(cell->names[i].name);
	free(cell->names);
	free(cell->other);
	free(cell->stacks);
	call_free(cell->call);
	free(cell->numbers);
	for (size_t i = 0; i < cell->nparts; i++)
		cell_free(&cell->parts[i]);
	free(cell->parts);
	free(cell->text);
	free(cell->title);
}
