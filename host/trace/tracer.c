/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "output/stacks.h"
#include "text/substitute.h"
#include "tool/fields.h"
#include "trace/buffers.h"
#include "trace/pipe.h"
#include "trace/beside.h"
#include "trace/tracer_parts.h"

#define TURN 4096

static int hold(struct feed *f, const void *data, size_t size)
{
	char *grown = size > f->room ? realloc(f->next, size) : f->next;

	if (!grown)
		return -ENOMEM;
	f->next = grown;
	f->room = size > f->room ? size : f->room;
	f->size = size;
	memcpy(f->next, data, size);
	f->waits = true;
	return 0;
}

static int on_event(void *ctx, const void *data, size_t size)
{
	struct feed *f = ctx;
	struct tracer *t = f->tracer;

	if (t->ordered && hold(f, data, size) == 0)
		return 1;
	t->stopped = t->fn(t->ctx, f->output, data, size) != 0;
	/* A ring buffer can be left in the middle: it would go on as long as events come. */
	f->cut = t->nfeeds > 1 && !--f->turn && f->map && f->map->type == BPF_MAP_TYPE_RINGBUF;
	return t->stopped || f->cut;
}

/* `index:` is of an array that has so many entries. */
static int check_wide(const struct program *p, const struct object_map *m, struct error *e)
{
	bool array = m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_ARRAY;

	for (size_t i = 0; i < p->ncolumns; i++) {
		const struct program_column *c = &p->columns[i];

		if (c->index && (!array || c->index > m->max_entries))
			return error_set(e, FAULT_TOOL, -EINVAL,
					 "%s:%u: column %s: table %s has no entry %u: it is %s",
					 p->path, c->line, c->title, p->table, c->index - 1,
					 array ? "smaller" : "no array");
	}
	return 0;
}

static int find_table(struct feed *f, struct error *e)
{
	struct tracer *t = f->tracer;
	const struct program *p = program_output_at(t->plan->program, f->output);

	if (p->output == PROGRAM_TRACE_PIPE)
		return t->plan->options->compile_only
			       ? 0
			       : pipe_new(&f->pipe, t->plan->kernel, on_event, f, e);
	f->map = object_map_find(t->object, p->table);
	if (!f->map)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: %s has no table %s", p->path,
				 p->table_line, p->template_path, p->table);
	if (check_wide(p, f->map, e))
		return -EINVAL;
	if (!program_output_is_periodic(p->output))
		return layout_make(&f->layout, f->map, t->plan->kernel, e);
	return layout_make_table(&f->layout, f->map, t->plan->kernel, e)
		       ?: beside_layout(&f->layout, p, t->object, f->map, t->plan->kernel, e);
}

int tracer_new(struct tracer **out, const struct plan *plan, const struct object *o, tracer_fn fn,
	       void *ctx, struct error *e)
{
	struct tracer *t = calloc(1, sizeof(*t));
	int err = 0;

	if (!t)
		return error_nomem(e);
	t->plan = plan;
	t->object = o;
	t->fn = fn;
	t->ctx = ctx;
	t->epoll = -1;
	t->feeds = calloc(program_noutputs(plan->program), sizeof(*t->feeds));
	err = t->feeds ? stacks_check(plan->program, plan->options, o, e) : error_nomem(e);
	for (size_t i = 0; i < program_noutputs(plan->program) && !err; i++) {
		t->feeds[i].tracer = t;
		t->feeds[i].output = i;
		t->nfeeds++;
		err = find_table(&t->feeds[i], e);
	}
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
	for (size_t i = 0; i < t->nfeeds; i++) {
		reader_free(t->feeds[i].reader);
		pipe_free(t->feeds[i].pipe);
		layout_free(&t->feeds[i].layout);
		free(t->feeds[i].next);
	}
	free(t->feeds);
	load_free(&t->load);
	if (t->epoll >= 0)
		close(t->epoll);
	free(t);
}

const struct layout *tracer_layout(const struct tracer *t, size_t output)
{
	const struct feed *f = &t->feeds[output];

	return program_output_at(t->plan->program, output)->output == PROGRAM_TRACE_PIPE
		       ? pipe_layout(f->pipe)
		       : &f->layout;
}

static int feed_fd(const struct feed *f)
{
	return f->pipe ? pipe_fd(f->pipe) : f->reader ? reader_fd(f->reader) : -1;
}

static int watch(struct tracer *t, struct error *e)
{
	struct epoll_event event = {.events = EPOLLIN};

	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < t->nfeeds && t->epoll >= 0; i++) {
		int fd = feed_fd(&t->feeds[i]);

		if (fd >= 0 && epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
			return error_set(e, FAULT_RUN, -errno, "epoll: %s", strerror(errno));
	}
	return t->epoll >= 0 ? 0 : error_set(e, FAULT_RUN, -errno, "epoll: %s", strerror(errno));
}

