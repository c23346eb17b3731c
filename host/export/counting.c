/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export/buckets.h"
#include "export/counting_parts.h"
#include "export/label.h"

#define TEXT_ROOM 1024 /* of a value before it is cut to what a label may have */

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
