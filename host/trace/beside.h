/* SPDX-License-Identifier: Apache-2.0 */
/* beside: `beside:` of a top: the values of other tables with the same keys, in one row. */
#ifndef BCCHOST_TRACE_BESIDE_H
#define BCCHOST_TRACE_BESIDE_H

#include "object/layout.h"
#include "object/object.h"
#include "object/table.h"
#include "tool/program.h"
#include "trace/load.h"

/*
 * Appends the others' values to the layout of `main` and its row, each behind the one before: a
 * number is called as its table is, a struct's members TABLE_MEMBER. FAULT_TOOL with file:line if
 * the object has no such table, or one with other keys.
 */
int beside_layout(struct layout *l, const struct program *p, const struct object *o,
		  const struct object_map *main, struct kernel *k, struct error *e);

/* Bytes of such a row's value. */
uint32_t beside_size(const struct program *p, const struct object *o,
		     const struct object_map *main);

/*
 * Reads all of them into *t, an empty table of main's keys and values of beside_size: zeros where a
 * table has not the key. take: out of the tables, those of the others too that main has not.
 */
int beside_read(struct table *t, const struct program *p, const struct load *load,
		const struct object_map *main, bool take, struct error *e);

#endif
