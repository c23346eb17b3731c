/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "output/top.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "output/data.h"
#include "output/screen.h"
#include "output/stream.h"

#define ROWS	   20 /* as BCC's tools have it, unless --maxrows says otherwise */
#define FIELDS_MAX 8  /* of a sort */

struct top {
	const struct program *program;
	const struct options *options;
	struct writer *w;
	struct stream *stream;
	size_t sort; /* which of the program's */
	const struct layout *layout;
	size_t nfields;
	const struct layout_field *by[FIELDS_MAX]; /* their sum decides; none: by key alone */
	uint32_t key_size;			   /* of the table that is sorted */
	bool printed, paused, left;
	struct terminal *terminal;
	struct screen screen;
	struct table shown; /* on the screen */
	char load[96];	    /* the line above it */
	struct writer line; /* lines of the table, on their way to the screen or to w */
	bool to_screen;
};

static void pass_on(void *ctx, const char *data, size_t len)
{
	struct top *t = ctx;

	if (t->to_screen)
		screen_add(&t->screen, data, len);
	else
		writer_add(t->w, data, len);
}

static size_t chosen(const struct program *p, const struct options *o)
{
	for (size_t i = 0; i < p->nsorts; i++)
		if (!o->sort || !strcmp(o->sort, p->sorts[i].name))
			return i;
	return 0;
}

static int find_fields(struct top *t, size_t sort, struct error *e)
{
	const struct program *p = t->program;
	const struct program_sort *s = sort < p->nsorts ? &p->sorts[sort] : NULL;

	t->nfields = 0;
	for (size_t i = 0; s && i < s->nfields && t->nfields < FIELDS_MAX; i++) {
		const struct layout_field *f = layout_find(t->layout, s->fields[i]);

		if (!f || f->size > 8)
			return error_set(e, FAULT_TOOL, -EINVAL,
					 "%s:%u: `sort`: table %s has no number %s", p->path,
					 s->line, p->table, s->fields[i]);
		t->by[t->nfields++] = f;
	}
	t->sort = sort;
	return 0;
}

int top_new(struct top **out, const struct program *p, const struct options *o,
	    const struct layout *l, struct kernel *k, struct writer *w, struct error *e)
{
	struct top *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return error_nomem(e);
	t->program = p;
	t->options = o;
	t->layout = l;
	t->w = w;
	writer_init_sink(&t->line, pass_on, t);
	err = find_fields(t, chosen(p, o), e);
	if (!err)
		err = stream_new(&t->stream, p, o, l, options_want_data(o) ? w : &t->line, e);
	if (err) {
		top_free(t);
		return err;
	}
	stream_kernel(t->stream, k);
	*out = t;
	return 0;
}

void top_stacks(struct top *t, struct stacks *s)
{
	stream_stacks(t->stream, s);
}

void top_free(struct top *t)
{
	if (!t)
		return;
	stream_free(t->stream);
	table_free(&t->shown);
	free(t);
}

void top_terminal(struct top *t, struct terminal *terminal)
{
	t->terminal = terminal;
	t->screen = (struct screen){.w = t->w, .t = terminal};
	stream_terminal(t->stream, terminal, false);
}

bool top_has_screen(const struct top *t)
{
	return t->terminal && t->terminal->escapes && !t->options->noclear &&
	       !t->program->all_rows && !options_want_data(t->options) &&
	       options_interval(t->options, t->program) > 0;
}

static uint64_t weight(const struct top *t, const char *row)
{
	uint64_t sum = 0, v;

	for (size_t i = 0; i < t->nfields; i++) {
		v = 0;
		memcpy(&v, row + t->by[i]->offset, t->by[i]->size);
		sum += v;
	}
	return sum;
}

/* The largest first; equal ones in the order of their keys, so that rows do not jump about. */
static int compare(const void *a, const void *b, void *arg)
{
	const struct top *t = arg;
	uint64_t x = weight(t, a), y = weight(t, b);

	if (x != y)
		return (x > y) == t->program->ascending ? 1 : -1;
	return memcmp(a, b, t->key_size);
}

static void sort(struct top *t, struct table *table)
{
	t->key_size = table->key_size;
	if (table->n)
		qsort_r(table->data, table->n, table_row_size(table), compare, t);
}

/* How many rows at most. */
static size_t row_limit(const struct top *t)
{
	bool again = options_interval(t->options, t->program) > 0;

	if (t->options->maxrows)
		return t->options->maxrows;
	return again && !t->program->all_rows ? ROWS : SIZE_MAX;
}

