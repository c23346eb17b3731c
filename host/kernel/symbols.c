/* SPDX-License-Identifier: Apache-2.0 */
/* symbols: finding functions by name, by pattern, and with what compilers append to names. */
#include "kernel/internal.h"

#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

static int add(const struct kernel *k, const struct symbol *from, struct kernel_symbols *out)
{
	struct kernel_symbol *grown = out->v;

	/* Grows at each power of two. */
	if ((out->n & (out->n - 1)) == 0) {
		grown = reallocarray(out->v, out->n ? out->n * 2 : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		out->v = grown;
	}
	grown[out->n++] = (struct kernel_symbol){
		.name = symbol_name(&k->symbols, from),
		.module = from->module
				  ? k->symbols.names.data + k->symbols.modules[from->module - 1]
				  : NULL,
		.addr = from->addr,
	};
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct kernel_symbol *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* All symbols of one name are among those found, or none is. */
static int mark_unique(struct kernel_symbols *s)
{
	struct kernel_symbol **order = calloc(s->n ? s->n : 1, sizeof(*order));

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++)
		order[i] = &s->v[i];
	qsort(order, s->n, sizeof(*order), by_name);
	for (size_t i = 0; i < s->n; i++)
		order[i]->unique =
			(i == 0 || strcmp(order[i - 1]->name, order[i]->name) != 0) &&
			(i + 1 == s->n || strcmp(order[i + 1]->name, order[i]->name) != 0);
	free(order);
	return 0;
}

static int finish(struct kernel_symbols *out, int err, struct error *e)
{
	if (!err)
		err = mark_unique(out);
	if (err) {
		kernel_symbols_free(out);
		return error_nomem(e);
	}
	return 0;
}

/* ".isra.0", ".constprop.0.isra.0", ".part.3", ".llvm.1234": nothing but those. */
static bool is_copy_suffix(const char *s)
{
	static const char *const words[] = {".isra.", ".constprop.", ".part.", ".llvm."};

	while (*s) {
		size_t i, len = 0;

		for (i = 0; i < sizeof(words) / sizeof(*words) && !len; i++)
			if (strncmp(s, words[i], strlen(words[i])) == 0)
				len = strlen(words[i]);
		s += len;
		if (!len || !isdigit((unsigned char)*s))
			return false;
		while (isdigit((unsigned char)*s))
			s++;
	}
	return true;
}

enum kernel_copy kernel_copy_of(const char *symbol)
{
	const char *suffix = symbol + strcspn(symbol, ".");

	if (!is_copy_suffix(suffix))
		return KERNEL_COPY_SAME;
	if (strstr(suffix, ".part."))
		return KERNEL_COPY_PART;
	return strstr(suffix, ".isra.") || strstr(suffix, ".constprop.") ? KERNEL_COPY_CHANGED
									 : KERNEL_COPY_SAME;
}

/* Those of the name, with the suffixes of parts or with all others; or the very name alone. */
static int find_named(struct kernel *k, const char *name, bool parts, struct kernel_symbols *out)
{
	const struct symbols *s = &k->symbols;
	uint16_t hash = symbol_hash(name);
	size_t len = strlen(name);
	int err = 0;

	for (size_t i = 0; i < s->n && !err; i++) {
		const char *found, *suffix;

		if (s->v[i].hash != hash || !s->v[i].function)
			continue;
		found = symbol_name(s, &s->v[i]);
		suffix = found + len;
		if (strncmp(found, name, len) != 0 || !is_copy_suffix(suffix))
			continue;
		if (!*suffix || (kernel_copy_of(suffix) == KERNEL_COPY_PART) == parts)
			err = add(k, &s->v[i], out);
	}
	return err;
}

int symbols_named(struct kernel *k, const char *name, struct kernel_symbols *out, struct error *e)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = symbols_read(k, e);
	if (err)
		return err;
	if (*name)
		err = find_named(k, name, false, out);
	if (!err && !out->n && *name)
		err = find_named(k, name, true, out);
	return finish(out, err, e);
}

int symbols_matching(struct kernel *k, const char *regex, struct kernel_symbols *out,
		     struct error *e)
{
	const struct symbols *s = &k->symbols;
	char why[256];
	regex_t re;
	int err;

	memset(out, 0, sizeof(*out));
	err = regcomp(&re, regex, REG_EXTENDED | REG_NOSUB);
	if (err) {
		regerror(err, &re, why, sizeof(why));
		return error_set(e, FAULT_TOOL, -EINVAL, "the pattern \"%s\": %s", regex, why);
	}
	err = symbols_read(k, e);
	if (err)
		goto out;
	for (size_t i = 0; i < s->n && !err; i++)
		if (s->v[i].function && regexec(&re, symbol_name(s, &s->v[i]), 0, NULL, 0) == 0)
			err = add(k, &s->v[i], out);
	err = finish(out, err, e);
out:
	regfree(&re);
	return err;
}

void kernel_symbols_free(struct kernel_symbols *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}

static const struct symbol *find_any(struct kernel *k, const char *name)
{
	const struct symbols *s = &k->symbols;
	uint16_t hash = symbol_hash(name);

	if (symbols_read(k, NULL) != 0)
		return NULL;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].hash == hash && strcmp(symbol_name(s, &s->v[i]), name) == 0)
			return &s->v[i];
	return NULL;
}

bool symbols_have(struct kernel *k, const char *name)
{
	return find_any(k, name) != NULL;
}

uint64_t symbols_address(struct kernel *k, const char *name)
{
	const struct symbol *found = find_any(k, name);

	return found ? found->addr : 0;
}
