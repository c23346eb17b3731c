/* SPDX-License-Identifier: Apache-2.0 */
#include "output/dress.h"

#include <stdlib.h>
#include <string.h>

#define ERROR "\033[31m"
#define SLOW  "\033[33m"
#define PLAIN "\033[0m"

#define ROWS_LEAST 5 /* of a terminal, for titles to come again */

struct dress *dress_new(const struct terminal *t, struct cells *cells, bool repeat,
			struct dress *with)
{
	struct dress *d;

	if (!t || (!t->tty && !t->colour))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->t = t;
	d->cells = cells;
	d->sheet = with ?: d;
	d->repeat = repeat && t->tty;
	d->values = calloc(cells->n + 1, sizeof(*d->values));
	d->medians = t->colour ? calloc(cells->n + 1, sizeof(*d->medians)) : NULL;
	writer_init(&d->text, -1, NULL);
	if (!d->values || (t->colour && !d->medians)) {
		dress_free(d);
		return NULL;
	}
	return d;
}

void dress_free(struct dress *d)
{
	if (!d)
		return;
	free(d->values);
	free(d->medians);
	free(d);
}

void dress_begin(struct dress *d)
{
	d->n = 0;
	d->text.len = 0;
	d->text.err = 0;
}

void dress_value(struct dress *d, size_t at, const char *data, size_t size)
{
	struct dress_value *v = &d->values[d->n];

	/* A line that the writer had no room for begins anew: its first part is lost. */
	if (at > d->text.len)
		at = 0;
	v->at = at;
	v->len = d->text.len - at;
	v->width = terminal_width(d->text.data + at, v->len);
	v->as = HIGHLIGHT_NOT;
	if (d->medians && data)
		v->as = highlight_of(&d->cells->v[d->n].highlight, &d->medians[d->n], data, size);
	d->n++;
}

static unsigned int width_of_all(const struct dress *d)
{
	unsigned int sum = 0;

	for (size_t i = 0; i + 1 < d->cells->n; i++)
		sum += d->cells->v[i].width + 1;
	return sum;
}

/* Columns are as wide as those of the lines around. */
static void fit_to_sheet(struct dress *d)
{
	struct cells *mine = d->cells, *its = d->sheet->cells;

	for (size_t i = 0; d->t->tty && mine != its && i < mine->n; i++) {
		unsigned int a = mine->v[i].width, b = its->v[i].width;

		mine->v[i].width = its->v[i].width = a > b ? a : b;
	}
}

void dress_fit(struct dress *d)
{
	unsigned int most = d->t->columns * 2 / 3, sum;

	fit_to_sheet(d);
	sum = width_of_all(d);
	for (size_t i = 0; d->t->tty && i + 1 < d->n; i++) {
		struct cell *c = &d->cells->v[i];
		size_t more = d->values[i].width > c->width ? d->values[i].width - c->width : 0;

		if (!more || sum + more > most)
			continue;
		c->width += (unsigned int)more;
		sum += (unsigned int)more;
		d->sheet->grown = true;
	}
	fit_to_sheet(d);
}

bool dress_wants_titles(const struct dress *d)
{
	const struct dress *s = d->sheet;

	if (!d->repeat || !s->columns || d->t->rows < ROWS_LEAST)
		return false;
	/* One line of the screen is that which the cursor is in. */
	return s->grown || s->lines + 2 > d->t->rows || s->rows != d->t->rows ||
	       s->columns != d->t->columns;
}

void dress_titles_written(struct dress *d)
{
	struct dress *s = d->sheet;

	s->grown = false;
	s->lines = 1;
	s->rows = d->t->rows;
	s->columns = d->t->columns;
}

static void put_value(struct dress *d, struct writer *w, const struct dress_value *v)
{
	if (v->as != HIGHLIGHT_NOT)
		writer_add(w, v->as == HIGHLIGHT_ERROR ? ERROR : SLOW, strlen(ERROR));
	writer_add(w, d->text.data + v->at, v->len);
	if (v->as != HIGHLIGHT_NOT)
		writer_add(w, PLAIN, strlen(PLAIN));
}

/* `column` is where the next one begins if all fit; `at` where the line is. */
void dress_line(struct dress *d, struct writer *w)
{
	size_t at = 0, column = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct dress_value *v = &d->values[i];
		const struct cell *c = &d->cells->v[i];
		size_t to = column;

		if (c->right && c->width > v->width)
			to += c->width - v->width;
		if (i && to < at + 1)
			to = at + 1;
		writer_pad(w, to - at);
		put_value(d, w, v);
		at = to + v->width;
		column += c->width + 1;
		/* Elsewhere a long value moves all that follows, as it always did. */
		if (!d->t->tty && column < at + 1)
			column = at + 1;
	}
	writer_char(w, '\n');
	d->sheet->lines += 1 + (unsigned int)(at ? (at - 1) / d->t->columns : 0);
}

void dress_below(struct dress *d, unsigned int lines)
{
	d->lines += lines;
}
