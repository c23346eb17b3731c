/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top: the entries of a table as rows, largest first, as often as is asked. On a terminal the
 * screen is cleared and no more rows are shown than fit; elsewhere an empty line parts one table
 * from the next.
 */
#ifndef BCCHOST_OUTPUT_TOP_H
#define BCCHOST_OUTPUT_TOP_H

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/layout.h"
#include "object/table.h"
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
void top_free(struct top *t);

/* Prints the table, which it sorts, of what was counted in that time: the largest first, equal ones
 * by the bytes of their keys. */
void top_print(struct top *t, struct table *table, uint64_t elapsed_ns);

#endif
