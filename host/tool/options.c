/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/option_value.h"
#include "tool/options_check.h"
#include "tool/options_match.h"
#include "tool/options_table.h"
#include "tool/options_within.h"
#include "tool/options_unknown.h"

/* A command line on its way; `program` is NULL before the tool's name. */
struct parser {
	const struct program *program;
	int argc, at;
	char **argv;
	struct options *o;
	struct error *e;
	/* only before the tool's name */
	bool *version;
	char ***dirs;
	size_t *ndirs;
};

/* As a long name is kept: without dashes before it, with '-' for '_', without "=value". */
static char *plain_name(const char *word)
{
	char *name = strndup(word, strcspn(word, "="));

	for (char *s = name; s && *s; s++)
		if (*s == '_')
			*s = '-';
	return name;
}

static int add_dir(struct parser *ps, char *value)
{
	char **dirs = realloc(*ps->dirs, (*ps->ndirs + 1) * sizeof(*dirs));

	if (!dirs)
		return error_nomem(ps->e);
	dirs[(*ps->ndirs)++] = value;
	*ps->dirs = dirs;
	return 0;
}

static int set_entry(struct parser *ps, const struct options_entry *entry, char *value)
{
	void *member = (char *)ps->o + entry->at;

	if (entry->set)
		return entry->set(ps->o, value, ps->e);
	if (entry->group == OPTIONS_GROUP_GLOBAL && value)
		return add_dir(ps, value);
	if (entry->group == OPTIONS_GROUP_GLOBAL)
		*ps->version = true;
	else if (value)
		*(const char **)member = value;
	else
		*(bool *)member = true;
	return 0;
}

/* `shown` is the option as it was typed: "--pid" or "-p". */
static int set_option(struct parser *ps, const struct options_match *m, const char *shown,
		      char *value)
{
	int err;

	if (m->own) {
		struct option_value *v = &ps->o->values[m->own - ps->program->options];

		err = option_value_set(m->own, value, v->given, v, ps->e);
	} else {
		err = set_entry(ps, m->entry, value);
	}
	if (err && value)
		error_prefix(ps->e, err, "%s %s", shown, *value ? value : "\"\"");
	return err;
}

static int next_value(struct parser *ps, const struct options_match *m, const char *shown,
		      char **value)
{
	struct buf b = {0};

	if (ps->at + 1 < ps->argc) {
		*value = ps->argv[++ps->at];
		return 0;
	}
	buf_printf(&b, " wants a value: %s %s", shown, options_match_placeholder(m));
	if (buf_failed(&b))
		return error_nomem(ps->e);
	options_usage_error(ps->program, ps->e, "", shown, b.data);
	buf_free(&b);
	return -EINVAL;
}

static int parse_named(struct parser *ps, char *word, const char *name)
{
	char *value = strchr(word, '=');
	struct options_match m = options_match_long(ps->program, name);
	struct buf shown = {0};
	int err = 0;

	if (!options_match_found(&m))
		return options_unknown(ps->program, name, ps->e);
	buf_printf(&shown, "--%s", name);
	if (buf_failed(&shown))
		return error_nomem(ps->e);
	value = value ? value + 1 : NULL;
	if (value && !options_match_takes_value(&m))
		err = options_usage_error(ps->program, ps->e, "", shown.data, " takes no value");
	else if (!value && options_match_takes_value(&m))
		err = next_value(ps, &m, shown.data, &value);
	if (!err)
		err = set_option(ps, &m, shown.data, value);
	buf_free(&shown);
	return err;
}

static int parse_long(struct parser *ps, char *word)
{
	char *name = plain_name(word + 2);
	int err;

	if (!name)
		return error_nomem(ps->e);
	err = parse_named(ps, word, name);
	free(name);
	return err;
}