/* Where all events of a program tell when they were, and each can be taken by itself, they are
 * handed over in that order. */
static bool can_order(struct tracer *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nfeeds; i++) {
		struct feed *f = &t->feeds[i];
		const char *name = fields_clock(program_output_at(t->plan->program, i));

		if (f->pipe)
			return false;
		if (!f->reader)
			continue;
		n++;
		f->clock = name ? layout_find(&f->layout, name) : NULL;
		if (f->map->type != BPF_MAP_TYPE_RINGBUF || !f->clock || f->clock->size != 8)
			return false;
	}
	return n > 1;
}

static int make_readers(struct tracer *t, const struct buffers_machine *m, struct error *e)
{
	uint32_t asked = t->plan->options->buffer_pages, pages = buffers_perf_pages(m, asked);
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; i < t->nfeeds && !err; i++) {
		struct feed *f = &t->feeds[i];
		const struct program *p = program_output_at(t->plan->program, i);
		bool ring = f->map && f->map->type == BPF_MAP_TYPE_RINGBUF;

		n += f->pipe != NULL;
		if (p->output != PROGRAM_STREAM)
			continue;
		n++;
		t->rest = buffers_rest(ring ? buffers_ring_bytes(m, asked)
					    : m->cpus * pages * m->page);
		err = reader_new(&f->reader, load_map_fd(&t->load, p->table), ring, pages, on_event,
				 f, e);
	}
	t->ordered = !err && can_order(t);
	return err || n < 2 ? err : watch(t, e);
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
	if (!err)
		err = make_readers(t, &m, e);
	if (!err)
		err = attach_plan(&t->attach, t->plan, &t->load, e);
	return err;
}

size_t tracer_probes(const struct tracer *t)
{
	return t->attach.n;
}

int tracer_fd(const struct tracer *t)
{
	int fd = -1;

	if (t->epoll >= 0)
		return t->epoll;
	for (size_t i = 0; i < t->nfeeds && fd < 0; i++)
		fd = feed_fd(&t->feeds[i]);
	return fd;
}

/* 0 of an event that came without: it goes at once. */
static uint64_t time_of(const struct feed *f)
{
	uint64_t ns = 0;

	if (f->clock->offset + sizeof(ns) <= f->size)
		memcpy(&ns, f->next + f->clock->offset, sizeof(ns));
	return ns;
}

/* The oldest of the events that are next, until there are none. */
static int consume_ordered(struct tracer *t)
{
	int err = 0;

	while (!t->stopped && !err) {
		struct feed *first = NULL;

		for (size_t i = 0; i < t->nfeeds && !err; i++) {
			struct feed *f = &t->feeds[i];

			if (f->reader && !f->waits)
				err = reader_consume(f->reader);
			if (f->waits && (!first || time_of(f) < time_of(first)))
				first = f;
		}
		if (!first)
			break;
		first->waits = false;
		t->stopped = t->fn(t->ctx, first->output, first->next, first->size) != 0;
	}
	return err;
}

static int consume(struct feed *f)
{
	f->turn = TURN;
	f->cut = false;
	return f->pipe ? pipe_consume(f->pipe) : f->reader ? reader_consume(f->reader) : 0;
}

int tracer_consume(struct tracer *t, struct error *e)
{
	bool more = true;
	int err = 0;

	t->stopped = false;
	if (t->ordered) {
		err = consume_ordered(t);
		more = false;
	}
	while (more && !t->stopped && !err) {
		more = false;
		for (size_t n = 0; n < t->nfeeds && !t->stopped && !err; n++) {
			struct feed *f = &t->feeds[t->first];

			err = consume(f);
			more |= f->cut;
			t->first = (t->first + 1) % t->nfeeds;
		}
	}
	return err ? error_set(e, FAULT_RUN, err, "cannot read events: %s", strerror(-err)) : 0;
}

uint64_t tracer_rest(const struct tracer *t)
{
	return t->rest;
}

uint64_t tracer_lost(const struct tracer *t)
{
	int fd = load_map_fd(&t->load, SUBSTITUTE_LOST_MAP), key = 0;
	uint64_t lost = 0;

	if (fd < 0 || bpf_map_lookup_elem(fd, &key, &lost) < 0)
		lost = 0;
	return lost + (t->feeds[0].pipe ? pipe_lost(t->feeds[0].pipe) : 0);
}

void tracer_cost(const struct tracer *t, uint64_t *ns, uint64_t *runs)
{
	load_cost(&t->load, ns, runs);
}

void tracer_detach(struct tracer *t)
{
	attach_free(&t->attach);
}
