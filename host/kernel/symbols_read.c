/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbols_read: all symbols of a kernel, in one pass over kallsyms.
 *
 * Another kernel than the running one may come without kallsyms: its functions are then those of
 * its BTF, or for one that is known by its release alone those of the signatures' table.
 */
#include "kernel/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KALLSYMS "/proc/kallsyms"

/* What a line says, its words still in the line's buffer. */
struct line {
	uint64_t addr;
	char type;
	const char *name, *module; /* module NULL: vmlinux */
};

uint16_t symbol_hash(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name && *name != '.'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return (uint16_t)(h ^ h >> 16);
}

/* As strtoull, which takes a third of the whole reading's time. */
static char *read_hex(char *s, uint64_t *value)
{
	static const char digits[256] = {
		['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
		['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
		['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
		['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
	};
	uint64_t v = 0;
	int digit;

	for (; (digit = digits[(unsigned char)*s]); s++)
		v = v << 4 | (uint64_t)(digit - 1);
	*value = v;
	return s;
}

static bool parse_line(char *s, struct line *l)
{
	char *end = read_hex(s, &l->addr);

	if (end == s || *end != ' ' || !end[1] || end[2] != ' ')
		return false;
	l->type = end[1];
	l->name = s = end + 3;
	while (*s && *s != ' ' && *s != '\t' && *s != '\n')
		s++;
	l->module = NULL;
	if (*s && *s != '\n') {
		*s++ = '\0';
		s += strspn(s, " \t");
		if (*s == '[') {
			l->module = s + 1;
			s[strcspn(s, "]\n")] = '\0';
		}
	}
	s[strcspn(s, "\n")] = '\0';
	return *l->name;
}

/* BPF programs and trampolines stand in kallsyms as if in modules of these names. */
static bool is_pseudo_module(const char *module)
{
	return strcmp(module, "bpf") == 0 || strcmp(module, "__builtin__kprobes") == 0 ||
	       strcmp(module, "__builtin__ftrace") == 0;
}

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool is_padding(const char *name)
{
	return begins(name, "__pfx_") || begins(name, "__cfi_");
}

/* Text that is no function of the kernel's source: padding, cold halves, static calls' jumps. */
static bool is_function(const struct line *l)
{
	if (!strchr("tTwW", l->type) || strstr(l->name, ".cold"))
		return false;
	if (l->module && is_pseudo_module(l->module))
		return false;
	return !is_padding(l->name) && !begins(l->name, "__SCT__");
}

/* Modules come one after the other, so the last one is nearly always the right one. */
static int module_index(struct symbols *s, const char *module)
{
	uint32_t *grown;

	for (size_t i = s->nmodules; i > 0; i--)
		if (strcmp(s->names.data + s->modules[i - 1], module) == 0)
			return (int)i;
	if (s->nmodules >= (1u << 14) - 1)
		return -E2BIG;
	grown = reallocarray(s->modules, s->nmodules + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->modules = grown;
	s->modules[s->nmodules++] = (uint32_t)s->names.len;
	buf_add(&s->names, module, strlen(module) + 1);
	return s->names.failed ? -ENOMEM : (int)s->nmodules;
}

static int add_symbol(struct symbols *s, const struct line *l)
{
	size_t len = strlen(l->name), cap = s->cap ? s->cap * 3 / 2 : 4096;
	int module = l->module ? module_index(s, l->module) : 0;
	struct symbol *grown;

	if (module < 0)
		return module;
	if (s->names.len + len >= UINT32_MAX)
		return -EFBIG;
	if (s->n == s->cap) {
		grown = reallocarray(s->v, cap, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		s->v = grown;
		s->cap = cap;
	}
	s->v[s->n++] = (struct symbol){
		.addr = l->addr,
		.name = (uint32_t)s->names.len,
		.hash = symbol_hash(l->name),
		.function = is_function(l),
		.code = strchr("tTwW", l->type) && !is_padding(l->name),
		.module = (uint16_t)module & 0x3fff,
	};
	buf_add(&s->names, l->name, len + 1);
	return s->names.failed ? -ENOMEM : 0;
}

static uint64_t address_of(const struct symbols *s, const char *name)
{
	uint16_t hash = symbol_hash(name);

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].hash == hash && !s->v[i].module &&
		    strcmp(symbol_name(s, &s->v[i]), name) == 0)
			return s->v[i].addr;
	return 0;
}

/*
 * Kernel 7 gives data the type of text, and all give it to functions of __init and __exit, which
 * no probe can sit on: in vmlinux a function is what lies between _stext and _etext. Who may not
 * see addresses has to believe the type.
 */
static void keep_text(struct symbols *s)
{
	uint64_t start = address_of(s, "_stext"), end = address_of(s, "_etext");

	if (!start || end <= start)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i].module && (s->v[i].addr < start || s->v[i].addr >= end))
			s->v[i].function = 0;
}

static int read_lines(struct symbols *s, FILE *f, const char *path, struct error *e)
{
	unsigned int number = 0;
	struct line l;
	char *text = NULL;
	size_t cap = 0;
	int err = 0;

	while (!err && getline(&text, &cap, f) > 0) {
		number++;
		if (parse_line(text, &l))
			err = add_symbol(s, &l);
		else
			err = error_set(e, FAULT_USAGE, -EINVAL,
					"%s:%u: not a line of kallsyms, as in "
					"`ffffffff81000000 T vfs_read`",
					path, number);
	}
	free(text);
	if (err == -ENOMEM)
		return error_nomem(e);
	if (!err && ferror(f))
		return error_set(e, FAULT_RUN, -EIO, "cannot read %s", path);
	if (!err && !s->n)
		return error_set(e, FAULT_RUN, -ENODATA, "%s has no symbols in it", path);
	return err;
}

static int read_kallsyms(struct kernel *k, struct error *e)
{
	const char *path = k->kallsyms_file ? k->kallsyms_file : KALLSYMS;
	FILE *f = fopen(path, "re");
	int err;

	if (!f)
		return error_set(e, k->kallsyms_file ? FAULT_USAGE : FAULT_RUN, -errno,
				 "cannot open %s: %s", path, strerror(errno));
	err = read_lines(&k->symbols, f, path, e);
	fclose(f);
	if (!err)
		keep_text(&k->symbols);
	return err;
}

static int add_name(void *arg, const char *name)
{
	struct line l = {.type = 'T', .name = name};

	return add_symbol(arg, &l);
}

static int read_btf_functions(struct kernel *k, const struct btf *btf)
{
	uint32_t n = btf__type_cnt(btf);
	int err = 0;

	for (uint32_t id = 1; id < n && !err; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_func(t) && *btf_name(btf, t))
			err = add_name(&k->symbols, btf_name(btf, t));
	}
	return err;
}

int symbols_read(struct kernel *k, struct error *e)
{
	struct btf *btf;
	int err;

	if (k->symbols.read)
		return 0;
	if (k->kallsyms_file || k->running) {
		err = read_kallsyms(k, e);
	} else {
		err = btf_get(k, &btf, e);
		if (!err)
			err = read_btf_functions(k, btf);
		else if (err == -ENODATA)
			err = signatures_functions(k, add_name, &k->symbols, e);
		if (err == -ENOMEM)
			error_nomem(e);
	}
	if (err)
		symbols_drop(k);
	k->symbols.read = !err;
	return err;
}

void symbols_drop(struct kernel *k)
{
	struct symbols *s = &k->symbols;

	buf_free(&s->names);
	free(s->v);
	free(s->modules);
	free(s->by_addr);
	memset(s, 0, sizeof(*s));
}
