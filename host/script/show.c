/* SPDX-License-Identifier: Apache-2.0 */
#include "script/show.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "output/stream.h"
#include "script/command.h"
#include "script/view.h"
#include "script/view_program.h"
#include "text/substitute.h"
#include "trace/attach.h"
#include "trace/buffers.h"
#include "trace/lost.h"
#include "trace/pace.h"
#include "trace/pipe.h"
#include "trace/privilege.h"
#include "trace/reader.h"

/* A buffer, and what is made of its events. */
struct feed {
	struct show *show;
	struct view *view;
	struct reader *reader;
};

struct show {
	const struct plan *plan;
	const struct object *object;
	const struct source *source;
	const struct session_stop *stop;
	struct load load;
	struct attach attach;
	struct views views;
	size_t nfeeds;
	struct feed *feeds;
	struct program *pipe_program;
	struct pipe *pipe; /* NULL: the text prints nothing there */
	struct stream *pipe_stream;
	struct writer writer;
	uint64_t seen;
	uint64_t lost_told;
	struct pace pace;
	bool done, periodic;
};

/* After each event or line: is it the last one? */
static int counted(struct show *s)
{
	const struct options *o = s->plan->options;

	s->seen++;
	if (o->max_events && s->seen >= o->max_events)
		s->done = true;
	if (s->pace.deadline && (s->seen & 255) == 0 && pace_over(&s->pace, clock_ns()))
		s->done = true;
	return s->done || s->stop->stopped || writer_gives_up(&s->writer);
}

static int on_event(void *ctx, const void *data, size_t size)
{
	struct feed *f = ctx;

	view_event(f->view, data, size);
	return counted(f->show);
}

static int on_line(void *ctx, const void *data, size_t size)
{
	struct show *s = ctx;

	stream_event(s->pipe_stream, data, size);
	return counted(s);
}

/* --- what was lost --- */

static uint64_t lost_events(const struct show *s)
{
	int fd = load_map_fd(&s->load, SUBSTITUTE_LOST_MAP), key = 0;
	uint64_t lost = 0;

	if (fd >= 0 && bpf_map_lookup_elem(fd, &key, &lost) < 0)
		lost = 0;
	return lost + (s->pipe ? pipe_lost(s->pipe) : 0);
}

static void tell_lost(struct show *s, bool at_end)
{
	lost_tell(&s->lost_told, lost_events(s),
		  "no room in the buffer (--buffer-pages makes it larger)", at_end, &s->seen);
}

/* --- start --- */

static bool calls_printk(const struct object *o)
{
	for (size_t i = 0; i < o->nprogs; i++)
		for (size_t j = 0; j < o->progs[i].ninsns; j++) {
			const struct bpf_insn *insn = &o->progs[i].insns[j];

			if (insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
			    (insn->imm == BPF_FUNC_trace_printk ||
			     insn->imm == BPF_FUNC_trace_vprintk))
				return true;
		}
	return false;
}

static int make_pipe(struct show *s, struct error *e)
{
	int err = pipe_new(&s->pipe, s->plan->kernel, on_line, s, e);

	if (err)
		return err;
	s->pipe_program = view_program_pipe(s->source->path);
	return s->pipe_program ? stream_new(&s->pipe_stream, s->pipe_program, s->plan->options,
					    pipe_layout(s->pipe), &s->writer, e)
			       : error_nomem(e);
}

static int make_views(struct show *s, struct error *e)
{
	struct buf notes = {0};
	int err = views_make(&s->views, s->plan, s->object, s->source, calls_printk(s->object),
			     &s->writer, &notes, e);

	if (!err)
		command_tell(&notes);
	buf_free(&notes);
	/* Lines of one file have the same columns. */
	if (!err && s->plan->options->output == OPTIONS_OUTPUT_CSV &&
	    s->views.n + calls_printk(s->object) > 1)
		err = error_set(
			e, FAULT_USAGE, -EINVAL,
			"--output csv: %s has several buffers or tables; --table NAME shows "
			"one of its tables, --output json all",
			s->source->path);
	s->feeds = calloc(s->views.n + 1, sizeof(*s->feeds));
	return err ? err : s->feeds ? 0 : error_nomem(e);
}

