/* SPDX-License-Identifier: Apache-2.0 */
/* symbols: kallsyms, read once, sorted by name. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "kernel/internal.h"

static int by_name(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : (x > y) - (x < y);
}

/* "ffffffff81000000 T name\t[module]", cut at its blanks. */
static bool parse_line(char *line, struct symbol *s)
{
	char *p, *bracket;

	s->addr = strtoull(line, &p, 16);
	if (p == line || p[0] != ' ' || !p[1] || p[2] != ' ')
		return false;
	s->type = p[1];
	s->name = p + 3;
	s->module = NULL;
	p = strchr(p + 3, '\t');
	if (p) {
		*p = '\0';
		bracket = strchr(p + 1, '[');
		if (bracket) {
			s->module = bracket + 1;
			bracket[strcspn(bracket, "]")] = '\0';
		}
	}
	return *s->name != '\0';
}

static int index_symbols(struct kernel *k)
{
	size_t lines = 0;
	char *line, *next;

	for (char *c = k->symbols_text; *c; c++)
		lines += *c == '\n';
	k->symbols = calloc(lines + 1, sizeof(*k->symbols));
	if (!k->symbols)
		return -ENOMEM;
	for (line = k->symbols_text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (parse_line(line, &k->symbols[k->nsymbols]))
			k->nsymbols++;
	}
	qsort(k->symbols, k->nsymbols, sizeof(*k->symbols), by_name);
	return 0;
}

int kernel_symbols_load(struct kernel *k, struct error *e)
{
	const char *path = k->kallsyms_file ? k->kallsyms_file : "/proc/kallsyms";

	/* A named BTF file without a named kallsyms: the running kernel's symbols are another's. */
	if (!k->symbols_tried && !k->running && !k->kallsyms_file)
		path = NULL;
	if (!k->symbols_tried) {
		k->symbols_tried = true;
		k->symbols_err = path ? file_read(path, &k->symbols_text, NULL, e) : 0;
		if (!k->symbols_err && path)
			k->symbols_err = index_symbols(k);
		return k->symbols_err;
	}
	if (k->symbols_err)
		return error_set(e, FAULT_RUN, k->symbols_err, "cannot read the kernel's symbols");
	return 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* BPF programs and the trampolines of kprobes and ftrace are listed as modules of these names. */
static bool pseudo_module(const char *module)
{
	return module && (strcmp(module, "bpf") == 0 || strncmp(module, "__builtin__", 11) == 0);
}

bool symbol_is_function(const struct symbol *s)
{
	if (!strchr("tTwW", s->type) || pseudo_module(s->module))
		return false;
	return strncmp(s->name, "__pfx_", 6) != 0 && strncmp(s->name, "__cfi_", 6) != 0 &&
	       !ends_with(s->name, ".cold") && !strstr(s->name, ".cold.");
}

/* The first symbol whose name is not below `name`. */
static size_t lower_bound(const struct kernel *k, const char *name)
{
	size_t low = 0, high = k->nsymbols;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(k->symbols[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool kernel_has_symbol(struct kernel *k, const char *name)
{
	size_t i;

	if (kernel_symbols_load(k, NULL))
		return false;
	i = lower_bound(k, name);
	return i < k->nsymbols && strcmp(k->symbols[i].name, name) == 0;
}

static bool same_name(const struct kernel *k, size_t a, size_t b)
{
	return a < k->nsymbols && b < k->nsymbols && symbol_is_function(&k->symbols[b]) &&
	       strcmp(k->symbols[a].name, k->symbols[b].name) == 0;
}

static int add_symbol(struct kernel *k, struct kernel_symbols *out, size_t i)
{
	struct kernel_symbol *v = realloc(out->v, (out->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	out->v = v;
	v[out->n++] = (struct kernel_symbol){
		.name = k->symbols[i].name,
		.module = k->symbols[i].module,
		.addr = k->symbols[i].addr,
		.unique = !same_name(k, i, i + 1) && !(i && same_name(k, i, i - 1)),
	};
	return 0;
}

/* ".isra.0", ".constprop.0", ".part.3", ".llvm.123", several of them in a row. */
static bool compiler_suffix(const char *s)
{
	static const char *const known[] = {".isra.", ".constprop.", ".part.", ".llvm."};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t n = strlen(known[i]);

		if (strncmp(s, known[i], n) == 0) {
			n += strspn(s + n, "0123456789");
			return !s[n] || compiler_suffix(s + n);
		}
	}
	return false;
}

int kernel_functions(struct kernel *k, const char *name, struct kernel_symbols *out,
		     struct error *e)
{
	size_t len = strlen(name), i;
	int err = kernel_symbols_load(k, e);

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	for (i = lower_bound(k, name); i < k->nsymbols && strcmp(k->symbols[i].name, name) == 0; i++)
		if (symbol_is_function(&k->symbols[i]) && add_symbol(k, out, i))
			return error_nomem(e);
	if (out->n)
		return 0;
	for (i = lower_bound(k, name); i < k->nsymbols; i++) {
		if (strncmp(k->symbols[i].name, name, len) != 0)
			break;
		if (compiler_suffix(k->symbols[i].name + len) &&
		    symbol_is_function(&k->symbols[i]) && add_symbol(k, out, i))
			return error_nomem(e);
	}
	return 0;
}

int kernel_functions_match(struct kernel *k, const char *regex, struct kernel_symbols *out,
			   struct error *e)
{
	char why[256];
	regex_t re;
	int err = kernel_symbols_load(k, e);

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	err = regcomp(&re, regex, REG_EXTENDED | REG_NOSUB);
	if (err) {
		regerror(err, &re, why, sizeof(why));
		return error_set(e, FAULT_TOOL, -EINVAL, "pattern \"%s\": %s", regex, why);
	}
	for (size_t i = 0; i < k->nsymbols && !err; i++)
		if (symbol_is_function(&k->symbols[i]) &&
		    regexec(&re, k->symbols[i].name, 0, NULL, 0) == 0)
			err = add_symbol(k, out, i);
	regfree(&re);
	return err ? error_nomem(e) : 0;
}

void kernel_symbols_free(struct kernel_symbols *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}
