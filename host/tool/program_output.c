/* SPDX-License-Identifier: Apache-2.0 */
/* `output:` of a program: which table its events come through, and what is shown of them. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "tool/options.h"
#include "tool/program_parts.h"

static const struct yaml_choices values = {
	"value of a column",
	2,
	{{"time", PROGRAM_COLUMN_TIME}, {"elapsed", PROGRAM_COLUMN_ELAPSED}},
};
static const struct yaml_choices units = {
	"unit",
	4,
	{
		{"seconds", PROGRAM_UNIT_SECONDS},
		{"milliseconds", PROGRAM_UNIT_MILLISECONDS},
		{"microseconds", PROGRAM_UNIT_MICROSECONDS},
		{"kilobytes", PROGRAM_UNIT_KILOBYTES},
	},
};
static const struct yaml_choices formats = {
	"format",
	3,
	{{"hex", PROGRAM_FORMAT_HEX},
	 {"octal", PROGRAM_FORMAT_OCTAL},
	 {"path", PROGRAM_FORMAT_PATH}},
};
static const struct yaml_choices aligns = {
	"side",
	2,
	{{"left", PROGRAM_ALIGN_LEFT}, {"right", PROGRAM_ALIGN_RIGHT}},
};
static const struct yaml_bounds width = {0, 4096}, decimals = {0, 9}, digits = {0, 22};

static int read_name(const struct yaml_value *key, const struct yaml_value *value, void *to,
		     struct error *e)
{
	struct program_value *pv = to;
	struct yaml_value number = *key;

	number.key = "names";
	return yaml_integer(&number, &pv->number, NULL, e) ?: yaml_line(value, &pv->name, NULL, e);
}

static int read_names(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, to, sizeof(struct program_value), read_name,
			  "a mapping of numbers to words", e);
}

#define FIELD(f) offsetof(struct program_column, f)
static const struct yaml_field column_fields[] = {
	{"title", yaml_line, FIELD(title), NULL, true},
	{"value", yaml_choice, FIELD(value), &values, false},
	{"field", yaml_identifier, FIELD(field), NULL, false},
	{"dirs", yaml_identifier, FIELD(dirs), NULL, false},
	{"width", yaml_unsigned, FIELD(width), &width, false},
	{"align", yaml_choice, FIELD(align), &aligns, false},
	{"unit", yaml_choice, FIELD(unit), &units, false},
	{"decimals", yaml_unsigned, FIELD(decimals), &decimals, false},
	{"digits", yaml_unsigned, FIELD(digits), &digits, false},
	{"format", yaml_choice, FIELD(format), &formats, false},
	{"when", program_read_option_name, FIELD(when), NULL, false},
	{"unless", program_read_option_name, FIELD(unless), NULL, false},
	{"names", read_names, PROGRAM_ARRAY(struct program_column, nnames, names), NULL, false},
};
static const struct yaml_schema column_schema = {
	column_fields,
	sizeof(column_fields) / sizeof(column_fields[0]),
	FIELD(line),
};

static bool has_key(const struct yaml_value *map, const char *name)
{
	struct yaml_value key, value;

	for (size_t i = 0; i < yaml_size(map); i++) {
		yaml_pair(map, i, &key, &value);
		if (!strcmp(yaml_scalar(&key), name))
			return true;
	}
	return false;
}

/* Keys that only make sense beside another one. */
static int check_column(const struct yaml_value *v, const struct program_column *c, struct error *e)
{
	bool octal_hex = c->format == PROGRAM_FORMAT_HEX || c->format == PROGRAM_FORMAT_OCTAL;
	int shapes = (c->unit != PROGRAM_UNIT_NONE) + (c->format != PROGRAM_FORMAT_AUTO) +
		     (c->names != NULL);

	if (!c->field && c->value == PROGRAM_COLUMN_FIELD)
		return yaml_error(v, e, "column %s wants a key `field` or `value`", c->title);
	if (c->field && c->value == PROGRAM_COLUMN_TIME)
		return yaml_error(v, e, "column %s: `value: time` has no `field`", c->title);
	if (c->value != PROGRAM_COLUMN_FIELD && shapes)
		return yaml_error(v, e,
				  "column %s: `unit`, `format` and `names` are not for a "
				  "`value`",
				  c->title);
	if (shapes > 1)
		return yaml_error(v, e, "column %s: only one of `unit`, `format` and `names`",
				  c->title);
	if (has_key(v, "decimals") && c->unit == PROGRAM_UNIT_NONE)
		return yaml_error(v, e, "column %s: `decimals` wants a `unit`", c->title);
	if (has_key(v, "digits") && !octal_hex)
		return yaml_error(v, e, "column %s: `digits` wants `format: octal` or `hex`",
				  c->title);
	if (!c->dirs != (c->format != PROGRAM_FORMAT_PATH))
		return yaml_error(v, e, "column %s: `format: path` and `dirs` want one another",
				  c->title);
	return 0;
}

static int read_column(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_column *c = to;
	int err;

	err = yaml_struct(v, c, arg, e) ?: check_column(v, c, e);
	/* Figures line up at their last digit. */
	if (!err && c->unit != PROGRAM_UNIT_NONE && !has_key(v, "align"))
		c->align = PROGRAM_ALIGN_RIGHT;
	return err;
}

static int read_columns(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_column), read_column, &column_schema,
		"a list of columns",	       false,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

static int read_stream(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program *p = to;

	p->output = PROGRAM_STREAM;
	p->stream_line = yaml_line_of(v);
	return yaml_identifier(v, &p->stream, arg, e);
}

int program_read_output(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"stream", read_stream, 0, NULL, true},
		{"columns", read_columns, PROGRAM_ARRAY(struct program, ncolumns, columns), NULL,
		 true},
	};
	static const struct yaml_schema schema = {fields, 2, 0};

	(void)arg;
	return yaml_struct(v, to, &schema, e);
}

int program_check_output(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->ncolumns; i++) {
		const struct program_column *c = &p->columns[i];

		if (c->when && !options_known(p, c->when))
			return program_error(p, c->line, e,
					     "`when` of column %s: this tool has no option %s",
					     c->title, c->when);
		if (c->unless && !options_known(p, c->unless))
			return program_error(p, c->line, e,
					     "`unless` of column %s: this tool has no option %s",
					     c->title, c->unless);
	}
	return 0;
}
