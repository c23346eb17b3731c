/* SPDX-License-Identifier: Apache-2.0 */
/* call_parts: what call.c, which writes a call for people, and call_json.c share; only for those
 * two. */
#ifndef BCCHOST_OUTPUT_CALL_PARTS_H
#define BCCHOST_OUTPUT_CALL_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "output/call.h"
#include "output/strlist.h"

struct call {
	const struct program_column *column;
	struct place {
		const char *name; /* the program's own text, by which it is found again */
		enum layout_kind kind;
		uint32_t offset, size;
	} * places; /* of the fields that the calls name */
	size_t nplaces;
	uint32_t strings, strings_size;
};

/* An event that is being written. */
struct call_writing {
	const struct call *call;
	struct writer *w;
	const char *data;
	size_t size;
	struct strlist strings;
};

/* w may be NULL where nothing is written. */
struct call_writing call_begin(const struct call *call, struct writer *w, const void *data,
			       size_t size);

/* A field's value, with its sign if it has one; 0 if it was not sent. */
int64_t call_value(const struct call_writing *wr, const char *name, bool *is_signed);

/* The call of that number; NULL: the program does not name it. */
const struct program_call *call_find(const struct program_calls *calls, int64_t number);

/* The program's names of that name, which it has. */
const struct program_names *call_names(const struct call *call, const char *name);

#endif
