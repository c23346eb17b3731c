/* SPDX-License-Identifier: Apache-2.0 */
/* options_text: what --help and the man pages say both, each in its own dress. */
#ifndef BCCHOST_TOOL_OPTIONS_TEXT_H
#define BCCHOST_TOOL_OPTIONS_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "tool/options_table.h"
#include "tool/program.h"

/* What a process ends with; `enum fault` in words. */
struct options_exit {
	enum fault fault;
	const char *text;
};
extern const struct options_exit options_exits[];
extern const size_t options_exits_len;

/* The groups of a tool's options beside its own, in their order. */
struct options_heading {
	enum options_group group;
	const char *heading;
};
extern const struct options_heading options_groups[];
extern const size_t options_groups_len;

/* A command, a variable or an example, and what it is. */
struct options_pair {
	const char *left, *text;
};
extern const struct options_pair options_commands[], options_environment[], options_examples[];
extern const size_t options_commands_len, options_environment_len, options_examples_len;

/* "Exit codes:" and what each means, as --help ends. */
void options_help_exits(struct buf *b);

/* What the tool's own option does, with the words it takes and its default. */
void options_text_own(struct buf *b, const struct program_option *o);

/* The same of one of the host's; p may be NULL, before a tool's name. */
void options_text_common(struct buf *b, const struct program *p, const struct options_entry *o);

/* " [interval [count]]", what words without a dash are; "" if there are none. */
void options_text_arguments(struct buf *b, const struct program *p);

#endif
