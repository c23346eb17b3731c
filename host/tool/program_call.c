/* SPDX-License-Identifier: Apache-2.0 */
/* `calls:` and `flags:` of a column with `format: call`. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "tool/program_parts.h"

static int read_flag(const struct yaml_value *key, const struct yaml_value *value, void *to,
		     struct error *e)
{
	struct program_value *pv = to;
	struct yaml_value name = *key;

	name.key = "flags";
	return yaml_identifier(&name, &pv->name, NULL, e)
		       ?: yaml_integer(value, &pv->number, NULL, e);
}

static int read_names_of(const struct yaml_value *key, const struct yaml_value *value, void *to,
			 struct error *e)
{
	struct program_names *n = to;
	struct yaml_value name = *key;

	name.key = "flags";
	return yaml_identifier(&name, &n->name, NULL, e)
		       ?: yaml_pairs(value,
				     (char *)to +
					     PROGRAM_ARRAY(struct program_names, nvalues, values),
				     sizeof(struct program_value), read_flag,
				     "a mapping of names to numbers", e);
}

int program_read_bits(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, to, sizeof(struct program_value), read_flag,
			  "a mapping of names to numbers", e);
}

int program_read_flags(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, to, sizeof(struct program_names), read_names_of,
			  "a mapping of words to flags' names", e);
}

/* {flags: FIELD}: the key says what the argument is. */
static int read_of_field(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_argument *a = to;

	if (a->field || a->members)
		return yaml_error(v, e, "an argument is of one kind");
	a->kind = *(const enum program_argument_kind *)arg;
	return yaml_identifier(v, &a->field, NULL, e);
}

static yaml_read read_argument;

static int read_members(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_argument), read_argument, NULL, "a list of members", false,
	};
	struct program_argument *a = to;
	int err;

	(void)arg;
	if (a->field || a->members)
		return yaml_error(v, e, "an argument is of one kind");
	a->kind = PROGRAM_ARGUMENT_STRUCT;
	err = yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program_argument, nmembers, members),
			&items, e);
	for (size_t i = 0; !err && i < a->nmembers; i++)
		if (!a->members[i].field)
			err = yaml_error(v, e, "a struct's members are fields");
	return err;
}

static int read_argument(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const enum program_argument_kind flags = PROGRAM_ARGUMENT_FLAGS,
						word = PROGRAM_ARGUMENT_WORD,
						number = PROGRAM_ARGUMENT_NUMBER,
						fd = PROGRAM_ARGUMENT_FD;
	static const struct yaml_field fields[] = {
		{"flags", read_of_field, 0, &flags, false},
		{"word", read_of_field, 0, &word, false},
		{"number", read_of_field, 0, &number, false},
		{"fd", read_of_field, 0, &fd, false},
		{"struct", read_members, 0, NULL, false},
		{"of", yaml_identifier, offsetof(struct program_argument, names), NULL, false},
	};
	static const struct yaml_schema schema = {
		fields,
		sizeof(fields) / sizeof(fields[0]),
		offsetof(struct program_argument, line),
	};
	struct program_argument *a = to;
	const char *s = yaml_scalar(v);
	int err;

	(void)arg;
	if (s && !strcmp(s, "string")) {
		a->line = yaml_line_of(v);
		return 0;
	}
	if (s)
		return yaml_error_type(v, "`string`, or {flags: FIELD, of: NAMES} and the like", e);
	err = yaml_struct(v, a, &schema, e);
	if (err)
		return err;
	if (!a->field && !a->members)
		return yaml_error(v, e,
				  "an argument wants one of `flags`, `word`, `number`, `fd` and "
				  "`struct`");
	if ((a->kind == PROGRAM_ARGUMENT_FLAGS || a->kind == PROGRAM_ARGUMENT_WORD) != !!a->names)
		return yaml_error(v, e, "`flags` and `word`, and no others, want `of`");
	return 0;
}

static int read_call(const struct yaml_value *key, const struct yaml_value *value, void *to,
		     struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_argument), read_argument, NULL, "a list of arguments", false,
	};
	static const struct yaml_field fields[] = {
		{"name", yaml_identifier, offsetof(struct program_call, name), NULL, true},
		{"arguments", yaml_list, PROGRAM_ARRAY(struct program_call, narguments, arguments),
		 &items, false},
	};
	static const struct yaml_schema schema = {fields, 2, offsetof(struct program_call, line)};
	struct program_call *call = to;
	struct yaml_value number = *key;

	number.key = "calls";
	return yaml_integer(&number, &call->number, NULL, e) ?: yaml_struct(value, to, &schema, e);
}

int program_read_calls(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, to, sizeof(struct program_call), read_call,
			  "a mapping of numbers to calls", e);
}

static bool wants_strings(const struct program_call *call)
{
	for (size_t i = 0; i < call->narguments; i++)
		if (call->arguments[i].kind == PROGRAM_ARGUMENT_STRING ||
		    call->arguments[i].kind == PROGRAM_ARGUMENT_STRUCT)
			return true;
	return false;
}

static int check_arguments(const struct program *p, const struct program_calls *calls,
			   const struct program_argument *v, size_t n, struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		size_t j = 0;

		while (v[i].names && j < calls->nnames &&
		       strcmp(v[i].names, calls->names[j].name) != 0)
			j++;
		if (v[i].names && j == calls->nnames)
			return program_error(p, v[i].line, e, "`flags` has no %s", v[i].names);
		err = check_arguments(p, calls, v[i].members, v[i].nmembers, e);
	}
	return err;
}

int program_check_calls(const struct program *p, const struct program_column *c, struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < c->calls.ncalls && !err; i++) {
		const struct program_call *call = &c->calls.calls[i];

		if (wants_strings(call) && !c->calls.strings)
			return program_error(p, call->line, e,
					     "call %s has strings: column %s wants a key `strings`",
					     call->name, c->title);
		err = check_arguments(p, &c->calls, call->arguments, call->narguments, e);
	}
	return err;
}

static void free_arguments(struct program_argument *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].field);
		free(v[i].names);
		free_arguments(v[i].members, v[i].nmembers);
	}
	free(v);
}

void program_calls_free(struct program_calls *c)
{
	for (size_t i = 0; i < c->ncalls; i++) {
		free(c->calls[i].name);
		free_arguments(c->calls[i].arguments, c->calls[i].narguments);
	}
	for (size_t i = 0; i < c->nnames; i++) {
		for (size_t j = 0; j < c->names[i].nvalues; j++)
			free(c->names[i].values[j].name);
		free(c->names[i].values);
		free(c->names[i].name);
	}
	free(c->calls);
	free(c->names);
	free(c->strings);
	free(c->result);
}
