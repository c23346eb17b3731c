/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tracer: one tool's object in the kernel, and what comes out of it: load, attach, read, count what
 * was lost, detach. It prints nothing of what it reads: the session does (trace/session.h), and the
 * exporter, which has many, counts it (export/).
 */
#ifndef BCCHOST_TRACE_TRACER_H
#define BCCHOST_TRACE_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "object/layout.h"
#include "object/object.h"
#include "object/table.h"
#include "text/plan.h"
#include "trace/reader.h"

struct tracer;

/* As reader_fn (trace/reader.h), of an event of the program's output number `output`
 * (program_output_at). */
typedef int (*tracer_fn)(void *ctx, size_t output, const void *data, size_t size);

/*
 * Looks for the tables of the program's outputs in the object and lays their events, or their
 * entries, out; a program of the trace pipe opens that (not with --compile-only). Nothing is in the
 * kernel yet. fn is called for each event; outputs that are periodic have none. What is given
 * outlives the tracer. FAULT_TOOL with file:line if the object has no such table, and as
 * layout_make and pipe_new.
 */
int tracer_new(struct tracer **t, const struct plan *plan, const struct object *o, tracer_fn fn,
	       void *ctx, struct error *e);
void tracer_free(struct tracer *t); /* t may be NULL; detaches first */

/* Of an event of that output, or of its table's entry. As long as t. */
const struct layout *tracer_layout(const struct tracer *t, size_t output);

/*
 * Loads and attaches: from here on it traces. Errors as load_object, reader_new and attach_plan;
 * after one, t is only good for tracer_free.
 */
int tracer_start(struct tracer *t, struct error *e);

/* The descriptor of a table of the template's; -1: there is none, or it is not in the kernel. */
int tracer_table_fd(const struct tracer *t, const char *table);

/* How many probes it is attached to. */
size_t tracer_probes(const struct tracer *t);

/*
 * Readable when there may be events; -1 of a program that has none. It stays the same as long as t.
 * tracer_consume hands over all that is there now: those of one output in their order; those of
 * several by their own times if all have them (fields_clock) and come through ring buffers, else
 * some of one output and then of the other. fn's answer ends it; the next one begins with the next
 * output then. 0, or FAULT_RUN.
 */
int tracer_fd(const struct tracer *t);
int tracer_consume(struct tracer *t, struct error *e);

/* How long to leave the buffer alone after events were read, ns; 0: not at all (buffers.h). */
uint64_t tracer_rest(const struct tracer *t);

/*
 * Of an output that is periodic: all entries of its table, into one that tracer_table made ready
 * (table_free). take: out of the table, as table_read has it.
 */
void tracer_table(const struct tracer *t, size_t output, struct table *table);
int tracer_read(const struct tracer *t, size_t output, struct table *table, bool take,
		struct error *e);

/* Is that table an array, which nothing can be taken out of? */
bool tracer_is_array(const struct tracer *t, size_t output);

/*
 * The same of another of the template's tables, which the program does not name; it is made ready
 * here (table_free, also after an error). FAULT_TOOL if there is none, or if its entries are not of
 * the same size as those of the program's first.
 */
int tracer_read_like(const struct tracer *t, const char *name, struct table *table,
		     struct error *e);

/* How many events were lost since the start. */
uint64_t tracer_lost(const struct tracer *t);

/* What the programs cost since they were loaded: ns, and how often they ran; both 0 unless somebody
 * has the kernel count (kernel.bpf_stats_enabled). */
void tracer_cost(const struct tracer *t, uint64_t *ns, uint64_t *runs);

/* Takes the probes away; what is in the buffer or the table can still be read. */
void tracer_detach(struct tracer *t);

#endif
