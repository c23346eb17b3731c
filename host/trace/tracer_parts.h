/* SPDX-License-Identifier: Apache-2.0 */
/* tracer_parts: what tracer.c, which hands events over, and tracer_read.c, which reads tables,
 * share; only for those two. */
#ifndef BCCHOST_TRACE_TRACER_PARTS_H
#define BCCHOST_TRACE_TRACER_PARTS_H

#include "trace/attach.h"
#include "trace/load.h"
#include "trace/pipe.h"
#include "trace/tracer.h"

/* What comes of one of the program's outputs. */
struct feed {
	struct tracer *tracer;
	size_t output;
	const struct object_map *map; /* that events come through, or that is read; or NULL */
	struct layout layout;
	struct reader *reader; /* of events; or NULL */
	struct pipe *pipe;     /* instead of all these */
	unsigned int turn;     /* events before the others have theirs */
	bool cut;	       /* it had more */
	/* Where the events' own times order them: the next one, which waits. */
	const struct layout_field *clock;
	char *next;
	size_t size, room;
	bool waits;
};

struct tracer {
	const struct plan *plan;
	const struct object *object;
	tracer_fn fn;
	void *ctx;
	struct load load;
	struct attach attach;
	size_t nfeeds, first; /* first: whose turn it is */
	struct feed *feeds;
	int epoll; /* on all that events come through, where these are several; or -1 */
	bool stopped, ordered;
	uint64_t rest;
};

#endif
