/* SPDX-License-Identifier: Apache-2.0 */
#include "script/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/data.h"
#include "output/stream.h"
#include "script/view_program.h"

struct rows {
	const struct program *program;
	const struct options *options;
	const struct layout *layout;
	const struct layout_field *by; /* NULL: the value has no number */
	struct stream *stream;
	struct writer *w;
	struct writer cell; /* where one value is written to be taken from */
	size_t n;	    /* columns that stand side by side: no stacks */
	const struct program_column **columns;
	size_t *widths; /* of these */
};

int rows_new(struct rows **out, const struct program *p, const struct options *o,
	     const struct layout *l, size_t nkey, struct kernel *k, struct stacks *s,
	     struct writer *w, struct error *e)
{
	struct rows *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return error_nomem(e);
	r->program = p;
	r->options = o;
	r->layout = l;
	r->w = w;
	writer_init(&r->cell, -1, NULL);
	r->widths = calloc(p->ncolumns + 1, sizeof(*r->widths));
	r->columns = calloc(p->ncolumns + 1, sizeof(*r->columns));
	for (size_t i = 0; i < p->ncolumns && r->columns; i++)
		if (!program_column_is_stack(&p->columns[i]))
			r->columns[r->n++] = &p->columns[i];
	for (size_t i = nkey; i < l->nfields && !r->by; i++)
		if (view_program_right(&l->fields[i]) &&
		    !view_program_is_stack(p, l->fields[i].name))
			r->by = &l->fields[i];
	err = r->widths && r->columns ? 0 : error_nomem(e);
	if (!err && p->ncolumns)
		err = stream_new(&r->stream, p, o, l, w, e);
	if (err) {
		rows_free(r);
		return err;
	}
	if (r->stream) {
		stream_kernel(r->stream, k);
		stream_stacks(r->stream, s);
	}
	*out = r;
	return 0;
}

void rows_free(struct rows *r)
{
	if (!r)
		return;
	stream_free(r->stream);
	free(r->widths);
	free(r->columns);
	free(r);
}

/* A number so that its order is that of unsigned ones. */
static uint64_t weight(const struct rows *r, const char *row)
{
	uint64_t v = 0;
	unsigned int shift;

	if (!r->by)
		return 0;
	memcpy(&v, row + r->by->offset, r->by->size);
	if (r->by->kind != LAYOUT_SIGNED)
		return v;
	shift = 64 - 8 * r->by->size;
	return (uint64_t)((int64_t)(v << shift) >> shift) ^ (1ULL << 63);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct rows *r = arg;
	uint64_t x = weight(r, a), y = weight(r, b);

	if (x != y)
		return x > y ? -1 : 1;
	return memcmp(a, b, r->layout->size);
}

static bool is_zero(const struct table *t, size_t i)
{
	const char *value = table_row(t, i) + t->key_size;

	for (uint32_t at = 0; at < t->value_size; at++)
		if (value[at])
			return false;
	return true;
}

static void put(struct rows *r, const char *text)
{
	writer_add(r->w, text, strlen(text));
}

/* Characters, not bytes, of UTF-8. */
static size_t characters(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

/* The text of a row's column in r->cell; NULL: there is no such column. */
static const char *render(struct rows *r, size_t column, const char *row, size_t size)
{
	r->cell.len = 0;
	return r->stream ? stream_value(r->stream, column, row, size, &r->cell) : NULL;
}

static void measure(struct rows *r, const struct table *t, const bool *passed)
{
	size_t size = table_row_size(t);

	for (size_t c = 0; c < r->n; c++)
		r->widths[c] = strlen(r->columns[c]->title);
	for (size_t i = 0; i < t->n; i++) {
		for (size_t c = 0; !passed[i] && render(r, c, table_row(t, i), size); c++) {
			size_t n = characters(r->cell.data, r->cell.len);

			r->widths[c] = n > r->widths[c] ? n : r->widths[c];
		}
	}
}

static void put_cell(struct rows *r, size_t c, const char *text, size_t len)
{
	const struct program_column *column = r->columns[c];
	size_t have = characters(text, len);
	size_t space = have < r->widths[c] ? r->widths[c] - have : 0;
	bool right = column->align == PROGRAM_ALIGN_RIGHT, last = c + 1 == r->n;

	if (c)
		put(r, " ");
	if (right)
		writer_pad(r->w, space);
	writer_add(r->w, text, len);
	if (!right && !last)
		writer_pad(r->w, space);
	if (last)
		put(r, "\n");
}

static void put_heading(struct rows *r)
{
	put(r, "\n");
	put(r, r->program->table);
	put(r, ":\n");
	for (size_t c = 0; c < r->n; c++)
		put_cell(r, c, r->columns[c]->title, strlen(r->columns[c]->title));
}

/* Those that are shown come first. */
static size_t keep_shown(struct table *t, const bool *passed)
{
	size_t size = table_row_size(t), n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (!passed[i])
			memmove(table_row(t, n++), table_row(t, i), size);
	return n;
}

static void put_data(struct rows *r, struct table *t, const bool *passed, uint64_t elapsed_ns)
{
	struct data *d = stream_data(r->stream);

	data_interval(d, elapsed_ns);
	t->n = keep_shown(t, passed);
	data_top(d, t, t->n, NULL);
}

int rows_print(struct rows *r, struct table *t, bool zeros, uint64_t elapsed_ns, struct error *e)
{
	size_t size = table_row_size(t), most = r->options->maxrows ?: SIZE_MAX, n = 0;
	bool *passed = calloc(t->n + 1, sizeof(*passed));

	if (!passed)
		return error_nomem(e);
	if (t->n)
		qsort_r(t->data, t->n, size, compare, r);
	for (size_t i = 0; i < t->n; i++) {
		passed[i] = n >= most || (zeros && is_zero(t, i));
		n += !passed[i];
	}
	if (r->stream && stream_data(r->stream)) {
		put_data(r, t, passed, elapsed_ns);
		free(passed);
		return 0;
	}
	measure(r, t, passed);
	if (!r->options->no_header)
		put_heading(r);
	for (size_t i = 0; i < t->n; i++) {
		const char *row = table_row(t, i);

		for (size_t c = 0; !passed[i] && render(r, c, row, size); c++)
			put_cell(r, c, r->cell.data, r->cell.len);
		if (!passed[i] && r->stream)
			stream_below(r->stream, row, size, r->w);
	}
	free(passed);
	return 0;
}
