/* SPDX-License-Identifier: Apache-2.0 */
/* session_parts: what session.c, which runs a session, has of session_output.c, which makes what it
 * prints; only for those two. */
#ifndef BCCHOST_TRACE_SESSION_PARTS_H
#define BCCHOST_TRACE_SESSION_PARTS_H

#include "output/stacks.h"
#include "output/stream.h"
#include "output/terminal.h"
#include "output/writer.h"
#include "trace/pace.h"
#include "trace/periodic.h"
#include "trace/session.h"
#include "trace/tracer.h"

/* One of the program's outputs: one of the two, or none if it is not shown. */
struct output {
	struct stream *stream;
	struct periodic *periodic;
};

struct session {
	const struct plan *plan;
	const struct session_stop *stop;
	struct tracer *tracer;
	struct stacks *stacks;
	size_t n;
	struct output *outputs;
	bool events, tables; /* what they are */
	bool alike;	     /* the streams have the same titles */
	struct writer writer;
	struct terminal terminal, lines; /* lines: the same, which nothing is drawn on */
	uint64_t seen, printed; /* events; those that `only:` passes over are not printed */
	uint64_t lost_told;	/* of the lost events, those that stderr knows of */
	struct pace pace;
	bool done, quit; /* quit: by a key */
};

/*
 * Fills outputs, n, stacks, events, tables and alike. One that --output cannot have beside the
 * first is not shown, with a line on stderr. Errors as of stream_new and periodic_new; what is made
 * before one stays in s, to be freed.
 */
int session_make_outputs(struct session *s, const struct object *o, struct error *e);

#endif
