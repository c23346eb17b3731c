/* SPDX-License-Identifier: Apache-2.0 */
/* `only:` of a program's output. */
#define _GNU_SOURCE
#include <string.h>

#include "tool/program_parts.h"

int program_read_only(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"option", program_read_option_name, offsetof(struct program_only, option), NULL,
		 true},
		{"field", yaml_identifier, offsetof(struct program_only, field), NULL, true},
	};
	static const struct yaml_schema schema = {fields, 2, offsetof(struct program_only, line)};
	static const struct yaml_items items = {
		sizeof(struct program_only), yaml_struct, &schema, "a list of tests", false,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

int program_check_only(const struct program *p, struct error *e)
{
	const struct program *main = p->main ?: p;

	for (size_t i = 0; i < p->nonly; i++) {
		const struct program_only *only = &p->only[i];
		const struct program_option *o = program_option_find(main, only->option);

		if (!o || o->type != PROGRAM_OPTION_REGEX)
			return program_error(p, only->line, e,
					     "`only`: this tool has no option %s of type regex",
					     only->option);
	}
	return 0;
}
