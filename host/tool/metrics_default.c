/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of a program that says nothing of them: of events how many there were, and how long
 * what has a time took; of a table what it counts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/fields.h"
#include "tool/metrics.h"
#include "tool/program.h"

/* "bcchost_my_tool_reads_total"; name may be "". */
static char *metric_name(const struct program *p, const char *name, const char *suffix)
{
	char *whole;

	if (asprintf(&whole, "bcchost_%s%s%s%s", p->name, *name ? "_" : "", name, suffix) < 0)
		return NULL;
	for (char *s = whole; *s; s++)
		if (*s == '-')
			*s = '_';
	return whole;
}

/* from may be NULL. The name is taken over. */
static struct metric *add(struct metrics *m, enum metric_kind kind, char *name, const char *from,
			  const char *description)
{
	bool counter = kind == METRIC_COUNTER;
	struct metric **list = counter ? &m->counters : &m->histograms;
	size_t *n = counter ? &m->ncounters : &m->nhistograms;
	struct metric *v = name ? realloc(*list, (*n + 1) * sizeof(*v)) : NULL;

	if (!v) {
		free(name);
		return NULL;
	}
	*list = v;
	v += (*n)++;
	*v = (struct metric){.kind = kind, .name = name, .line = 1};
	v->description = strdup(description);
	v->from = from ? strdup(from) : NULL;
	return v->description && (!from || v->from) ? v : NULL;
}

static bool has_counter(const struct metrics *m, const char *from)
{
	for (size_t i = 0; i < m->ncounters; i++)
		if (m->counters[i].from && !strcmp(m->counters[i].from, from))
			return true;
	return false;
}

/* "lat_ns" is "lat": its unit is a part of the metric's name. */
static size_t without_unit(const char *field)
{
	size_t len = strlen(field);

	return len > 3 && field[len - 3] == '_' ? len - 3 : len;
}

static int of_times(struct metrics *m, const struct program *p)
{
	for (size_t i = 0; i < p->ncolumns; i++) {
		const struct program_column *c = &p->columns[i];
		const char *unit = fields_unit(c);
		char name[128];
		bool there = false;

		if (c->value != PROGRAM_COLUMN_FIELD || !unit || !strcmp(unit, "bytes") || c->when)
			continue;
		for (size_t j = 0; j < m->nhistograms; j++)
			there = there || !strcmp(m->histograms[j].from, fields_name(c));
		snprintf(name, sizeof(name), "%.*s", (int)without_unit(fields_name(c)),
			 fields_name(c));
		if (!there && !add(m, METRIC_HISTOGRAM, metric_name(p, name, "_seconds"),
				   fields_name(c), c->about ? c->about : c->title))
			return -ENOMEM;
	}
	return 0;
}

static int of_events(struct metrics *m, const struct program *p)
{
	if (!add(m, METRIC_COUNTER, metric_name(p, "", "_events_total"), NULL, p->summary))
		return -ENOMEM;
	for (size_t i = 0; i < program_noutputs(p); i++)
		if (program_goes_along(p, i) && of_times(m, program_output_at(p, i)))
			return -ENOMEM;
	return 0;
}

/* The name that a field of the table has for machines; NULL: no column shows it. */
static const char *name_of(const struct program *p, const char *field)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].value == PROGRAM_COLUMN_FIELD &&
		    !strcmp(p->columns[i].field, field))
			return fields_name(&p->columns[i]);
	return NULL;
}

static int of_top(struct metrics *m, const struct program *p)
{
	for (size_t i = 0; i < p->nsorts; i++) {
		for (size_t j = 0; j < p->sorts[i].nfields; j++) {
			const char *name = name_of(p, p->sorts[i].fields[j]);

			if (name && !has_counter(m, name) &&
			    !add(m, METRIC_COUNTER, metric_name(p, name, "_total"), name,
				 p->summary))
				return -ENOMEM;
		}
	}
	return 0;
}

static int of_rates(struct metrics *m, const struct program *p)
{
	for (size_t i = 0; i < p->ncolumns; i++) {
		const struct program_column *c = &p->columns[i];

		if (c->value == PROGRAM_COLUMN_FIELD && !has_counter(m, fields_name(c)) &&
		    !add(m, METRIC_COUNTER, metric_name(p, fields_name(c), "_total"),
			 fields_name(c), c->about ? c->about : c->title))
			return -ENOMEM;
	}
	return 0;
}

static int of_histogram(struct metrics *m, const struct program *p)
{
	struct metric *v =
		add(m, METRIC_HISTOGRAM, metric_name(p, "", "_seconds"), METRICS_SLOT, p->summary);

	if (!v)
		return -ENOMEM;
	v->labels = calloc(p->ncolumns + 1, sizeof(*v->labels));
	for (size_t i = 0; v->labels && i < p->ncolumns; i++) {
		const struct program_column *c = &p->columns[i];
		struct metric_label *l = &v->labels[v->nlabels];

		/* Those of an option are not always there. */
		if (c->value != PROGRAM_COLUMN_FIELD || c->when || v->nlabels == METRICS_MAX_LABELS)
			continue;
		v->nlabels++;
		l->name = strdup(fields_name(c));
		if (asprintf(&l->from, "%s%s", fields_name(c), c->nnames ? "_name" : "") < 0)
			l->from = NULL;
		if (!l->name || !l->from)
			return -ENOMEM;
	}
	return v->labels ? 0 : -ENOMEM;
}

int metrics_default(struct metrics *m, const struct program *p, struct error *e)
{
	int err;

	switch (p->output) {
	case PROGRAM_TOP:
		err = of_top(m, p);
		break;
	case PROGRAM_RATES:
		err = of_rates(m, p);
		break;
	case PROGRAM_HISTOGRAM:
		err = of_histogram(m, p);
		break;
	default:
		err = of_events(m, p);
	}
	m->line = 1;
	return err ? error_nomem(e) : 0;
}
