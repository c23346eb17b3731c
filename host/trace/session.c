/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/session.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "output/stream.h"
#include "output/terminal.h"
#include "trace/periodic.h"
#include "trace/privilege.h"
#include "trace/tracer.h"

struct session {
	const struct plan *plan;
	const struct session_stop *stop;
	struct tracer *tracer;
	struct stream *stream;
	struct periodic *periodic; /* instead of the stream */
	struct writer writer;
	struct terminal terminal;
	uint64_t seen, printed; /* events; those that `only:` passes over are not printed */
	uint64_t lost_told;	/* of the lost events, those that stderr knows of */
	uint64_t deadline;	/* CLOCK_MONOTONIC, ns; 0: none */
	uint64_t rest;		/* ns between two reads while there are events; buffers.h */
	uint64_t next_read;	/* before that nothing is read; 0: when there is something */
	uint64_t next_look;	/* when the count of lost events is looked at again */
	uint64_t interval;	/* of a periodic output, ns; 0: it prints at the end alone */
	uint64_t next_tick;	/* when it prints again */
	uint64_t ticks;
	bool done, quit; /* quit: by a key */
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

static void tell_lost(struct session *s, bool at_end)
{
	bool pipe = s->plan->program->output == PROGRAM_TRACE_PIPE;
	uint64_t lost = tracer_lost(s->tracer);

	if (lost > s->lost_told)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events%s\n", lost - s->lost_told,
			s->lost_told  ? ""
			: s->periodic ? ": a table was full"
			: pipe	      ? ": the trace pipe's buffer was full"
			       : ": no room in the buffer (--buffer-pages makes it larger) or a "
				 "table");
	if (at_end && s->lost_told && s->periodic)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events in all\n", lost);
	else if (at_end && s->lost_told)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events in all, printed %" PRIu64 "\n",
			lost, s->printed);
	s->lost_told = lost;
}

static int make_output(struct session *s, struct error *e)
{
	const struct plan *plan = s->plan;
	int err;

	if (program_output_is_periodic(plan->program->output))
		return periodic_new(&s->periodic, plan, s->tracer, &s->writer, e);
	err = stream_new(&s->stream, plan->program, plan->options, tracer_layout(s->tracer),
			 &s->writer, e);
	if (!err && plan->program->output != PROGRAM_TRACE_PIPE)
		stream_kernel(s->stream, plan->kernel);
	return err;
}

static int start(struct session *s, const struct object *o, struct error *e)
{
	int err = tracer_new(&s->tracer, s->plan, o, on_event, s, e);

	if (!err)
		err = make_output(s, e) ?: tracer_start(s->tracer, e);
	if (!err)
		err = privilege_drop(s->plan->program, e);
	s->rest = err ? 0 : tracer_rest(s->tracer);
	return err;
}

/* What is printed suits the terminal, if stdout is one. */
static int begin_terminal(struct session *s, struct error *e)
{
	struct terminal *t = &s->terminal;
	int err = 0;

	terminal_init(t, s->writer.fd, STDIN_FILENO, s->plan->options->color);
	if (s->periodic)
		err = periodic_terminal(s->periodic, t, e);
	else
		stream_terminal(s->stream, t, true);
	terminal_begin(t, s->periodic && periodic_has_screen(s->periodic));
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
		periodic_begin(s->periodic);
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
	int err = tracer_consume(s->tracer, e);

	s->next_read = s->rest && s->seen != seen ? clock_ns() + s->rest : 0;
	return err;
}

static void look_at_terminal(struct session *s)
{
	unsigned int what = terminal_events(&s->terminal);

	if (what & TERMINAL_QUIT)
		s->done = s->quit = true;
	else if (what && s->periodic && !s->stop->stopped)
		periodic_events(s->periodic, what);
}

static int trace(struct session *s, struct error *e)
{
	struct pollfd fds[] = {
		{.events = POLLIN},
		{.fd = s->stop->fd, .events = POLLIN},
		{.fd = s->writer.fd}, /* only to see that its reader is gone */
		{.fd = s->terminal.signals, .events = POLLIN},
		{.events = POLLIN},
	};
	uint64_t now = clock_ns();
	int err = 0;

	s->next_look = now + 1000000000;
	while (!err && !s->done && !s->stop->stopped) {
		fds[0].fd = s->next_read ? -1 : tracer_fd(s->tracer);
		fds[4].fd = s->terminal.keys;
		if (poll(fds, 5, poll_timeout(s, now)) < 0 && errno != EINTR)
			return error_set(e, FAULT_RUN, -errno, "poll: %s", strerror(errno));
		now = clock_ns();
		if ((fds[0].revents || (s->next_read && now >= s->next_read)) &&
		    (err = consume(s, e)))
			return err;
		if (fds[3].revents || fds[4].revents)
			look_at_terminal(s);
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

	/* To take the probes away may take time: the keyboard is the shell's again. */
	terminal_leave(&s->terminal);
	if (s->periodic && (s->quit || s->stop->stopped))
		periodic_leave(s->periodic);
	writer_flush(&s->writer);
	tracer_detach(s->tracer);
	s->stop = &never;
	s->deadline = 0;
	s->done = false;
	if ((!max || s->printed < max) && !s->writer.err)
		consume(s, NULL);
	err = s->periodic && !s->writer.err
		      ? (periodic_print(s->periodic, e) ?: periodic_end(s->periodic, e))
		      : 0;
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
	stream_free(s->stream);
	periodic_free(s->periodic);
	tracer_free(s->tracer);
	terminal_free(&s->terminal);
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
	s->stop = stop;
	s->terminal.signals = s->terminal.keys = -1;
	writer_init(&s->writer, STDOUT_FILENO, &stop->stopped);
	begun = clock_ns();
	err = start(s, o, e);
	*attached = !err;
	if (err) {
		clean_up(s);
		return err;
	}
	progress_end(*starting);
	*starting = NULL;
	if (plan->options->verbose)
		fprintf(stderr, "bcchost: attached %zu probes in %" PRIu64 " ms\n",
			tracer_probes(s->tracer), (clock_ns() - begun) / 1000000);
	err = begin_terminal(s, e);
	begin(s);
	if (!err)
		err = writer_flush(&s->writer) ? 0 : trace(s, e);
	end = finish(s, err ? NULL : e);
	clean_up(s);
	return err ? err : end;
}
