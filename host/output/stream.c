/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stream_parts.h"

#include <stdlib.h>
#include <string.h>

#include "output/data.h"
#include "output/dress.h"
#include "output/put_csv.h"

static int make_folded(struct stream *s, struct error *e)
{
	if (!s->cells.folded)
		return 0;
	s->folded = malloc(sizeof(*s->folded));
	if (!s->folded)
		return error_nomem(e);
	writer_init(s->folded, -1, NULL);
	return 0;
}

static int make_room_for_parts(struct stream *s, struct error *e)
{
	bool any = false;

	for (size_t i = 0; i < s->cells.n; i++)
		any = any || s->cells.v[i].kind == CELL_PARTS;
	if (!any)
		return 0;
	s->parts = malloc(sizeof(*s->parts));
	if (!s->parts)
		return error_nomem(e);
	writer_init(s->parts, -1, NULL);
	return 0;
}

int stream_new(struct stream **out, const struct program *p, const struct options *o,
	       const struct layout *l, struct writer *w, struct error *e)
{
	struct stream *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return error_nomem(e);
	s->w = w;
	s->second = -1;
	s->first = &s->own_first;
	s->csv = p->csv && options_given(o, p, p->csv);
	s->headless = p->headless;
	err = cells_make(&s->cells, p, o, l, e)
		      ?: only_make(&s->only, p, o, l, e)
		      ?: make_room_for_parts(s, e)
		      ?: make_folded(s, e);
	if (!err && options_want_data(o))
		err = data_new(&s->data, p, o, l, w, e);
	if (!err && s->data)
		data_first(s->data, s->first);
	if (err)
		stream_free(s);
	else
		*out = s;
	return err;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	dress_free(s->dress);
	cells_free(&s->cells);
	only_free(&s->only);
	data_free(s->data);
	buf_free(&s->names);
	buf_free(&s->line);
	free(s->folded);
	free(s->parts);
	free(s);
}

static void put_name(struct stream *s)
{
	size_t len = s->name ? strlen(s->name) : 0;

	if (!s->name)
		return;
	if (s->csv) {
		put_csv_utf8(s->w, s->name, len);
		writer_char(s->w, ',');
		return;
	}
	writer_add(s->w, s->name, len);
	writer_pad(s->w, s->name_width - (len < s->name_width ? len : s->name_width) + 1);
}

void stream_named(struct stream *s, const char *name, unsigned int width)
{
	s->name = name;
	s->name_width = width;
}

static bool same_titles(const struct cells *a, const struct cells *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = strcmp(a->v[i].title, b->v[i].title) == 0;
	return same;
}

bool stream_join(struct stream *s, struct stream *first)
{
	bool same = same_titles(&s->cells, &first->cells);

	s->first = first->first;
	if (s->data)
		data_first(s->data, s->first);
	s->with = same ? first : NULL;
	return same;
}

void stream_heading(struct stream *s)
{
	if (s->data) {
		data_heading(s->data);
		return;
	}
	if (s->cells.folded) /* lines for flame graphs have none */
		return;
	if (s->headless && !s->csv)
		return;
	put_name(s);
	for (size_t i = 0; i < s->cells.n; i++) {
		const struct cell *c = &s->cells.v[i];
		size_t len = strlen(c->title);

		if (i)
			writer_char(s->w, s->csv ? ',' : ' ');
		stream_put(s, c, c->title, len, len);
	}
	if (s->cells.n && !s->cells.folded)
		writer_char(s->w, '\n');
	if (s->dress)
		dress_titles_written(s->dress);
}

struct data *stream_data(struct stream *s)
{
	return s->data;
}

void stream_terminal(struct stream *s, const struct terminal *t, bool repeat)
{
	if (!s->csv && !s->data && !s->cells.folded)
		s->dress = dress_new(t, &s->cells, repeat && !s->headless,
				     s->with ? s->with->dress : NULL);
}

/* The values of an event, side by side in the dress's text. */
static void measure(struct stream *s, const void *data, size_t size, bool judge)
{
	struct dress *d = s->dress;
	struct writer *w = s->w;

	s->w = &d->text;
	s->plain = true;
	dress_begin(d);
	for (size_t i = 0; i < s->cells.n; i++) {
		size_t at = d->text.len;

		stream_put_cell(s, &s->cells.v[i], data, size);
		dress_value(d, at, judge ? data : NULL, size);
	}
	s->plain = false;
	s->w = w;
	dress_fit(d);
}

void stream_fit(struct stream *s, const void *data, size_t size)
{
	if (s->dress && only_passes(&s->only, data, size))
		measure(s, data, size, false);
}

static void put_dressed(struct stream *s, const void *data, size_t size)
{
	measure(s, data, size, true);
	if (dress_wants_titles(s->dress))
		stream_heading(s);
	put_name(s);
	dress_line(s->dress, s->w);
	stream_below(s, data, size, s->w);
}

bool stream_event(struct stream *s, const void *data, size_t size)
{
	if (s->data)
		return data_event(s->data, data, size);
	if (!only_passes(&s->only, data, size))
		return false;
	if (s->dress && !s->cells.folded) {
		put_dressed(s, data, size);
		return true;
	}
	if (s->cells.folded)
		stream_put_folded(s, data, size);
	else
		put_name(s);
	for (size_t i = 0; i < s->cells.n && !s->cells.folded; i++) {
		if (i)
			writer_char(s->w, s->csv ? ',' : ' ');
		stream_put_cell(s, &s->cells.v[i], data, size);
	}
	if (s->cells.n)
		writer_char(s->w, '\n');
	stream_below(s, data, size, s->w);
	return true;
}

void stream_elapsed(struct stream *s, uint64_t ns)
{
	s->elapsed_ns = ns;
	if (s->data)
		data_interval(s->data, ns);
}

void stream_kernel(struct stream *s, struct kernel *k)
{
	s->kernel = k;
	if (s->data)
		data_kernel(s->data, k);
}

void stream_stacks(struct stream *s, struct stacks *stacks)
{
	s->stacks = stacks;
	if (s->data)
		data_stacks(s->data, stacks);
}

const char *stream_value(struct stream *s, size_t i, const void *data, size_t size,
			 struct writer *to)
{
	struct writer *w = s->w;

	for (size_t at = 0; at < s->cells.n; at++) {
		const struct cell *c = &s->cells.v[at];

		if (c->kind == CELL_TIME || i--)
			continue;
		s->w = to;
		s->plain = true;
		stream_put_cell(s, c, data, size);
		s->plain = false;
		s->w = w;
		return c->title;
	}
	return NULL;
}

void stream_clock_line(struct stream *s)
{
	for (size_t i = 0; i < s->cells.n; i++) {
		if (s->cells.v[i].kind != CELL_TIME)
			continue;
		s->plain = true;
		stream_put_clock(s, &s->cells.v[i]);
		s->plain = false;
		writer_char(s->w, '\n');
		return;
	}
}
