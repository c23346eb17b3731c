/* SPDX-License-Identifier: Apache-2.0 */
/* `output:` of a program: which table its events come through, and what is shown of them. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/fields.h"
#include "tool/number.h"
#include "tool/options.h"
#include "tool/program_parts.h"

#define SLOW 10 /* `highlight: slow`: times what is usual */

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
	7,
	{{"hex", PROGRAM_FORMAT_HEX},
	 {"octal", PROGRAM_FORMAT_OCTAL},
	 {"ksym", PROGRAM_FORMAT_KSYM},
	 {"kaddr", PROGRAM_FORMAT_KADDR},
	 {"path", PROGRAM_FORMAT_PATH},
	 {"args", PROGRAM_FORMAT_ARGS},
	 {"call", PROGRAM_FORMAT_CALL}},
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

static int read_than(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_column *c = to;
	const char *text = yaml_scalar(v);

	if (c->highlight)
		return yaml_error(v, e, "`highlight` is `over` or `times`, not both");
	c->highlight = *(const enum program_highlight *)arg;
	if (!text || !number_real(text, &c->highlight_than) || c->highlight_than < 0)
		return yaml_error_type(v, "a number that is not negative", e);
	return 0;
}

/* `highlight: slow`, or `highlight: {over: 100}`. */
static int read_highlight(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_choices words = {
		"a highlight (or {over: N}, {times: N})",
		3,
		{{"nonzero", PROGRAM_HIGHLIGHT_NONZERO},
		 {"negative", PROGRAM_HIGHLIGHT_NEGATIVE},
		 {"slow", PROGRAM_HIGHLIGHT_TIMES}},
	};
	static const enum program_highlight over = PROGRAM_HIGHLIGHT_OVER,
					    times = PROGRAM_HIGHLIGHT_TIMES;
	static const struct yaml_field fields[] = {
		{"over", read_than, 0, &over, false},
		{"times", read_than, 0, &times, false},
	};
	static const struct yaml_schema schema = {fields, 2, 0};
	struct program_column *c = to;
	int err;

	(void)arg;
	if (yaml_kind(v) != YAML_IS_MAP) {
		c->highlight_than = SLOW;
		return yaml_choice(v, &c->highlight, &words, e);
	}
	err = yaml_struct(v, c, &schema, e);
	if (!err && !c->highlight)
		return yaml_error(v, e, "`highlight` wants a key `over` or `times`");
	return err;
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
	{"quote", program_read_option_name, FIELD(quote), NULL, false},
	{"strings", yaml_identifier, FIELD(calls.strings), NULL, false},
	{"result", yaml_identifier, FIELD(calls.result), NULL, false},
	{"flags", program_read_flags,
	 PROGRAM_ARRAY(struct program_column, calls.nnames, calls.names), NULL, false},
	{"calls", program_read_calls,
	 PROGRAM_ARRAY(struct program_column, calls.ncalls, calls.calls), NULL, false},
	{"percent_of", yaml_identifier, FIELD(percent_of), NULL, false},
	{"as", yaml_identifier, FIELD(as), NULL, false},
	{"unknown", yaml_line, FIELD(unknown), NULL, false},
	{"bits", program_read_bits, PROGRAM_ARRAY(struct program_column, nbits, bits), NULL, false},
	{"about", yaml_text, FIELD(about), NULL, false},
	{"when", program_read_option_name, FIELD(when), NULL, false},
	{"unless", program_read_option_name, FIELD(unless), NULL, false},
	{"names", read_names, PROGRAM_ARRAY(struct program_column, nnames, names), NULL, false},
	{"highlight", read_highlight, 0, NULL, false},
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

static int check_format(const struct yaml_value *v, const struct program_column *c, struct error *e)
{
	static const char *const of_calls[] = {"strings", "result", "flags", "calls"};

	if (!c->dirs != (c->format != PROGRAM_FORMAT_PATH))
		return yaml_error(v, e, "column %s: `format: path` and `dirs` want one another",
				  c->title);
	if (c->quote && c->format != PROGRAM_FORMAT_ARGS)
		return yaml_error(v, e, "column %s: `quote` wants `format: args`", c->title);
	for (size_t i = 0; i < 4; i++)
		if (has_key(v, of_calls[i]) && c->format != PROGRAM_FORMAT_CALL)
			return yaml_error(v, e, "column %s: `%s` wants `format: call`", c->title,
					  of_calls[i]);
	if (c->format == PROGRAM_FORMAT_CALL && (!c->calls.calls || !c->calls.result))
		return yaml_error(v, e, "column %s: `format: call` wants `calls` and `result`",
				  c->title);
	return 0;
}

/* What is for JSON and CSV. */
static int check_data(const struct yaml_value *v, const struct program_column *c, struct error *e)
{
	bool number = c->format == PROGRAM_FORMAT_AUTO || c->format == PROGRAM_FORMAT_HEX ||
		      c->format == PROGRAM_FORMAT_OCTAL;

	if ((c->as || c->unknown || c->bits) && c->value != PROGRAM_COLUMN_FIELD)
		return yaml_error(v, e, "column %s: `as`, `unknown` and `bits` want a `field`",
				  c->title);
	if (c->bits && (!number || c->names || c->unit != PROGRAM_UNIT_NONE))
		return yaml_error(v, e, "column %s: `bits` are of a plain number", c->title);
	return 0;
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
	if (has_key(v, "decimals") && c->unit == PROGRAM_UNIT_NONE && !c->percent_of &&
	    c->value != PROGRAM_COLUMN_ELAPSED)
		return yaml_error(v, e, "column %s: `decimals` wants a `unit`", c->title);
	if (has_key(v, "digits") && !octal_hex)
		return yaml_error(v, e, "column %s: `digits` wants `format: octal` or `hex`",
				  c->title);
	if (c->highlight && c->value != PROGRAM_COLUMN_FIELD)
		return yaml_error(v, e, "column %s: `highlight` is not for a `value`", c->title);
	return check_data(v, c, e) ?: check_format(v, c, e);
}

static int read_column(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_column *c = to;
	int err;

	err = yaml_struct(v, c, arg, e) ?: check_column(v, c, e);
	if (!err && c->value == PROGRAM_COLUMN_ELAPSED && !has_key(v, "decimals"))
		c->decimals = 9;
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

static int read_sort(const struct yaml_value *key, const struct yaml_value *value, void *to,
		     struct error *e)
{
	static const struct yaml_items items = {
		sizeof(char *), yaml_identifier, NULL, "a field or a list of fields", true,
	};
	struct program_sort *s = to;
	struct yaml_value name = *key;

	name.key = "sort";
	s->line = yaml_line_of(key);
	return program_read_option_name(&name, &s->name, NULL, e)
		       ?: yaml_list(value,
				    (char *)to +
					    PROGRAM_ARRAY(struct program_sort, nfields, fields),
				    &items, e);
}

static int read_sorts(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	return yaml_pairs(v, to, sizeof(struct program_sort), read_sort,
			  "a mapping of words to fields", e);
}

/* `label: usecs`, or several of {text: msecs, when: milliseconds}. */
static int read_label(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"text", yaml_line, offsetof(struct program_label, text), NULL, true},
		{"when", program_read_option_name, offsetof(struct program_label, when), NULL,
		 false},
	};
	static const struct yaml_schema schema = {fields, 2, offsetof(struct program_label, line)};
	struct program_label *label = to;

	(void)arg;
	if (yaml_kind(v) == YAML_IS_MAP)
		return yaml_struct(v, to, &schema, e);
	label->line = yaml_line_of(v);
	return yaml_line(v, &label->text, NULL, e);
}

