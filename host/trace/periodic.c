/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/periodic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "object/layout.h"
#include "output/histogram.h"
#include "output/rates.h"
#include "output/top.h"
#include "trace/table_read.h"

struct periodic {
	const struct program *program;
	const struct object_map *map;
	int fd;
	struct layout layout;
	struct top *top;
	struct histogram *histogram;
	struct stream *rates;
	struct table before; /* of a table that is never emptied: what it held the last time */
	uint64_t since;	     /* clock_ns of that */
};

static int make_output(struct periodic *p, const struct plan *plan, struct writer *w,
		       struct error *e)
{
	switch (p->program->output) {
	case PROGRAM_TOP:
		return top_new(&p->top, p->program, plan->options, &p->layout, plan->kernel, w, e);
	case PROGRAM_HISTOGRAM:
		return histogram_new(&p->histogram, p->program, plan->options, &p->layout, w, e);
	default:
		return stream_new(&p->rates, p->program, plan->options, &p->layout, w, e);
	}
}

int periodic_new(struct periodic **out, const struct plan *plan, const struct load *l,
		 struct writer *w, struct error *e)
{
	const struct program *program = plan->program;
	struct periodic *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return error_nomem(e);
	p->program = program;
	p->fd = load_map_fd(l, program->table);
	p->map = object_map_find(l->object, program->table);
	if (!p->map) {
		free(p);
		return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: %s has no table %s", program->path,
				 program->table_line, program->template_path, program->table);
	}
	table_init(&p->before, p->map->key_size, p->map->value_size);
	err = layout_make_table(&p->layout, p->map, plan->kernel, e);
	if (!err)
		err = make_output(p, plan, w, e);
	if (err) {
		periodic_free(p);
		return err;
	}
	p->since = clock_ns();
	*out = p;
	return 0;
}

void periodic_free(struct periodic *p)
{
	if (!p)
		return;
	top_free(p->top);
	histogram_free(p->histogram);
	stream_free(p->rates);
	table_free(&p->before);
	layout_free(&p->layout);
	free(p);
}

void periodic_heading(struct periodic *p)
{
	if (p->rates)
		stream_heading(p->rates);
}

/* What is in `now` less what was in `before`; `before` becomes what is now. */
static int since_before(struct periodic *p, struct table *now, struct error *e)
{
	struct table copy;

	table_init(&copy, now->key_size, now->value_size);
	table_sort(now);
	for (size_t i = 0; i < now->n; i++) {
		char *row = table_add(&copy);

		if (!row) {
			table_free(&copy);
			return error_nomem(e);
		}
		memcpy(row, table_row(now, i), table_row_size(now));
	}
	table_subtract(now, &p->before);
	table_free(&p->before);
	p->before = copy;
	return 0;
}

int periodic_print(struct periodic *p, struct error *e)
{
	uint64_t now = clock_ns(), elapsed = now - p->since;
	struct table t;
	int err;

	table_init(&t, p->map->key_size, p->map->value_size);
	err = table_read(&t, p->fd, p->map, p->top != NULL, e);
	if (!err && !p->top)
		err = since_before(p, &t, e);
	p->since = now;
	if (!err && p->top)
		top_print(p->top, &t);
	else if (!err && p->histogram)
		err = histogram_print(p->histogram, &t, e);
	else if (!err)
		rates_print(p->rates, &t, elapsed);
	table_free(&t);
	return err;
}
