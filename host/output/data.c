/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "output/cells.h"
#include "output/data_parts.h"
#include "output/put_csv.h"
#include "output/put_json.h"
#include "output/stacks.h"

static int make_keys(struct data *d, struct error *e)
{
	d->n = record_count(d->record);
	d->keys = calloc(d->n, sizeof(*d->keys));
	if (!d->keys)
		return error_nomem(e);
	for (size_t i = 0; i < d->n; i++) {
		struct buf b = {0};

		buf_printf(&b, "\"%s\":", record_name(d->record, i));
		d->keys[i] = buf_take(&b);
		if (!d->keys[i])
			return error_nomem(e);
	}
	return 0;
}

/* CSV has one line of names for all lines. */
static int make_columns(struct data *d, const struct program *p, const struct options *o,
			struct error *e)
{
	const struct program *main = p->main ?: p;
	int err =
		fields_make_all(&d->all, main, e) ?: fields_add_shown(&d->all, cells_show(p, o), e);

	if (err)
		return err;
	/* A text of which one table is shown has told by that which one it is. */
	if (!main->nalso)
		d->origin = NULL;
	d->columns = calloc(d->all.n, sizeof(*d->columns));
	for (size_t i = 0; d->columns && i < d->all.n; i++)
		d->columns[i] = record_find(d->record, d->all.v[i].name);
	return d->columns ? put_csv_init(&d->cell, d->w, e) : error_nomem(e);
}

int data_new(struct data **out, const struct program *p, const struct options *o,
	     const struct layout *l, struct writer *w, struct error *e)
{
	struct data *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return error_nomem(e);
	d->w = w;
	d->csv = o->output == OPTIONS_OUTPUT_CSV;
	d->no_header = o->no_header;
	d->loadavg = p->loadavg;
	d->origin = p->origin;
	d->histogram = p->output == PROGRAM_HISTOGRAM;
	err = record_new(&d->record, p, o, l, NULL, e) ?: make_keys(d, e);
	if (!err && d->csv)
		err = make_columns(d, p, o, e);
	if (err)
		data_free(d);
	else
		*out = d;
	return err;
}

void data_free(struct data *d)
{
	if (!d)
		return;
	for (size_t i = 0; d->keys && i < d->n; i++)
		free(d->keys[i]);
	free(d->keys);
	free(d->columns);
	fields_free(&d->all);
	put_csv_free(&d->cell);
	record_free(d->record);
	free(d);
}

void data_kernel(struct data *d, struct kernel *k)
{
	record_kernel(d->record, k);
}

void data_stacks(struct data *d, struct stacks *s)
{
	record_stacks(d->record, s);
}

void data_first(struct data *d, struct value_first *first)
{
	record_first(d->record, first);
}

void data_heading(struct data *d)
{
	if (!d->csv || d->headed)
		return;
	d->headed = true;
	if (d->no_header)
		return;
	if (d->origin)
		put_json_raw(d->w, FIELDS_TABLE ",");
	for (size_t i = 0; i < d->all.n; i++) {
		if (i)
			writer_char(d->w, ',');
		put_json_raw(d->w, d->all.v[i].name);
	}
	put_json_raw(d->w, d->histogram ? ",unit,low,high,count\r\n" : "\r\n");
}

void data_interval(struct data *d, uint64_t interval_ns)
{
	record_interval(d->record, stamp_now(), interval_ns);
	data_heading(d);
}

/* --- a value --- */

static void put_time(struct data *d, uint64_t ns)
{
	stamp_put(&d->stamp, writer_room(d->w, STAMP_LEN), ns);
	writer_took(d->w, STAMP_LEN);
}

static void put_names(struct writer *w, const struct record_value *v)
{
	const char *end = v->text.data + v->text.len;

	writer_char(w, '[');
	for (const char *name = v->text.data; name < end; name += strlen(name) + 1) {
		if (name > v->text.data)
			writer_char(w, ',');
		put_json_string(w, name, strlen(name));
	}
	writer_char(w, ']');
}

static void put_folded(struct writer *w, const struct record_value *v)
{
	char *folded = malloc(v->text.len + 1);

	if (folded)
		put_csv_text(w, folded, stacks_fold(v->text.data, v->text.len, folded));
	free(folded);
}