static int make_readers(struct show *s, const struct buffers_machine *m, struct error *e)
{
	uint32_t asked = s->plan->options->buffer_pages, pages = buffers_perf_pages(m, asked);
	int err = 0;

	s->pace.rest = buffers_rest(buffers_ring_bytes(m, asked));
	for (size_t i = 0; i < s->views.n && !err; i++) {
		struct view *v = s->views.v[i];
		const struct object_map *map = view_map(v);
		struct feed *f = &s->feeds[s->nfeeds];

		if (view_kind(v) != VIEW_EVENTS) {
			s->periodic = true;
			continue;
		}
		*f = (struct feed){.show = s, .view = v};
		err = reader_new(&f->reader, load_map_fd(&s->load, map->name),
				 map->type == BPF_MAP_TYPE_RINGBUF, pages, on_event, f, e);
		s->nfeeds += !err;
	}
	return err;
}

static int table_fd(const void *load, const char *table)
{
	return load_map_fd(load, table);
}

static int drop_privileges(const struct show *s, struct error *e)
{
	return privilege_drop(views_show(&s->views, stacks_show_kernel),
			      views_show(&s->views, stacks_show_users), e);
}

static int start(struct show *s, struct error *e)
{
	const struct options *o = s->plan->options;
	struct buffers_machine m;
	int err = make_views(s, e);

	buffers_machine(&m);
	if (!err)
		err = load_object(&s->load, s->object, s->plan,
				  buffers_ring_bytes(&m, o->buffer_pages),
				  o->debug & OPTIONS_DEBUG_VERIFIER, e);
	if (!err && s->load.log.data)
		fputs(s->load.log.data, stderr);
	if (!err)
		err = make_readers(s, &m, e);
	if (!err && calls_printk(s->object))
		err = make_pipe(s, e);
	if (!err)
		stacks_tables(s->views.stacks, table_fd, &s->load);
	return err ? err : attach_plan(&s->attach, s->plan, &s->load, e) ?: drop_privileges(s, e);
}

static void begin(struct show *s)
{
	const struct options *o = s->plan->options;

	pace_begin(&s->pace, o->duration, s->periodic ? o->interval : 0);
	if (o->no_header)
		return;
	for (size_t i = 0; i < s->nfeeds; i++)
		view_heading(s->feeds[i].view);
	if (s->pipe_stream)
		stream_heading(s->pipe_stream);
	if (!s->nfeeds && !s->pipe_stream)
		fprintf(stderr, "Tracing... Hit Ctrl-C to end.\n");
}

/* --- at work --- */

/* Where tables come again and again, when these were read. */
static void put_clock(struct show *s)
{
	time_t now = time(NULL);
	char line[32];
	struct tm tm;

	localtime_r(&now, &tm);
	writer_add(&s->writer, line, strftime(line, sizeof(line), "\n%H:%M:%S\n", &tm));
}

static int print_tables(struct show *s, struct error *e)
{
	int err = 0;

	if (s->pace.interval && !options_want_data(s->plan->options))
		put_clock(s);

	for (size_t i = 0; i < s->views.n && !err; i++)
		if (view_kind(s->views.v[i]) != VIEW_EVENTS)
			err = view_print(&s->views, s->views.v[i], &s->load, e);
	return err;
}

/* The last interval is printed when the probes are gone (finish). */
static int tick(struct show *s, uint64_t now, struct error *e)
{
	enum pace_tick due = pace_tick(&s->pace, now, s->plan->options->count);

	if (due == PACE_LAST)
		s->done = true;
	return due == PACE_PRINT ? print_tables(s, e) : 0;
}

