/* SPDX-License-Identifier: Apache-2.0 */
/* option_value: the value of a program's own option, checked by its type. */
#ifndef BCCHOST_TOOL_OPTION_VALUE_H
#define BCCHOST_TOOL_OPTION_VALUE_H

#include "base/error.h"
#include "tool/options.h"

/*
 * Takes `text` into *v, replacing what it had, or, for an option that may be given many times,
 * adding to it if `again`. Errors: FAULT_USAGE, saying what the option takes but not its name.
 */
int option_value_set(const struct program_option *o, const char *text, bool again,
		     struct option_value *v, struct error *e);

/* Is it a regular expression that may be matched with every line? FAULT_USAGE, without the option's
 * name, if it is none or one that could take all memory. */
int option_value_regex(const char *text, struct error *e);

/*
 * What a pattern of kernel functions is kept as, in *out, the caller's: a name, or a regular
 * expression that begins with '^'. FAULT_USAGE, without the option's name, for what is none.
 */
int option_value_pattern(const char *text, char **out, struct error *e);

/* Frees what it holds. */
void option_value_clear(struct option_value *v);

#endif