static int read_labels(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_label), read_label, NULL, "a label or a list of labels", true,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

static int read_interval(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *text = yaml_scalar(v);

	(void)arg;
	if (!text || !number_real(text, to) || *(double *)to < 0.01 || *(double *)to > 86400)
		return yaml_error_type(v, "a number of seconds, from 0.01 to 86400", e);
	return 0;
}

static const struct {
	const char *name;
	enum program_output output;
} kinds[] = {
	{"stream", PROGRAM_STREAM},	    {"top", PROGRAM_TOP},
	{"histogram", PROGRAM_HISTOGRAM},   {"rates", PROGRAM_RATES},
	{"trace_pipe", PROGRAM_TRACE_PIPE},
};

/* Whichever key names the kind: `stream: events`, `top: counts`, `trace_pipe: true`. */
static int read_kind(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program *p = to;
	bool yes;

	if (p->table_line)
		return yaml_error(v, e, "`output` is of one kind, not %s and %s",
				  program_output_name(p->output), v->key);
	p->output = *(const enum program_output *)arg;
	p->table_line = yaml_line_of(v);
	if (p->output == PROGRAM_TRACE_PIPE)
		return yaml_boolean(v, &yes, NULL, e) ?: (yes ? 0 : yaml_error_type(v, "true", e));
	return yaml_identifier(v, &p->table, NULL, e);
}

const char *program_output_name(enum program_output output)
{
	return kinds[output].name;
}

