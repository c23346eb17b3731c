/* SPDX-License-Identifier: Apache-2.0 */
/* symbol: the functions of a binary, by its symbol tables. */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "tool/find.h"
#include "user/binary.h"

/* One symbol of a table; true: no more are wanted. */
typedef bool each_symbol(void *arg, const char *name, const GElf_Sym *s);

static bool each_of_table(const struct binary *b, Elf_Scn *section, each_symbol *each, void *arg)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Shdr h;
	GElf_Sym s;

	if (!gelf_getshdr(section, &h) || !data || !h.sh_entsize)
		return false;
	for (size_t i = 0; i < h.sh_size / h.sh_entsize; i++) {
		const char *name;

		if (!gelf_getsym(data, (int)i, &s) || s.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(b->elf, h.sh_link, s.st_name);
		if (name && *name && each(arg, name, &s))
			return true;
	}
	return false;
}

static bool each_of(const struct binary *b, each_symbol *each, void *arg)
{
	Elf_Scn *section = NULL;
	GElf_Shdr h;

	while ((section = elf_nextscn(b->elf, section)))
		if (gelf_getshdr(section, &h) &&
		    (h.sh_type == SHT_SYMTAB || h.sh_type == SHT_DYNSYM) &&
		    each_of_table(b, section, each, arg))
			return true;
	return false;
}

static bool is_function(const GElf_Sym *s)
{
	return GELF_ST_TYPE(s->st_info) == STT_FUNC || GELF_ST_TYPE(s->st_info) == STT_GNU_IFUNC;
}

/* Without the version: "pthread_create@@GLIBC_2.34". */
static bool is_called(const char *name, const char *symbol)
{
	size_t len = strcspn(name, "@");

	return strncmp(name, symbol, len) == 0 && symbol[len] == '\0';
}

struct named {
	const char *name;
	uint64_t addr;
};

static bool take_named(void *arg, const char *name, const GElf_Sym *s)
{
	struct named *n = arg;

	n->addr = s->st_value;
	return is_called(name, n->name);
}

bool binary_address(const struct binary *b, const char *symbol, uint64_t *addr)
{
	struct named n = {.name = symbol};

	if (!each_of(b, take_named, &n))
		return false;
	*addr = n.addr;
	return true;
}

/* --- what a name or a pattern finds --- */

struct finding {
	const struct binary *b;
	const char *name;
	const regex_t *pattern; /* instead of the name; or NULL */
	uint64_t behind;	/* is added to each place */
	struct binary_symbols *out;
	bool failed;
};

static bool add_symbol(struct finding *f, const char *name, uint64_t offset)
{
	struct binary_symbols *s = f->out;
	struct binary_symbol *grown;

	/* Room is made for as many as there are, twice. */
	if ((s->n & (s->n - 1)) == 0) {
		grown = reallocarray(s->v, s->n ? 2 * s->n : 1, sizeof(*grown));
		if (!grown)
			return false;
		s->v = grown;
	}
	s->v[s->n] =
		(struct binary_symbol){.name = strndup(name, strcspn(name, "@")), .offset = offset};
	return s->v[s->n].name && ++s->n;
}

static bool take_function(void *arg, const char *name, const GElf_Sym *s)
{
	struct finding *f = arg;
	uint64_t offset;

	if (!is_function(s) ||
	    (f->pattern ? regexec(f->pattern, name, 0, NULL, 0) != 0 : !is_called(name, f->name)))
		return false;
	if (!binary_offset(f->b, s->st_value, true, &offset))
		return false;
	f->failed = !add_symbol(f, name, offset + f->behind);
	return f->failed;
}

static int by_place(const void *a, const void *b)
{
	const struct binary_symbol *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Both tables of a file have it, or it has several names. */
static void drop_doubles(struct binary_symbols *s)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_place);
	for (size_t i = 0; i < s->n; i++) {
		if (kept && s->v[kept - 1].offset == s->v[i].offset)
			free(s->v[i].name);
		else
			s->v[kept++] = s->v[i];
	}
	s->n = kept;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct binary_symbol *)a)->name,
		      ((const struct binary_symbol *)b)->name);
}

/* Each once; how many. */
static size_t list_names(struct binary_symbols *all, const char **names)
{
	size_t n = 0;

	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), by_name);
	for (size_t i = 0; i < all->n; i++)
		if (!n || strcmp(names[n - 1], all->v[i].name) != 0)
			names[n++] = all->v[i].name;
	return n;
}

static int no_function(const struct binary *b, const char *symbol, struct error *e)
{
	struct binary_symbols all = {0};
	struct finding f = {.b = b, .out = &all};
	const char **names;
	char *near = NULL;
	regex_t any;
	int err;

	if (*symbol != '^' && regcomp(&any, ".", REG_EXTENDED | REG_NOSUB) == 0) {
		f.pattern = &any;
		each_of(b, take_function, &f);
		regfree(&any);
		names = calloc(all.n + 1, sizeof(*names));
		near = names ? find_near(symbol, names, list_names(&all, names)) : NULL;
		free(names);
	}
	err = error_set(e, FAULT_USAGE, -ENOENT,
			"%s has no function %s%s that its symbols tell of%s%s", b->path,
			*symbol == '^' ? "like " : "", symbol, near && *near ? "; " : "",
			near ?: "");
	free(near);
	binary_symbols_free(&all);
	return err;
}

static int read_offset(const char *text, uint64_t *offset)
{
	char *end;

	errno = 0;
	*offset = strtoull(text, &end, 16);
	return *end || end == text + 2 || errno ? -EINVAL : 0;
}

/* "name+0x10" without its end. */
static char *cut_behind(const char *symbol, uint64_t *behind)
{
	const char *plus = strstr(symbol, "+0x");

	*behind = 0;
	if (*symbol == '^' || !plus || read_offset(plus + 1, behind))
		return strdup(symbol);
	return strndup(symbol, (size_t)(plus - symbol));
}

static int find_named(struct finding *f, const char *symbol, struct error *e)
{
	char *name = cut_behind(symbol, &f->behind), why[128];
	regex_t pattern;
	int ret;

	if (!name)
		return error_nomem(e);
	f->name = name;
	if (*symbol == '^') {
		ret = regcomp(&pattern, symbol, REG_EXTENDED | REG_NOSUB);
		if (ret) {
			regerror(ret, &pattern, why, sizeof(why));
			free(name);
			return error_set(e, FAULT_USAGE, -EINVAL, "the pattern %s: %s", symbol,
					 why);
		}
		f->pattern = &pattern;
	}
	each_of(f->b, take_function, f);
	if (f->pattern)
		regfree(&pattern);
	f->pattern = NULL;
	ret = f->failed ? error_nomem(e) : f->out->n ? 0 : no_function(f->b, name, e);
	f->name = NULL;
	free(name);
	return ret;
}

int binary_functions(const struct binary *b, const char *symbol, struct binary_symbols *out,
		     struct error *e)
{
	struct finding f = {.b = b, .out = out};
	uint64_t offset;
	int err = 0;

	*out = (struct binary_symbols){0};
	if (strncmp(symbol, "0x", 2) == 0) {
		if (read_offset(symbol, &offset))
			return error_set(e, FAULT_USAGE, -EINVAL, "%s is no offset", symbol);
		return add_symbol(&f, symbol, offset) ? 0 : error_nomem(e);
	}
	err = find_named(&f, symbol, e);
	drop_doubles(out);
	return err;
}

void binary_symbols_free(struct binary_symbols *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].name);
	free(s->v);
	*s = (struct binary_symbols){0};
}
