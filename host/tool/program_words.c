/* SPDX-License-Identifier: Apache-2.0 */
/* `substitute:` and `facts:` of a program: what the template's words and macros become. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/options.h"
#include "tool/program_parts.h"

static int read_name(const struct yaml_value *key, char **name, struct error *e)
{
	int err;

	err = yaml_macro(key, name, NULL, e);
	if (!err && (!strcmp(*name, "FILTER") || !strcmp(*name, "FILTER_TASK") ||
		     !strcmp(*name, "SIGNATURE")))
		err = yaml_error(key, e, "%s is a word of the host's own", *name);
	return err;
}

#define WORD(f) offsetof(struct program_word, f)
static int read_word(const struct yaml_value *key, const struct yaml_value *value, void *to,
		     struct error *e)
{
	static const struct yaml_choices tests = {"test", 1, {{"inode", PROGRAM_TEST_INODE}}};
	static const struct yaml_field fields[] = {
		{"option", program_read_option_name, WORD(option), NULL, true},
		{"then", yaml_code, WORD(then), NULL, false},
		{"else", yaml_code, WORD(other), NULL, false},
		{"test", yaml_choice, WORD(test), &tests, false},
		{"constant", yaml_boolean, WORD(constant), NULL, false},
	};
	static const struct yaml_schema schema = {fields, 5, WORD(line)};
	struct program_word *w = to;

	return read_name(key, &w->word, e) ?: yaml_struct(value, w, &schema, e);
}

int program_read_words(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, (char *)to + PROGRAM_ARRAY(struct program, nwords, words),
			  sizeof(struct program_word), read_word,
			  "a mapping of words to what they become", e);
}

static int read_pair_of(const struct yaml_value *v, struct program_fact *f, const char *what,
			struct error *e)
{
	struct yaml_value a, b;

	if (yaml_kind(v) != YAML_IS_LIST || yaml_size(v) != 2)
		return yaml_error_type(v, what, e);
	a = yaml_item(v, 0);
	b = yaml_item(v, 1);
	return yaml_identifier(&a, &f->a, NULL, e) ?: yaml_identifier(&b, &f->b, NULL, e);
}

static int read_param(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return read_pair_of(v, to, "[function, parameter]", e);
}

static int read_field(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return read_pair_of(v, to, "[struct, member]", e);
}

static int read_tracepoint(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const char what[] = "\"category:name\" or [category, name]";
	struct program_fact *f = to;
	const char *s = yaml_scalar(v);
	const char *colon = s ? strchr(s, ':') : NULL;

	(void)arg;
	if (!s)
		return read_pair_of(v, f, what, e);
	if (!colon || !yaml_is_identifier(colon + 1) || yaml_has_nul(v))
		return yaml_error_type(v, what, e);
	f->a = strndup(s, (size_t)(colon - s));
	f->b = strdup(colon + 1);
	if (!f->a || !f->b)
		return error_nomem(e);
	return yaml_is_identifier(f->a) ? 0 : yaml_error_type(v, what, e);
}

static int read_one(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_fact *f = to;

	return yaml_identifier(v, &f->a, arg, e);
}

static int read_event(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	return program_read_event(v, &((struct program_fact *)to)->a, arg, e);
}

static const struct yaml_field fact_fields[] = {
	[PROGRAM_FACT_PARAM] = {"param", read_param, 0, NULL, false},
	[PROGRAM_FACT_SYMBOL] = {"symbol", read_one, 0, NULL, false},
	[PROGRAM_FACT_FIELD] = {"field", read_field, 0, NULL, false},
	[PROGRAM_FACT_TYPE] = {"type", read_one, 0, NULL, false},
	[PROGRAM_FACT_TRACEPOINT] = {"tracepoint", read_tracepoint, 0, NULL, false},
	[PROGRAM_FACT_PERF_EVENT] = {"perf_event", read_event, 0, NULL, false},
	[PROGRAM_FACT_ADDRESS] = {"address", read_one, 0, NULL, false},
};
static const struct yaml_schema fact_schema = {
	fact_fields,
	sizeof(fact_fields) / sizeof(fact_fields[0]),
	offsetof(struct program_fact, line),
};

static int read_fact(const struct yaml_value *key, const struct yaml_value *value, void *to,
		     struct error *e)
{
	struct program_fact *f = to;
	struct yaml_value kind, args;
	int err;

	err = read_name(key, &f->macro, e);
	if (err)
		return err;
	if (yaml_kind(value) != YAML_IS_MAP || yaml_size(value) != 1)
		return yaml_error_type(
			value,
			"one of {param: …}, {symbol: …}, {field: …}, "
			"{type: …}, {tracepoint: …}, {perf_event: …} and {address: …}",
			e);
	err = yaml_struct(value, f, &fact_schema, e);
	if (err)
		return err;
	yaml_pair(value, 0, &kind, &args);
	while (strcmp(yaml_scalar(&kind), fact_fields[f->kind].key) != 0)
		f->kind++;
	return 0;
}

int program_read_facts(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, (char *)to + PROGRAM_ARRAY(struct program, nfacts, facts),
			  sizeof(struct program_fact), read_fact, "a mapping of macros to facts",
			  e);
}

const struct program_fact *program_fact(const struct program *p, const char *macro)
{
	for (size_t i = 0; i < p->nfacts; i++)
		if (!strcmp(p->facts[i].macro, macro))
			return &p->facts[i];
	return NULL;
}

static bool is_number(const char *s)
{
	char *end;

	strtoll(s, &end, 0);
	return end != s && !*end;
}

static int check_word(const struct program *p, const struct program_word *w, struct error *e)
{
	const struct program_option *o = program_option_find(p, w->option);

	if (!options_known(p, w->option))
		return program_error(p, w->line, e, "`%s`: this tool has no option %s", w->word,
				     w->option);
	if (w->test && (w->then || !o || o->type != PROGRAM_OPTION_DIRECTORY))
		return program_error(p, w->line, e,
				     "`%s`: a `test` is of an option of this tool that is a "
				     "directory, and has no `then`",
				     w->word);
	if (!w->then && !o)
		return program_error(p, w->line, e,
				     "`%s` wants a key `then`: only the value of one "
				     "of the tool's own options can be its text",
				     w->word);
	if (!w->test && !w->then && o->type != PROGRAM_OPTION_INTEGER &&
	    o->type != PROGRAM_OPTION_ENUM && o->type != PROGRAM_OPTION_DISK)
		return program_error(p, w->line, e,
				     "`%s` wants a key `then`: option %s has no whole "
				     "number that could be its text",
				     w->word, w->option);
	if (w->constant && (w->test || w->then || (w->other && !is_number(w->other))))
		return program_error(p, w->line, e,
				     "`%s`: a `constant` is an option's number, or the one of "
				     "`else`",
				     w->word);
	if (!w->other && !(o && o->fallback))
		return program_error(p, w->line, e,
				     "`%s` wants a key `else`: option %s has no "
				     "default",
				     w->word, w->option);
	return 0;
}

int program_check_words(const struct program *p, struct error *e)
{
	int err = 0;

	for (size_t i = 0; !err && i < p->nwords; i++)
		err = check_word(p, &p->words[i], e);
	for (size_t i = 0; !err && i < p->nfacts; i++)
		for (size_t j = 0; !err && j < p->nwords; j++)
			if (!strcmp(p->facts[i].macro, p->words[j].word))
				err = program_error(p, p->facts[i].line, e,
						    "`%s` is in `substitute` too (line %u)",
						    p->facts[i].macro, p->words[j].line);
	return err;
}
