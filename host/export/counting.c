/* SPDX-License-Identifier: Apache-2.0 */
#include "export/counting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export/label.h"
#include "output/record.h"
#include "tool/fields.h"

#define TEXT_ROOM  1024 /* of a value before it is cut to what a label may have */
#define TIME_BOUND 135	/* seconds: no bucket of a table's times ends later */

/* A metric, and where its values are. */
struct bound {
	const struct metric *metric;
	struct family *family;
	size_t from; /* the record's field; of a histogram's slots not used */
	size_t labels[METRICS_MAX_LABELS];
	double scale;
	bool slots;
	struct table sums; /* of slots: what the table of their sums held the last time */
};

struct counting {
	const struct program *program;
	struct record *record;
	const struct layout_field *slot, *value; /* of a histogram's table */
	size_t n;
	struct bound *v;
	struct table before; /* of a table that is never emptied: what it held the last time */
};

static const double time_bounds[] = {1e-5, 1e-4, 1e-3, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
				     0.25, 0.5,	 1,    2.5,    5,     10,   30,	   60};
static const double size_bounds[] = {0,	       64,	 256,	    1024,      4096,
				     16384,    65536,	 262144,    1048576,   4194304,
				     16777216, 67108864, 268435456, 1073741824};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

double counting_slot_value(uint64_t slot)
{
	/* Slot 1 counts 0 and 1: times from 0 up to 2. */
	return slot <= 1 ? 1 : 0.75 * (double)(1ULL << (slot < 63 ? slot : 63));
}

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

	if (fields_make(&fields, p, NULL) == 0 && fields_add_shown(&fields, ~0U, NULL) == 0) {
		f = fields_find(&fields, field);
		option = f && f->part == FIELD_SHOWN ? "show"
			 : f && f->column	     ? f->column->when
						     : NULL;
	}
	fields_free(&fields);
	return option;
}

static int find_field(const struct counting *c, const struct counting_of *of,
		      const struct metric *m, unsigned int line, const char *field, size_t *i,
		      struct error *e)
{
	const char *option;

	*i = record_find(c->record, field);
	if (*i != record_count(c->record) && record_kind(c->record, *i) != RECORD_NONE)
		return 0;
	option = option_of(of->program, field);
	if (!option)
		return wrong(of, line, m->name, field, "is not there with these options", e);
	return error_set(e, FAULT_TOOL, -EINVAL,
			 "%s:%u: %s: the field %s of %s is there only with its option %s", of->path,
			 line, m->name, field, of->program->name, option);
}

static bool is_number(enum record_kind kind)
{
	return kind == RECORD_UNSIGNED || kind == RECORD_SIGNED || kind == RECORD_REAL ||
	       kind == RECORD_BOOL;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* What a slot counts, in base units: by the label that these options choose. */
static double slot_scale(const struct metric *m, const struct counting_of *of, bool *is_time)
{
	static const struct {
		const char *label;
		double scale;
	} units[] = {{"secs", 1}, {"msecs", 1e-3}, {"usecs", 1e-6}, {"nsecs", 1e-9}};
	const struct program *p = of->program;
	const char *label = "";

	for (size_t i = 0; i < p->nlabels && !*label; i++)
		if (!p->labels[i].when || options_given(of->options, p, p->labels[i].when))
			label = p->labels[i].text;
	*is_time = false;
	for (size_t i = 0; i < COUNT(units); i++) {
		if (!strcmp(label, units[i].label)) {
			*is_time = true;
			return m->scale > 0 ? m->scale : units[i].scale;
		}
	}
	return m->scale > 0 ? m->scale : !strcmp(label, "kbytes") ? 1024 : 1;
}

/* Bounds of a table's slots: a slot ends below 2^slot. */
static size_t slot_bounds(double *bounds, double scale, bool is_time)
{
	size_t n = 0;

	for (unsigned int slot = 1; slot <= 40; slot++) {
		double bound = (double)(1ULL << slot) * scale;

		if (is_time && bound > TIME_BOUND)
			break;
		bounds[n++] = bound;
	}
	return n;
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
		.nbounds = m->nbuckets,
		.bounds = m->buckets,
	};
	bool is_time = m->from && (ends_with(m->from, "_ns") || ends_with(m->from, "_us") ||
				   ends_with(m->from, "_ms"));
	int err;

	for (size_t i = 0; i < m->nlabels; i++) {
		labels[i] = m->labels[i].name;
		label_max[i] = m->labels[i].max_series;
	}
	b->scale = b->slots ? slot_scale(m, of, &is_time) : metric_scale(m);
	if (b->slots) {
		spec.bounds = bounds;
		spec.nbounds = slot_bounds(bounds, b->scale, is_time);
	} else if (m->kind == METRIC_HISTOGRAM && !m->nbuckets) {
		spec.bounds = is_time ? time_bounds : size_bounds;
		spec.nbounds = is_time ? COUNT(time_bounds) : COUNT(size_bounds);
	}
	err = family_new(&b->family, &spec, of->budget, e);
	/* What has no labels is there from the beginning, at 0. */
	if (!err && !m->nlabels && m->kind != METRIC_GAUGE && !family_only(b->family))
		err = error_nomem(e);
	return err;
}

