/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "output/top.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "output/data.h"
#include "output/stream.h"

#define ROWS	   20 /* as BCC's tools have it, unless --maxrows says otherwise */
#define FIELDS_MAX 8  /* of a sort */

#define CLEAR	 "\033[H\033[2J"
#define WRAP_OFF "\033[?7l" /* a row too long for the terminal is cut, not two rows */
#define WRAP_ON	 "\033[?7h"

struct top {
	const struct program *program;
	const struct options *options;
	struct writer *w;
	struct stream *stream;
	size_t nfields;
	const struct layout_field *by[FIELDS_MAX]; /* their sum decides; none: by key alone */
	uint32_t key_size;			   /* of the table that is sorted */
	bool terminal, printed;
};

static const struct program_sort *chosen(const struct program *p, const struct options *o)
{
	for (size_t i = 0; i < p->nsorts; i++)
		if (!o->sort || !strcmp(o->sort, p->sorts[i].name))
			return &p->sorts[i];
	return NULL;
}

static int find_fields(struct top *t, const struct layout *l, struct error *e)
{
	const struct program *p = t->program;
	const struct program_sort *s = chosen(p, t->options);

	for (size_t i = 0; s && i < s->nfields && t->nfields < FIELDS_MAX; i++) {
		const struct layout_field *f = layout_find(l, s->fields[i]);

		if (!f || f->size > 8)
			return error_set(e, FAULT_TOOL, -EINVAL,
					 "%s:%u: `sort`: table %s has no number %s", p->path,
					 s->line, p->table, s->fields[i]);
		t->by[t->nfields++] = f;
	}
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
	t->w = w;
	t->terminal = isatty(w->fd) == 1;
	err = find_fields(t, l, e);
	if (!err)
		err = stream_new(&t->stream, p, o, l, w, e);
	if (err) {
		top_free(t);
		return err;
	}
	stream_kernel(t->stream, k);
	*out = t;
	return 0;
}

void top_free(struct top *t)
{
	if (!t)
		return;
	stream_free(t->stream);
	free(t);
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
		return x > y ? -1 : 1;
	return memcmp(a, b, t->key_size);
}

/* How many rows there is room for, below `used` lines. */
static size_t room(const struct top *t, size_t used)
{
	size_t rows = t->options->maxrows ? t->options->maxrows : ROWS;
	struct winsize size = {0};

	if (!t->terminal || t->options->noclear || ioctl(t->w->fd, TIOCGWINSZ, &size) < 0 ||
	    !size.ws_row)
		return rows;
	if (size.ws_row <= used + 1)
		return 1;
	return rows < size.ws_row - used - 1 ? rows : size.ws_row - used - 1;
}

static void put(struct top *t, const char *text)
{
	writer_add(t->w, text, strlen(text));
}

/* "14:25:36 loadavg: 0.23 0.10 0.04 1/126 4321" */
static void put_load(struct top *t)
{
	char clock[16], *load = NULL;
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	put(t, clock);
	if (file_read("/proc/loadavg", &load, NULL, NULL) == 0) {
		put(t, " loadavg: ");
		writer_add(t->w, load, strcspn(load, "\n"));
	}
	put(t, "\n\n");
	free(load);
}

/* `--output json` and `csv` look the same on a terminal. */
static void put_data(struct top *t, struct data *d, const struct table *table, uint64_t elapsed_ns)
{
	bool again = options_interval(t->options, t->program) > 0;
	char *load = NULL;

	if (t->program->loadavg)
		file_read("/proc/loadavg", &load, NULL, NULL);
	data_interval(d, elapsed_ns);
	data_top(d, table,
		 t->options->maxrows ? t->options->maxrows
		 : again	     ? ROWS
				     : SIZE_MAX,
		 load);
	free(load);
}

void top_print(struct top *t, struct table *table, uint64_t elapsed_ns)
{
	struct data *d = stream_data(t->stream);
	bool again = options_interval(t->options, t->program) > 0;
	bool screen = t->terminal && !t->options->noclear && again;
	size_t used = (t->program->loadavg ? 2 : 0) + (t->options->no_header ? 0 : 1), rows;

	t->key_size = table->key_size;
	if (table->n)
		qsort_r(table->data, table->n, table_row_size(table), compare, t);
	if (d) {
		put_data(t, d, table, elapsed_ns);
		return;
	}
	if (screen)
		put(t, CLEAR WRAP_OFF);
	else if (t->printed)
		put(t, "\n");
	t->printed = true;
	if (t->program->loadavg)
		put_load(t);
	if (!t->options->no_header)
		stream_heading(t->stream);
	rows = again || t->options->maxrows ? room(t, used) : SIZE_MAX;
	for (size_t i = 0; i < table->n && i < rows; i++)
		stream_event(t->stream, table_row(table, i), table_row_size(table));
	if (screen)
		put(t, WRAP_ON);
}