/* Flags may be joined; what follows one that takes a value is its value: -Txp12. */
static int parse_short(struct parser *ps, char *word)
{
	int err = 0;

	for (char *s = word + 1; !err && *s; s++) {
		struct options_match m = options_match_short(ps->program, *s);
		char shown[] = {'-', *s, '\0'};
		char *value = NULL;

		if (!options_match_found(&m))
			return options_usage_error(ps->program, ps->e, "unknown option ", shown,
						   "");
		if (options_match_takes_value(&m)) {
			value = s + 1;
			if (!*value)
				err = next_value(ps, &m, shown, &value);
			s = word + strlen(word) - 1;
		}
		if (!err)
			err = set_option(ps, &m, shown, value);
	}
	return err;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

/* Who asks for help gets it, whatever else is wrong. */
static int help_instead(struct parser *ps, int from, int err)
{
	for (int i = from; i < ps->argc; i++) {
		if (!strcmp(ps->argv[i], "--"))
			break;
		if (!strcmp(ps->argv[i], "-h") || !strcmp(ps->argv[i], "--help")) {
			if (ps->e)
				error_clear(ps->e);
			ps->o->help = true;
			ps->at = ps->argc;
			return 0;
		}
	}
	return err;
}

static int one_argument_too_many(struct parser *ps, const char *word)
{
	const struct program *p = ps->program;
	struct buf b = {0};
	int err;

	if (p->narguments)
		buf_printf(&b, " takes at most %zu argument%s, \"%s\" is one too many",
			   p->narguments, p->narguments > 1 ? "s" : "", word);
	else
		buf_printf(&b, " takes no arguments, but got \"%s\"", word);
	if (buf_failed(&b))
		return error_nomem(ps->e);
	err = options_usage_error(p, ps->e, "", p->name, b.data);
	buf_free(&b);
	return err;
}

/*
 * A word without a dash goes to the first argument that is still free and takes it: `vfscount 5` is
 * a duration, `vfscount ^vfs_r 5` a pattern and a duration. If none does, the first one's error
 * counts.
 */
static int parse_word(struct parser *ps, char *word)
{
	const struct program *p = ps->program;
	struct error *given = ps->e, one = {0};
	struct buf why = {0};
	bool taken = false;

	ps->e = &one;
	for (size_t i = 0; i < p->narguments && !taken; i++) {
		const char *name = p->arguments[i];
		struct options_match m = options_match_long(p, name);

		if (options_given(ps->o, p, name))
			continue;
		taken = !set_option(ps, &m, name, word);
		if (!taken)
			buf_printf(&why, "%s%s", why.len ? "; or " : "",
				   one.text ? one.text : name);
		error_clear(&one);
	}
	ps->e = given;
	if (!taken && why.len)
		error_set(given, FAULT_USAGE, -EINVAL, "%s", why.data);
	else if (!taken)
		one_argument_too_many(ps, word);
	buf_free(&why);
	return taken ? 0 : -EINVAL;
}

/*
 * Before the tool's name: options up to the first word that is none, or to "--", which is skipped.
 * After it: all words; behind "--" none is an option.
 */
static int parse_options(struct parser *ps)
{
	bool options = true;
	int err = 0;

	for (; ps->at < ps->argc; ps->at++) {
		char *word = ps->argv[ps->at];
		int from = ps->at;

		if (options && !strcmp(word, "--")) {
			options = false;
			if (ps->program)
				continue;
			ps->at++;
			break;
		}
		if (options && is_option(word))
			err = word[1] == '-' ? parse_long(ps, word) : parse_short(ps, word);
		else if (ps->program)
			err = parse_word(ps, word);
		else
			break;
		if (err)
			return help_instead(ps, from, err);
		if (ps->program && ps->o->help)
			break;
	}
	return 0;
}

static int fill_defaults(struct parser *ps)
{
	const struct program *p = ps->program;
	int err = 0;

	for (size_t i = 0; !err && i < p->noptions; i++) {
		struct option_value *v = &ps->o->values[i];

		if (v->given || !p->options[i].fallback)
			continue;
		err = option_value_set(&p->options[i], p->options[i].fallback, false, v, ps->e);
		if (err)
			error_prefix(ps->e, err, "--%s %s (its default)", p->options[i].name,
				     p->options[i].fallback);
	}
	return err;
}

int options_parse(const struct program *p, int argc, char **argv, const struct options *base,
		  struct options *out, struct error *e)
{
	struct parser ps = {.program = p, .argc = argc, .at = 1, .argv = argv, .o = out, .e = e};
	int err;

	*out = base ? *base : (struct options){0};
	out->nvalues = p->noptions;
	out->values = calloc(p->noptions ? p->noptions : 1, sizeof(*out->values));
	if (!out->values)
		return error_nomem(e);
	if (out->help)
		return 0;
	err = parse_options(&ps);
	if (!err && !out->help)
		err = options_check(p, out, e) ?: fill_defaults(&ps) ?: options_find_within(p, out, e);
	if (err)
		options_free(out);
	return err;
}

int options_parse_global(int argc, char **argv, struct options *out, int *next, bool *version,
			 char ***dirs, size_t *ndirs, struct error *e)
{
	struct parser ps = {
		.argc = argc,
		.at = 1,
		.argv = argv,
		.o = out,
		.e = e,
		.version = version,
		.dirs = dirs,
		.ndirs = ndirs,
	};
	int err;

	*out = (struct options){0};
	*version = false;
	*dirs = NULL;
	*ndirs = 0;
	err = parse_options(&ps);
	*next = ps.at < argc ? ps.at : argc;
	return err;
}

void options_free(struct options *o)
{
	for (size_t i = 0; i < o->nvalues; i++)
		option_value_clear(&o->values[i]);
	for (size_t i = 0; i < OPTIONS_NWITHIN; i++)
		free(o->within[i]);
	memset(o->within, 0, sizeof(o->within));
	free(o->values);
	o->values = NULL;
	o->nvalues = 0;
}
