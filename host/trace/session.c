/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/lost.h"
#include "trace/privilege.h"
#include "trace/session_parts.h"

static int on_event(void *ctx, size_t output, const void *data, size_t size)
{
	struct session *s = ctx;
	const struct options *o = s->plan->options;
	struct stream *stream = s->outputs[output].stream;

	s->seen++;
	if (stream && stream_event(stream, data, size))
		s->printed++;
	if (o->max_events && s->printed >= o->max_events)
		s->done = true;
	/* Under load the buffer is never empty: look at the clock now and then from here. */
	if (s->pace.deadline && (s->seen & 255) == 0 && pace_over(&s->pace, clock_ns()))
		s->done = true;
	return s->done || s->stop->stopped || writer_gives_up(&s->writer);
}

static void tell_lost(struct session *s, bool at_end)
{
	uint64_t dropped = s->writer.dropped;
	uint64_t printed = s->printed > dropped ? s->printed - dropped : 0;
	const char *why =
		!s->events ? "a table was full"
		: s->plan->program->output == PROGRAM_TRACE_PIPE
			? "the trace pipe's buffer was full"
			: "no room in the buffer (--buffer-pages makes it larger) or a table";

	lost_tell(&s->lost_told, tracer_lost(s->tracer), why, at_end, s->events ? &printed : NULL);
}

/* That of a program which shows nothing else; only that one may draw. */
static struct periodic *lone_periodic(const struct session *s)
{
	return s->n == 1 ? s->outputs[0].periodic : NULL;
}

static int start(struct session *s, const struct object *o, struct error *e)
{
	const struct program *p = s->plan->program;
	int err = tracer_new(&s->tracer, s->plan, o, on_event, s, e);

	if (!err)
		err = session_make_outputs(s, o, e) ?: tracer_start(s->tracer, e);
	if (!err)
		err = privilege_drop(stacks_show_kernel(p), stacks_show_users(p), e);
	s->pace.rest = err ? 0 : tracer_rest(s->tracer);
	return err;
}

/* What is printed suits the terminal, if stdout is one. */
static int begin_terminal(struct session *s, struct error *e)
{
	struct terminal *t = &s->terminal;
	struct periodic *lone = lone_periodic(s);
	int err = 0;

	terminal_init(t, s->writer.fd, STDIN_FILENO, s->plan->options->color);
	s->lines = *t;
	s->lines.escapes = false;
	for (size_t i = 0; i < s->n && !err; i++) {
		if (s->outputs[i].periodic)
			err = periodic_terminal(s->outputs[i].periodic, lone ? t : &s->lines, e);
		else if (s->outputs[i].stream)
			stream_terminal(s->outputs[i].stream, t, s->alike);
	}
	terminal_begin(t, lone && periodic_has_screen(lone));
	return err;
}

static void put_headings(struct session *s)
{
	struct periodic *lone = lone_periodic(s);
	bool first = true;

	for (size_t i = 0; i < s->n; i++) {
		if (!s->outputs[i].stream)
			continue;
		if (first || !s->alike)
			stream_heading(s->outputs[i].stream);
		first = false;
	}
	if (!first)
		return;
	if (lone && s->plan->program->output == PROGRAM_RATES)
		periodic_heading(lone);
	else
		fprintf(stderr, "Tracing... Hit Ctrl-C to end.\n");
}

/* Everybody waits for the first line; one that comes an interval later has a word before it. */
static void begin(struct session *s)
{
	const struct options *o = s->plan->options;

	pace_begin(&s->pace, o->duration, s->tables ? options_interval(o, s->plan->program) : 0);
	for (size_t i = 0; i < s->n; i++)
		if (s->outputs[i].periodic)
			periodic_begin(s->outputs[i].periodic);
	if (!o->no_header)
		put_headings(s);
}

static int print_tables(struct session *s, struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < s->n && !err; i++)
		if (s->outputs[i].periodic)
			err = periodic_print(s->outputs[i].periodic, e);
	return err;
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
	return due == PACE_PRINT ? print_tables(s, e) : 0;
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
	else if (what && lone_periodic(s) && !s->stop->stopped)
		periodic_events(lone_periodic(s), what);
	s->lines.rows = s->terminal.rows;
	s->lines.columns = s->terminal.columns;
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
	if (lone_periodic(s) && (s->quit || s->stop->stopped))
		periodic_leave(lone_periodic(s));
	writer_flush(&s->writer);
	tracer_detach(s->tracer);
	s->stop = &never;
	s->pace.deadline = 0;
	s->done = false;
	if ((!max || s->printed < max) && !writer_gives_up(&s->writer))
		consume(s, NULL);
	err = s->writer.err ? 0 : print_tables(s, e);
	for (size_t i = 0; i < s->n && !err && !s->writer.err; i++)
		if (s->outputs[i].periodic)
			err = periodic_end(s->outputs[i].periodic, e);
	if (err)
		return err;
	writer_flush(&s->writer);
	tell_lost(s, true);
	if (s->stacks)
		stacks_tell_missed(s->stacks);
	return writer_ended(&s->writer, e);
}

static void clean_up(struct session *s)
{
	/* Those that are joined to others go first. */
	for (size_t i = s->n; i-- > 0;) {
		stream_free(s->outputs[i].stream);
		periodic_free(s->outputs[i].periodic);
	}
	free(s->outputs);
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
