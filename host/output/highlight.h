/* SPDX-License-Identifier: Apache-2.0 */
/* highlight: which values of a column are to be seen at once: errors, and what took long. */
#ifndef BCCHOST_OUTPUT_HIGHLIGHT_H
#define BCCHOST_OUTPUT_HIGHLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "object/layout.h"
#include "output/median.h"
#include "tool/program.h"

struct highlight {
	enum program_highlight kind;
	uint32_t offset, size; /* of the number in the event */
	bool has_sign;
	double than; /* of OVER: in the field's own unit; of TIMES: how many times the median */
};

enum highlight_as {
	HIGHLIGHT_NOT,
	HIGHLIGHT_ERROR,
	HIGHLIGHT_SLOW,
};

/*
 * Of a column; divisor: how many of its field's unit make one of the column's, 0 or 1 for none.
 * FAULT_TOOL with file:line if what it looks at is no number.
 */
int highlight_make(struct highlight *h, const struct program *p, const struct program_column *c,
		   const struct layout *l, uint64_t divisor, struct error *e);

/* Judges one event; the median (of TIMES, else NULL) learns of it. */
enum highlight_as highlight_of(const struct highlight *h, struct median *m, const char *data,
			       size_t size);

#endif
