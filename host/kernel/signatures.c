/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signatures: prototypes for kernels without BTF, from a table by version.
 *
 * A row is `function since parameters`: the parameters of that function from kernel `since` on, up
 * to its next row. "void": it takes none; "-": it is gone. `module:function` is in a module,
 * `tracepoint:name` a tracepoint.
 */
#include "kernel/internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

struct row {
	char *function; /* all within the table's text */
	char *params;
	uint32_t since;
	unsigned int line;
};

static char *skip_space(char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* Ends the word at s and gives what follows it. */
static char *cut_word(char *s)
{
	while (*s && *s != ' ' && *s != '\t')
		s++;
	if (*s)
		*s++ = '\0';
	return skip_space(s);
}

static int bad_row(const struct kernel *k, unsigned int line, struct error *e)
{
	return error_set(e, FAULT_TOOL, -EINVAL,
			 "%s:%u: expected a row `function since parameters`, as in "
			 "`vfs_rmdir 4.18 struct inode *dir, struct dentry *dentry`",
			 k->signatures, line);
}

/* *at goes on to the next line. 1: a row, 0: there are no more. */
static int next_row(const struct kernel *k, char **at, unsigned int *line, struct row *row,
		    struct error *e)
{
	while (**at) {
		char *s = *at, *end = strchrnul(s, '\n'), *since;

		*at = *end ? end + 1 : end;
		*end = '\0';
		++*line;
		s = skip_space(s);
		while (end > s && isspace((unsigned char)end[-1]))
			*--end = '\0';
		if (!*s || *s == '#')
			continue;
		since = cut_word(s);
		row->function = s;
		row->params = cut_word(since);
		row->line = *line;
		if (!version_parse(since, &row->since) || !*row->params)
			return bad_row(k, *line, e);
		return 1;
	}
	return 0;
}

static int read_table(const struct kernel *k, char **text, struct error *e)
{
	if (k->signatures)
		return file_read_trusted(k->signatures, text, NULL, e);
	*text = strdup("");
	return *text ? 0 : error_nomem(e);
}

/* --- a row's text as a prototype --- */

/* The name in "struct inode **delegated_inode", "char buf[16]", "int (*fn)(int)", as start, len. */
static const char *name_in(const char *decl, size_t *len)
{
	const char *pointer = strstr(decl, "(*"), *end = decl + strcspn(decl, "["), *start;

	if (pointer)
		end = pointer + 2 + strcspn(pointer + 2, ")");
	while (end > decl && isspace((unsigned char)end[-1]))
		end--;
	start = end;
	while (start > decl && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
		start--;
	*len = (size_t)(end - start);
	return start;
}

static int add_param(struct kernel_proto *out, const char *text, size_t len)
{
	struct kernel_param *grown = reallocarray(out->params, out->nparams + 1, sizeof(*grown));
	struct kernel_param *p;
	const char *name;

	if (!grown)
		return -ENOMEM;
	out->params = grown;
	p = &grown[out->nparams++];
	memset(p, 0, sizeof(*p));
	p->decl = strndup(text, len);
	if (!p->decl)
		return -ENOMEM;
	name = name_in(p->decl, &len);
	p->name = strndup(name, len);
	/* A struct or union without a star goes by value; all else in the table is one register. */
	p->in_register =
		strchr(p->decl, '*') || strchr(p->decl, '[') ||
		(strncmp(p->decl, "struct ", 7) != 0 && strncmp(p->decl, "union ", 6) != 0);
	return p->name ? 0 : -ENOMEM;
}

static int split_params(char *text, struct kernel_proto *out)
{
	int depth = 0, err = 0;

	if (strcmp(text, "void") == 0)
		return 0;
	for (char *start = skip_space(text), *s = start; !err; s++) {
		depth += (*s == '(') - (*s == ')');
		if (*s && (*s != ',' || depth))
			continue;
		err = add_param(out, start, (size_t)(s - start));
		if (!*s)
			break;
		start = skip_space(s + 1);
	}
	return err;
}

static bool is_tracepoint(const struct row *row)
{
	return strncmp(row->function, SIGNATURES_TRACEPOINT, strlen(SIGNATURES_TRACEPOINT)) == 0;
}

/* Without what it is in, or that it is a tracepoint. */
static const char *plain_name(const struct row *row)
{
	const char *colon = strchr(row->function, ':');

	return colon ? colon + 1 : row->function;
}

static int fill_row(const struct kernel *k, const struct row *row, struct kernel_proto *out)
{
	const char *slash = strrchr(k->signatures, '/');

	out->function = strdup(plain_name(row));
	out->result = strdup("");
	if (asprintf(&out->source, "%s:%u", slash ? slash + 1 : k->signatures, row->line) < 0)
		out->source = NULL;
	if (!out->function || !out->result || !out->source)
		return -ENOMEM;
	return split_params(row->params, out);
}

static int not_in_table(const struct kernel *k, const char *function, const struct row *later,
			struct error *e)
{
	const char *table = k->signatures ? k->signatures : "the table of known signatures";

	if (later->function)
		return error_set(e, FAULT_KERNEL, -ENOENT,
				 "%s is known from kernel %u.%u on (%s:%u), and this is %s",
				 function, later->since >> 16, later->since >> 8 & 255, table,
				 later->line, k->release);
	return error_set(e, FAULT_KERNEL, -ENOENT,
			 "the parameters of %s are not known: kernel %s has no BTF (" KERNEL_BTF_DIR
			 "/vmlinux; it comes with CONFIG_DEBUG_INFO_BTF), and %s does not have the "
			 "function; name that kernel's BTF with --btf, or add a row",
			 function, k->release, table);
}

/* "function", or "module:function"; a tracepoint is asked for with what its name begins with. */
static bool is_row_of(const struct row *row, const char *function)
{
	const char *colon = strchr(row->function, ':');

	if (strcmp(row->function, function) == 0)
		return true;
	return colon && !is_tracepoint(row) && strcmp(colon + 1, function) == 0;
}

static int fill_module(const struct row *row, char **module)
{
	const char *colon = strchr(row->function, ':');

	*module = NULL;
	if (!colon || is_tracepoint(row))
		return 0;
	*module = strndup(row->function, (size_t)(colon - row->function));
	return *module ? 0 : -ENOMEM;
}

int signatures_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
			 char **module, struct error *e)
{
	struct row row, best = {0}, later = {0};
	unsigned int line = 0;
	char *text = NULL, *at;
	int err;

	if (module)
		*module = NULL;
	err = read_table(k, &text, e);
	if (err)
		return err;
	for (at = text; (err = next_row(k, &at, &line, &row, e)) > 0;) {
		if (!is_row_of(&row, function))
			continue;
		if (row.since > k->version) {
			if (!later.function || row.since < later.since)
				later = row;
		} else if (!best.function || row.since >= best.since) {
			best = row;
		}
	}
	if (err)
		goto out;
	if (!best.function)
		err = not_in_table(k, function, &later, e);
	else if (strcmp(best.params, "-") == 0)
		err = error_set(e, FAULT_KERNEL, -ENOENT, "%s is gone since kernel %u.%u (%s:%u)",
				function, best.since >> 16, best.since >> 8 & 255, k->signatures,
				best.line);
	else if (fill_row(k, &best, out) != 0 || (module && fill_module(&best, module) != 0))
		err = error_nomem(e);
	if (err)
		kernel_proto_free(out);
out:
	free(text);
	return err;
}

bool kernel_knows_module(struct kernel *k, const char *module)
{
	size_t len = strlen(module);
	struct row row;
	unsigned int line = 0;
	bool found = false;
	char *text, *at;

	if (read_table(k, &text, NULL) != 0)
		return false;
	for (at = text; !found && next_row(k, &at, &line, &row, NULL) > 0;)
		found = strncmp(row.function, module, len) == 0 && row.function[len] == ':';
	free(text);
	return found;
}

int signatures_functions(struct kernel *k, int (*add)(void *arg, const char *name), void *arg,
			 struct error *e)
{
	struct kernel_proto proto = {0};
	struct row row;
	unsigned int line = 0;
	char *text = NULL, *at, *last = NULL;
	int err;

	err = read_table(k, &text, e);
	if (err)
		return err;
	for (at = text; (err = next_row(k, &at, &line, &row, e)) > 0;) {
		/* The rows of a function stand together. */
		if (last && strcmp(last, row.function) == 0)
			continue;
		last = row.function;
		if (is_tracepoint(&row) ||
		    signatures_prototype(k, row.function, &proto, NULL, NULL) != 0)
			continue;
		kernel_proto_free(&proto);
		err = add(arg, plain_name(&row));
		if (err)
			break;
	}
	free(text);
	return err;
}
