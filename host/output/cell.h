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
#include "output/highlight.h"
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
	CELL_CONTAINER, /* of the cgroup whose id the field is: its label, "-" if it is in none … */
	CELL_POD,	/* … the pod's name or UID … */
	CELL_CGROUP,	/* … its path. Of one that is gone: "?", "?", and its id */
	CELL_IP,
	CELL_BYTES,
	CELL_FORMULA,
	CELL_STACK, /* output/stacks.h */
	CELL_USYM,
	CELL_PARTS,
	CELL_LITERAL,
};

struct cell_number { /* where a formula's field is */
	uint32_t offset, size;
	bool is_signed;
};

struct cell {
	enum cell_kind kind;
	uint32_t offset, size; /* of the field in the event */
	bool has_field;
	uint32_t dirs_offset, dirs_size;
	bool rate;    /* a count, to be shown a second */
	bool percent; /* in percent of the field at of_offset, of of_size bytes */
	uint32_t of_offset, of_size;
	uint32_t element; /* of CELL_BYTES: bytes of each number; 0: hexadecimal bytes */
	bool element_signed;
	bool quote;		       /* of CELL_ARGS */
	const struct formula *formula; /* of CELL_FORMULA; the program's */
	struct cell_number *numbers;   /* owned, of its fields */
	struct call *call;	       /* of CELL_CALL; owned */
	/* Of CELL_STACK, CELL_USYM and CELL_KSYM: */
	bool user, show_offset, show_module;
	char *stacks;		       /* the table; owned */
	uint32_t pid_offset, pid_size; /* of the process; 0: it has none … */
	uint32_t pid;		       /* … but this one, if it is not 0 */
	unsigned int width;
	bool right;
	bool last;	  /* nothing is padded behind it */
	uint64_t divisor; /* of a number with a unit; 0: it has none */
	bool down;	  /* … of which what is behind the last decimal is dropped */
	unsigned int decimals;
	unsigned int base, digits; /* 10, 8 or 16; padded with zeros to this many */
	size_t nnames;
	struct program_value *names; /* owned, with their names */
	char *other;		     /* for a number that has none; or NULL */
	unsigned int cut;	     /* characters of a text; 0: all */
	struct highlight highlight;
	char *title;
	size_t nparts;	    /* of CELL_PARTS */
	struct cell *parts; /* owned */
	char *text;	    /* of CELL_LITERAL */
	size_t nif;	    /* > 0: only where the field at if_offset, of if_size bytes, is … */
	bool if_signed;
	uint32_t if_offset, if_size;
	const int64_t *if_is; /* … one of these; the program's */
};

/*
 * One column, with its parts, whether or not it is shown. FAULT_TOOL with file:line if its field is
 * not in the event, or is nothing that can be shown. cell_free, also after an error.
 */
int cell_make(struct cell *cell, const struct program *p, const struct program_column *c,
	      const struct options *o, const struct layout *l, struct error *e);
void cell_free(struct cell *cell);

/* Do these options show it? */
bool cell_shown(const struct program_column *c, const struct program *p, const struct options *o);

#endif
