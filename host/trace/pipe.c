/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/pipe_line.h"

#define ROOM	    (64 << 10) /* the kernel gives some kilobytes at a time, a line less than two */
#define READS	    256	       /* in one pipe_consume, lest others' lines keep us from Ctrl-C */
#define DROP_MAX_NS 2000000000 /* the longest that old lines are waited for to end */

struct pipe {
	int fd;
	reader_fn fn;
	void *ctx;
	uint64_t lost;
	bool held; /* event is whole but for lines that may follow: a message may have several */
	struct pipe_event event;
	size_t begin, end; /* in text: read, and not looked at */
	char text[ROOM + 1];
};

#define FIELD(member, as)                                        \
	{                                                        \
		.name = (char *)#member, .kind = as,             \
		.offset = offsetof(struct pipe_event, member),   \
		.size = sizeof(((struct pipe_event *)0)->member) \
	}
static struct layout_field fields[] = {
	FIELD(ts_ns, LAYOUT_UNSIGNED), FIELD(pid, LAYOUT_UNSIGNED),  FIELD(cpu, LAYOUT_UNSIGNED),
	FIELD(comm, LAYOUT_CHARS),     FIELD(message, LAYOUT_CHARS),
};
static const struct layout layout = {
	sizeof(fields) / sizeof(fields[0]),
	fields,
	sizeof(struct pipe_event),
};

const struct layout *pipe_layout(const struct pipe *p)
{
	(void)p;
	return &layout;
}

static int open_error(const char *path, int err, struct error *e)
{
	switch (err) {
	case EACCES:
	case EPERM:
		return error_set(
			e, FAULT_PERMISSION, -err,
			"cannot open %s: %s; it takes root, or CAP_DAC_READ_SEARCH, or tracefs "
			"mounted for this user's group",
			path, strerror(err));
	case EBUSY:
		return error_set(e, FAULT_RUN, -err,
				 "%s is open in another program, and the kernel lets only one read "
				 "it: end that one first (`fuser -v %s` tells which it is)",
				 path, path);
	case ENOENT:
		return error_set(e, FAULT_KERNEL, -err,
				 "%s is not there: bpf_trace_printk has nowhere to print to", path);
	default:
		return error_set(e, FAULT_RUN, -err, "cannot open %s: %s", path, strerror(err));
	}
}

static int open_pipe(const char *tracefs, int *fd, struct error *e)
{
	char *path;
	int err = 0;

	if (asprintf(&path, "%s/trace_pipe", tracefs) < 0)
		return error_nomem(e);
	*fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		err = open_error(path, errno, e);
	free(path);
	return err;
}

/* With tracing switched off nothing would come, and nobody would know why. */
static int check_on(const char *tracefs, struct error *e)
{
	char *path, on = '1';
	int fd;

	if (asprintf(&path, "%s/tracing_on", tracefs) < 0)
		return error_nomem(e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, &on, 1) < 0)
		on = '1';
	if (fd >= 0)
		close(fd);
	free(path);
	if (on != '0')
		return 0;
	return error_set(e, FAULT_KERNEL, -ENODATA,
			 "tracing is switched off: %s/tracing_on is 0; write a 1 to it", tracefs);
}

/* Moves what is left to the front, and reads behind it: > 0 bytes, 0 for nothing now. */
static ssize_t read_more(struct pipe *p)
{
	ssize_t n;

	memmove(p->text, p->text + p->begin, p->end - p->begin);
	p->end -= p->begin;
	p->begin = 0;
	if (p->end == ROOM)
		p->end = 0; /* no line is that long */
	n = read(p->fd, p->text + p->end, ROOM - p->end);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	p->end += (size_t)n;
	return n;
}

/* What was printed before us. Where somebody prints all the time, its end is never reached. */
static int drop_old(struct pipe *p, struct error *e)
{
	uint64_t until = clock_ns() + DROP_MAX_NS;
	ssize_t n;

	do {
		n = read_more(p);
		p->begin = p->end = 0;
	} while (n > 0 && clock_ns() < until);
	return n < 0 ? error_set(e, FAULT_RUN, (int)n, "cannot read the trace pipe: %s",
				 strerror((int)-n))
		     : 0;
}

