/* SPDX-License-Identifier: Apache-2.0 */
/* `columns:` of a program's `output:`. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/number.h"
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
	11,
	{{"hex", PROGRAM_FORMAT_HEX},
	 {"octal", PROGRAM_FORMAT_OCTAL},
	 {"ksym", PROGRAM_FORMAT_KSYM},
	 {"kaddr", PROGRAM_FORMAT_KADDR},
	 {"ip", PROGRAM_FORMAT_IP},
	 {"path", PROGRAM_FORMAT_PATH},
	 {"args", PROGRAM_FORMAT_ARGS},
	 {"call", PROGRAM_FORMAT_CALL},
	 {"stack", PROGRAM_FORMAT_STACK},
	 {"user_stack", PROGRAM_FORMAT_USER_STACK},
	 {"usym", PROGRAM_FORMAT_USYM}},
};
static const struct yaml_choices aligns = {
	"side",
	2,
	{{"left", PROGRAM_ALIGN_LEFT}, {"right", PROGRAM_ALIGN_RIGHT}},
};
static const struct yaml_choices rounds = {"way to round", 1, {{"down", true}}};
static const struct yaml_bounds width = {0, 4096}, decimals = {0, 9}, digits = {0, 22},
				divisors = {2, 1000000000}, cut = {1, 4096};

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

/* `formula: "100 * hits / refs"` */
static int read_formula(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_column *c = to;
	const char *text = yaml_scalar(v), *why;

	(void)arg;
	if (!text || yaml_has_nul(v))
		return yaml_error_type(v, "a formula: \"100 * hits / refs\"", e);
	why = formula_parse(text, &c->formula);
	return why ? yaml_error(v, e, "`formula: %s`: %s", text, why) : 0;
}

static int read_number(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct yaml_value number = *v;

	number.key = "if";
	return yaml_integer(&number, to, arg, e);
}

/* `if: {FIELD: NUMBER}`, or one of several numbers. */
static int read_if(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items numbers = {
		sizeof(int64_t), read_number, NULL, "a number, or a list of them", true,
	};
	struct program_column *c = to;
	struct yaml_value key, value;

	(void)arg;
	if (yaml_kind(v) != YAML_IS_MAP || yaml_size(v) != 1)
		return yaml_error_type(v, "a field and its number, {kind: 1}", e);
	yaml_pair(v, 0, &key, &value);
	key.key = value.key = "if";
	return yaml_member(&key, &c->if_field, NULL, e) ?: yaml_list(&value, &c->nif, &numbers, e);
}

static int read_round(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_column *c = to;
	int way = 0, err = yaml_choice(v, &way, arg, e);

	c->round_down = way;
	return err;
}

static yaml_read read_parts;

#define FIELD(f) offsetof(struct program_column, f)
/* `pid: FIELD`, or `pid: {option: NAME}`. */
static int read_pid(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"option", program_read_option_name, FIELD(pid_option), NULL, true},
	};
	static const struct yaml_schema schema = {fields, 1, 0};
	struct program_column *c = to;

	(void)arg;
	if (yaml_kind(v) == YAML_IS_MAP)
		return yaml_struct(v, c, &schema, e);
	return yaml_member(v, &c->pid, NULL, e);
}

/* Kept as one more, so that 0 is none. */
static int read_index(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_bounds bounds = {0, 65535};
	int err = yaml_unsigned(v, to, &bounds, e);

	(void)arg;
	*(unsigned int *)to += 1;
	return err;
}

static int read_per(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || (strcmp(s, "second") != 0 && strcmp(s, "interval") != 0))
		return yaml_error_type(v, "`second` or `interval`", e);
	*(bool *)to = strcmp(s, "interval") == 0;
	return 0;
}

#define WHOLE 4 /* the first keys are not for parts … */
#define PARTS 2 /* … and the last ones for them alone */
static const struct yaml_field column_fields[] = {
	{"title", yaml_line, FIELD(title), NULL, true},
	{"when", program_read_option_name, FIELD(when), NULL, false},
	{"unless", program_read_option_name, FIELD(unless), NULL, false},
	{"parts", read_parts, PROGRAM_ARRAY(struct program_column, nparts, parts), NULL, false},
	{"value", yaml_choice, FIELD(value), &values, false},
	{"field", yaml_member, FIELD(field), NULL, false},
	{"formula", read_formula, 0, NULL, false},
	{"dirs", yaml_identifier, FIELD(dirs), NULL, false},
	{"width", yaml_unsigned, FIELD(width), &width, false},
	{"align", yaml_choice, FIELD(align), &aligns, false},
	{"unit", yaml_choice, FIELD(unit), &units, false},
	{"divide_by", yaml_unsigned, FIELD(divide_by), &divisors, false},
	{"decimals", yaml_unsigned, FIELD(decimals), &decimals, false},
	{"digits", yaml_unsigned, FIELD(digits), &digits, false},
	{"index", read_index, FIELD(index), NULL, false},
	{"per", read_per, FIELD(per_interval), NULL, false},
	{"format", yaml_choice, FIELD(format), &formats, false},
	{"quote", program_read_option_name, FIELD(quote), NULL, false},
	{"strings", yaml_identifier, FIELD(calls.strings), NULL, false},
	{"result", yaml_identifier, FIELD(calls.result), NULL, false},
	{"flags", program_read_flags,
	 PROGRAM_ARRAY(struct program_column, calls.nnames, calls.names), NULL, false},
	{"calls", program_read_calls,
	 PROGRAM_ARRAY(struct program_column, calls.ncalls, calls.calls), NULL, false},
	{"stacks", yaml_identifier, FIELD(stacks), NULL, false},
	{"pid", read_pid, 0, NULL, false},
	{"show_offset", yaml_boolean, FIELD(show_offset), NULL, false},
	{"show_module", yaml_boolean, FIELD(show_module), NULL, false},
	{"percent_of", yaml_identifier, FIELD(percent_of), NULL, false},
	{"as", yaml_identifier, FIELD(as), NULL, false},
	{"unknown", yaml_line, FIELD(unknown), NULL, false},
	{"bits", program_read_bits, PROGRAM_ARRAY(struct program_column, nbits, bits), NULL, false},
	{"about", yaml_text, FIELD(about), NULL, false},
	{"names", read_names, PROGRAM_ARRAY(struct program_column, nnames, names), NULL, false},
	{"other", yaml_line, FIELD(other), NULL, false},
	{"cut", yaml_unsigned, FIELD(cut), &cut, false},
	{"round", read_round, 0, &rounds, false},
	{"highlight", read_highlight, 0, NULL, false},
	{"text", yaml_line, FIELD(text), NULL, false},
	{"if", read_if, 0, NULL, false},
};
#define NFIELDS (sizeof(column_fields) / sizeof(column_fields[0]))
static const struct yaml_schema column_schema = {column_fields, NFIELDS - PARTS, FIELD(line)},
				part_schema = {column_fields + WHOLE, NFIELDS - WHOLE, FIELD(line)};

