/* SPDX-License-Identifier: Apache-2.0 */
#include "export/counting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export/buckets.h"
#include "export/label.h"
#include "output/record.h"
#include "output/value.h"
#include "tool/fields.h"

#define TEXT_ROOM 1024 /* of a value before it is cut to what a label may have */

/* Where a metric's values are in a record: its fields, or record_count where it has none. */
struct place {
	size_t from; /* of a histogram's slots not used */
	size_t labels[METRICS_MAX_LABELS];
};

/* A metric, and where its values are. */
struct bound {
	const struct metric *metric;
	struct family *family;
	struct place *places; /* one for each record */
	double scale;
	bool slots;
	struct table sums; /* of slots: what the table of their sums held the last time */
};

struct counting {
	const struct program *program;
	size_t nrecords;
	struct record **records;  /* of the program's outputs; NULL of those that are not counted */
	struct value_first first; /* of all their events */
	const struct layout_field *slot, *value; /* of a histogram's table */
	size_t n;
	struct bound *v;
	struct table before; /* of a table that is never emptied: what it held the last time */
};

/* --- binding --- */

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

void counting_free(struct counting *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++) {
		family_free(c->v[i].family);
		free(c->v[i].places);
		table_free(&c->v[i].sums);
	}
	free(c->v);
	for (size_t i = 0; c->records && i < c->nrecords; i++)
		record_free(c->records[i]);
	free(c->records);
	table_free(&c->before);
	free(c);
}

size_t counting_count(const struct counting *c)
{
	return c->n;
}

const struct family *counting_family(const struct counting *c, size_t i)
{
	return c->v[i].family;
}

/* --- counting --- */

static struct series *series_of(struct counting *c, const struct bound *b, size_t output,
				const void *data, size_t size)
{
	struct label_value labels[METRICS_MAX_LABELS];
	char values[METRICS_MAX_LABELS][REGISTRY_VALUE_MAX];
	struct record *r = c->records[output];
	size_t n = b->metric->nlabels;

	if (!n)
		return family_only(b->family);
	for (size_t i = 0; i < n; i++) {
		size_t field = b->places[output].labels[i];
		struct record_value v = {.kind = RECORD_NONE};
		char text[TEXT_ROOM];

		if (field != record_count(r))
			record_get(r, field, data, size, &v);
		labels[i].data = values[i];
		if (v.kind == RECORD_TEXT)
			labels[i].len = label_text(values[i], v.text.data, v.text.len);
		else
			labels[i].len =
				label_text(values[i], text, record_text(&v, text, sizeof(text)));
	}
	return family_series(b->family, labels);
}

/* False: it has none here, or one that cannot be counted: below 0. */
static bool number_of(const struct record_value *v, uint64_t *whole, double *real)
{
	*whole = 0;
	switch (v->kind) {
	case RECORD_UNSIGNED:
	case RECORD_BOOL:
		*whole = v->u;
		break;
	case RECORD_SIGNED:
		*real = (double)v->i;
		*whole = v->i > 0 ? (uint64_t)v->i : 0;
		return v->i >= 0;
	case RECORD_REAL:
		*real = v->real;
		return v->real >= 0;
	default:
		return false;
	}
	*real = (double)*whole;
	return true;
}

static void count(struct counting *c, const struct bound *b, size_t output, const void *data,
		  size_t size)
{
	const struct metric *m = b->metric;
	struct record *r = c->records[output];
	size_t from = b->places[output].from;
	struct series *s = NULL;
	struct record_value v = {.kind = RECORD_NONE};
	uint64_t whole = 1;
	double real = 1;
	bool counts = true;

	/* Without memory for another series: it is told by the process's size. */
	if (!m->from || from != record_count(r))
		s = series_of(c, b, output, data, size);
	if (!s)
		return;
	if (m->from) {
		record_get(r, from, data, size, &v);
		counts = number_of(&v, &whole, &real);
	}
	if (m->kind == METRIC_GAUGE && v.kind != RECORD_NONE)
		s->value = real * b->scale;
	else if (m->kind == METRIC_HISTOGRAM && counts)
		series_observe(b->family, s, real * b->scale, 1);
	else if (m->kind == METRIC_COUNTER && counts && b->scale == 1 && v.kind != RECORD_REAL)
		s->n += whole;
	else if (m->kind == METRIC_COUNTER && counts)
		s->value += real * b->scale;
}

bool counting_event(struct counting *c, size_t output, const void *data, size_t size)
{
	if (!record_wanted(c->records[output], data, size))
		return false;
	for (size_t i = 0; i < c->n; i++)
		count(c, &c->v[i], output, data, size);
	return true;
}

static void count_slot(struct counting *c, const struct bound *b, const char *row, size_t size)
{
	struct series *s;
	uint64_t slot = 0, n;

	memcpy(&slot, row + c->slot->offset, c->slot->size);
	memcpy(&n, row + c->value->offset, sizeof(n));
	s = n ? series_of(c, b, 0, row, size) : NULL;
	if (s && b->slots) {
		double sum = s->value;

		series_observe(b->family, s,
			       (c->program->linear ? (double)slot : buckets_slot_value(slot)) *
				       b->scale,
			       n);
		if (b->metric->sum)
			s->value = sum; /* counting_sums knows better */
	} else if (s) {
		s->n += n;
	}
}

int counting_sums(struct counting *c, size_t i, struct table *t, struct error *e)
{
	struct bound *b = &c->v[i];

	if (!b->sums.key_size)
		table_init(&b->sums, t->key_size, t->value_size);
	if (table_since(t, &b->sums))
		return error_nomem(e);
	for (size_t j = 0; j < t->n; j++) {
		const char *row = table_row(t, j);
		struct series *s;
		uint64_t sum;

		memcpy(&sum, row + c->value->offset, sizeof(sum));
		s = sum ? series_of(c, b, 0, row, table_row_size(t)) : NULL;
		if (s)
			s->value += (double)sum * metric_scale_of(b->metric->sum);
	}
	return 0;
}

int counting_table(struct counting *c, struct table *t, uint64_t interval_ns, struct error *e)
{
	bool top = c->program->output == PROGRAM_TOP;
	struct timespec now;
	int err = 0;

	if (!c->before.key_size)
		table_init(&c->before, t->key_size, t->value_size);
	if (!top && table_since(t, &c->before))
		err = error_nomem(e);
	clock_gettime(CLOCK_REALTIME, &now);
	record_interval(c->records[0], (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec,
			interval_ns);
	for (size_t i = 0; i < t->n && !err; i++) {
		const char *row = table_row(t, i);

		for (size_t j = 0; j < c->n; j++) {
			if (c->slot)
				count_slot(c, &c->v[j], row, table_row_size(t));
			else
				count(c, &c->v[j], 0, row, table_row_size(t));
		}
	}
	return err;
}
