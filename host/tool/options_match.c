/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/options_match.h"

#include <string.h>

struct options_match options_match_long(const struct program *p, const char *name)
{
	struct options_match m = {0};

	m.own = p ? program_option_find(p, name) : NULL;
	if (!m.own)
		m.entry = options_table_find(p, name);
	return m;
}

struct options_match options_match_short(const struct program *p, char name)
{
	struct options_match m = {0};

	for (size_t i = 0; p && !m.own && i < p->noptions; i++)
		if (p->options[i].short_name == name)
			m.own = &p->options[i];
	if (!m.own)
		m.entry = options_table_find_short(p, name);
	return m;
}

bool options_match_takes_value(const struct options_match *m)
{
	return m->own ? m->own->type != PROGRAM_OPTION_FLAG : m->entry->placeholder != NULL;
}

const char *options_match_placeholder(const struct options_match *m)
{
	return m->own ? m->own->placeholder : m->entry->placeholder;
}