/* A member's name, "list[2].pid", is no name of JSON's. */
static int name_member(struct program_column *c, struct error *e)
{
	char *to;

	if (!c->field || c->as || yaml_is_identifier(c->field))
		return 0;
	c->as = to = strdup(c->field);
	if (!to)
		return error_nomem(e);
	for (const char *s = c->field; *s; s++)
		if (*s != ']')
			*to++ = (char)(*s == '.' || *s == '[' ? '_' : *s);
	*to = '\0';
	return 0;
}

static int read_column(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_column *c = to;
	int err;

	err = yaml_struct(v, c, arg, e);
	if (!err && c->formula && c->value == PROGRAM_COLUMN_FIELD)
		c->value = PROGRAM_COLUMN_FORMULA;
	if (!err && (c->parts || c->text)) {
		c->value = c->parts ? PROGRAM_COLUMN_PARTS : PROGRAM_COLUMN_TEXT;
		return program_check_column_alone(v, c, c->parts ? "parts" : "text", e);
	}
	err = err ?: program_check_column(v, c, e) ?: name_member(c, e);
	if (!err && c->value == PROGRAM_COLUMN_ELAPSED && !yaml_has_key(v, "decimals"))
		c->decimals = 9;
	/* Figures line up at their last digit. */
	if (!err && (c->unit != PROGRAM_UNIT_NONE || c->formula) && !yaml_has_key(v, "align"))
		c->align = PROGRAM_ALIGN_RIGHT;
	return err;
}

/* A part is a text, or a column's keys. */
static int read_part(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_column *c = to;
	struct yaml_value text = *v;

	c->part = true;
	c->title = strdup("of `parts`");
	if (!c->title)
		return error_nomem(e);
	if (yaml_kind(v) != YAML_IS_TEXT)
		return read_column(v, to, arg, e);
	text.key = "parts";
	c->line = yaml_line_of(v);
	c->value = PROGRAM_COLUMN_TEXT;
	return yaml_line(&text, &c->text, NULL, e);
}

static int read_parts(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_column), read_part, &part_schema,
		"a list of texts and columns", false,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

static int copy(const char *from, char **to, struct error *e)
{
	free(*to);
	*to = from ? strdup(from) : NULL;
	return from && !*to ? error_nomem(e) : 0;
}

/* Parts are shown when the whole column is. */
static int like_whole(struct program_column *part, const struct program_column *whole,
		      struct error *e)
{
	return copy(whole->title, &part->title, e)
		       ?: copy(whole->when, &part->when, e)
		       ?: copy(whole->unless, &part->unless, e);
}

struct list { /* as PROGRAM_ARRAY has it */
	size_t n;
	struct program_column *v;
};

/* Puts the parts of each column behind it. */
static int lay_out(struct list *l, struct error *e)
{
	size_t n = l->n, at = 0;
	struct program_column *all;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].nparts;
	if (n == l->n)
		return 0;
	all = calloc(n, sizeof(*all));
	if (!all)
		return error_nomem(e);
	for (size_t i = 0; i < l->n; i++) {
		struct program_column *c = &all[at++];

		*c = l->v[i];
		if (c->nparts)
			memcpy(&all[at], c->parts, c->nparts * sizeof(*all));
		at += c->nparts;
		free(c->parts);
		c->parts = NULL;
	}
	free(l->v);
	*l = (struct list){n, all};
	for (size_t i = 0; i < n; i++)
		for (size_t j = 1; j <= all[i].nparts; j++)
			if (like_whole(&all[i + j], &all[i], e))
				return -ENOMEM;
	return 0;
}

int program_read_columns(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_column), read_column, &column_schema,
		"a list of columns",	       false,
	};

	(void)arg;
	return yaml_list(v, to, &items, e) ?: lay_out(to, e);
}
