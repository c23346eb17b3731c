/* SPDX-License-Identifier: Apache-2.0 */
/* `options:` of a program: the tool's own. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tool/option_value.h"
#include "tool/options_table.h"
#include "tool/program_parts.h"

#define NAME_MAX_BYTES 4095 /* of a value of type name */
#define NOT_GIVEN      INT64_MIN

static bool is_option_name(const char *s)
{
	if (!islower((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '-')
			return false;
	return s[-1] != '-';
}

int program_read_option_name(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	char **name = to;
	int err;

	err = yaml_line(v, to, arg, e);
	if (err)
		return err;
	for (char *s = *name; *s; s++)
		if (*s == '_')
			*s = '-';
	if (!is_option_name(*name))
		return yaml_error_type(v, "an option's long name (a-z, 0-9 and -)", e);
	return 0;
}

static int read_short(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || !isalnum((unsigned char)s[0]) || s[1] || s[0] == 'h')
		return yaml_error_type(v, "a letter or digit (but not h, which is --help)", e);
	*(char *)to = s[0];
	return 0;
}

static int read_value(const struct yaml_value *key, const struct yaml_value *value, void *to,
		      struct error *e)
{
	struct program_value *pv = to;
	struct yaml_value name = *key;
	int err;

	name.key = "values";
	err = yaml_line(&name, &pv->name, NULL, e);
	if (err)
		return err;
	if (strpbrk(pv->name, ", \t"))
		return yaml_error_type(&name, "words without spaces and commas", e);
	return yaml_integer(value, &pv->number, NULL, e);
}

static int read_values(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, to, sizeof(struct program_value), read_value,
			  "a mapping of words to numbers", e);
}

static const struct yaml_choices types = {
	"type of an option",
	11,
	{
		{"flag", PROGRAM_OPTION_FLAG},
		{"integer", PROGRAM_OPTION_INTEGER},
		{"number", PROGRAM_OPTION_NUMBER},
		{"enum", PROGRAM_OPTION_ENUM},
		{"name", PROGRAM_OPTION_NAME},
		{"path", PROGRAM_OPTION_PATH},
		{"regex", PROGRAM_OPTION_REGEX},
		{"directory", PROGRAM_OPTION_DIRECTORY},
		{"disk", PROGRAM_OPTION_DISK},
		{"pattern", PROGRAM_OPTION_PATTERN},
		{"binary", PROGRAM_OPTION_BINARY},
	},
};

#define FIELD(f) offsetof(struct program_option, f)
static const struct yaml_field fields[] = {
	{"name", program_read_option_name, FIELD(name), NULL, true},
	{"short", read_short, FIELD(short_name), NULL, false},
	{"type", yaml_choice, FIELD(type), &types, false},
	{"many", yaml_boolean, FIELD(many), NULL, false},
	{"min", yaml_integer, FIELD(min), NULL, false},
	{"max", yaml_integer, FIELD(max), NULL, false},
	{"placeholder", yaml_line, FIELD(placeholder), NULL, false},
	{"help", yaml_line, FIELD(help), NULL, true},
	{"default", yaml_line, FIELD(fallback), NULL, false},
	{"values", read_values, PROGRAM_ARRAY(struct program_option, nvalues, values), NULL, false},
};
static const struct yaml_schema schema = {
	fields,
	sizeof(fields) / sizeof(fields[0]),
	FIELD(line),
};

static bool has_values(enum program_option_type type)
{
	return type == PROGRAM_OPTION_ENUM;
}

static bool has_bounds(enum program_option_type type)
{
	return type == PROGRAM_OPTION_INTEGER || type == PROGRAM_OPTION_NUMBER;
}

static int check_bounds(const struct yaml_value *v, struct program_option *o, struct error *e)
{
	bool min = o->min != NOT_GIVEN, max = o->max != NOT_GIVEN;

	if (min && !has_bounds(o->type))
		return yaml_error(v, e, "`min` of option %s: only numbers have one", o->name);
	if (max && !has_bounds(o->type) && o->type != PROGRAM_OPTION_NAME)
		return yaml_error(v, e, "`max` of option %s: only numbers and names have one",
				  o->name);
	if (!min)
		o->min = 0;
	if (!max)
		o->max = o->type == PROGRAM_OPTION_NAME ? 255 : INT64_MAX;
	if (o->type == PROGRAM_OPTION_NAME && (o->max < 1 || o->max > NAME_MAX_BYTES))
		return yaml_error(v, e, "`max` of option %s: a name has from 1 to %d bytes",
				  o->name, NAME_MAX_BYTES);
	if (o->type == PROGRAM_OPTION_NUMBER && o->min < 0)
		return yaml_error(v, e, "`min` of option %s: a number is never below 0", o->name);
	if (o->min > o->max)
		return yaml_error(v, e, "`min` of option %s is over its `max`", o->name);
	return 0;
}

static int check_values(const struct yaml_value *v, const struct program_option *o, struct error *e)
{
	if (has_values(o->type) && !o->nvalues)
		return yaml_error(v, e, "option %s of type enum wants `values`", o->name);
	if (!has_values(o->type) && o->values)
		return yaml_error(v, e, "`values` of option %s: only type enum has them", o->name);
	for (size_t i = 0; i < o->nvalues; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcasecmp(o->values[i].name, o->values[j].name))
				return yaml_error(v, e, "`values` of option %s has %s twice",
						  o->name, o->values[i].name);
	if (o->many && o->type != PROGRAM_OPTION_ENUM && o->type != PROGRAM_OPTION_INTEGER &&
	    o->type != PROGRAM_OPTION_DIRECTORY)
		return yaml_error(v, e,
				  "`many` of option %s: only enum, integer and directory have it",
				  o->name);
	return 0;
}

