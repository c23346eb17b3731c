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
#include "output/stacks.h"
#include "output/stream.h"
#include "output/terminal.h"
#include "trace/pace.h"
#include "trace/periodic.h"
#include "trace/privilege.h"
#include "trace/tracer.h"

struct session {
	const struct plan *plan;
	const struct session_stop *stop;
	struct tracer *tracer;
	struct stream *stream;
	struct periodic *periodic; /* instead of the stream */
	struct stacks *stacks;
	struct writer writer;
	struct terminal terminal;
	uint64_t seen, printed; /* events; those that `only:` passes over are not printed */
	uint64_t lost_told;	/* of the lost events, those that stderr knows of */
	struct pace pace;
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
	if (s->pace.deadline && (s->seen & 255) == 0 && pace_over(&s->pace, clock_ns()))
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

	if (program_output_is_periodic(plan->program->output)) {
		err = periodic_new(&s->periodic, plan, s->tracer, &s->writer, e);
		if (!err)
			periodic_stacks(s->periodic, s->stacks);
		return err;
	}
	err = stream_new(&s->stream, plan->program, plan->options, tracer_layout(s->tracer),
			 &s->writer, e);
	if (!err && plan->program->output != PROGRAM_TRACE_PIPE) {
		stream_kernel(s->stream, plan->kernel);
		stream_stacks(s->stream, s->stacks);
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
	s->stacks = stacks_new(s->plan->kernel, o, s->plan->options);
	if (!s->stacks)
		return error_nomem(e);
	stacks_tables(s->stacks, table_fd, s->tracer);
	return 0;
}

static int start(struct session *s, const struct object *o, struct error *e)
{
	const struct program *p = s->plan->program;
	int err = tracer_new(&s->tracer, s->plan, o, on_event, s, e);

	if (!err)
		err = make_stacks(s, o, e) ?: make_output(s, e) ?: tracer_start(s->tracer, e);
	if (!err)
		err = privilege_drop(stacks_show_kernel(p), stacks_show_users(p), e);
	s->pace.rest = err ? 0 : tracer_rest(s->tracer);
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

	pace_begin(&s->pace, o->duration, s->periodic ? options_interval(o, p) : 0);
	if (s->periodic)
		periodic_begin(s->periodic);
	if (o->no_header)
		return;
	if (s->stream)
		stream_heading(s->stream);
	else if (p->output == PROGRAM_RATES)
		periodic_heading(s->periodic);
	else
		fprintf(stderr, "Tracing... Hit Ctrl-C to end.\n");
}

/*
 * Prints, if it is time. The last interval is printed when the probes are gone (finish): all that
 * they counted is there then.
 */
static int tick(struct session *s, uint64_t now, struct error *e)
{
	enum pace_tick due = pace_tick(&s->pace, now, s->plan->options->count);

	if (due == PACE_LAST)
		s->done = true;
	return due == PACE_PRINT ? periodic_print(s->periodic, e) : 0;
}

/* Hands over what there is now, and lets more gather if there was any. */
static int consume(struct session *s, struct error *e)
{
	uint64_t seen = s->seen;
	int err = tracer_consume(s->tracer, e);

	pace_read(&s->pace, s->seen != seen);
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

	while (!err && !s->done && !s->stop->stopped) {
		fds[0].fd = s->pace.next_read ? -1 : tracer_fd(s->tracer);
		fds[4].fd = s->terminal.keys;
		if (poll(fds, 5, pace_timeout(&s->pace, now)) < 0 && errno != EINTR)
			return error_set(e, FAULT_RUN, -errno, "poll: %s", strerror(errno));
		now = clock_ns();
		if ((fds[0].revents || pace_rested(&s->pace, now)) && (err = consume(s, e)))
			return err;
		if (fds[3].revents || fds[4].revents)
			look_at_terminal(s);
		now = clock_ns();
		err = tick(s, now, e);
		if (writer_flush(&s->writer) || (fds[2].revents & (POLLERR | POLLHUP)))
			break;
		if (pace_over(&s->pace, now))
			break;
		if (pace_look(&s->pace, now))
			tell_lost(s, false);
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
	s->pace.deadline = 0;
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
	if (s->stacks)
		stacks_tell_missed(s->stacks);
	return writer_ended(err, e);
}

static void clean_up(struct session *s)
{
	stream_free(s->stream);
	periodic_free(s->periodic);
	stacks_free(s->stacks);
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
