/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program_call: of a column with `format: call`, which calls there are and what their arguments
 * are. Part of tool/program.h.
 */
#ifndef BCCHOST_TOOL_PROGRAM_CALL_H
#define BCCHOST_TOOL_PROGRAM_CALL_H

#include <stddef.h>
#include <stdint.h>

struct program_value;

enum program_argument_kind {
	PROGRAM_ARGUMENT_STRING, /* the next one of the event's list of strings, in quotes */
	PROGRAM_ARGUMENT_FLAGS,	 /* a field's bits by their names */
	PROGRAM_ARGUMENT_WORD,	 /* a field's value by its name */
	PROGRAM_ARGUMENT_NUMBER, /* a field in decimal */
	PROGRAM_ARGUMENT_FD,	 /* the same, or AT_FDCWD */
	PROGRAM_ARGUMENT_STRUCT, /* {member=…, …}, or what its item of the list of strings says */
};

/* `string`, or {flags: FIELD, of: NAMES} and the like. */
struct program_argument {
	enum program_argument_kind kind;
	char *field;	 /* NULL of a string and of a struct */
	char *names;	 /* `of:` of flags and words: one of the column's `flags` */
	size_t nmembers; /* of a struct, each shown as FIELD=… */
	struct program_argument *members;
	unsigned int line;
};

/* `calls:` — NUMBER: {name: mount, arguments: […]}; the column's field holds the number. */
struct program_call {
	int64_t number;
	char *name;
	size_t narguments;
	struct program_argument *arguments;
	unsigned int line;
};

/* `flags:` — NAMES: {MS_RDONLY: 1, …}; a name of several bits comes before those of one. */
struct program_names {
	char *name;
	size_t nvalues;
	struct program_value *values;
};

struct program_calls {
	char *strings; /* the field that is the list of strings; NULL if no call has one */
	char *result;  /* the field with what the call returned: a number, or a negative errno */
	size_t nnames;
	struct program_names *names;
	size_t ncalls;
	struct program_call *calls;
};

void program_calls_free(struct program_calls *c);

#endif
