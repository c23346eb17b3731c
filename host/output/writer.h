/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer: bytes to stdout, gathered into large writes. The reader of events flushes when it has
 * nothing more to read, so that a line is out as soon as it is known and writes are large under
 * load.
 */
#ifndef BCCHOST_OUTPUT_WRITER_H
#define BCCHOST_OUTPUT_WRITER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#define WRITER_SIZE (64 << 10)

struct writer {
	int fd;
	int err; /* the first write that failed: a negative errno; later bytes are dropped */
	/* Once this is set, a write that a signal interrupts is given up (-EINTR). */
	const volatile sig_atomic_t *stopped;
	size_t len;
	char data[WRITER_SIZE];
};

/* stopped may be NULL, and must outlive the writer. */
void writer_init(struct writer *w, int fd, const volatile sig_atomic_t *stopped);
void writer_add(struct writer *w, const char *data, size_t len);
void writer_char(struct writer *w, char c);

/*
 * Writes all that is held. Returns 0, or the first error: -EPIPE once the reader is gone, -EINTR if
 * it does not read and we are to stop.
 */
int writer_flush(struct writer *w);

#endif
