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
#include "trace/buffers.h"
#include "trace/load.h"
#include "trace/periodic.h"
#include "trace/pipe.h"
#include "trace/privilege.h"
#include "trace/reader.h"

struct session {
	const struct plan *plan;
	const struct object *object;
	const struct session_stop *stop;
	struct load load;
	struct attach attach;
	struct layout layout;
	struct reader *reader;
	struct stream *stream;
	struct pipe *pipe;	   /* instead of the reader */
	struct periodic *periodic; /* instead of the reader and the stream */
	struct writer writer;
	uint64_t seen, printed; /* events; those that `only:` passes over are not printed */
	uint64_t lost_told;	/* of the lost events, those that stderr knows of */
	uint64_t deadline;	/* CLOCK_MONOTONIC, ns; 0: none */
	uint64_t rest;		/* ns between two reads while there are events; buffers.h */
	uint64_t next_read;	/* before that nothing is read; 0: when there is something */
	uint64_t next_look;	/* when the count of lost events is looked at again */
	uint64_t interval;	/* of a periodic output, ns; 0: it prints at the end alone */
	uint64_t next_tick;	/* when it prints again */
	uint64_t ticks;
	bool done;
};

static int on_event(void *ctx, const void *data, size_t size)
{
	struct session *s = ctx;
	const struct options *o = s->plan->options;

	s->seen++;
	if (stream_event(s->stream, data, size))
		s->printed++;
	if (o->max_events && s->printed >= o->max_events)
		s->done = true;
	/* Under load the buffer is never empty: look at the clock now and then from here. */
	if (s->deadline && (s->seen & 255) == 0 && clock_ns() >= s->deadline)
		s->done = true;
	return s->done || s->stop->stopped || s->writer.err;
}

static uint64_t lost_events(const struct session *s)
{
	int fd = load_map_fd(&s->load, SUBSTITUTE_LOST_MAP), key = 0;
	uint64_t lost = 0;

	if (s->pipe)
		return pipe_lost(s->pipe);
	if (fd < 0 || bpf_map_lookup_elem(fd, &key, &lost) < 0)
		return 0;
	return lost;
}

static void tell_lost(struct session *s, bool at_end)
{
	uint64_t lost = lost_events(s);

	if (lost > s->lost_told)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events%s\n", lost - s->lost_told,
			s->lost_told  ? ""
			: s->periodic ? ": a table was full"
			: s->pipe     ? ": the trace pipe's buffer was full"
				  : ": no room in the buffer (--buffer-pages makes it larger) or a "
				    "table");
	if (at_end && s->lost_told && s->periodic)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events in all\n", lost);
	else if (at_end && s->lost_told)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events in all, printed %" PRIu64 "\n",
			lost, s->printed);
	s->lost_told = lost;
}

/* The table, and the stream that prints what comes through it. */
static int make_stream(struct session *s, struct error *e)
{
	const struct program *p = s->plan->program;
	const struct object_map *events = object_map_find(s->object, p->table);
	int err;

	if (p->output == PROGRAM_TRACE_PIPE) {
		err = pipe_new(&s->pipe, s->plan->kernel, on_event, s, e);
		return err
			       ?: stream_new(&s->stream, p, s->plan->options, pipe_layout(s->pipe),
					     &s->writer, e);
	}
	if (!events)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: %s has no table %s", p->path,
				 p->table_line, p->template_path, p->table);
	err = layout_make(&s->layout, events, s->plan->kernel, e);
	if (!err)
		err = stream_new(&s->stream, p, s->plan->options, &s->layout, &s->writer, e);
	if (!err)
		stream_kernel(s->stream, s->plan->kernel);
	return err;
}

static int make_reader(struct session *s, const struct buffers_machine *m, struct error *e)
{
	uint32_t asked = s->plan->options->buffer_pages, pages = buffers_perf_pages(m, asked);

	s->rest = buffers_rest(s->plan->ring ? buffers_ring_bytes(m, asked)
					     : m->cpus * pages * m->page);
	return reader_new(&s->reader, load_map_fd(&s->load, s->plan->program->table), s->plan->ring,
			  pages, on_event, s, e);
}

static int start(struct session *s, struct error *e)
{
	const struct plan *plan = s->plan;
	const struct options *o = plan->options;
	bool periodic = program_output_is_periodic(plan->program->output);
	struct buffers_machine m;
	int err = periodic ? 0 : make_stream(s, e);

	buffers_machine(&m);
	if (!err)
		err = load_object(&s->load, s->object, plan,
				  buffers_ring_bytes(&m, o->buffer_pages),
				  o->debug & OPTIONS_DEBUG_VERIFIER, e);
	if (!err && s->load.log.data)
		fputs(s->load.log.data, stderr);
	if (!err && periodic)
		err = periodic_new(&s->periodic, plan, &s->load, &s->writer, e);
	else if (!err && !s->pipe)
		err = make_reader(s, &m, e);
	if (!err)
		err = attach_plan(&s->attach, plan, &s->load, e)
			      ?: privilege_drop(plan->program, e);
	return err;
}

