/* SPDX-License-Identifier: Apache-2.0 */
/* value: what a cell reads of an event, as it came; text (stream.h) and data (record.h) alike. */
#ifndef BCCHOST_OUTPUT_VALUE_H
#define BCCHOST_OUTPUT_VALUE_H

#include <string.h>

#include "kernel/kernel.h"
#include "output/cell.h"

#define VALUE_TEXT_MAX	   8192 /* bytes of a text field that are shown */
#define VALUE_FUNCTION_MAX 256

/* A number of at most 8 bytes. */
static inline uint64_t value_unsigned(const char *p, uint32_t size)
{
	uint64_t v = 0;

	memcpy(&v, p, size < 8 ? size : 8); /* BPF on little-endian machines; see layout.h */
	return v;
}

static inline int64_t value_signed(const char *p, uint32_t size)
{
	uint64_t v = value_unsigned(p, size);
	unsigned int shift = size < 8 ? 64 - 8 * size : 0;

	return (int64_t)(v << shift) >> shift;
}

/* Did the event come with the cell's field? Of a text, which may be cut short by its template, with
 * a part of it. */
static inline bool value_came(const struct cell *c, size_t size)
{
	bool text = c->kind == CELL_TEXT || c->kind == CELL_PATH || c->kind == CELL_ARGS ||
		    c->kind == CELL_BYTES;

	return !c->has_field || (size_t)c->offset + (text ? 0 : c->size) <= size;
}

/* How many bytes of a text field came; only if value_came. */
static inline size_t value_bytes(const struct cell *c, size_t size)
{
	return size - c->offset < c->size ? size - c->offset : c->size;
}

/* CELL_IP and CELL_BYTES as text, into `out` of room bytes; no NUL. An array's numbers have commas
 * between; what did not come, or finds no room, is left out. */
size_t value_bytes_text(const struct cell *c, const char *data, size_t size, char *out,
			size_t room);

/* CELL_FORMULA; false if it has no value, or the event came without one of its fields. */
bool value_formula(const struct cell *c, const char *data, size_t size, double *value);

/* The first event's time, on whichever clock. */
struct value_first {
	bool known;
	uint64_t ns;
};

/* Nanoseconds since the first. Events of two CPUs may come a little out of order: one that is
 * before the first has 0. */
static inline uint64_t value_elapsed(struct value_first *first, uint64_t now)
{
	if (!first->known)
		*first = (struct value_first){true, now};
	return now > first->ns ? now - first->ns : 0;
}

/*
 * CELL_PATH: the directories and the name, unescaped, into `out` of VALUE_TEXT_MAX bytes; returns
 * the length, no NUL. ".../" begins it where the top was out of reach.
 */
size_t value_path(const struct cell *c, const char *data, size_t size, char *out);

/* The kernel function that the address in the cell is in, and where it begins; false if there is
 * none, or k is NULL: *start is the address then. */
bool value_function(const struct cell *c, const char *data, struct kernel *k,
		    char name[VALUE_FUNCTION_MAX], uint64_t *start);

#endif
