/* SPDX-License-Identifier: Apache-2.0 */
/* data_table: a table's rows: tops and histograms. */
#include <stdio.h>
#include <string.h>

#include "output/data_parts.h"
#include "output/put_csv.h"
#include "output/put_json.h"

#define TABLE_FIELDS 2 /* a row's first: time and interval_ns, which an object has once */

/* "0.23 0.10 0.04 1/126 4321": the first three. */
static void put_load(struct data *d, const char *load)
{
	double v[3];

	put_json_raw(d->w, ",\"loadavg\":");
	if (!load || sscanf(load, "%lf %lf %lf", &v[0], &v[1], &v[2]) != 3) {
		put_json_raw(d->w, "null");
		return;
	}
	for (int i = 0; i < 3; i++) {
		writer_char(d->w, i ? ',' : '[');
		put_json_real(d->w, v[i]);
	}
	writer_char(d->w, ']');
}

void data_top(struct data *d, const struct table *t, size_t rows, const char *load)
{
	rows = rows < t->n ? rows : t->n;
	if (d->csv) {
		for (size_t i = 0; i < rows; i++)
			data_event(d, table_row(t, i), table_row_size(t));
		return;
	}
	data_begin_object(d);
	data_put_fields(d, NULL, 0, 0, TABLE_FIELDS);
	if (d->loadavg)
		put_load(d, load);
	put_json_raw(d->w, ",\"entries\":");
	put_json_unsigned(d->w, t->n);
	put_json_raw(d->w, ",\"rows\":[");
	for (size_t i = 0; i < rows; i++) {
		put_json_raw(d->w, i ? ",{" : "{");
		data_put_fields(d, table_row(t, i), table_row_size(t), TABLE_FIELDS, d->n);
		writer_char(d->w, '}');
	}
	put_json_raw(d->w, "]}\n");
}

void data_histograms_begin(struct data *d, const char *unit)
{
	d->unit = unit;
	d->any = false;
	if (d->csv)
		return;
	data_begin_object(d);
	data_put_fields(d, NULL, 0, 0, TABLE_FIELDS);
	put_json_raw(d->w, ",\"unit\":");
	put_json_string(d->w, unit, strlen(unit));
	put_json_raw(d->w, ",\"histograms\":[");
}

static void put_csv_bucket(struct data *d, const void *row, size_t size,
			   const struct data_bucket *b)
{
	data_put_row(d, row, size);
	writer_char(d->w, ',');
	put_csv_text(d->w, d->unit, strlen(d->unit));
	for (int i = 0; i < 3; i++) {
		writer_char(d->w, ',');
		put_json_unsigned(d->w, i == 0 ? b->low : i == 1 ? b->high : b->count);
	}
	put_json_raw(d->w, "\r\n");
}

static void put_json_bucket(struct data *d, const struct data_bucket *b)
{
	put_json_raw(d->w, "{\"low\":");
	put_json_unsigned(d->w, b->low);
	put_json_raw(d->w, ",\"high\":");
	put_json_unsigned(d->w, b->high);
	put_json_raw(d->w, ",\"count\":");
	put_json_unsigned(d->w, b->count);
	writer_char(d->w, '}');
}

void data_histogram(struct data *d, const void *row, size_t size, const struct data_bucket *b,
		    size_t n)
{
	uint64_t sum = 0;

	if (d->csv) {
		for (size_t i = 0; i < n; i++)
			put_csv_bucket(d, row, size, &b[i]);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sum += b[i].count;
	put_json_raw(d->w, d->any ? ",{" : "{");
	d->any = true;
	data_put_fields(d, row, size, TABLE_FIELDS, d->n);
	put_json_raw(d->w, d->n > TABLE_FIELDS ? ",\"count\":" : "\"count\":");
	put_json_unsigned(d->w, sum);
	put_json_raw(d->w, ",\"buckets\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			writer_char(d->w, ',');
		put_json_bucket(d, &b[i]);
	}
	put_json_raw(d->w, "]}");
}

void data_histograms_end(struct data *d)
{
	if (!d->csv)
		put_json_raw(d->w, "]}\n");
}
