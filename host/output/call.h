/* SPDX-License-Identifier: Apache-2.0 */
/* call: a system call as it was made: name("string", FLAG|FLAG, 3) = -EBUSY. */
#ifndef BCCHOST_OUTPUT_CALL_H
#define BCCHOST_OUTPUT_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* The call's number, with its sign if the field has one; its name, NULL if it has none; and what it
 * returned. What was not sent is 0. */
int64_t call_number(const struct call *call, const void *data, size_t size, bool *is_signed);
const char *call_name(const struct call *call, const void *data, size_t size);
int64_t call_result(const struct call *call, const void *data, size_t size);

/* Is one of its strings not all there? */
bool call_is_cut(const struct call *call, const void *data, size_t size);

/*
 * Writes its arguments as a JSON array: strings, numbers, {"value": 4097, "names": ["MS_RDONLY",
 * "MS_BIND"]} of flags, {"value": 1, "name": "FSCONFIG_SET_STRING"} of words (null if it has no
 * name), an object of a struct; null for a pointer that is NULL or could not be read.
 */
void call_json(const struct call *call, struct writer *w, const void *data, size_t size);

#endif
