/* SPDX-License-Identifier: Apache-2.0 */
#include "output/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 1000

void writer_init(struct writer *w, int fd, const volatile sig_atomic_t *stopped)
{
	struct stat st;

	w->fd = fd;
	w->stopped = stopped;
	w->err = 0;
	w->dropped = 0;
	w->len = 0;
	w->sink = NULL;
	w->partial = false;
	w->pipe = 0;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
		int size = fcntl(fd, F_GETPIPE_SZ);

		w->pipe = size > PIPE_BUF ? (size_t)size : PIPE_BUF;
	}
}

void writer_init_sink(struct writer *w, void (*sink)(void *ctx, const char *data, size_t len),
		      void *ctx)
{
	writer_init(w, -1, NULL);
	w->sink = sink;
	w->ctx = ctx;
}

/* stdout may be non-blocking if whoever shares it made it so: wait, rather than lose lines. */
static int wait_writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, -1) < 0 ? -errno : 0;
}

/* How much of the bytes is written at once: see writer.h. */
static size_t piece(const struct writer *w, const char *data, size_t len)
{
	size_t room = PIPE_BUF;
	const char *end;
	int held = 1;

	if (!w->pipe || len <= PIPE_BUF)
		return len;
	if (ioctl(w->fd, FIONREAD, &held) == 0 && !held)
		room = w->pipe;
	if (len <= room)
		return len;
	end = memrchr(data, '\n', room);
	return end ? (size_t)(end - data) + 1 : room;
}

/*
 * After a signal: are we to stop? In the midst of a line only if its reader does not read on: to
 * wait here for ever would be worse than half a line that nobody reads.
 */
static bool give_up(const struct writer *w)
{
	struct pollfd p = {.fd = w->fd, .events = POLLOUT};

	if (!w->stopped || !*w->stopped)
		return false;
	return !w->partial || poll(&p, 1, PATIENCE_MS) <= 0;
}

/* The first len of the bytes that are held. */
static void write_out(struct writer *w, size_t len)
{
	size_t done = 0;
	int err;

	while (!w->err && done < len) {
		ssize_t n = write(w->fd, w->data + done, piece(w, w->data + done, len - done));

		if (n > 0) {
			done += (size_t)n;
			w->partial = w->data[done - 1] != '\n';
			continue;
		}
		err = n == 0 ? -EIO : errno == EAGAIN ? wait_writable(w->fd) : -errno;
		if (err == -EINTR && !give_up(w))
			err = 0;
		w->err = err;
	}
	for (; w->err && done < len; done++)
		w->dropped += w->data[done] == '\n';
}

int writer_flush(struct writer *w)
{
	if (w->sink)
		w->sink(w->ctx, w->data, w->len);
	else
		write_out(w, w->len);
	w->len = 0;
	return w->err;
}

void writer_make_room(struct writer *w, size_t n)
{
	const char *end = w->sink ? NULL : memrchr(w->data, '\n', w->len);
	size_t lines = end ? (size_t)(end - w->data) + 1 : 0;

	if (WRITER_SIZE - (w->len - lines) < n) {
		writer_flush(w);
		return;
	}
	write_out(w, lines);
	w->len -= lines;
	memmove(w->data, w->data + lines, w->len);
}

void writer_add(struct writer *w, const char *data, size_t len)
{
	while (len > WRITER_SIZE - w->len) {
		size_t n;

		writer_make_room(w, len < WRITER_SIZE ? len : WRITER_SIZE);
		n = WRITER_SIZE - w->len < len ? WRITER_SIZE - w->len : len;
		memcpy(w->data + w->len, data, n);
		w->len += n;
		data += n;
		len -= n;
	}
	memcpy(w->data + w->len, data, len);
	w->len += len;
}

void writer_pad(struct writer *w, size_t spaces)
{
	while (spaces) {
		size_t n = spaces < WRITER_SIZE ? spaces : WRITER_SIZE;

		memset(writer_room(w, n), ' ', n);
		writer_took(w, n);
		spaces -= n;
	}
}

bool writer_gives_up(const struct writer *w)
{
	return w->err && w->err != -EINTR;
}

int writer_ended(const struct writer *w, struct error *e)
{
	int err = w->err;

	if (err == -EINTR)
		fprintf(stderr,
			"bcchost: stdout is not being read: the last %" PRIu64
			" lines were dropped\n",
			w->dropped);
	else if (err && err != -EPIPE)
		return error_set(e, FAULT_RUN, err, "cannot write to stdout: %s", strerror(-err));
	return 0;
}