int pipe_new_fd(struct pipe **out, int fd, reader_fn fn, void *ctx, struct error *e)
{
	struct pipe *p = calloc(1, sizeof(*p));

	if (!p) {
		close(fd);
		return error_nomem(e);
	}
	p->fd = fd;
	p->fn = fn;
	p->ctx = ctx;
	*out = p;
	return 0;
}

int pipe_new(struct pipe **out, struct kernel *k, reader_fn fn, void *ctx, struct error *e)
{
	const char *tracefs = kernel_tracefs(k);
	struct pipe *p = NULL;
	int err, fd = -1;

	if (!tracefs && geteuid() != 0)
		return error_set(e, FAULT_PERMISSION, -EACCES,
				 "cannot read tracefs (/sys/kernel/tracing), which is root's; "
				 "CAP_DAC_READ_SEARCH reads it too");
	if (!tracefs)
		return error_set(e, FAULT_KERNEL, -ENOENT,
				 "no tracefs (/sys/kernel/tracing), and it cannot be mounted: "
				 "bpf_trace_printk has nowhere to print to");
	err = open_pipe(tracefs, &fd, e);
	if (!err)
		err = pipe_new_fd(&p, fd, fn, ctx, e);
	if (!err)
		err = check_on(tracefs, e) ?: drop_old(p, e);
	if (err)
		pipe_free(p);
	else
		*out = p;
	return err;
}

void pipe_free(struct pipe *p)
{
	if (!p)
		return;
	close(p->fd);
	free(p);
}

int pipe_fd(const struct pipe *p)
{
	return p->fd;
}

uint64_t pipe_lost(const struct pipe *p)
{
	return p->lost;
}

/* Gives on the message that was waiting for more lines. Non-zero: enough. */
static int give(struct pipe *p)
{
	size_t len = strlen(p->event.message);

	if (!p->held)
		return 0;
	p->held = false;
	return p->fn(p->ctx, &p->event, offsetof(struct pipe_event, message) + len + 1);
}

/* A message's newlines are the pipe's too. The one that ends it leaves an empty line, no more. */
static void append(struct pipe *p, const char *line)
{
	char *message = p->event.message;
	size_t len = strlen(message);

	if (p->held && *line)
		snprintf(message + len, sizeof(p->event.message) - len, "\n%s", line);
}

static int take_line(struct pipe *p, const char *line)
{
	struct pipe_event event;
	uint64_t lost;
	int stop;

	switch (pipe_line(line, &event, &lost)) {
	case PIPE_LINE_BARE:
		append(p, line);
		return 0;
	case PIPE_LINE_LOST:
		p->lost += lost;
		return 0;
	case PIPE_LINE_OTHER:
		return give(p);
	case PIPE_LINE_PRINTED:
		stop = give(p);
		memcpy(&p->event, &event,
		       offsetof(struct pipe_event, message) + strlen(event.message) + 1);
		p->held = true;
		return stop;
	}
	return 0;
}

/* The whole lines that were read. Non-zero: enough. */
static int take_lines(struct pipe *p)
{
	char *line, *newline;
	int stop = 0;

	while (!stop) {
		line = p->text + p->begin;
		newline = memchr(line, '\n', p->end - p->begin);
		if (!newline)
			break;
		*newline = '\0';
		p->begin += (size_t)(newline - line) + 1;
		stop = take_line(p, line);
	}
	return stop;
}

int pipe_consume(struct pipe *p)
{
	ssize_t n = 1;

	for (int i = 0; n > 0 && i < READS; i++) {
		if (take_lines(p))
			return 0;
		n = read_more(p);
	}
	if (n > 0)
		return 0;
	/* There is no more now; events come out of the kernel whole, with all their lines. */
	if (p->begin == p->end)
		give(p);
	return (int)n;
}
