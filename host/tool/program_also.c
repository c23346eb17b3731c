/* SPDX-License-Identifier: Apache-2.0 */
/* `also:` of a program's output: what is shown besides. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "tool/fields.h"
#include "tool/program_parts.h"

bool program_has_output(const struct program *p, enum program_output output)
{
	for (size_t i = 0; i < program_noutputs(p); i++)
		if (program_output_at(p, i)->output == output)
			return true;
	return false;
}

bool program_has_periodic(const struct program *p)
{
	for (size_t i = 0; i < program_noutputs(p); i++)
		if (program_output_is_periodic(program_output_at(p, i)->output))
			return true;
	return false;
}

bool program_goes_along(const struct program *p, size_t i)
{
	return !i || (!program_output_is_periodic(p->output) &&
		      !program_output_is_periodic(program_output_at(p, i)->output));
}

int program_finish_also(struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->nalso; i++) {
		struct program *also = &p->also[i];

		also->main = p;
		also->interval = p->interval;
		also->name = strdup(p->name);
		also->path = strdup(p->path);
		also->template_path = strdup(p->template_path);
		also->csv = p->csv ? strdup(p->csv) : NULL;
		if (!also->name || !also->path || !also->template_path || (p->csv && !also->csv))
			return error_nomem(e);
	}
	return 0;
}

static int check_twice(const struct program *p, struct error *e)
{
	for (size_t i = 1; i < program_noutputs(p); i++) {
		const struct program *a = program_output_at(p, i);

		for (size_t j = 0; j < i; j++) {
			const struct program *b = program_output_at(p, j);

			if (b->table && strcmp(a->table, b->table) == 0)
				return program_error(p, a->table_line, e,
						     "`also`: the table %s is shown already, by "
						     "line %u",
						     a->table, b->table_line);
		}
	}
	return 0;
}

/* What comes as it happens is what the tool is for; what it has counted is said besides. */
static int check_order(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->nalso && program_output_is_periodic(p->output); i++)
		if (!program_output_is_periodic(p->also[i].output))
			return program_error(p, p->also[i].table_line, e,
					     "`also`: a stream beside a %s is the other way round: "
					     "`stream: %s`, and the %s in `also`",
					     program_output_name(p->output), p->also[i].table,
					     program_output_name(p->output));
	return 0;
}

static bool same_fields(const struct fields *a, const struct fields *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = fields_find(b, a->v[i].name) != NULL;
	return same;
}

/* Would nobody know from a line's fields alone how to read it? */
static int look_at_fields(const struct program *p, bool *alike, struct error *e)
{
	struct fields first;
	int err = fields_make(&first, p, e);

	*alike = !program_has_periodic(p);
	for (size_t i = 1; i < program_noutputs(p) && !err; i++) {
		struct fields f;

		err = fields_make(&f, program_output_at(p, i), e);
		*alike = *alike && !err && same_fields(&first, &f);
		fields_free(&f);
	}
	fields_free(&first);
	return err;
}

/* That name is the host's then. */
static int check_table_field(const struct program *p, struct error *e)
{
	struct fields f;
	int err = fields_make(&f, p, e);
	const struct field *table = err ? NULL : fields_find(&f, FIELDS_TABLE);

	if (table)
		err = program_error(p, table->column ? table->column->line : p->table_line, e,
				    "the field %s: with outputs that are not alike, JSON and CSV "
				    "say in a field of that name which one it is; `as` gives this "
				    "one another name",
				    FIELDS_TABLE);
	fields_free(&f);
	return err;
}

int program_check_also(struct program *p, struct error *e)
{
	bool alike = true;
	int err = p->nalso ? check_twice(p, e) ?: check_order(p, e) ?: look_at_fields(p, &alike, e) : 0;

	for (size_t i = 0; i < program_noutputs(p) && !err && !alike; i++) {
		struct program *one = i ? &p->also[i - 1] : p;

		err = check_table_field(one, e);
		one->origin = err ? NULL : strdup(one->table ?: program_output_name(one->output));
		if (!err && !one->origin)
			err = error_nomem(e);
	}
	return err;
}
