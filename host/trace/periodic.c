/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/periodic.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "output/histogram.h"
#include "output/rates.h"
#include "output/top.h"

struct periodic {
	const struct program *program; /* the output's */
	size_t output;
	const struct options *options;
	const struct tracer *tracer;
	struct writer *w;
	bool among, named;
	struct top *top;
	struct histogram *histogram;
	struct stream *rates;
	struct table before; /* of a table that is never emptied: what it held the last time */
	uint64_t since;	     /* clock_ns of that */
};

static int make_output(struct periodic *p, const struct plan *plan, struct writer *w,
		       struct error *e)
{
	const struct layout *l = tracer_layout(p->tracer, p->output);

	switch (p->program->output) {
	case PROGRAM_TOP:
		return top_new(&p->top, p->program, plan->options, l, plan->kernel, w, e);
	case PROGRAM_HISTOGRAM:
		return histogram_new(&p->histogram, p->program, plan->options, l, w, e);
	default:
		return stream_new(&p->rates, p->program, plan->options, l, w, e);
	}
}

int periodic_new(struct periodic **out, const struct plan *plan, size_t output,
		 const struct tracer *t, struct writer *w, struct error *e)
{
	struct periodic *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return error_nomem(e);
	p->program = program_output_at(plan->program, output);
	p->output = output;
	p->options = plan->options;
	p->tracer = t;
	p->w = w;
	tracer_table(t, output, &p->before);
	err = make_output(p, plan, w, e);
	if (err) {
		periodic_free(p);
		return err;
	}
	*out = p;
	return 0;
}

void periodic_stacks(struct periodic *p, struct stacks *s)
{
	if (p->top)
		top_stacks(p->top, s);
	else if (p->rates)
		stream_stacks(p->rates, s);
}

void periodic_begin(struct periodic *p)
{
	p->since = clock_ns();
}

void periodic_free(struct periodic *p)
{
	if (!p)
		return;
	top_free(p->top);
	histogram_free(p->histogram);
	stream_free(p->rates);
	table_free(&p->before);
	free(p);
}

int periodic_terminal(struct periodic *p, struct terminal *t, struct error *e)
{
	if (p->top)
		top_terminal(p->top, t);
	else if (p->rates)
		stream_terminal(p->rates, t, true);
	return p->histogram ? histogram_begin(p->histogram, t, e) : 0;
}

bool periodic_has_screen(const struct periodic *p)
{
	return (p->top && top_has_screen(p->top)) ||
	       (p->histogram && histogram_has_screen(p->histogram));
}

void periodic_events(struct periodic *p, unsigned int what)
{
	if (p->top)
		top_events(p->top, what);
	else if (p->histogram)
		histogram_events(p->histogram, what);
}

void periodic_leave(struct periodic *p)
{
	if (p->top)
		top_leave(p->top);
}

int periodic_end(struct periodic *p, struct error *e)
{
	periodic_leave(p);
	return p->histogram ? histogram_end(p->histogram, e) : 0;
}

void periodic_heading(struct periodic *p)
{
	if (p->rates)
		stream_heading(p->rates);
}

void periodic_among(struct periodic *p, bool named)
{
	p->among = true;
	p->named = named;
}

/* Text between others' lines. A histogram begins with an empty line itself. */
static void set_off(struct periodic *p)
{
	const struct program *program = p->program;
	bool own = program->json && options_given(p->options, program, program->json);

	if (own || options_want_data(p->options) || options_want_map(p->options))
		return;
	if (p->named || !p->histogram)
		writer_char(p->w, '\n');
	if (p->named) {
		writer_add(p->w, program->table, strlen(program->table));
		writer_add(p->w, ":\n", p->histogram ? 1 : 2);
	}
	if (!p->options->no_header)
		periodic_heading(p);
}

/* What was counted since the last time, or, of a table whose entries stay, since the start. */
static int read_counted(struct periodic *p, struct table *t, struct error *e)
{
	bool array = p->program->all_rows && tracer_is_array(p->tracer, p->output);
	bool take = p->top && !p->program->keep && !array;
	int err = tracer_read(p->tracer, p->output, t, take, e);

	if (!err && !take && !p->program->keep && (!p->top || array))
		err = table_since(t, &p->before) ? error_nomem(e) : 0;
	if (!err && array)
		table_drop_zeros(t);
	return err;
}

int periodic_print(struct periodic *p, struct error *e)
{
	uint64_t now = clock_ns(), elapsed = now - p->since;
	struct table t;
	int err;

	tracer_table(p->tracer, p->output, &t);
	err = read_counted(p, &t, e);
	p->since = now;
	if (!err && p->among)
		set_off(p);
	if (!err && p->top)
		top_print(p->top, &t, elapsed);
	else if (!err && p->histogram)
		err = histogram_print(p->histogram, &t, elapsed, e);
	else if (!err)
		rates_print(p->rates, &t, elapsed);
	table_free(&t);
	return err;
}
