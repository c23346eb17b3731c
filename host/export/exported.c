/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/exported.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "export/words.h"
#include "prepare.h"
#include "trace/tracer.h"

#define SECOND	1000000000ULL
#define AT_ONCE 65536 /* events, before others have their turn */
#define NEVER	UINT64_MAX

struct exported {
	struct config_program wanted;
	char *path; /* of the file that its metrics are in */
	struct program *program;
	struct words words;
	struct options options; /* points into the words */
	const struct metrics *metrics;
	struct budget budget;
	struct prepare prepare;
	struct counting *counting;
	struct tracer *tracer; /* NULL: it is down */
	bool attached;
	bool yields; /* its buffer can be left in the middle */
	uint64_t events, in_turn;
	uint64_t interval;  /* of a top, ns: it is emptied so often, lest its table be full */
	uint64_t next_read; /* 0: when there is something; NEVER; or when */
	uint64_t last_read; /* of a table */
	struct exported_numbers last; /* what was known when it went down */
};

/* --- what is wanted --- */

/* Whose words are wrong: the file's, or the command line's. */
static int blame(const struct config *c, const struct config_program *wanted, unsigned int line,
		 int err, struct error *e)
{
	char *where;

	if (!wanted->line)
		return err;
	where = config_where(c, wanted, line);
	error_prefix(e, err, "%s", where ? where : "");
	if (e->fault == FAULT_USAGE)
		e->fault = FAULT_TOOL;
	free(where);
	return err;
}

static int load(struct exported *x, const struct find *find, const struct options *global,
		const struct config *c, struct error *e)
{
	const struct config_program *w = &x->wanted;
	char *path = NULL;
	int err = find_tool(find, w->name, &path, e);

	if (err)
		return blame(c, w, 0, err, e);
	err = program_load(path, &x->program, e);
	free(path);
	if (err)
		return err;
	x->metrics = w->metrics.line ? &w->metrics : &x->program->metrics;
	err = words_parse(&x->words, w, x->metrics, x->program, global, &x->options, e);
	if (err)
		return blame(c, w, w->options_line, err, e);
	x->options.sums = metrics_sums(x->metrics);
	x->path = strdup(w->metrics.line ? c->path : x->program->path);
	x->budget.max = w->max_series		 ? w->max_series
			: x->metrics->max_series ? x->metrics->max_series
						 : METRICS_MAX_SERIES;
	if (!x->path)
		return error_nomem(e);
	return w->metrics.line ? metrics_check(x->metrics, x->path, x->program, e) : 0;
}

int exported_new(struct exported **out, const struct find *find, const struct options *global,
		 const struct config *c, struct config_program *wanted,
		 const volatile sig_atomic_t *stopped, struct error *e)
{
	struct exported *x = calloc(1, sizeof(*x));
	int err;

	if (!x)
		return error_nomem(e);
	x->wanted = *wanted;
	x->next_read = NEVER;
	err = load(x, find, global, c, e);
	if (err) {
		x->wanted = (struct config_program){0};
		exported_free(x);
		return err;
	}
	*wanted = (struct config_program){0};
	x->prepare.find = find;
	x->prepare.program = x->program;
	x->prepare.options = &x->options;
	x->prepare.stopped = stopped;
	x->prepare.quiet = true;
	*out = x;
	return 0;
}

static void take_away(struct exported *x)
{
	tracer_free(x->tracer);
	x->tracer = NULL;
	x->attached = false;
	x->next_read = NEVER;
}

void exported_free(struct exported *x)
{
	if (!x)
		return;
	take_away(x);
	counting_free(x->counting);
	prepare_free(&x->prepare);
	options_free(&x->options);
	program_free(x->program);
	config_program_free(&x->wanted);
	words_free(&x->words);
	free(x->path);
	free(x);
}

/* --- from its text to the kernel --- */

static int on_event(void *ctx, size_t output, const void *data, size_t size)
{
	struct exported *x = ctx;

	x->events += counting_event(x->counting, output, data, size);
	return ++x->in_turn >= AT_ONCE && x->yields;
}

static int check_sums(const struct exported *x, struct error *e)
{
	for (size_t i = 0; i < metrics_count(x->metrics); i++) {
		const struct metric *m = metrics_get(x->metrics, i);

		if (m->sum && !object_map_find(x->prepare.object, m->sum))
			return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: %s: %s has no table %s",
					 x->path, m->line, m->name, x->program->template_path,
					 m->sum);
	}
	return 0;
}

/* Of the variant that prepare_make made. */
static int make_counting(struct exported *x, bool *wrong, struct error *e)
{
	struct counting_of of = {
		.metrics = x->metrics,
		.path = x->path,
		.program = x->program,
		.options = &x->options,
		.kernel = x->prepare.kernel,
		.budget = &x->budget,
	};
	size_t n = program_noutputs(x->program);
	const struct layout **layouts = calloc(n, sizeof(*layouts));
	int err = layouts ? tracer_new(&x->tracer, &x->prepare.plan, x->prepare.object, on_event, x,
				       e)
			  : error_nomem(e);

	for (size_t i = 0; i < n && !err; i++)
		layouts[i] = tracer_layout(x->tracer, i);
	of.layouts = layouts;
	if (!err)
		err = counting_new(&x->counting, &of, e) ?: check_sums(x, e);
	free(layouts);
	*wrong = err && x->tracer && x->metrics == &x->wanted.metrics;
	x->yields = x->prepare.plan.ring;
	return err;
}