/* Everybody waits for the first line; one that comes an interval later has a word before it. */
static void begin(struct session *s)
{
	const struct program *p = s->plan->program;
	const struct options *o = s->plan->options;
	uint64_t now = clock_ns();

	if (o->duration > 0)
		s->deadline = now + (uint64_t)(o->duration * 1e9);
	if (s->periodic) {
		s->interval = (uint64_t)(options_interval(o, p) * 1e9);
		s->next_tick = now + s->interval;
	}
	if (o->no_header)
		return;
	if (s->stream)
		stream_heading(s->stream);
	else if (p->output == PROGRAM_RATES)
		periodic_heading(s->periodic);
	else
		fprintf(stderr, "Tracing... Hit Ctrl-C to end.\n");
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return b && b < a ? b : a;
}

static int poll_timeout(const struct session *s, uint64_t now)
{
	uint64_t until = earlier(s->next_look, s->deadline);

	if (s->interval)
		until = earlier(until, s->next_tick);
	until = earlier(until, s->next_read);
	return until <= now ? 0 : (int)((until - now + 999999) / 1000000);
}

/*
 * Prints, if it is time. The last interval is printed when the probes are gone (finish): all that
 * they counted is there then.
 */
static int tick(struct session *s, uint64_t now, struct error *e)
{
	uint64_t count = s->plan->options->count;

	if (!s->interval || now < s->next_tick)
		return 0;
	if (count && s->ticks + 1 >= count) {
		s->done = true;
		return 0;
	}
	if (s->deadline && s->deadline < s->next_tick + s->interval / 2) {
		s->next_tick = s->deadline + s->interval;
		return 0;
	}
	s->ticks++;
	/* A machine that slept, or a writer that waited, makes one long interval, not many short.
	 */
	while (s->next_tick <= now)
		s->next_tick += s->interval;
	return periodic_print(s->periodic, e);
}

/* Hands over what there is now, and lets more gather if there was any. */
static int consume(struct session *s, struct error *e)
{
	uint64_t seen = s->seen;
	int err = s->pipe ? pipe_consume(s->pipe) : s->reader ? reader_consume(s->reader) : 0;

	s->next_read = s->rest && s->seen != seen ? clock_ns() + s->rest : 0;
	return err ? error_set(e, FAULT_RUN, err, "cannot read events: %s", strerror(-err)) : 0;
}

static int events_fd(const struct session *s)
{
	return s->pipe ? pipe_fd(s->pipe) : s->reader ? reader_fd(s->reader) : -1;
}

static int trace(struct session *s, struct error *e)
{
	struct pollfd fds[] = {
		{.events = POLLIN},
		{.fd = s->stop->fd, .events = POLLIN},
		{.fd = s->writer.fd}, /* only to see that its reader is gone */
	};
	uint64_t now = clock_ns();
	int err = 0;

	s->next_look = now + 1000000000;
	while (!err && !s->done && !s->stop->stopped) {
		fds[0].fd = s->next_read ? -1 : events_fd(s);
		if (poll(fds, 3, poll_timeout(s, now)) < 0 && errno != EINTR)
			return error_set(e, FAULT_RUN, -errno, "poll: %s", strerror(errno));
		now = clock_ns();
		if ((fds[0].revents || (s->next_read && now >= s->next_read)) &&
		    (err = consume(s, e)))
			return err;
		now = clock_ns();
		err = tick(s, now, e);
		if (writer_flush(&s->writer) || (fds[2].revents & (POLLERR | POLLHUP)))
			break;
		if (s->deadline && now >= s->deadline)
			break;
		if (now >= s->next_look) {
			tell_lost(s, false);
			s->next_look = now + 1000000000;
		}
	}
	return err;
}

/* What was in the buffer, or the table, when the probes went is printed too, unless there were
 * enough lines. */
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
		consume(s, NULL);
	err = s->periodic && !s->writer.err ? periodic_print(s->periodic, e) : 0;
	if (err)
		return err;
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
	pipe_free(s->pipe);
	periodic_free(s->periodic);
	load_free(&s->load);
	layout_free(&s->layout);
	free(s);
}

int session_run(const struct plan *plan, const struct object *o, const struct session_stop *stop,
		struct progress **starting, bool *attached, struct error *e)
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
	progress_end(*starting);
	*starting = NULL;
	if (plan->options->verbose)
		fprintf(stderr, "bcchost: attached %zu probes in %" PRIu64 " ms\n", s->attach.n,
			(clock_ns() - begun) / 1000000);
	begin(s);
	err = writer_flush(&s->writer) ? 0 : trace(s, e);
	end = finish(s, err ? NULL : e);
	clean_up(s);
	return err ? err : end;
}
