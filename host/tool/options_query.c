/* SPDX-License-Identifier: Apache-2.0 */
/* What was given, asked for by an option's long name. */
#define _GNU_SOURCE
#include <string.h>

#include "tool/options.h"
#include "tool/options_table.h"

static bool same_name(const char *a, const char *b)
{
	for (; *a || *b; a++, b++)
		if ((*a == '_' ? '-' : *a) != (*b == '_' ? '-' : *b))
			return false;
	return true;
}

/* The one whose options an output of its has. */
static const struct program *whole(const struct program *p)
{
	return p->main ? p->main : p;
}

/* -1 if the program has no such option of its own. */
static long own_index(const struct program *output, const char *name)
{
	const struct program *p = whole(output);

	for (size_t i = 0; i < p->noptions; i++)
		if (same_name(p->options[i].name, name))
			return (long)i;
	return -1;
}

static const struct options_entry *find_entry(const struct program *output, const char *name)
{
	const struct program *p = whole(output);

	for (size_t i = 0; i < options_table_len; i++)
		if (options_table_has(p, &options_table[i]) &&
		    same_name(options_table[i].name, name))
			return &options_table[i];
	return NULL;
}

bool options_given(const struct options *o, const struct program *p, const char *name)
{
	const struct option_value *v = options_value(o, p, name);
	const struct options_entry *entry = v ? NULL : find_entry(p, name);

	return v ? v->given : entry && options_table_given(entry, o);
}

bool options_known(const struct program *p, const char *name)
{
	return own_index(p, name) >= 0 || find_entry(p, name);
}

const struct option_value *options_value(const struct options *o, const struct program *p,
					 const char *name)
{
	long i = own_index(p, name);

	return i >= 0 && (size_t)i < o->nvalues ? &o->values[i] : NULL;
}