static void drop_counting(struct exported *x)
{
	take_away(x);
	counting_free(x->counting);
	x->counting = NULL;
}

void exported_idle(struct exported *x, void (*idle)(void *ctx), void *ctx)
{
	x->prepare.idle = idle;
	x->prepare.idle_ctx = ctx;
}

int exported_make(struct exported *x, bool *wrong, struct error *e)
{
	int err = prepare_begin(&x->prepare, e);

	*wrong = false;
	if (!err)
		err = prepare_make(&x->prepare, e) ?: make_counting(x, wrong, e);
	if (err) {
		drop_counting(x);
		prepare_free(&x->prepare);
	}
	return err;
}

int exported_start(struct exported *x, struct error *e)
{
	double interval = options_interval(&x->options, x->program);
	bool top = x->program->output == PROGRAM_TOP, wrong;
	int err = tracer_start(x->tracer, e);

	while (err && prepare_more(&x->prepare, e)) {
		drop_counting(x);
		err = prepare_make(&x->prepare, e)
			      ?: make_counting(x, &wrong, e)
			      ?: tracer_start(x->tracer, e);
	}
	if (err) {
		take_away(x);
		return err;
	}
	x->attached = true;
	x->last_read = clock_ns();
	x->interval = (uint64_t)((interval > 0 ? interval : 1) * (double)SECOND);
	x->next_read = top ? x->last_read + x->interval : tracer_fd(x->tracer) < 0 ? NEVER : 0;
	return 0;
}

void exported_stop(struct exported *x, const struct error *why)
{
	char *text = why->text ? escape_message(why->text) : NULL;

	if (x->attached) {
		exported_numbers(x, &x->last);
		fprintf(stderr,
			"bcchost: %s: %s; its metrics stay as they are, SIGHUP tries again\n",
			x->program->name, text ? text : "out of memory");
	} else {
		fprintf(stderr, "bcchost: %s does not run: %s\n", x->program->name,
			text ? text : "out of memory");
	}
	free(text);
	take_away(x);
}

/* --- at work --- */

bool exported_up(const struct exported *x)
{
	return x->attached;
}

const char *exported_name(const struct exported *x)
{
	return x->program->name;
}

const struct config_program *exported_wanted(const struct exported *x)
{
	return &x->wanted;
}

const char *exported_path(const struct exported *x)
{
	return x->path;
}

const struct metrics *exported_metrics(const struct exported *x)
{
	return x->metrics;
}

const struct counting *exported_counting(const struct exported *x)
{
	return x->counting;
}

int exported_fd(const struct exported *x)
{
	return x->attached && !x->next_read ? tracer_fd(x->tracer) : -1;
}

uint64_t exported_due(const struct exported *x)
{
	return x->attached && x->next_read ? x->next_read : NEVER;
}

static int read_sums(struct exported *x, struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < metrics_count(x->metrics) && !err; i++) {
		const char *name = metrics_get(x->metrics, i)->sum;
		struct table t;

		if (!name)
			continue;
		err = tracer_read_like(x->tracer, name, &t, e);
		if (!err)
			err = counting_sums(x->counting, i, &t, e);
		table_free(&t);
	}
	return err;
}

static int read_table(struct exported *x, uint64_t now, struct error *e)
{
	bool top = x->program->output == PROGRAM_TOP;
	struct table t;
	int err;

	tracer_table(x->tracer, 0, &t);
	err = tracer_read(x->tracer, 0, &t, top, e);
	if (!err)
		err = counting_table(x->counting, &t, now - x->last_read, e) ?: read_sums(x, e);
	table_free(&t);
	x->last_read = now;
	x->next_read = top ? now + x->interval : NEVER;
	return err;
}

/* A scrape takes all that is there, a few turns of it where it never ends; else one turn, and the
 * buffer has its rest. */
static int read_events(struct exported *x, bool all, struct error *e)
{
	uint64_t rest = tracer_rest(x->tracer), before = x->events;
	int turns = all ? 16 : 1, err = 0;

	do {
		x->in_turn = 0;
		err = tracer_consume(x->tracer, e);
	} while (!err && --turns && x->yields && x->in_turn >= AT_ONCE);
	x->next_read = rest && x->events != before && x->in_turn < AT_ONCE ? clock_ns() + rest : 0;
	return err;
}

int exported_work(struct exported *x, bool readable, bool all, struct error *e)
{
	uint64_t now = clock_ns();

	if (!x->attached || !(readable || all || (x->next_read && now >= x->next_read)))
		return 0;
	return program_output_is_periodic(x->program->output) ? read_table(x, now, e)
							      : read_events(x, all, e);
}

void exported_numbers(struct exported *x, struct exported_numbers *n)
{
	*n = x->last;
	if (x->attached) {
		n->events = x->events;
		n->lost = tracer_lost(x->tracer);
		tracer_cost(x->tracer, &n->run_ns, &n->runs);
	}
	n->others = x->budget.others;
	n->series = x->budget.used;
	n->max_series = x->budget.max;
}
