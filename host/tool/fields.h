/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields: the named values that a program's events, or its table's rows, are for machines: what
 * `--output json` and `csv` print, and what the exporter's labels and metrics take. They follow
 * from the program alone, whichever options are given: a field that this run does not have is
 * unknown, not absent. docs/output.md shows those of each tool. Only --show adds some.
 */
#ifndef BCCHOST_TOOL_FIELDS_H
#define BCCHOST_TOOL_FIELDS_H

#include "base/error.h"
#include "tool/program.h"

enum field_part {
	FIELD_TIME,	  /* "time": when it was; of a table, when it was read */
	FIELD_INTERVAL,	  /* "interval_ns": of a table, in what time it was counted */
	FIELD_ELAPSED,	  /* "elapsed_ns": of events, since the first one; with --timestamp */
	FIELD_VALUE,	  /* NAME: the column's, in the event's own unit */
	FIELD_WORD,	  /* NAME_name: the word for the number, by `names:` */
	FIELD_BITS,	  /* NAME_names: which bits are set, by `bits:` */
	FIELD_CUT,	  /* NAME_cut: of `format: args` or "arguments": is there more than came? */
	FIELD_PER_SECOND, /* NAME_per_second: of rates */
	FIELD_PERCENT,	  /* NAME_percent: of `percent_of:` */
	FIELD_FORMULA,	  /* as `as:` says: of `formula:` */
	FIELD_CALL,	  /* NAME_name: of `format: call`: what is called */
	FIELD_ARGUMENTS,  /* "arguments" */
	FIELD_RESULT,	  /* as the field of `result:` is called */
	FIELD_ERRNO,	  /* … with "_name": the error's, if it is one */
	FIELD_SHOWN,	  /* "container", "pod", "cgroup": of --show */
};

struct field {
	char *name; /* [a-z_][a-z0-9_]* */
	enum field_part part;
	const struct program_column *column; /* of the program; NULL: there is none for it */
};

struct fields {
	size_t n;
	struct field *v; /* owned, with the names */
};

/*
 * Those of the program, which outlives them: time first, then as the columns are. Columns that show
 * the same field in another way are one. FAULT_TOOL with file:line if two are of one name and not
 * the same. fields_free, also after an error.
 */
int fields_make(struct fields *f, const struct program *p, struct error *e);
void fields_free(struct fields *f);

/* The event's own member that tells when it was (bpf_ktime_get_ns): that of `clock:`, or of the
 * column `value: elapsed`; NULL if the program names none. */
const char *fields_clock(const struct program *p);

#define FIELDS_TABLE "table" /* where outputs are not alike: which one (program.h, origin) */

/* Those of all outputs whose rows go together (program_goes_along), each name once. */
int fields_make_all(struct fields *f, const struct program *p, struct error *e);

/* Those of --show (options.h), behind the others; a column's own field of that name stays. */
int fields_add_shown(struct fields *f, unsigned int show, struct error *e);

/* NULL if there is none of that name. */
const struct field *fields_find(const struct fields *f, const char *name);

/* What a column's own field is called: `as:`, or as the event has it. */
const char *fields_name(const struct program_column *c);

/* "nanoseconds", … for FIELD_VALUE; NULL: a plain number, or no number. */
const char *fields_unit(const struct program_column *c);

#endif
