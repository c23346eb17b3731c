/* SPDX-License-Identifier: Apache-2.0 */
/* Do a file's metrics fit the program: its fields, and what its output can tell? */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/fields.h"
#include "tool/find.h"
#include "tool/metrics.h"
#include "tool/program.h"

/* What is wrong, and where. */
struct place {
	const char *path;
	unsigned int line;
	const char *what, *name;
};

static int wrong(const char *path, unsigned int line, struct error *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static int wrong(const char *path, unsigned int line, struct error *e, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = error_set_at(e, FAULT_TOOL, -EINVAL, path, line, fmt, ap);
	va_end(ap);
	return err;
}

/* What a metric is made of: the program's fields, and the slots of a histogram. */
static size_t field_names(const struct program *p, const struct fields *f, const char **names)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		names[n++] = f->v[i].name;
	if (p->output == PROGRAM_HISTOGRAM)
		names[n++] = METRICS_SLOT;
	return n;
}

static int no_field(const struct program *p, const struct fields *f, const struct place *at,
		    const char *field, struct error *e)
{
	const char **names = calloc(f->n + 1, sizeof(*names));
	size_t n = names ? field_names(p, f, names) : 0;
	char *near = names ? find_near(field, names, n) : NULL;
	struct buf has = {0};

	for (size_t i = 0; i < n; i++)
		buf_printf(&has, "%s%s", i ? ", " : "", names[i]);
	if (!near || buf_failed(&has))
		error_nomem(e);
	else
		wrong(at->path, at->line, e, "%s %s: %s has no field %s; %s%sthere are %s",
		      at->what, at->name, p->name, field, near, *near ? " " : "", has.data);
	free(near);
	buf_free(&has);
	free(names);
	return -EINVAL;
}

static int check_field(const struct program *p, const struct fields *f, const struct place *at,
		       const char *field, struct error *e)
{
	const struct field *found = fields_find(f, field);

	if (found && found->column && program_column_is_of_users(found->column))
		return wrong(at->path, at->line, e,
			     "%s %s: %s is a stack, or a function of a user's program: names "
			     "without end, which the exporter does not look up",
			     at->what, at->name, field);
	if (found || (p->output == PROGRAM_HISTOGRAM && !strcmp(field, METRICS_SLOT)))
		return 0;
	return no_field(p, f, at, field, e);
}

static int check_kind(const struct metric *m, const char *path, const struct program *p,
		      struct error *e)
{
	static const char *const kinds[] = {"counter", "histogram", "gauge"};
	bool slot = m->from && !strcmp(m->from, METRICS_SLOT);
	bool ok = true;

	switch (p->output) {
	case PROGRAM_HISTOGRAM:
		ok = m->kind == METRIC_HISTOGRAM ? slot && !m->nbuckets
						 : m->kind == METRIC_COUNTER && !m->from;
		if (!ok)
			return wrong(path, m->line, e,
				     "%s: %s counts in a table of its own: it gives histograms "
				     "`from: " METRICS_SLOT
				     "`, without `buckets`, and counters without `from`",
				     m->name, p->name);
		break;
	case PROGRAM_TOP:
	case PROGRAM_RATES:
		ok = m->kind != METRIC_HISTOGRAM && m->from;
		if (!ok)
			return wrong(path, m->line, e,
				     "%s: %s counts in a table of its own: it gives counters and "
				     "gauges with `from`, no %s%s",
				     m->name, p->name, kinds[m->kind],
				     m->kind == METRIC_COUNTER ? " without it" : "");
		break;
	default:
		break;
	}
	return 0;
}

static int check_fields(const struct metric *m, const char *path, const struct program *p,
			const struct fields *f, struct error *e)
{
	struct place at = {path, m->line, "metric", m->name};
	int err = m->from ? check_field(p, f, &at, m->from, e) : 0;

	at.what = "label";
	for (size_t i = 0; i < m->nlabels && !err; i++) {
		at.line = m->labels[i].line;
		at.name = m->labels[i].name;
		err = check_field(p, f, &at, m->labels[i].from, e);
	}
	return err;
}

static int check_options(const struct metrics *m, const char *path, const struct program *p,
			 struct error *e)
{
	for (size_t i = 0; i < m->noptions; i++) {
		const struct program_option *o = program_option_find(p, m->options[i]);

		if (!o || o->type != PROGRAM_OPTION_FLAG)
			return wrong(path, m->line, e, "`metrics`: %s has no flag %s", p->name,
				     m->options[i]);
	}
	return 0;
}

int metrics_check(const struct metrics *m, const char *path, const struct program *p,
		  struct error *e)
{
	struct fields f;
	int err = fields_make_all(&f, p, e)
			  ?: fields_add_shown(&f, ~0U, e)
			  ?: check_options(m, path, p, e);

	for (size_t i = 0; i < metrics_count(m) && !err; i++)
		err = check_fields(metrics_get(m, i), path, p, &f, e)
			      ?: check_kind(metrics_get(m, i), path, p, e);
	fields_free(&f);
	return err;
}