static int bind_metric(struct counting *c, struct bound *b, const struct metric *m,
		       const struct counting_of *of, struct error *e)
{
	int err = 0;

	b->metric = m;
	b->slots = of->program->output == PROGRAM_HISTOGRAM && m->kind == METRIC_HISTOGRAM;
	if (m->from && !b->slots) {
		err = find_field(c, of, m, m->line, m->from, &b->from, e);
		if (!err && !is_number(record_kind(c->record, b->from)))
			err = wrong(of, m->line, m->name, m->from, "is no number", e);
	}
	for (size_t i = 0; i < m->nlabels && !err; i++)
		err = find_field(c, of, m, m->labels[i].line, m->labels[i].from, &b->labels[i], e);
	return err ?: make_family(b, of, e);
}

static int find_slots(struct counting *c, const struct counting_of *of, struct error *e)
{
	const struct layout *l = of->layout;

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
	err = c->v ? record_new(&c->record, of->program, of->options, of->layout, of->kernel, e)
		   : error_nomem(e);
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
		table_free(&c->v[i].sums);
	}
	free(c->v);
	record_free(c->record);
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

static struct series *series_of(struct counting *c, const struct bound *b, const void *data,
				size_t size)
{
	struct label_value labels[METRICS_MAX_LABELS];
	char values[METRICS_MAX_LABELS][REGISTRY_VALUE_MAX];
	size_t n = b->metric->nlabels;

	if (!n)
		return family_only(b->family);
	for (size_t i = 0; i < n; i++) {
		struct record_value v;
		char text[TEXT_ROOM];

		record_get(c->record, b->labels[i], data, size, &v);
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

static void count(struct counting *c, const struct bound *b, const void *data, size_t size)
{
	const struct metric *m = b->metric;
	struct series *s = series_of(c, b, data, size);
	struct record_value v = {.kind = RECORD_NONE};
	uint64_t whole = 1;
	double real = 1;
	bool counts = true;

	if (!s)
		return; /* no memory for another series: it is told by the process's size */
	if (m->from) {
		record_get(c->record, b->from, data, size, &v);
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

bool counting_event(struct counting *c, const void *data, size_t size)
{
	if (!record_wanted(c->record, data, size))
		return false;
	for (size_t i = 0; i < c->n; i++)
		count(c, &c->v[i], data, size);
	return true;
}

static void count_slot(struct counting *c, const struct bound *b, const char *row, size_t size)
{
	struct series *s;
	uint64_t slot = 0, n;

	memcpy(&slot, row + c->slot->offset, c->slot->size);
	memcpy(&n, row + c->value->offset, sizeof(n));
	s = n ? series_of(c, b, row, size) : NULL;
	if (s && b->slots) {
		double sum = s->value;

		series_observe(b->family, s,
			       (c->program->linear ? (double)slot : counting_slot_value(slot)) *
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
		s = sum ? series_of(c, b, row, table_row_size(t)) : NULL;
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
	record_interval(c->record, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec,
			interval_ns);
	for (size_t i = 0; i < t->n && !err; i++) {
		const char *row = table_row(t, i);

		for (size_t j = 0; j < c->n; j++) {
			if (c->slot)
				count_slot(c, &c->v[j], row, table_row_size(t));
			else
				count(c, &c->v[j], row, table_row_size(t));
		}
	}
	return err;
}
