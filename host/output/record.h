/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record: an event, or a table's row, as named, typed values (tool/fields.h): the one way in which
 * JSON, CSV and the exporter see data. What is read from where is worked out once (cell.h); an
 * event costs no allocation.
 *
 * A field has a value whether or not these options show its column, as long as the event has it. Of
 * several names for one field of the event (TID, PID of filetop's `id`), those hold whose columns
 * are shown.
 */
#ifndef BCCHOST_OUTPUT_RECORD_H
#define BCCHOST_OUTPUT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/layout.h"
#include "output/call.h"
#include "tool/options.h"
#include "tool/program.h"

enum record_kind {
	RECORD_NONE, /* empty, or not known */
	RECORD_UNSIGNED,
	RECORD_SIGNED,
	RECORD_REAL,	/* finite */
	RECORD_TEXT,	/* bytes as the kernel gave them, maybe not UTF-8; never empty */
	RECORD_BOOL,	/* u */
	RECORD_TIME,	/* u: nanoseconds since the epoch */
	RECORD_FLAGS,	/* u, and what its bits are called: output/bits.h */
	RECORD_LIST,	/* text: strings as output/strlist.h has them */
	RECORD_CALL,	/* the arguments of a call: call_json */
	RECORD_NAMES,	/* text: functions of a stack, the innermost first, each with its NUL */
	RECORD_NUMBERS, /* text: decimal numbers with commas between */
};

/* What it points to is valid until the next record_get of this record, or the event goes. */
struct record_value {
	enum record_kind kind;
	union {
		uint64_t u;
		int64_t i;
		double real;
		struct {
			const char *data;
			size_t len;
		} text;
	};
	const struct program_value *names; /* of FLAGS, n of them */
	size_t n;
	const struct call *call; /* of CALL, with the event */
	const void *event;
	size_t size;
};

struct record;
struct value_first;

/*
 * Of the program's columns, from an event (or a table's row) of that layout. The program and the
 * kernel, whose functions `format: ksym` names (NULL: none is known), outlive it; the rest is not
 * needed afterwards. FAULT_TOOL with file:line if a column that is shown names a field that the
 * event has not. record_free.
 */
int record_new(struct record **r, const struct program *p, const struct options *o,
	       const struct layout *l, struct kernel *k, struct error *e);
void record_free(struct record *r); /* r may be NULL */

size_t record_count(const struct record *r);
const char *record_name(const struct record *r, size_t i); /* stable: "pid" */

/* The field of that name; record_count if there is none. */
size_t record_find(const struct record *r, const char *name);

/* What `format: stack`, `user_stack` and `usym` are read with; it outlives r. NULL: they have no
 * value. */
struct stacks;
void record_stacks(struct record *r, struct stacks *s);

/* Another kernel than that of record_new. */
void record_kernel(struct record *r, struct kernel *k);

/* Times since the first event are counted from this one, which outlives the record and is known
 * once an event of any record that has it came. Without: from this record's own first. */
void record_first(struct record *r, struct value_first *first);

/* The kind that its values have that are not RECORD_NONE; RECORD_NONE if it never has one in this
 * run. */
enum record_kind record_kind(const struct record *r, size_t i);

/* Of a table's rows: when it was read (ns since the epoch), and in what time it was counted. */
void record_interval(struct record *r, uint64_t time_ns, uint64_t interval_ns);

/* The value of field i in the `size` bytes of an event. One that was cut has what came. */
void record_get(struct record *r, size_t i, const void *data, size_t size, struct record_value *v);

/* False if an option (`only:`) says that the event is not to be shown. */
bool record_wanted(struct record *r, const void *data, size_t size);

/*
 * Any value as text for people, as far as there is room: numbers in decimal, bits as A|B, a list as
 * words with blanks between them, a call by its name; times in RFC 3339. Text is as it came,
 * nothing escaped. Returns the length; no NUL. RECORD_NONE is "".
 */
size_t record_text(const struct record_value *v, char *out, size_t room);

#endif