/* "14:25:36 loadavg: 0.23 0.10 0.04 1/126 4321" */
static void read_load(struct top *t)
{
	char clock[16], *load = NULL;
	time_t now = time(NULL);
	struct tm tm;
	bool known;

	if (!t->program->loadavg)
		return;
	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	known = file_read("/proc/loadavg", &load, NULL, NULL) == 0;
	snprintf(t->load, sizeof(t->load), "%s%s%.*s", clock, known ? " loadavg: " : "",
		 known ? (int)strcspn(load, "\n") : 0, known ? load : "");
	free(load);
}

static void put_line(struct top *t, bool screen)
{
	t->to_screen = screen;
	writer_flush(&t->line);
}

static void put(struct top *t, bool screen, const char *text)
{
	writer_add(&t->line, text, strlen(text));
	put_line(t, screen);
}

static void put_rows(struct top *t, const struct table *table, size_t rows, bool screen)
{
	size_t size = table_row_size(table);

	t->to_screen = screen;
	for (size_t i = 0; i < table->n && i < rows; i++)
		stream_fit(t->stream, table_row(table, i), size);
	if (!t->options->no_header) {
		stream_heading(t->stream);
		put_line(t, screen);
	}
	for (size_t i = 0; i < table->n && i < rows; i++) {
		stream_event(t->stream, table_row(table, i), size);
		put_line(t, screen);
	}
}

static void print(struct top *t, struct table *table)
{
	if (t->printed)
		put(t, false, "\n");
	t->printed = true;
	if (t->program->loadavg) {
		put(t, false, t->load);
		put(t, false, "\n\n");
	}
	put_rows(t, table, row_limit(t), false);
}

/* What the keys do: the last line. */
static const char *help(const struct top *t, char *text, size_t size)
{
	const struct program *p = t->program;

	if (t->terminal->keys < 0)
		return NULL;
	snprintf(text, size, "q: quit, space: %s%s%s%s", t->paused ? "go on (paused)" : "pause",
		 p->nsorts > 1 ? ", s: sorted by " : "",
		 p->nsorts > 1 ? p->sorts[t->sort].name : "", p->nsorts > 1 ? ", another" : "");
	return text;
}

static void draw(struct top *t)
{
	size_t rows = t->options->maxrows ? t->options->maxrows : ROWS, left;
	char text[160];

	screen_begin(&t->screen);
	if (t->program->loadavg) {
		put(t, true, t->load);
		put(t, true, "\n\n");
	}
	left = screen_left(&t->screen);
	if (!t->options->no_header && !t->program->headless && left)
		left--;
	put_rows(t, &t->shown, rows < left ? rows : left, true);
	screen_end(&t->screen, help(t, text, sizeof(text)));
	t->printed = true;
}

static bool may_draw(struct top *t)
{
	if (t->left || !top_has_screen(t))
		return false;
	if (terminal_in_front(t->terminal))
		return true;
	screen_lost(&t->screen);
	return false;
}

/* `--output json` and `csv` look the same on a terminal. */
static void put_data(struct top *t, struct data *d, const struct table *table, uint64_t elapsed_ns)
{
	char *load = NULL;

	if (t->program->loadavg)
		file_read("/proc/loadavg", &load, NULL, NULL);
	data_interval(d, elapsed_ns);
	data_top(d, table, row_limit(t), load);
	free(load);
}

void top_print(struct top *t, struct table *table, uint64_t elapsed_ns)
{
	struct data *d = stream_data(t->stream);

	/* What was left out while it stood still, or has come since the last picture. */
	if (t->paused || (t->left && t->printed && !table->n))
		return;
	sort(t, table);
	if (d) {
		put_data(t, d, table, elapsed_ns);
		return;
	}
	read_load(t);
	if (!may_draw(t)) {
		print(t, table);
		return;
	}
	table_free(&t->shown);
	t->shown = *table;
	table_init(table, t->shown.key_size, t->shown.value_size);
	draw(t);
}

/* A word whose fields this table has not is passed over. */
static void next_sort(struct top *t)
{
	size_t n = t->program->nsorts, was = t->sort;

	for (size_t i = 1; i <= n; i++)
		if (find_fields(t, (was + i) % n, NULL) == 0)
			break;
	sort(t, &t->shown);
}

void top_events(struct top *t, unsigned int what)
{
	if (what & TERMINAL_AGAIN)
		screen_lost(&t->screen);
	if (what & TERMINAL_PAUSE)
		t->paused = !t->paused;
	if ((what & TERMINAL_SORT) && t->shown.data)
		next_sort(t);
	if (t->shown.data && may_draw(t))
		draw(t);
}

void top_leave(struct top *t)
{
	if (t->screen.drawn)
		screen_leave(&t->screen);
	t->left = true;
	t->paused = false;
}