static int consume(struct show *s, struct error *e)
{
	uint64_t seen = s->seen;
	int err = s->pipe ? pipe_consume(s->pipe) : 0;

	for (size_t i = 0; i < s->nfeeds && !err && !s->done; i++)
		err = reader_consume(s->feeds[i].reader);
	pace_read(&s->pace, s->nfeeds && s->seen != seen);
	return err ? error_set(e, FAULT_RUN, err, "cannot read events: %s", strerror(-err)) : 0;
}

/* The stop, the reader of what we print, and the sources of events, which rest after each read. */
static nfds_t fill_poll(const struct show *s, struct pollfd *fds)
{
	nfds_t n = 0;

	fds[n++] = (struct pollfd){.fd = s->stop->fd, .events = POLLIN};
	fds[n++] = (struct pollfd){.fd = s->writer.fd};
	if (s->pace.next_read)
		return n;
	if (s->pipe)
		fds[n++] = (struct pollfd){.fd = pipe_fd(s->pipe), .events = POLLIN};
	for (size_t i = 0; i < s->nfeeds; i++)
		fds[n++] = (struct pollfd){.fd = reader_fd(s->feeds[i].reader), .events = POLLIN};
	return n;
}

static bool any_ready(const struct pollfd *fds, nfds_t n)
{
	for (nfds_t i = 2; i < n; i++)
		if (fds[i].revents)
			return true;
	return false;
}

static int trace(struct show *s, struct error *e)
{
	struct pollfd *fds = calloc(s->nfeeds + 3, sizeof(*fds));
	uint64_t now = clock_ns();
	nfds_t n;
	int err = fds ? 0 : error_nomem(e);

	while (!err && !s->done && !s->stop->stopped) {
		n = fill_poll(s, fds);
		if (poll(fds, n, pace_timeout(&s->pace, now)) < 0 && errno != EINTR) {
			err = error_set(e, FAULT_RUN, -errno, "poll: %s", strerror(errno));
			break;
		}
		now = clock_ns();
		if (any_ready(fds, n) || pace_rested(&s->pace, now))
			err = consume(s, e);
		now = clock_ns();
		err = err ?: tick(s, now, e);
		if (writer_flush(&s->writer) || (fds[1].revents & (POLLERR | POLLHUP)) ||
		    pace_over(&s->pace, now))
			break;
		if (pace_look(&s->pace, now))
			tell_lost(s, false);
	}
	free(fds);
	return err;
}

/* What is in the buffers when the probes go is printed too, unless there were enough lines; then
 * the tables, with all that was counted. */
static int finish(struct show *s, struct error *e)
{
	uint64_t max = s->plan->options->max_events;
	static const struct session_stop never;
	int err = 0;

	attach_free(&s->attach);
	s->stop = &never;
	s->pace.deadline = 0;
	s->done = false;
	if ((!max || s->seen < max) && !writer_gives_up(&s->writer))
		consume(s, NULL);
	if (!s->writer.err)
		err = print_tables(s, e);
	if (err)
		return err;
	writer_flush(&s->writer);
	tell_lost(s, true);
	stacks_tell_missed(s->views.stacks);
	return writer_ended(&s->writer, e);
}

static void clean_up(struct show *s)
{
	attach_free(&s->attach);
	for (size_t i = 0; i < s->nfeeds; i++)
		reader_free(s->feeds[i].reader);
	free(s->feeds);
	stream_free(s->pipe_stream);
	pipe_free(s->pipe);
	program_free(s->pipe_program);
	views_free(&s->views);
	load_free(&s->load);
	free(s);
}

int show_run(const struct plan *plan, const struct object *o, const struct source *source,
	     const struct session_stop *stop, struct progress **starting, struct error *e)
{
	struct show *s = calloc(1, sizeof(*s));
	uint64_t begun = clock_ns();
	int err, end;

	if (!s)
		return error_nomem(e);
	s->plan = plan;
	s->object = o;
	s->source = source;
	s->stop = stop;
	writer_init(&s->writer, STDOUT_FILENO, &stop->stopped);
	err = start(s, e);
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
