/* SPDX-License-Identifier: Apache-2.0 */
/* options_match: what a name on the command line stands for. */
#ifndef BCCHOST_TOOL_OPTIONS_MATCH_H
#define BCCHOST_TOOL_OPTIONS_MATCH_H

#include <stdbool.h>

#include "tool/options_table.h"
#include "tool/program.h"

/* An option of the host's or one of the program's own; both NULL: there is none. */
struct options_match {
	const struct options_entry *entry;
	const struct program_option *own;
};

/* The program (NULL: before a tool's name) has the option of that long name, as it is kept: without
 * dashes before it, with '-' for '_'. Its own go before the host's. */
struct options_match options_match_long(const struct program *p, const char *name);
struct options_match options_match_short(const struct program *p, char name);

/* For one that there is. */
bool options_match_takes_value(const struct options_match *m);
const char *options_match_placeholder(const struct options_match *m);

static inline bool options_match_found(const struct options_match *m)
{
	return m->entry || m->own;
}

#endif
