/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer: bytes to stdout, gathered into large writes. The reader of events flushes when it has
 * nothing more to read, so that a line is out as soon as it is known and writes are large under
 * load.
 *
 * No line is left half written: what is full goes out up to the end of its last line. A pipe takes
 * a write of PIPE_BUF bytes whole or not at all (pipe(7)), and an empty one as much as it holds, so
 * to one each write is of whole lines and no longer than that; a single line that is longer is seen
 * through, if its reader reads.
 */
#ifndef BCCHOST_OUTPUT_WRITER_H
#define BCCHOST_OUTPUT_WRITER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define WRITER_SIZE (64 << 10)

struct writer {
	int fd;
	int err; /* the first write that failed: a negative errno; later bytes are dropped */
	/* Once this is set, a write that a signal interrupts is given up (-EINTR). */
	const volatile sig_atomic_t *stopped;
	size_t pipe;	  /* how much it holds, if fd is one; else 0 */
	uint64_t dropped; /* lines: all that came after err, and those that it cost */
	bool partial;	  /* what was written last is not the end of a line */
	/* Instead of a descriptor; NULL: none. */
	void (*sink)(void *ctx, const char *data, size_t len);
	void *ctx;
	size_t len;
	char data[WRITER_SIZE];
};

/* stopped may be NULL, and must outlive the writer. */
void writer_init(struct writer *w, int fd, const volatile sig_atomic_t *stopped);

/* One whose bytes are given to a function, not written. */
void writer_init_sink(struct writer *w, void (*sink)(void *ctx, const char *data, size_t len),
		      void *ctx);

void writer_add(struct writer *w, const char *data, size_t len);
void writer_pad(struct writer *w, size_t spaces);

/*
 * Writes all that is held, a part of a line too. Returns 0, or the first error: -EPIPE once the
 * reader is gone, -EINTR if it does not read and we are to stop.
 */
int writer_flush(struct writer *w);

/*
 * Nothing that is written now is of use to anybody: the disk is full, or the reader is gone. Not so
 * if the reader only does not read, and we are to stop: what is dropped then is counted.
 */
bool writer_gives_up(const struct writer *w);

/*
 * For the end of a run, after the last flush: FAULT_RUN with what a write failed with; but a reader
 * who has seen enough (`| head`) is none, and of one who does not read stderr is told, and how many
 * lines that cost.
 */
int writer_ended(const struct writer *w, struct error *e);

/* Writes out what is held, whole lines if that is enough for n more bytes. */
void writer_make_room(struct writer *w, size_t n);

/* Room for n bytes (at most WRITER_SIZE) in place; writer_took says how many of them were used. */
static inline char *writer_room(struct writer *w, size_t n)
{
	if (WRITER_SIZE - w->len < n)
		writer_make_room(w, n);
	return w->data + w->len;
}

static inline void writer_took(struct writer *w, size_t n)
{
	w->len += n;
}

static inline void writer_char(struct writer *w, char c)
{
	*writer_room(w, 1) = c;
	writer_took(w, 1);
}

#endif
