/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/tracer.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/stacks.h"
#include "text/substitute.h"
#include "trace/attach.h"
#include "trace/buffers.h"
#include "trace/load.h"
#include "trace/pipe.h"
#include "trace/table_read.h"

struct tracer {
	const struct plan *plan;
	const struct object *object;
	const struct object_map *map; /* that events come through, or that is read; or NULL */
	reader_fn fn;
	void *ctx;
	struct layout layout;
	struct load load;
	struct attach attach;
	struct reader *reader;
	struct pipe *pipe; /* instead of the reader */
	uint64_t rest;
};

static bool is_periodic(const struct tracer *t)
{
	return program_output_is_periodic(t->plan->program->output);
}

static int find_table(struct tracer *t, struct error *e)
{
	const struct program *p = t->plan->program;

	if (p->output == PROGRAM_TRACE_PIPE)
		return t->plan->options->compile_only
			       ? 0
			       : pipe_new(&t->pipe, t->plan->kernel, t->fn, t->ctx, e);
	t->map = object_map_find(t->object, p->table);
	if (!t->map)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: %s has no table %s", p->path,
				 p->table_line, p->template_path, p->table);
	return is_periodic(t) ? layout_make_table(&t->layout, t->map, t->plan->kernel, e)
			      : layout_make(&t->layout, t->map, t->plan->kernel, e);
}

int tracer_new(struct tracer **out, const struct plan *plan, const struct object *o, reader_fn fn,
	       void *ctx, struct error *e)
{
	struct tracer *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return error_nomem(e);
	t->plan = plan;
	t->object = o;
	t->fn = fn;
	t->ctx = ctx;
	err = find_table(t, e) ?: stacks_check(plan->program, o, e);
	if (err)
		tracer_free(t);
	else
		*out = t;
	return err;
}

void tracer_free(struct tracer *t)
{
	if (!t)
		return;
	attach_free(&t->attach);
	reader_free(t->reader);
	pipe_free(t->pipe);
	load_free(&t->load);
	layout_free(&t->layout);
	free(t);
}

const struct layout *tracer_layout(const struct tracer *t)
{
	return t->plan->program->output == PROGRAM_TRACE_PIPE ? pipe_layout(t->pipe) : &t->layout;
}

static int make_reader(struct tracer *t, const struct buffers_machine *m, struct error *e)
{
	uint32_t asked = t->plan->options->buffer_pages, pages = buffers_perf_pages(m, asked);

	t->rest = buffers_rest(t->plan->ring ? buffers_ring_bytes(m, asked)
					     : m->cpus * pages * m->page);
	return reader_new(&t->reader, load_map_fd(&t->load, t->plan->program->table), t->plan->ring,
			  pages, t->fn, t->ctx, e);
}

int tracer_start(struct tracer *t, struct error *e)
{
	const struct options *o = t->plan->options;
	struct buffers_machine m;
	int err;

	buffers_machine(&m);
	err = load_object(&t->load, t->object, t->plan, buffers_ring_bytes(&m, o->buffer_pages),
			  o->debug & OPTIONS_DEBUG_VERIFIER, e);
	if (!err && t->load.log.data)
		fputs(t->load.log.data, stderr);
	if (!err && !is_periodic(t) && !t->pipe)
		err = make_reader(t, &m, e);
	if (!err)
		err = attach_plan(&t->attach, t->plan, &t->load, e);
	return err;
}

int tracer_table_fd(const struct tracer *t, const char *table)
{
	return load_map_fd(&t->load, table);
}

size_t tracer_probes(const struct tracer *t)
{
	return t->attach.n;
}

int tracer_fd(const struct tracer *t)
{
	return t->pipe ? pipe_fd(t->pipe) : t->reader ? reader_fd(t->reader) : -1;
}

int tracer_consume(struct tracer *t, struct error *e)
{
	int err = t->pipe ? pipe_consume(t->pipe) : t->reader ? reader_consume(t->reader) : 0;

	return err ? error_set(e, FAULT_RUN, err, "cannot read events: %s", strerror(-err)) : 0;
}

uint64_t tracer_rest(const struct tracer *t)
{
	return t->rest;
}

void tracer_table(const struct tracer *t, struct table *table)
{
	table_init(table, t->map ? t->map->key_size : 0, t->map ? t->map->value_size : 0);
}

int tracer_read(const struct tracer *t, struct table *table, bool take, struct error *e)
{
	return table_read(table, load_map_fd(&t->load, t->plan->program->table), t->map, take, e);
}

int tracer_read_like(const struct tracer *t, const char *name, struct table *table, struct error *e)
{
	const struct program *p = t->plan->program;
	const struct object_map *m = object_map_find(t->object, name);

	tracer_table(t, table);
	if (!m || m->key_size != t->map->key_size || m->value_size != t->map->value_size)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s has no table %s%s%s%s",
				 p->template_path, name, m ? " with keys and values as " : "",
				 m ? p->table : "", m ? " has" : "");
	return table_read(table, load_map_fd(&t->load, name), m, false, e);
}

uint64_t tracer_lost(const struct tracer *t)
{
	int fd = load_map_fd(&t->load, SUBSTITUTE_LOST_MAP), key = 0;
	uint64_t lost = 0;

	if (t->pipe)
		return pipe_lost(t->pipe);
	if (fd < 0 || bpf_map_lookup_elem(fd, &key, &lost) < 0)
		return 0;
	return lost;
}

void tracer_cost(const struct tracer *t, uint64_t *ns, uint64_t *runs)
{
	load_cost(&t->load, ns, runs);
}

void tracer_detach(struct tracer *t)
{
	attach_free(&t->attach);
}