/* What is more than a number or a text, into JSON or, by way of `cell`, into a cell of CSV. */
static void put_array(struct writer *w, const struct record_value *v)
{
	if (v->kind == RECORD_FLAGS)
		put_json_bits(w, v->u, v->names, v->n);
	else if (v->kind == RECORD_LIST)
		put_json_list(w, v->text.data, v->text.len);
	else
		call_json(v->call, w, v->event, v->size);
}

/* The same in both. */
static void put_plain(struct data *d, const struct record_value *v)
{
	if (v->kind == RECORD_UNSIGNED)
		put_json_unsigned(d->w, v->u);
	else if (v->kind == RECORD_SIGNED)
		put_json_signed(d->w, v->i);
	else if (v->kind == RECORD_REAL)
		put_json_real(d->w, v->real);
	else if (v->kind == RECORD_BOOL)
		put_json_raw(d->w, v->u ? "true" : "false");
}

static void put_object_value(struct data *d, const struct record_value *v)
{
	switch (v->kind) {
	case RECORD_NONE:
		put_json_raw(d->w, "null");
		break;
	case RECORD_TEXT:
		put_json_string(d->w, v->text.data, v->text.len);
		break;
	case RECORD_NUMBERS:
		writer_char(d->w, '[');
		writer_add(d->w, v->text.data, v->text.len);
		writer_char(d->w, ']');
		break;
	case RECORD_TIME:
		writer_char(d->w, '"');
		put_time(d, v->u);
		writer_char(d->w, '"');
		break;
	case RECORD_NAMES:
		put_names(d->w, v);
		break;
	case RECORD_FLAGS:
	case RECORD_LIST:
	case RECORD_CALL:
		put_array(d->w, v);
		break;
	default:
		put_plain(d, v);
	}
}

static void put_csv_value(struct data *d, const struct record_value *v)
{
	switch (v->kind) {
	case RECORD_NONE:
		break;
	case RECORD_TEXT:
	case RECORD_NUMBERS:
		put_csv_text(d->w, v->text.data, v->text.len);
		break;
	case RECORD_TIME:
		put_time(d, v->u);
		break;
	case RECORD_NAMES:
		put_folded(d->w, v);
		break;
	case RECORD_FLAGS:
	case RECORD_LIST:
	case RECORD_CALL:
		put_array(put_csv_begin(&d->cell), v);
		put_csv_end(&d->cell);
		break;
	default:
		put_plain(d, v);
	}
}

void data_begin_object(struct data *d)
{
	writer_char(d->w, '{');
	if (!d->origin)
		return;
	put_json_raw(d->w, "\"" FIELDS_TABLE "\":");
	put_json_string(d->w, d->origin, strlen(d->origin));
	writer_char(d->w, ',');
}

void data_put_row(struct data *d, const void *event, size_t size)
{
	struct record_value v;

	if (d->origin) {
		put_csv_text(d->w, d->origin, strlen(d->origin));
		writer_char(d->w, ',');
	}
	for (size_t i = 0; i < d->all.n; i++) {
		if (i)
			writer_char(d->w, ',');
		if (d->columns[i] == d->n)
			continue;
		record_get(d->record, d->columns[i], event, size, &v);
		put_csv_value(d, &v);
	}
}

void data_put_fields(struct data *d, const void *event, size_t size, size_t from, size_t to)
{
	struct record_value v;

	for (size_t i = from; i < to; i++) {
		if (i > from)
			writer_char(d->w, ',');
		record_get(d->record, i, event, size, &v);
		put_json_raw(d->w, d->keys[i]);
		put_object_value(d, &v);
	}
}

bool data_event(struct data *d, const void *event, size_t size)
{
	if (!record_wanted(d->record, event, size))
		return false;
	if (d->csv) {
		data_put_row(d, event, size);
		put_json_raw(d->w, "\r\n");
		return true;
	}
	data_begin_object(d);
	data_put_fields(d, event, size, 0, d->n);
	put_json_raw(d->w, "}\n");
	return true;
}
