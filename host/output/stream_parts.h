/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_parts: what stream.c (lines), stream_cell.c (a value as text) and stream_stacks.c (stacks,
 * and lines for flame graphs) share; for these alone.
 */
#ifndef BCCHOST_OUTPUT_STREAM_PARTS_H
#define BCCHOST_OUTPUT_STREAM_PARTS_H

#include <time.h>

#include "base/buf.h"
#include "base/escape.h"
#include "output/cells.h"
#include "output/only.h"
#include "output/stacks.h"
#include "output/stream.h"
#include "output/value.h"

#define TEXT_MAX VALUE_TEXT_MAX

struct stream {
	struct writer *w;
	struct cells cells;
	struct only only;
	struct data *data; /* instead of all below; NULL: text */
	time_t second;	   /* that `clock` tells */
	char clock[16];
	bool csv, plain;      /* plain: without padding, for stream_section */
	bool headless;	      /* no titles above the text */
	struct writer *parts; /* a column's parts, put together; NULL: no column has any */
	struct dress *dress;  /* on a terminal; or NULL */
	uint64_t elapsed_ns;
	struct kernel *kernel;
	struct stacks *stacks;
	struct buf names;
	struct writer *folded; /* of `folded:`: where a value is written first; else NULL */
	struct buf line;
	struct value_first own_first, *first; /* CLOCK_MONOTONIC, or the events' own clock */
	struct stream *with;		      /* that it is joined to and has the titles of */
	const char *name;		      /* that lines begin with; NULL: none */
	unsigned int name_width;
	char text[TEXT_MAX * ESCAPE_MAX];
};

/* A text of so many bytes, and characters wide, padded as the column's are. */
void stream_put(struct stream *s, const struct cell *c, const char *text, size_t len, size_t width);

/* A column's value of an event; nothing of a stack. */
void stream_put_cell(struct stream *s, const struct cell *c, const char *data, size_t size);

/* The time of day. */
void stream_put_clock(struct stream *s, const struct cell *c);

/* "comm;outermost;…;innermost 42", without the line's end. */
void stream_put_folded(struct stream *s, const void *data, size_t size);

#endif
