/* SPDX-License-Identifier: Apache-2.0 */
#include "output/only.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/args.h"

#define LINE_MAX_BYTES 32768 /* of a field that is searched */

static bool is_args(const struct program *p, const char *field)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].format == PROGRAM_FORMAT_ARGS &&
		    strcmp(p->columns[i].field, field) == 0)
			return true;
	return false;
}

static int make_test(struct only *only, const struct program *p, const struct program_only *po,
		     const char *expression, const struct layout *l, struct error *e)
{
	const struct layout_field *f = layout_find(l, po->field);
	struct only_test *t = &only->v[only->n];

	if (!f || f->kind != LAYOUT_CHARS)
		return error_set(e, FAULT_TOOL, -ENOENT,
				 "%s:%u: `only`: the event has no text in a field %s", p->path,
				 po->line, po->field);
	t->offset = f->offset;
	t->size = f->size;
	t->args = is_args(p, po->field);
	if (regcomp(&t->regex, expression, REG_EXTENDED | REG_NOSUB))
		return error_set(e, FAULT_USAGE, -EINVAL, "--%s %s: no regular expression",
				 po->option, expression);
	only->n++;
	return 0;
}

int only_make(struct only *only, const struct program *p, const struct options *o,
	      const struct layout *l, struct error *e)
{
	int err = 0;

	only->n = 0;
	only->v = calloc(p->nonly ? p->nonly : 1, sizeof(*only->v));
	if (!only->v)
		return error_nomem(e);
	for (size_t i = 0; i < p->nonly && !err; i++) {
		const struct option_value *v = options_value(o, p, p->only[i].option);

		if (v && v->given)
			err = make_test(only, p, &p->only[i], v->text, l, e);
	}
	return err;
}

static bool passes(const struct only_test *t, const char *data, size_t size)
{
	char line[LINE_MAX_BYTES];
	size_t len;

	if (t->offset > size)
		return false;
	len = size - t->offset < t->size ? size - t->offset : t->size;
	if (t->args) {
		args_join(line, sizeof(line), data + t->offset, len);
	} else {
		len = strnlen(data + t->offset, len < sizeof(line) ? len : sizeof(line) - 1);
		memcpy(line, data + t->offset, len);
		line[len] = '\0';
	}
	return regexec(&t->regex, line, 0, NULL, 0) == 0;
}

bool only_passes(const struct only *only, const void *data, size_t size)
{
	for (size_t i = 0; i < only->n; i++)
		if (!passes(&only->v[i], data, size))
			return false;
	return true;
}

void only_free(struct only *only)
{
	for (size_t i = 0; i < only->n; i++)
		regfree(&only->v[i].regex);
	free(only->v);
	memset(only, 0, sizeof(*only));
}
