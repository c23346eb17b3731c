/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/session.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "object/layout.h"
#include "output/stream.h"
#include "text/substitute.h"
#include "trace/attach.h"
#include "trace/load.h"
#include "trace/reader.h"

#define RING_BYTES_PER_CPU ((uint64_t)512 << 10)
#define RING_BYTES_MAX	   ((uint64_t)64 << 20) /* of --buffer-pages */
#define PERF_PAGES	   64			/* of each CPU, as BCC's tools have */

struct session {
	const struct plan *plan;
	const struct object *object;
	const struct session_stop *stop;
	struct load load;
	struct attach attach;
	struct layout layout;
	struct reader *reader;
	struct stream *stream;
	struct writer writer;
	uint64_t printed;
	uint64_t lost_told; /* of the lost events, those that stderr knows of */
	uint64_t deadline;  /* CLOCK_MONOTONIC, ns; 0: none */
	uint64_t next_look; /* when the count of lost events is looked at again */
	bool done;
};

/* The whole ring's size: --buffer-pages is of each CPU, as in BCC; a ring wants a power of two. */
static uint32_t ring_bytes(const struct options *o)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE),
		 cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t want = cpus * (o->buffer_pages ? o->buffer_pages * page : RING_BYTES_PER_CPU);
	uint64_t bytes = page;

	while (bytes < want && bytes < RING_BYTES_MAX)
		bytes *= 2;
	return (uint32_t)bytes;
}

static int on_event(void *ctx, const void *data, size_t size)
{
	struct session *s = ctx;
	const struct options *o = s->plan->options;

	stream_event(s->stream, data, size);
	s->printed++;
	if (o->max_events && s->printed >= o->max_events)
		s->done = true;
	/* Under load the buffer is never empty: look at the clock now and then from here. */
	if (s->deadline && (s->printed & 255) == 0 && clock_ns() >= s->deadline)
		s->done = true;
	return s->done || s->stop->stopped || s->writer.err;
}

static uint64_t lost_events(const struct session *s)
{
	int fd = load_map_fd(&s->load, SUBSTITUTE_LOST_MAP), key = 0;
	uint64_t lost = 0;

	if (fd < 0 || bpf_map_lookup_elem(fd, &key, &lost) < 0)
		return 0;
	return lost;
}

static void tell_lost(struct session *s, bool at_end)
{
	uint64_t lost = lost_events(s);

	if (lost > s->lost_told)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events%s\n", lost - s->lost_told,
			s->lost_told ? ""
				     : ": the buffer was full (--buffer-pages makes it larger)");
	if (at_end && s->lost_told)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events in all, printed %" PRIu64 "\n",
			lost, s->printed);
	s->lost_told = lost;
}

static int start(struct session *s, struct error *e)
{
	const struct plan *plan = s->plan;
	const struct options *o = plan->options;
	const struct object_map *events = object_map_find(s->object, plan->program->table);
	size_t pages = o->buffer_pages ? o->buffer_pages : PERF_PAGES;
	int err;

	if (!events)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: %s has no table %s",
				 plan->program->path, plan->program->table_line,
				 plan->program->template_path, plan->program->table);
	err = layout_make(&s->layout, events, plan->kernel, e);
	if (!err)
		err = stream_new(&s->stream, plan->program, o, &s->layout, &s->writer, e);
	if (!err)
		err = load_object(&s->load, s->object, plan, ring_bytes(o),
				  o->debug & OPTIONS_DEBUG_VERIFIER, e);
	if (!err && s->load.log.data)
		fputs(s->load.log.data, stderr);
	if (!err)
		err = reader_new(&s->reader, load_map_fd(&s->load, events->name), plan->ring, pages,
				 on_event, s, e);
	if (!err)
		err = attach_plan(&s->attach, plan, &s->load, e);
	return err;
}

static int poll_timeout(const struct session *s, uint64_t now)
{
	uint64_t until = s->next_look;

	if (s->deadline && s->deadline < until)
		until = s->deadline;
	return until <= now ? 0 : (int)((until - now + 999999) / 1000000);
}

static int read_events(struct session *s, struct error *e)
{
	struct pollfd fds[] = {
		{.fd = reader_fd(s->reader), .events = POLLIN},
		{.fd = s->stop->fd, .events = POLLIN},
		{.fd = s->writer.fd}, /* only to see that its reader is gone */
	};
	uint64_t now = clock_ns();
	int err = 0;

	s->next_look = now + 1000000000;
	while (!err && !s->done && !s->stop->stopped) {
		if (poll(fds, 3, poll_timeout(s, now)) < 0 && errno != EINTR)
			return error_set(e, FAULT_RUN, -errno, "poll: %s", strerror(errno));
		if (fds[0].revents)
			err = reader_consume(s->reader);
		if (writer_flush(&s->writer) || (fds[2].revents & (POLLERR | POLLHUP)))
			break;
		now = clock_ns();
		if (s->deadline && now >= s->deadline)
			break;
		if (now >= s->next_look) {
			tell_lost(s, false);
			s->next_look = now + 1000000000;
		}
	}
	return err ? error_set(e, FAULT_RUN, err, "cannot read events: %s", strerror(-err)) : 0;
}

/* What was in the buffer when the probes went is printed too, unless there were enough lines. */
static int finish(struct session *s, struct error *e)
{
	uint64_t max = s->plan->options->max_events;
	struct session_stop never = {0};
	int err;

	attach_free(&s->attach);
	s->stop = &never;
	s->deadline = 0;
	s->done = false;
	if ((!max || s->printed < max) && !s->writer.err)
		reader_consume(s->reader);
	err = writer_flush(&s->writer);
	tell_lost(s, true);
	if (err == -EINTR)
		fprintf(stderr, "bcchost: stdout is not being read: the last lines were dropped\n");
	/* Whoever read us has seen enough: `| head` is no failure. */
	else if (err && err != -EPIPE)
		return error_set(e, FAULT_RUN, err, "cannot write to stdout: %s", strerror(-err));
	return 0;
}

static void clean_up(struct session *s)
{
	attach_free(&s->attach);
	reader_free(s->reader);
	stream_free(s->stream);
	load_free(&s->load);
	layout_free(&s->layout);
	free(s);
}

int session_run(const struct plan *plan, const struct object *o, const struct session_stop *stop,
		bool *attached, struct error *e)
{
	struct session *s = calloc(1, sizeof(*s));
	uint64_t begun;
	int err, end;

	if (!s)
		return error_nomem(e);
	s->plan = plan;
	s->object = o;
	s->stop = stop;
	writer_init(&s->writer, STDOUT_FILENO, &stop->stopped);
	begun = clock_ns();
	err = start(s, e);
	*attached = !err;
	if (err) {
		clean_up(s);
		return err;
	}
	if (plan->options->verbose)
		fprintf(stderr, "bcchost: attached %zu probes in %" PRIu64 " ms\n", s->attach.n,
			(clock_ns() - begun) / 1000000);
	if (plan->options->duration > 0)
		s->deadline = clock_ns() + (uint64_t)(plan->options->duration * 1e9);
	if (!plan->options->no_header)
		stream_heading(s->stream);
	err = writer_flush(&s->writer) ? 0 : read_events(s, e);
	end = finish(s, err ? NULL : e);
	clean_up(s);
	return err ? err : end;
}
