/* SPDX-License-Identifier: Apache-2.0 */
/* session_output: a stream or a table for each of the program's outputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/session_parts.h"

/* Rows of one file are of one sort, and a picture is alone. */
static bool is_shown(const struct session *s, size_t i)
{
	enum options_output output = s->plan->options->output;

	if (output == OPTIONS_OUTPUT_SVG)
		return !i;
	return output != OPTIONS_OUTPUT_CSV || program_goes_along(s->plan->program, i);
}

static int make_output(struct session *s, size_t i, struct error *e)
{
	const struct plan *plan = s->plan;
	const struct program *p = program_output_at(plan->program, i);
	struct output *out = &s->outputs[i];
	int err;

	if (!is_shown(s, i)) {
		fprintf(stderr, "bcchost: %s is not shown with --output %s; json has all\n",
			p->table, plan->options->output == OPTIONS_OUTPUT_CSV ? "csv" : "svg");
		return 0;
	}
	if (program_output_is_periodic(p->output)) {
		s->tables = true;
		err = periodic_new(&out->periodic, plan, i, s->tracer, &s->writer, e);
		if (!err)
			periodic_stacks(out->periodic, s->stacks);
		return err;
	}
	s->events = true;
	err = stream_new(&out->stream, p, plan->options, tracer_layout(s->tracer, i), &s->writer,
			 e);
	if (!err && p->output != PROGRAM_TRACE_PIPE) {
		stream_kernel(out->stream, plan->kernel);
		stream_stacks(out->stream, s->stacks);
	}
	return err;
}

static int table_fd(const void *tracer, const char *table)
{
	return tracer_table_fd(tracer, table);
}

/* For programs that name more than a kernel function; the others do without. */
static int make_stacks(struct session *s, const struct object *o, struct error *e)
{
	if (!stacks_wanted(s->plan->program))
		return 0;
	s->stacks = stacks_new(s->plan->kernel, o);
	if (!s->stacks)
		return error_nomem(e);
	stacks_tables(s->stacks, table_fd, s->tracer);
	return 0;
}

/* The first stream; NULL if there is none. */
static struct stream *first_stream(const struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->outputs[i].stream)
			return s->outputs[i].stream;
	return NULL;
}

/* Streams whose titles differ are told apart by their names, and so are several tables. */
static void join_outputs(struct session *s)
{
	const struct program *p = s->plan->program;
	struct stream *first = first_stream(s);
	size_t width = 0, tables = 0;

	s->alike = true;
	for (size_t i = 0; i < s->n; i++) {
		const struct program *one = program_output_at(p, i);

		tables += s->outputs[i].periodic != NULL;
		if (!s->outputs[i].stream)
			continue;
		if (s->outputs[i].stream != first && !stream_join(s->outputs[i].stream, first))
			s->alike = false;
		if (one->table && strlen(one->table) > width)
			width = strlen(one->table);
	}
	/* JSON and CSV say it themselves. */
	s->alike |= options_want_data(s->plan->options);
	for (size_t i = 0; i < s->n && s->n > 1; i++) {
		const char *name = program_output_at(p, i)->table ?: "trace_pipe";

		if (s->outputs[i].periodic)
			periodic_among(s->outputs[i].periodic, tables > 1);
		else if (s->outputs[i].stream && !s->alike)
			stream_named(s->outputs[i].stream, name, (unsigned int)width);
	}
}

int session_make_outputs(struct session *s, const struct object *o, struct error *e)
{
	size_t n = program_noutputs(s->plan->program);
	int err = make_stacks(s, o, e);

	if (err)
		return err;
	s->outputs = calloc(n, sizeof(*s->outputs));
	if (!s->outputs)
		return error_nomem(e);
	for (s->n = 0; s->n < n && !err; s->n++)
		err = make_output(s, s->n, e);
	if (!err)
		join_outputs(s);
	return err;
}
