/* SPDX-License-Identifier: Apache-2.0 */
/* counting_bind: where a metric's values are in the program's records, and the family that they go
 * to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/buckets.h"
#include "export/counting_parts.h"
#include "tool/fields.h"

static int wrong(const struct counting_of *of, unsigned int line, const char *name,
		 const char *field, const char *why, struct error *e)
{
	return error_set(e, FAULT_TOOL, -EINVAL, "%s:%u: %s: the field %s of %s %s", of->path, line,
			 name, field, of->program->name, why);
}

/* The option that brings the field's column; NULL: there is none that does. */
static const char *option_of(const struct program *p, const char *field)
{
	const char *option = NULL;
	const struct field *f;
	struct fields fields;

	if (fields_make_all(&fields, p, NULL) == 0 && fields_add_shown(&fields, ~0U, NULL) == 0) {
		f = fields_find(&fields, field);
		option = f && f->part == FIELD_SHOWN ? "show"
			 : f && f->column	     ? f->column->when
						     : NULL;
	}
	fields_free(&fields);
	return option;
}

static int missing(const struct counting_of *of, const struct metric *m, unsigned int line,
		   const char *field, struct error *e)
{
	const char *option = option_of(of->program, field);

	if (!option)
		return wrong(of, line, m->name, field, "is not there with these options", e);
	return error_set(e, FAULT_TOOL, -EINVAL,
			 "%s:%u: %s: the field %s of %s is there only with its option %s", of->path,
			 line, m->name, field, of->program->name, option);
}

static bool has_field(const struct record *r, size_t i)
{
	return i != record_count(r) && record_kind(r, i) != RECORD_NONE;
}

static bool is_number(enum record_kind kind)
{
	return kind == RECORD_UNSIGNED || kind == RECORD_SIGNED || kind == RECORD_REAL ||
	       kind == RECORD_BOOL;
}

static int make_family(struct bound *b, const struct counting_of *of, struct error *e)
{
	static const enum family_type types[] = {FAMILY_COUNTER, FAMILY_HISTOGRAM, FAMILY_GAUGE};
	const struct metric *m = b->metric;
	const char *labels[METRICS_MAX_LABELS];
	unsigned int label_max[METRICS_MAX_LABELS];
	double bounds[METRICS_BUCKETS];
	struct family_spec spec = {
		.type = types[m->kind],
		.name = m->name,
		.help = m->description,
		.nlabels = m->nlabels,
		.labels = labels,
		.label_max = label_max,
		.bounds = bounds,
	};
	int err;

	for (size_t i = 0; i < m->nlabels; i++) {
		labels[i] = m->labels[i].name;
		label_max[i] = m->labels[i].max_series;
	}
	b->scale = b->slots ? buckets_slot_scale(m, of->program, of->options) : metric_scale(m);
	if (m->kind == METRIC_HISTOGRAM)
		spec.nbounds = b->slots ? buckets_of_slots(b->scale, bounds)
					: buckets_of_values(m, bounds);
	err = family_new(&b->family, &spec, of->budget, e);
	/* What has no labels is there from the beginning, at 0. */
	if (!err && !m->nlabels && m->kind != METRIC_GAUGE && !family_only(b->family))
		err = error_nomem(e);
	return err;
}

/* The number that the metric is made of, in each output that has it. */
static int bind_from(struct counting *c, struct bound *b, const struct counting_of *of,
		     struct error *e)
{
	const struct metric *m = b->metric;
	bool found = false;

	for (size_t i = 0; i < c->nrecords && m->from && !b->slots; i++) {
		const struct record *r = c->records[i];

		if (!r)
			continue;
		b->places[i].from = record_find(r, m->from);
		if (!has_field(r, b->places[i].from))
			continue;
		found = true;
		if (!is_number(record_kind(r, b->places[i].from)))
			return wrong(of, m->line, m->name, m->from, "is no number", e);
	}
	return found || !m->from || b->slots ? 0 : missing(of, m, m->line, m->from, e);
}

static int bind_label(struct counting *c, struct bound *b, size_t label,
		      const struct counting_of *of, struct error *e)
{
	const struct metric_label *l = &b->metric->labels[label];
	bool found = false;

	for (size_t i = 0; i < c->nrecords; i++) {
		const struct record *r = c->records[i];

		if (!r)
			continue;
		b->places[i].labels[label] = record_find(r, l->from);
		found |= has_field(r, b->places[i].labels[label]);
	}
	return found ? 0 : missing(of, b->metric, l->line, l->from, e);
}

static int bind_metric(struct counting *c, struct bound *b, const struct metric *m,
		       const struct counting_of *of, struct error *e)
{
	int err;

	b->metric = m;
	b->slots = of->program->output == PROGRAM_HISTOGRAM && m->kind == METRIC_HISTOGRAM;
	b->places = calloc(c->nrecords, sizeof(*b->places));
	err = b->places ? bind_from(c, b, of, e) : error_nomem(e);
	for (size_t i = 0; i < m->nlabels && !err; i++)
		err = bind_label(c, b, i, of, e);
	return err ?: make_family(b, of, e);
}

static int make_records(struct counting *c, const struct counting_of *of, struct error *e)
{
	int err = 0;

	c->nrecords = program_noutputs(of->program);
	c->records = calloc(c->nrecords, sizeof(struct record *));
	if (!c->records)
		return error_nomem(e);
	for (size_t i = 0; i < c->nrecords && !err; i++)
		if (program_goes_along(of->program, i))
			err = record_new(&c->records[i], program_output_at(of->program, i),
					 of->options, of->layouts[i], of->kernel, e);
	for (size_t i = 0; i < c->nrecords && !err; i++)
		if (c->records[i])
			record_first(c->records[i], &c->first);
	return err;
}

static int find_slots(struct counting *c, const struct counting_of *of, struct error *e)
{
	const struct layout *l = of->layouts[0];

	c->slot = layout_find(l, "slot");
	if (!c->slot)
		c->slot = layout_find(l, "key");
	c->value = layout_find(l, "value");
	if (c->slot && c->slot->size <= 8 && c->value && c->value->size == 8)
		return 0;
	return error_set(e, FAULT_TOOL, -EINVAL, "%s:%u: table %s is no histogram",
			 of->program->path, of->program->table_line, of->program->table);
}

int counting_new(struct counting **out, const struct counting_of *of, struct error *e)
{
	struct counting *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return error_nomem(e);
	c->program = of->program;
	c->v = calloc(metrics_count(of->metrics) + 1, sizeof(*c->v));
	err = c->v ? make_records(c, of, e) : error_nomem(e);
	if (!err && of->program->output == PROGRAM_HISTOGRAM)
		err = find_slots(c, of, e);
	for (size_t i = 0; i < metrics_count(of->metrics) && !err; i++)
		err = bind_metric(c, &c->v[c->n++], metrics_get(of->metrics, i), of, e);
	if (err)
		counting_free(c);
	else
		*out = c;
	return err;
}
