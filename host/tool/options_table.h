/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options_table: the host's options, each once: parsing, `when:` of columns and --help all read
 * this table. The tool's own options are in its program instead.
 */
#ifndef BCCHOST_TOOL_OPTIONS_TABLE_H
#define BCCHOST_TOOL_OPTIONS_TABLE_H

#include <stddef.h>

#include "tool/options.h"

enum options_group {
	OPTIONS_GROUP_FILTER,
	OPTIONS_GROUP_OUTPUT,
	OPTIONS_GROUP_KERNEL,
	OPTIONS_GROUP_GLOBAL, /* only before the tool's name */
};

/* In `outputs`: only if the program has `sort:`. */
#define OPTIONS_SORTED (1U << PROGRAM_NOUTPUTS)

/* In `outputs`: only if its first output is of one of the kinds; what stands in `also:` has no
 * part in it. */
#define OPTIONS_FIRST (1U << (PROGRAM_NOUTPUTS + 1))

/* In `outputs`: of tops, only if one is a `table:`; and those of TOP without it only if one is not.
 */
#define OPTIONS_ALL_ROWS (1U << (PROGRAM_NOUTPUTS + 2))

struct options_entry {
	const char *name;
	char short_name;	 /* 0: none */
	const char *placeholder; /* NULL: a flag */
	const char *help;
	enum options_group group;
	int filter;	      /* the program's filter that brings it; -1: every tool has it */
	unsigned int outputs; /* the kinds that have it, bits 1 << enum program_output; 0: all */
	bool before;	      /* may stand before the tool's name */
	size_t at, size;      /* the member of struct options that is not zero once it was given */
	/* Takes the value; its error says what it takes, not the option's name. NULL: the member
	 * is a flag, or a pointer to the text. */
	int (*set)(struct options *o, const char *text, struct error *e);
};

extern const struct options_entry options_table[];
extern const size_t options_table_len;

/* Has the program (NULL: the command line before a tool's name) that entry? */
bool options_table_has(const struct program *p, const struct options_entry *entry);

/* An entry that the program has, by long name, with '-' for '_'; NULL if there is none. */
const struct options_entry *options_table_find(const struct program *p, const char *name);
const struct options_entry *options_table_find_short(const struct program *p, char name);

/*
 * The letter that an entry has in this program (NULL: before a tool's name): that of `letters:`, or
 * else its own, unless one of the program's options or another entry of `letters:` took it. 0:
 * none.
 */
char options_table_letter(const struct program *p, const struct options_entry *entry);

bool options_table_given(const struct options_entry *entry, const struct options *o);

#endif
