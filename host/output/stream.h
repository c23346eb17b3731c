/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: events as lines of a table, one an event. What a column takes and how it looks is worked
 * out once, when the stream is made; an event costs no allocation and no format parsing.
 */
#ifndef BCCHOST_OUTPUT_STREAM_H
#define BCCHOST_OUTPUT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "object/layout.h"
#include "output/terminal.h"
#include "output/writer.h"
#include "tool/options.h"
#include "tool/program.h"

struct data;
struct stream;

/*
 * Makes one for the program's columns that these options show. FAULT_TOOL with file:line if a
 * column's field is not in the event. The writer and the program outlive it; the rest is not needed
 * afterwards.
 */
int stream_new(struct stream **s, const struct program *p, const struct options *o,
	       const struct layout *l, struct writer *w, struct error *e);
void stream_free(struct stream *s);

/*
 * Lines are for that terminal: dress.h. NULL, or one that is none: they stay plain. repeat: the
 * titles, once they were written, again when they scroll away. The terminal outlives the stream.
 */
void stream_terminal(struct stream *s, const struct terminal *t, bool repeat);

/* On a terminal, columns grow to hold this event, which is not written. */
void stream_fit(struct stream *s, const void *data, size_t size);

/* Where `--output json` or `csv` was asked for: what the stream's events go through instead. NULL:
 * text. */
struct data *stream_data(struct stream *s);

/*
 * Where several streams are written by turns: this one goes along with `first`, which outlives it,
 * both new. Times since the first event are counted from the first of either. True if both have the
 * same titles, which stand above the lines of both, then: on a terminal their columns grow
 * together. Before stream_terminal.
 */
bool stream_join(struct stream *s, struct stream *first);

/* Each line of text, and the titles, begins with that name, in a column of so many characters. It
 * outlives the stream. */
void stream_named(struct stream *s, const char *name, unsigned int width);

/* The line of titles. */
void stream_heading(struct stream *s);

/* Of counters, the time in which they were counted; before each event. */
void stream_elapsed(struct stream *s, uint64_t ns);

/* The kernel whose functions `format: ksym` names; it must outlive the stream. NULL: numbers. */
void stream_kernel(struct stream *s, struct kernel *k);

/* What `format: stack`, `user_stack` and `usym` are read with; it must outlive the stream. NULL:
 * no stack is shown, and addresses are numbers. */
struct stacks;
void stream_stacks(struct stream *s, struct stacks *stacks);

/* The stacks of an event, which stand below its line: a function a line; stream_event writes them
 * itself. */
void stream_below(struct stream *s, const void *data, size_t size, struct writer *to);

/*
 * Writes the value of column i of an event to `to`, without padding, and gives its title; columns
 * `value: time` are not counted. NULL: there is no such column.
 */
const char *stream_value(struct stream *s, size_t i, const void *data, size_t size,
			 struct writer *to);

/* The clock time on a line of its own, if a column `value: time` is shown. */
void stream_clock_line(struct stream *s);

/* One event as it came from the kernel; size in bytes. An event shorter than a field shows it
 * empty. False if an option (`only:`) says that it is not to be shown. */
bool stream_event(struct stream *s, const void *data, size_t size);

#endif
