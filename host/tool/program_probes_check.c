/* SPDX-License-Identifier: Apache-2.0 */
/* What a probe wants of the rest of its program. */
#include <string.h>

#include "tool/options.h"
#include "tool/program_parts.h"

static int check_fact(const struct program *p, const struct program_probe *probe, const char *key,
		      const char *macro, struct error *e)
{
	if (!macro || program_fact(p, macro))
		return 0;
	return program_error(p, probe->line, e, "`%s: %s` is not in `facts`", key, macro);
}

static int check_given(const struct program *p, const struct program_probe *probe, const char *key,
		       char *const *given, size_t n, struct error *e)
{
	for (size_t i = 0; i < n; i++)
		if (!options_known(p, given[i]))
			return program_error(p, probe->line, e,
					     "`%s: %s`: this tool has no option %s", key, given[i],
					     given[i]);
	return 0;
}

static bool is_given(const struct program_probe *probe, const char *option)
{
	for (size_t i = 0; i < probe->ngiven; i++)
		if (strcmp(probe->given[i], option) == 0)
			return true;
	return false;
}

/* With a default, so that there always is a value. */
static bool is_pattern_option(const struct program *p, const char *name)
{
	const struct program_option *o = program_option_find(p, name);

	return o && o->type == PROGRAM_OPTION_PATTERN && o->fallback;
}

/* Whose value is a file, or a process. */
static bool is_binary_option(const struct program *p, const char *name, bool *has_default)
{
	const struct program_option *o = program_option_find(p, name);

	*has_default = o && o->fallback;
	if (!o)
		return strcmp(name, "pid") == 0 && program_has_filter(p, PROGRAM_FILTER_PID);
	return !o->many && (o->type == PROGRAM_OPTION_BINARY || o->type == PROGRAM_OPTION_PATH ||
			    o->type == PROGRAM_OPTION_INTEGER);
}

static int check_binary(const struct program *p, const struct program_probe *probe, struct error *e)
{
	const struct program_binary *b = &probe->binary;
	bool has_default;

	if (!b->option)
		return 0;
	if (!is_binary_option(p, b->option, &has_default))
		return program_error(p, b->line, e,
				     "`binary`: this tool has no option %s of type binary or path, "
				     "or of type integer (a process) or the filter pid",
				     b->option);
	if (has_default || b->other || is_given(probe, b->option))
		return 0;
	return program_error(p, b->line, e,
			     "`binary`: where --%s is not given there is no file; give it an "
			     "`else`, or the probe `given: %s`",
			     b->option, b->option);
}

int program_check_probes(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->nprobes; i++) {
		const struct program_probe *probe = &p->probes[i];
		int err = check_fact(p, probe, "when", probe->when, e);
		size_t j = 0;

		if (!err)
			err = check_binary(p, probe, e)
				      ?: check_fact(p, probe, "unless", probe->unless, e)
				      ?: check_given(p, probe, "given", probe->given, probe->ngiven, e)
				      ?: check_given(p, probe, "not_given", probe->not_given,
						  probe->nnot_given, e);
		if (!err)
			err = program_check_sampling(p, probe, e);
		if (err)
			return err;

		while (probe->variant && j < p->nvariants &&
		       strcmp(probe->variant, p->variants[j]) != 0)
			j++;
		if (probe->variant && j == p->nvariants)
			return program_error(p, probe->line, e,
					     "`variant: %s` is not in the list `variants`",
					     probe->variant);
		if (probe->option && !is_pattern_option(p, probe->option))
			return program_error(p, probe->line, e,
					     "`option: %s`: this tool has no option %s of type "
					     "pattern with a default",
					     probe->option, probe->option);
	}
	return 0;
}
