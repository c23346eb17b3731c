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

static int read_beside(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(char *), yaml_identifier, NULL, "a table or a list of tables", true,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
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

/* `table: counts`: a top that prints all that there is. */
static int read_table(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const enum program_output top = PROGRAM_TOP;
	struct program *p = to;
	int err = read_kind(v, to, &top, e);

	(void)arg;
	p->all_rows = !err;
	return err;
}

const char *program_output_name(enum program_output output)
{
	return kinds[output].name;
}

/* Which keys are for which kinds: a key that nothing would read is a mistake. */
static int check_keys(const struct yaml_value *v, const struct program *p, bool also,
		      struct error *e)
{
	const char *what = also ? "an item of `also`" : "`output`";
	static const struct {
		const char *key;
		unsigned int kinds; /* bits of enum program_output */
	} keys[] = {
		{"sort", 1 << PROGRAM_TOP},
		{"beside", 1 << PROGRAM_TOP},
		{"loadavg", 1 << PROGRAM_TOP},
		{"heading", (1 << PROGRAM_NOUTPUTS) - 1 - (1 << PROGRAM_HISTOGRAM)},
		{"linear", 1 << PROGRAM_HISTOGRAM},
		{"label", 1 << PROGRAM_HISTOGRAM},
		{"json", 1 << PROGRAM_HISTOGRAM},
		{"only", 1 << PROGRAM_STREAM},
		{"clock", 1 << PROGRAM_STREAM},
		{"csv", 1 << PROGRAM_STREAM | 1 << PROGRAM_TRACE_PIPE},
		{"folded", 1 << PROGRAM_STREAM | 1 << PROGRAM_TOP},
	};

	static const char *const of_tables[] = {"ascending", "keep"};

	if (!p->table_line)
		return yaml_error(v, e, "%s wants its kind: stream, top, table, histogram%s", what,
				  also ? " or rates" : ", rates or trace_pipe");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (yaml_has_key(v, keys[i].key) && !(keys[i].kinds & 1U << p->output))
			return yaml_error(v, e, "`%s` is not for the output %s", keys[i].key,
					  program_output_name(p->output));
	for (size_t i = 0; i < sizeof(of_tables) / sizeof(of_tables[0]); i++)
		if (yaml_has_key(v, of_tables[i]) && !p->all_rows)
			return yaml_error(v, e, "`%s` is for the output table alone", of_tables[i]);
	for (size_t i = 0; i < p->ncolumns && p->output != PROGRAM_RATES; i++)
		if (p->columns[i].index || p->columns[i].per_interval)
			return yaml_error(v, e, "column %s: `index` and `per` are for rates alone",
					  p->columns[i].title);
	if (program_is_wide(p))
		for (size_t i = 0; i < p->ncolumns; i++)
			if (p->columns[i].field && !p->columns[i].index)
				return yaml_error(v, e,
						  "column %s wants an `index`, as the others have",
						  p->columns[i].title);
	if (yaml_has_key(v, "interval") && !program_has_periodic(p))
		return yaml_error(v, e, "`interval` is not for the output %s",
				  program_output_name(p->output));
	for (size_t i = 0; i < p->ncolumns && p->output == PROGRAM_HISTOGRAM; i++)
		if (p->columns[i].nparts)
			return yaml_error(v, e, "column %s: a histogram has no `parts`",
					  p->columns[i].title);
	if (p->output != PROGRAM_HISTOGRAM && !p->ncolumns)
		return yaml_error(v, e, "%s wants a key `columns`", what);
	if (p->output == PROGRAM_HISTOGRAM && !p->nlabels)
		return yaml_error(v, e, "%s wants a key `label`: what is counted", what);
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

static yaml_read read_also;

static int read_heading(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	bool heading, *headless = to;
	int err = yaml_boolean(v, &heading, arg, e);

	if (!err)
		*headless = !heading;
	return err;
}

#define KIND(i)                                                      \
	{                                                            \
		kinds[i].name, read_kind, 0, &kinds[i].output, false \
	}
#define OUTPUT(f) offsetof(struct program, f)
static const struct yaml_field output_fields[] = {
	KIND(0),
	KIND(1),
	KIND(2),
	KIND(3),
	{"table", read_table, 0, NULL, false},
	{"ascending", yaml_boolean, OUTPUT(ascending), NULL, false},
	{"keep", yaml_boolean, OUTPUT(keep), NULL, false},
	{"columns", program_read_columns, PROGRAM_ARRAY(struct program, ncolumns, columns), NULL,
	 false},
	{"only", program_read_only, PROGRAM_ARRAY(struct program, nonly, only), NULL, false},
	{"beside", read_beside, PROGRAM_ARRAY(struct program, nbeside, beside), NULL, false},
	{"sort", read_sorts, PROGRAM_ARRAY(struct program, nsorts, sorts), NULL, false},
	{"loadavg", yaml_boolean, OUTPUT(loadavg), NULL, false},
	{"heading", read_heading, OUTPUT(headless), NULL, false},
	{"label", read_labels, PROGRAM_ARRAY(struct program, nlabels, labels), NULL, false},
	{"linear", yaml_boolean, OUTPUT(linear), NULL, false},
	{"clock", yaml_identifier, OUTPUT(clock), NULL, false},
	/* Those of the program as a whole are from here on. */
	KIND(4),
	{"interval", read_interval, OUTPUT(interval), NULL, false},
	{"csv", program_read_option_name, OUTPUT(csv), NULL, false},
	{"folded", program_read_option_name, OUTPUT(folded), NULL, false},
	{"json", program_read_option_name, OUTPUT(json), NULL, false},
	{"also", read_also, PROGRAM_ARRAY(struct program, nalso, also), NULL, false},
};
#define NFIELDS (sizeof(output_fields) / sizeof(output_fields[0]))
#define NWHOLE	6

static int read_one_also(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_schema schema = {output_fields, NFIELDS - NWHOLE, 0};

	(void)arg;
	return yaml_struct(v, to, &schema, e) ?: check_keys(v, to, true, e);
}

static int read_also(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program), read_one_also, NULL, "a list of outputs", false,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

int program_read_output(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_schema schema = {output_fields, NFIELDS, 0};

	(void)arg;
	return yaml_struct(v, to, &schema, e)
		       ?: check_keys(v, to, false, e)
		       ?: default_arguments(to, e);
}

/* A table is read once. */
static int check_beside(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->nbeside; i++)
		for (size_t j = 0; j <= i; j++)
			if (strcmp(p->beside[i], j < i ? p->beside[j] : p->table) == 0)
				return program_error(p, p->table_line, e,
						     "`beside`: the table %s is shown already",
						     p->beside[i]);
	return 0;
}

static int check_option(const struct program *p, unsigned int line, const char *key, const char *of,
			const char *option, struct error *e)
{
	if (!option || options_known(p, option))
		return 0;
	return program_error(p, line, e, "`%s`%s%s: this tool has no option %s", key,
			     *of ? " of " : "", of, option);
}

static int check_one(const struct program *p, struct error *e)
{
	int err = check_option(p, p->table_line, "csv", "", p->csv, e)
			  ?: check_option(p, p->table_line, "json", "", p->json, e)
			  ?: check_option(p, p->table_line, "folded", "", p->folded, e)
			  ?: check_beside(p, e);
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
		if (program_column_is_stack(c) && p->output != PROGRAM_STREAM &&
		    p->output != PROGRAM_TOP)
			return program_error(p, c->line, e,
					     "%s: stacks are for a stream or a top, not for %s", of,
					     program_output_name(p->output));
		err = check_option(p, c->line, "when", of, c->when, e)
			      ?: check_option(p, c->line, "unless", of, c->unless, e)
			      ?: check_option(p, c->line, "quote", of, c->quote, e)
			      ?: check_option(p, c->line, "pid", of, c->pid_option, e)
			      ?: program_check_calls(p, c, e);
	}
	if (!err)
		err = fields_make(&fields, p, e);
	fields_free(&fields);
	return err ?: program_check_only(p, e);
}

int program_check_output(const struct program *p, struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < program_noutputs(p) && !err; i++)
		err = check_one(program_output_at(p, i), e);
	return err;
}
