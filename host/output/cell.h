/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell: a column worked out against the event's layout: what is read from where, and how it is
 * written. Made once; used for every event.
 */
#ifndef BCCHOST_OUTPUT_CELL_H
#define BCCHOST_OUTPUT_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "object/layout.h"
#include "tool/options.h"
#include "tool/program.h"

enum cell_kind {
	CELL_TIME,
	CELL_ELAPSED,
	CELL_UNSIGNED,
	CELL_SIGNED,
	CELL_TEXT,
	CELL_PATH,
	CELL_KSYM,
	CELL_ARGS,
	CELL_CALL,
	CELL_KADDR,
};

struct cell {
	enum cell_kind kind;
	uint32_t offset, size; /* of the field in the event */
	bool has_field;
	uint32_t dirs_offset, dirs_size;
	bool rate;    /* a count, to be shown a second */
	bool percent; /* in percent of the field at of_offset, of of_size bytes */
	uint32_t of_offset, of_size;
	bool quote;	   /* of CELL_ARGS */
	struct call *call; /* of CELL_CALL; owned */
	unsigned int width;
	bool right;
	bool last;	  /* nothing is padded behind it */
	uint64_t divisor; /* of a number with a unit; 0: it has none */
	unsigned int decimals;
	unsigned int base, digits; /* 10, 8 or 16; padded with zeros to this many */
	size_t nnames;
	struct program_value *names; /* owned, with their names */
	char *title;
};

struct cells {
	size_t n;
	struct cell *v; /* owned */
};

/*
 * One column, whether or not it is shown. FAULT_TOOL with file:line if its field is not in the
 * event, or is nothing that can be shown. cell_free, also after an error.
 */
int cell_make(struct cell *cell, const struct program *p, const struct program_column *c,
	      const struct options *o, const struct layout *l, struct error *e);
void cell_free(struct cell *cell);

/* Do these options show it? */
bool cell_shown(const struct program_column *c, const struct program *p, const struct options *o);

/*
 * Those columns of the program that these options show; --timestamp's own first, where the program
 * has none for it. Errors as of cell_make. cells_free, also after an error.
 */
int cells_make(struct cells *cells, const struct program *p, const struct options *o,
	       const struct layout *l, struct error *e);
void cells_free(struct cells *cells);

#endif
