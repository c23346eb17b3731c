/* SPDX-License-Identifier: Apache-2.0 */
#include "output/writer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void writer_init(struct writer *w, int fd, const volatile sig_atomic_t *stopped)
{
	w->fd = fd;
	w->stopped = stopped;
	w->err = 0;
	w->len = 0;
}

/* stdout may be non-blocking if whoever shares it made it so: wait, rather than lose lines. */
static int wait_writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, -1) < 0 ? -errno : 0;
}

int writer_flush(struct writer *w)
{
	size_t done = 0;
	int err;

	while (!w->err && done < w->len) {
		ssize_t n = write(w->fd, w->data + done, w->len - done);

		if (n >= 0) {
			done += (size_t)n;
			continue;
		}
		err = errno == EAGAIN ? wait_writable(w->fd) : -errno;
		if (err != -EINTR || (w->stopped && *w->stopped))
			w->err = err;
	}
	w->len = 0;
	return w->err;
}

void writer_add(struct writer *w, const char *data, size_t len)
{
	while (len) {
		size_t room = WRITER_SIZE - w->len, n = len < room ? len : room;

		memcpy(w->data + w->len, data, n);
		w->len += n;
		data += n;
		len -= n;
		if (len)
			writer_flush(w);
	}
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
