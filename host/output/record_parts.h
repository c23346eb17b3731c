/* SPDX-License-Identifier: Apache-2.0 */
/* record_parts: what record.c makes and record_get.c reads with; for these two alone. */
#ifndef BCCHOST_OUTPUT_RECORD_PARTS_H
#define BCCHOST_OUTPUT_RECORD_PARTS_H

#include "output/cells.h"
#include "output/only.h"
#include "base/buf.h"
#include "output/record.h"
#include "output/stacks.h"
#include "output/value.h"
#include "tool/fields.h"

/* A field, and what it is read with. */
struct record_source {
	enum field_part part;
	enum record_kind kind;	 /* RECORD_NONE: this run has no value for it */
	const struct cell *cell; /* NULL: none */
	const char *unknown;	 /* the text that says so, or … */
	bool has_unknown;	 /* … the number */
	uint64_t unknown_number;
	const struct program_column *column;
};

struct record {
	struct fields fields;
	struct record_source *sources; /* one for each */
	size_t ncells;
	struct cell *cells; /* of the program's columns, in their order; empty ones are zeroed */
	struct cells shown; /* of --show, in the order of their fields */
	struct only only;
	struct kernel *kernel;
	struct stacks *stacks; /* or NULL */
	struct buf names;
	const struct cell *clock;	      /* the events' own, CLOCK_MONOTONIC; NULL: none */
	struct cell clock_field;	      /* of `clock:` */
	struct value_first own_first, *first; /* the first event's time; record_first */
	uint64_t offset, offset_at; /* of the wall clock from it, and when that was looked at */
	uint64_t time, interval;    /* record_interval */
	char text[VALUE_TEXT_MAX];
};

#endif