/* Which keys are for which kinds: a key that nothing would read is a mistake. */
static int check_keys(const struct yaml_value *v, const struct program *p, struct error *e)
{
	static const struct {
		const char *key;
		unsigned int kinds; /* bits of enum program_output */
	} keys[] = {
		{"interval", 1 << PROGRAM_TOP | 1 << PROGRAM_HISTOGRAM | 1 << PROGRAM_RATES},
		{"sort", 1 << PROGRAM_TOP},
		{"loadavg", 1 << PROGRAM_TOP},
		{"linear", 1 << PROGRAM_HISTOGRAM},
		{"label", 1 << PROGRAM_HISTOGRAM},
		{"json", 1 << PROGRAM_HISTOGRAM},
		{"only", 1 << PROGRAM_STREAM},
		{"csv", 1 << PROGRAM_STREAM | 1 << PROGRAM_TRACE_PIPE},
	};

	if (!p->table_line)
		return yaml_error(v, e,
				  "`output` wants its kind: stream, top, histogram, rates or "
				  "trace_pipe");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (has_key(v, keys[i].key) && !(keys[i].kinds & 1U << p->output))
			return yaml_error(v, e, "`%s` is not for the output %s", keys[i].key,
					  program_output_name(p->output));
	if (p->output != PROGRAM_HISTOGRAM && !p->ncolumns)
		return yaml_error(v, e, "`output` wants a key `columns`");
	if (p->output == PROGRAM_HISTOGRAM && !p->nlabels)
		return yaml_error(v, e, "`output` wants a key `label`: what is counted");
	return 0;
}

/* A periodic tool takes [interval [count]] unless it says otherwise. */
static int default_arguments(struct program *p, struct error *e)
{
	if (!program_output_is_periodic(p->output) || p->arguments)
		return 0;
	p->arguments = calloc(2, sizeof(*p->arguments));
	if (!p->arguments)
		return error_nomem(e);
	for (const char *const *name = (const char *const[]){"interval", "count", NULL}; *name;
	     name++) {
		p->arguments[p->narguments] = strdup(*name);
		if (!p->arguments[p->narguments++])
			return error_nomem(e);
	}
	return 0;
}

#define KIND(i)                                                      \
	{                                                            \
		kinds[i].name, read_kind, 0, &kinds[i].output, false \
	}
#define OUTPUT(f) offsetof(struct program, f)
int program_read_output(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		KIND(0),
		KIND(1),
		KIND(2),
		KIND(3),
		KIND(4),
		{"columns", read_columns, PROGRAM_ARRAY(struct program, ncolumns, columns), NULL,
		 false},
		{"only", program_read_only, PROGRAM_ARRAY(struct program, nonly, only), NULL,
		 false},
		{"interval", read_interval, OUTPUT(interval), NULL, false},
		{"sort", read_sorts, PROGRAM_ARRAY(struct program, nsorts, sorts), NULL, false},
		{"loadavg", yaml_boolean, OUTPUT(loadavg), NULL, false},
		{"label", read_labels, PROGRAM_ARRAY(struct program, nlabels, labels), NULL, false},
		{"linear", yaml_boolean, OUTPUT(linear), NULL, false},
		{"csv", program_read_option_name, OUTPUT(csv), NULL, false},
		{"json", program_read_option_name, OUTPUT(json), NULL, false},
	};
	static const struct yaml_schema schema = {fields, sizeof(fields) / sizeof(fields[0]), 0};

	(void)arg;
	return yaml_struct(v, to, &schema, e) ?: check_keys(v, to, e) ?: default_arguments(to, e);
}

static int check_option(const struct program *p, unsigned int line, const char *key, const char *of,
			const char *option, struct error *e)
{
	if (!option || options_known(p, option))
		return 0;
	return program_error(p, line, e, "`%s`%s%s: this tool has no option %s", key,
			     *of ? " of " : "", of, option);
}

int program_check_output(const struct program *p, struct error *e)
{
	int err = check_option(p, p->table_line, "csv", "", p->csv, e)
			  ?: check_option(p, p->table_line, "json", "", p->json, e);
	struct fields fields = {0};

	for (size_t i = 0; !err && i < p->nlabels; i++)
		err = check_option(p, p->labels[i].line, "when", "a label", p->labels[i].when, e);
	for (size_t i = 0; !err && i < p->ncolumns; i++) {
		const struct program_column *c = &p->columns[i];
		char of[80];

		snprintf(of, sizeof(of), "column %s", c->title);
		if (p->csv &&
		    (c->format == PROGRAM_FORMAT_ARGS || c->format == PROGRAM_FORMAT_CALL))
			return program_error(p, c->line, e,
					     "%s: `csv` has no `format: args` or `call`", of);
		err = check_option(p, c->line, "when", of, c->when, e)
			      ?: check_option(p, c->line, "unless", of, c->unless, e)
			      ?: check_option(p, c->line, "quote", of, c->quote, e)
			      ?: program_check_calls(p, c, e);
	}
	if (!err)
		err = fields_make(&fields, p, e);
	fields_free(&fields);
	return err ?: program_check_only(p, e);
}
