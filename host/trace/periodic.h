/* SPDX-License-Identifier: Apache-2.0 */
/* periodic: the tools that count in a table, which is read and printed every interval. */
#ifndef BCCHOST_TRACE_PERIODIC_H
#define BCCHOST_TRACE_PERIODIC_H

#include "base/error.h"
#include "output/terminal.h"
#include "output/writer.h"
#include "text/plan.h"
#include "trace/tracer.h"

struct periodic;

/*
 * Of an output of the plan's program that is top, histogram or rates, by its number, and the tracer
 * of its table. What it is given outlives it; periodic_free. FAULT_TOOL if the table does not fit
 * the program.
 */
int periodic_new(struct periodic **p, const struct plan *plan, size_t output,
		 const struct tracer *t, struct writer *w, struct error *e);
void periodic_free(struct periodic *p); /* p may be NULL */

/* It stands among other outputs: its lines of text are set off from them, and with `named` begin
 * with its table's name. */
void periodic_among(struct periodic *p, bool named);

/* What the names of addresses, and stacks, are read with; it outlives p. */
struct stacks;
void periodic_stacks(struct periodic *p, struct stacks *s);

/* It is attached: the time in which things are counted begins. */
void periodic_begin(struct periodic *p);

/* The line of titles, where there is one above all intervals. */
void periodic_heading(struct periodic *p);

/* What is printed from now on is for that terminal, which outlives it; the first interval begins.
 */
int periodic_terminal(struct periodic *p, struct terminal *t, struct error *e);

/* Is it a picture that stays in its place, and takes keys? */
bool periodic_has_screen(const struct periodic *p);

/* Something happened to the terminal: bits of enum terminal_event. */
void periodic_events(struct periodic *p, unsigned int what);

/* The user has seen enough: a picture stays as it is, and what is still to come stands below. */
void periodic_leave(struct periodic *p);

/* After the last periodic_print. */
int periodic_end(struct periodic *p, struct error *e);

/* Reads the table and prints what was counted in the time since the last call. */
int periodic_print(struct periodic *p, struct error *e);

#endif
