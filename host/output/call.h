/* SPDX-License-Identifier: Apache-2.0 */
/* call: a system call as it was made: name("string", FLAG|FLAG, 3) = -EBUSY. */
#ifndef BCCHOST_OUTPUT_CALL_H
#define BCCHOST_OUTPUT_CALL_H

#include <stddef.h>

#include "base/error.h"
#include "object/layout.h"
#include "output/writer.h"
#include "tool/program.h"

struct call;

/*
 * Works a column's calls out against the event's layout; the program outlives it. FAULT_TOOL with
 * file:line if a field is not in the event. call_free.
 */
int call_make(struct call **call, const struct program *p, const struct program_column *c,
	      const struct layout *l, struct error *e);
void call_free(struct call *call);

/* Writes the event's call; returns the number of characters. */
size_t call_put(const struct call *call, struct writer *w, const void *data, size_t size);

#endif