static int check_default(const struct yaml_value *v, const struct program_option *o,
			 struct error *e)
{
	struct option_value value = {0};
	int err;

	if (!o->fallback)
		return 0;
	if (o->type == PROGRAM_OPTION_FLAG)
		return yaml_error(v, e, "option %s is a flag, which has no `default`", o->name);
	if (o->type == PROGRAM_OPTION_PATH || o->type == PROGRAM_OPTION_DIRECTORY ||
	    o->type == PROGRAM_OPTION_DISK)
		return 0; /* whether it exists is seen when the tool runs */
	err = option_value_set(o, o->fallback, false, &value, e);
	option_value_clear(&value);
	if (err == -EINVAL && e && e->text)
		yaml_error(v, e, "`default` of option %s, \"%s\": %s", o->name, o->fallback,
			   e->text);
	return err;
}

static int check_placeholder(const struct yaml_value *v, struct program_option *o, struct error *e)
{
	static const char *const usual[] = {
		[PROGRAM_OPTION_FLAG] = "",	    [PROGRAM_OPTION_INTEGER] = "N",
		[PROGRAM_OPTION_NUMBER] = "N",	    [PROGRAM_OPTION_ENUM] = "WORD",
		[PROGRAM_OPTION_NAME] = "NAME",	    [PROGRAM_OPTION_PATH] = "PATH",
		[PROGRAM_OPTION_DIRECTORY] = "DIR", [PROGRAM_OPTION_REGEX] = "REGEX",
		[PROGRAM_OPTION_DISK] = "DISK",	    [PROGRAM_OPTION_PATTERN] = "PATTERN",
		[PROGRAM_OPTION_BINARY] = "FILE",
	};

	if (o->placeholder && o->type == PROGRAM_OPTION_FLAG)
		return yaml_error(v, e,
				  "option %s is a flag, which has no `placeholder`; is its "
				  "`type` missing?",
				  o->name);
	if (!o->placeholder)
		o->placeholder = strdup(usual[o->type]);
	return o->placeholder ? 0 : error_nomem(e);
}

static int read_option(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_option *o = to;

	o->min = o->max = NOT_GIVEN;
	return yaml_struct(v, o, arg, e)
		       ?: check_bounds(v, o, e)
		       ?: check_values(v, o, e)
		       ?: check_default(v, o, e)
		       ?: check_placeholder(v, o, e);
}

int program_read_options(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_option), read_option, &schema, "a list of options", false,
	};

	(void)arg;
	return yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program, noptions, options), &items,
			 e);
}

int program_read_arguments(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(char *), program_read_option_name, NULL, "a list of options' names", false,
	};

	(void)arg;
	return yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program, narguments, arguments),
			 &items, e);
}

static int read_letter(const struct yaml_value *key, const struct yaml_value *value, void *to,
		       struct error *e)
{
	struct program_value *letter = to;
	char c = 0;
	int err;

	err = program_read_option_name(key, &letter->name, NULL, e)
		      ?: read_short(value, &c, NULL, e);
	letter->number = c;
	return err;
}

int program_read_letters(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, (char *)to + PROGRAM_ARRAY(struct program, nletters, letters),
			  sizeof(struct program_value), read_letter,
			  "a mapping of options' names to letters", e);
}

static int check_letters(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->nletters; i++) {
		const struct program_value *l = &p->letters[i];
		const struct options_entry *entry = options_table_find(p, l->name);

		if (!entry)
			return program_error(p, 1, e, "`letters`: the host has no option %s here",
					     l->name);
		if (options_table_letter(p, entry) != l->number)
			return program_error(p, 1, e,
					     "`letters`: the letter %c of %s is another option's",
					     (int)l->number, l->name);
		for (size_t j = 0; j < i; j++)
			if (p->letters[j].number == l->number)
				return program_error(p, 1, e, "`letters` has %c twice",
						     (int)l->number);
	}
	return 0;
}

/* A word without a dash has a value: a flag cannot be one. */
static int check_arguments(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->narguments; i++) {
		const struct options_entry *entry = options_table_find(p, p->arguments[i]);
		const struct program_option *own = program_option_find(p, p->arguments[i]);

		if (!(entry && entry->placeholder) && !(own && own->type != PROGRAM_OPTION_FLAG))
			return program_error(p, 1, e,
					     "`arguments`: this tool has no option %s with a value",
					     p->arguments[i]);
	}
	return 0;
}

int program_check_options(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->noptions; i++) {
		const struct program_option *o = &p->options[i];
		const struct options_entry *taken = options_table_find(p, o->name);

		/* What only shapes the output a tool may have its own way (execsnoop's -t). */
		if (taken && (taken->filter >= 0 || taken->group != OPTIONS_GROUP_OUTPUT))
			return program_error(
				p, o->line, e, "option %s: %s has a --%s already", o->name,
				taken->filter < 0 ? "every tool" : "a filter of this tool",
				o->name);
		for (size_t j = 0; j < i; j++) {
			const struct program_option *before = &p->options[j];

			if (!strcmp(o->name, before->name))
				return program_error(p, o->line, e,
						     "option %s is given twice "
						     "(first in line %u)",
						     o->name, before->line);
			if (o->short_name && o->short_name == before->short_name)
				return program_error(p, o->line, e,
						     "options %s and %s both have "
						     "the short name %c",
						     before->name, o->name, o->short_name);
		}
	}
	return check_letters(p, e) ?: check_arguments(p, e);
}
