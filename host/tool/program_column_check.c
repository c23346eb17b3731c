/* SPDX-License-Identifier: Apache-2.0 */
/* What a column's keys want of one another. */
#include <string.h>

#include "tool/program_parts.h"

static int check_stack(const struct yaml_value *v, const struct program_column *c, struct error *e)
{
	bool user = c->format == PROGRAM_FORMAT_USER_STACK || c->format == PROGRAM_FORMAT_USYM;

	if (!c->stacks != !program_column_is_stack(c))
		return yaml_error(v, e,
				  "column %s: `format: stack` or `user_stack` and `stacks` want "
				  "one another",
				  c->title);
	if ((c->pid || c->pid_option) != user)
		return yaml_error(v, e,
				  "column %s: `format: user_stack` or `usym` and `pid` want one "
				  "another",
				  c->title);
	if ((c->show_offset || c->show_module) && !user && !c->stacks &&
	    c->format != PROGRAM_FORMAT_KSYM)
		return yaml_error(v, e,
				  "column %s: `show_offset` and `show_module` are of functions' "
				  "names: `format: ksym`, `usym`, `stack` or `user_stack`",
				  c->title);
	return 0;
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
		if (yaml_has_key(v, of_calls[i]) && c->format != PROGRAM_FORMAT_CALL)
			return yaml_error(v, e, "column %s: `%s` wants `format: call`", c->title,
					  of_calls[i]);
	if (c->format == PROGRAM_FORMAT_CALL && (!c->calls.calls || !c->calls.result))
		return yaml_error(v, e, "column %s: `format: call` wants `calls` and `result`",
				  c->title);
	return check_stack(v, c, e);
}

/* What is for JSON and CSV. */
static int check_data(const struct yaml_value *v, const struct program_column *c, struct error *e)
{
	bool number = c->format == PROGRAM_FORMAT_AUTO || c->format == PROGRAM_FORMAT_HEX ||
		      c->format == PROGRAM_FORMAT_OCTAL;

	if (c->formula && !c->as)
		return yaml_error(v, e, "column %s: `formula` wants a key `as`: what JSON calls it",
				  c->title);
	if ((c->as || c->unknown || c->bits) && c->value != PROGRAM_COLUMN_FIELD &&
	    (!c->formula || c->unknown || c->bits))
		return yaml_error(v, e, "column %s: `as`, `unknown` and `bits` want a `field`",
				  c->title);
	if (c->bits && (!number || c->names || c->unit != PROGRAM_UNIT_NONE))
		return yaml_error(v, e, "column %s: `bits` are of a plain number", c->title);
	return 0;
}

/* Keys that only make sense beside another one. */
int program_check_column(const struct yaml_value *v, const struct program_column *c,
			 struct error *e)
{
	bool octal_hex = c->format == PROGRAM_FORMAT_HEX || c->format == PROGRAM_FORMAT_OCTAL;
	int shapes = (c->unit != PROGRAM_UNIT_NONE) + (c->format != PROGRAM_FORMAT_AUTO) +
		     (c->names != NULL);

	if (c->formula &&
	    (c->field || c->value != PROGRAM_COLUMN_FORMULA || c->divide_by || c->percent_of))
		return yaml_error(v, e,
				  "column %s: `formula` says all of it: no `field`, `value`, "
				  "`divide_by` or `percent_of`",
				  c->title);
	if (!c->field && c->value == PROGRAM_COLUMN_FIELD)
		return yaml_error(v, e, "column %s wants a key `field`, `value` or `formula`%s",
				  c->title, c->part ? " (or `text`)" : " (or `parts`)");
	if (c->field && c->value == PROGRAM_COLUMN_TIME)
		return yaml_error(v, e, "column %s: `value: time` has no `field`", c->title);
	if (c->value != PROGRAM_COLUMN_FIELD && shapes)
		return yaml_error(v, e,
				  "column %s: `unit`, `format` and `names` are not for a `%s`",
				  c->title, c->formula ? "formula" : "value");
	if (shapes > 1)
		return yaml_error(v, e, "column %s: only one of `unit`, `format` and `names`",
				  c->title);
	if (c->divide_by && shapes)
		return yaml_error(
			v, e,
			"column %s: `divide_by` is not for a column with `unit`, `format` "
			"or `names`",
			c->title);
	if (yaml_has_key(v, "decimals") && c->unit == PROGRAM_UNIT_NONE && !c->divide_by &&
	    !c->percent_of && !c->formula && c->value != PROGRAM_COLUMN_ELAPSED)
		return yaml_error(v, e, "column %s: `decimals` wants a `unit`", c->title);
	if (yaml_has_key(v, "digits") && !octal_hex)
		return yaml_error(v, e, "column %s: `digits` wants `format: octal` or `hex`",
				  c->title);
	if (c->index && (!c->field || c->percent_of))
		return yaml_error(v, e, "column %s: `index` is of a `field`, without `percent_of`",
				  c->title);
	if (c->other && !c->names)
		return yaml_error(v, e, "column %s: `other` wants `names`", c->title);
	if (c->round_down && c->unit == PROGRAM_UNIT_NONE && !c->divide_by)
		return yaml_error(v, e, "column %s: `round` wants a `unit` or `divide_by`",
				  c->title);
	if (c->round_down && c->decimals)
		return yaml_error(v, e, "column %s: `round` is of a number without decimals",
				  c->title);
	if (c->cut && (shapes || c->value != PROGRAM_COLUMN_FIELD))
		return yaml_error(v, e, "column %s: `cut` is of a plain text", c->title);
	if (c->highlight && c->value != PROGRAM_COLUMN_FIELD)
		return yaml_error(v, e, "column %s: `highlight` is not for a `%s`", c->title,
				  c->formula ? "formula" : "value");
	return check_data(v, c, e) ?: check_format(v, c, e);
}

/* What has a text of its own, or parts, has nothing of a value. */
int program_check_column_alone(const struct yaml_value *v, const struct program_column *c,
			       const char *key, struct error *e)
{
	static const char *const others[] = {"title", "when",  "unless", "width", "align",
					     "about", "parts", "text",	 "if"};
	struct yaml_value name, value;

	for (size_t i = 0; i < yaml_size(v); i++) {
		bool known = false;

		yaml_pair(v, i, &name, &value);
		for (size_t j = 0; j < sizeof(others) / sizeof(others[0]); j++)
			known = known || !strcmp(yaml_scalar(&name), others[j]);
		if (!known)
			return yaml_error(&name, e, "column %s: `%s` is not for `%s`", c->title,
					  yaml_scalar(&name), key);
	}
	return 0;
}
