/* SPDX-License-Identifier: Apache-2.0 */
/* table: signatures.list, for kernels without BTF: the variants of a function by version. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "kernel/internal.h"

/* The name of a parameter is its last word: "struct inode **delegated_inode". */
static int add_param(struct kernel_proto *out, char *text)
{
	struct kernel_param *params, *p;
	char *end, *name;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	if (!*text || strcmp(text, "void") == 0)
		return 0;
	for (name = end; name > text && (isalnum((unsigned char)name[-1]) || name[-1] == '_');)
		name--;
	params = realloc(out->params, (out->nparams + 1) * sizeof(*params));
	if (!params)
		return -ENOMEM;
	out->params = params;
	p = &params[out->nparams++];
	p->name = strdup(name);
	p->decl = strdup(text);
	p->in_register = true; /* no row has another */
	return p->name && p->decl ? 0 : -ENOMEM;
}

static int parse_params(struct kernel_proto *out, char *text)
{
	char *param, *save = NULL;
	int err = 0;

	for (param = strtok_r(text, ",", &save); param && !err; param = strtok_r(NULL, ",", &save))
		err = add_param(out, param);
	return err;
}

static uint32_t row_version(const char *text)
{
	unsigned int a = 0, b = 0, c = 0;

	sscanf(text, "%u.%u.%u", &a, &b, &c);
	return (a << 16) + (b << 8) + (c > 255 ? 255 : c);
}

/* Of the function's rows the newest that is not above this kernel. */
static char *best_row(struct kernel *k, char *text, const char *function, unsigned int *number)
{
	char *line, *next, *best = NULL;
	size_t len = strlen(function);
	unsigned int at = 0;
	uint32_t best_version = 0;

	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		at++;
		if (strncmp(line, function, len) != 0 || !isspace((unsigned char)line[len]))
			continue;
		line += len + strspn(line + len, " \t");
		if (row_version(line) <= k->version && row_version(line) >= best_version) {
			best_version = row_version(line);
			best = line;
			*number = at;
		}
	}
	return best;
}

int table_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
		    struct error *e)
{
	char *text = NULL, *row;
	unsigned int number = 0;
	int err;

	if (!k->signatures)
		return -ENOENT;
	err = file_read_trusted(k->signatures, &text, NULL, e);
	if (err)
		return err == -ENOENT ? -ENOENT : err;
	row = best_row(k, text, function, &number);
	if (!row) {
		free(text);
		return -ENOENT;
	}
	row += strcspn(row, " \t");
	out->function = strdup(function);
	out->result = strdup("int");
	if (asprintf(&out->source, "%s:%u", k->signatures, number) < 0)
		out->source = NULL;
	err = out->function && out->result && out->source ? parse_params(out, row) : -ENOMEM;
	if (err) {
		kernel_proto_free(out);
		err = error_nomem(e);
	}
	free(text);
	return err;
}
