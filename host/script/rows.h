/* SPDX-License-Identifier: Apache-2.0 */
/* rows: all entries of a table, the largest first, in columns as wide as what is in them. */
#ifndef BCCHOST_SCRIPT_ROWS_H
#define BCCHOST_SCRIPT_ROWS_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/layout.h"
#include "object/table.h"
#include "output/stacks.h"
#include "output/writer.h"
#include "tool/options.h"
#include "tool/program.h"

struct rows;

/* nkey: how many of the layout's fields are the key's. All outlives it; rows_free. */
int rows_new(struct rows **r, const struct program *p, const struct options *o,
	     const struct layout *l, size_t nkey, struct kernel *k, struct stacks *s,
	     struct writer *w, struct error *e);
void rows_free(struct rows *r);

/*
 * Prints the table, which it sorts: by the first number of the value, equal ones by the bytes of
 * their keys; --maxrows of them at most, if it was given. zeros: entries of nothing but zeros are
 * passed over, which an array has many of. elapsed_ns:
 * the time in which it was counted.
 */
int rows_print(struct rows *r, struct table *t, bool zeros, uint64_t elapsed_ns, struct error *e);

#endif
