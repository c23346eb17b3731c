/* SPDX-License-Identifier: Apache-2.0 */
/* reader: takes events out of a ring buffer or of the CPUs' perf buffers, with libbpf. */
#ifndef BCCHOST_TRACE_READER_H
#define BCCHOST_TRACE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Called for each event; a non-zero answer ends reader_consume early, where that can be done. */
typedef int (*reader_fn)(void *ctx, const void *data, size_t size);

struct reader;

/*
 * map_fd: a ring buffer (ring) or a perf event array. pages: of each CPU's perf buffer, a power of
 * two; not used for a ring, whose size is its map's. *r is the caller's; reader_free.
 */
int reader_new(struct reader **r, int map_fd, bool ring, size_t pages, reader_fn fn, void *ctx,
	       struct error *e);
void reader_free(struct reader *r);

/* Readable when there may be events. */
int reader_fd(const struct reader *r);

/* Hands over all that is there now. 0, or a negative errno. */
int reader_consume(struct reader *r);

#endif
