/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top: the entries of a table as rows, largest first, as often as is asked. On a terminal it is a
 * steady screen (screen.h) that shows no more rows than fit; elsewhere, with --noclear, and while
 * it runs in the background an empty line parts one table from the next.
 */
#ifndef BCCHOST_OUTPUT_TOP_H
#define BCCHOST_OUTPUT_TOP_H

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/layout.h"
#include "object/table.h"
#include "output/terminal.h"
#include "output/writer.h"
#include "tool/options.h"
#include "tool/program.h"

struct top;

/*
 * FAULT_TOOL with file:line if a column or `sort:` names a field that the table has not. The
 * program, the options, the kernel and the writer outlive it; top_free.
 */
int top_new(struct top **t, const struct program *p, const struct options *o,
	    const struct layout *l, struct kernel *k, struct writer *w, struct error *e);
/* stream_stacks. */
struct stacks;
void top_stacks(struct top *t, struct stacks *s);
void top_free(struct top *t);

/* What it prints goes to that terminal, which outlives it. Without this, or with one that is none,
 * lines are plain. */
void top_terminal(struct top *t, struct terminal *terminal);

/* Would top_print draw on a steady screen? */
bool top_has_screen(const struct top *t);

/*
 * Prints the table, which it sorts, of what was counted in that time: the largest first, equal ones
 * by the bytes of their keys. A screen keeps the table's rows, to draw them again: the table is
 * empty then. While it is paused it shows what it showed.
 */
void top_print(struct top *t, struct table *table, uint64_t elapsed_ns);

/* Draws the screen anew, if there is one, after `what` happened (terminal.h). */
void top_events(struct top *t, unsigned int what);

/* The screen stays as it is; what is printed from now on, if there is anything, stands below. */
void top_leave(struct top *t);

#endif
