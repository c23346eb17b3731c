/* SPDX-License-Identifier: Apache-2.0 */
/* prune_dump: the marked types are written as C. */
#include <bpf/btf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prune_parts.h"

static void rename_one(const struct prune *p, uint32_t *name_off, unsigned int clash)
{
	const char *name = prune_name(p, *name_off);
	const struct word_slot *s = *name ? words_find(p->words, name) : NULL;

	if (s && s->flags & clash)
		*name_off = p->renamed[s - p->words->slots];
}

/*
 * An incomplete struct may keep its name: it then is the one that is defined elsewhere. An enum is
 * dumped even if only a pointer leads to it.
 */
static void rename_clashing(struct prune *p)
{
	uint32_t count = btf__type_cnt(p->btf);

	for (uint32_t id = 1; id < count; id++) {
		struct btf_type *t = (struct btf_type *)btf__type_by_id(p->btf, id);

		if (btf_is_any_enum(t)) {
			for (int i = 0; i < btf_vlen(t); i++)
				rename_one(p, prune_enumerator(t, i), WORD_DEFINES_NAME);
			rename_one(p, &t->name_off, WORD_DEFINES_TAG);
		} else if (btf_is_composite(t) && p->marks[id]) {
			rename_one(p, &t->name_off, WORD_DEFINES_TAG);
		} else if (btf_is_typedef(t)) {
			rename_one(p, &t->name_off, WORD_DEFINES_NAME);
		}
	}
}

static void print(void *ctx, const char *fmt, va_list args)
{
	buf_vprintf(ctx, fmt, args);
}

/*
 * What the text only points to, in the parameters of a function first, has to be declared before:
 * else it is another type in each function.
 */
static void declare(const struct prune *p, const struct btf_type *t, struct buf *out)
{
	const char *name = prune_name(p, t->name_off);
	unsigned int flags = *name ? words_flags(p->words, name) : 0;
	bool is_union = btf_is_union(t) || (btf_is_fwd(t) && btf_kflag(t));

	if (flags & WORD_TAG && !(flags & WORD_DEFINES_TAG))
		buf_printf(out, "%s %s;\n", is_union ? "union" : "struct", name);
}

/* The bits of a bit field's line ("\tunsigned int x: 4;"); 0 if the line is none. */
static unsigned long field_bits(const char *line, const char *end)
{
	const char *colon = memrchr(line, ':', (size_t)(end - line));

	return *line == '\t' && colon && colon[1] == ' ' ? strtoul(colon + 2, NULL, 10) : 0;
}

/* A hole that fills its type ("long: 64;"): the type; else NULL. */
static const char *full_hole(const char *line)
{
	static const char *const holes[] = {"long: 64;", "int: 32;", "short: 16;", "char: 8;"};
	static const char *const names[] = {"long", "int", "short", "char"};

	line += strspn(line, "\t");
	for (size_t i = 0; i < sizeof(holes) / sizeof(*holes); i++)
		if (strncmp(line, holes[i], strlen(holes[i])) == 0)
			return names[i];
	return NULL;
}

/*
 * clang gathers a row of bit fields, and libbpf's holes are bit fields, into one wide integer,
 * which libbcc then aligns as BPF does and not as x86 does: what is behind more than 64 bits of
 * them would move by 8 bytes. Holes become plain members, and an empty member parts a longer row.
 */
static int part_bit_fields(struct buf *out, size_t from)
{
	unsigned long row = 0, bits;
	unsigned int count = 0;
	struct buf text = {0};
	const char *line, *next, *hole;

	for (line = out->data + from; line && *line; line = next) {
		next = strchr(line, '\n');
		next = next ? next + 1 : line + strlen(line);
		hole = full_hole(line);
		bits = field_bits(line, next);
		row = hole || !bits ? 0 : row + bits;
		if (hole)
			buf_printf(&text, "\t%s bcchost_pad%u;\n", hole, count++);
		else
			buf_add(&text, line, (size_t)(next - line));
		if (row && row % 64 == 0)
			buf_printf(&text, "\tchar bcchost_pad%u[0];\n", count++);
	}
	out->len = from;
	if (text.len)
		buf_add(out, text.data, text.len);
	out->failed |= text.failed;
	buf_free(&text);
	return buf_failed(out) ? -ENOMEM : 0;
}

int prune_dump(struct prune *p, struct buf *out, struct error *e)
{
	uint32_t count = btf__type_cnt(p->btf);
	size_t from = out->len;
	struct btf_dump *d;
	int err = 0;

	rename_clashing(p);
	d = btf_dump__new(p->btf, print, out, NULL);
	if (!d)
		return error_set(e, FAULT_RUN, -errno, "cannot write out the kernel's types: %s",
				 strerror(errno));
	for (uint32_t id = 1; id < count && !err; id++) {
		const struct btf_type *t = btf__type_by_id(p->btf, id);

		if (p->marks[id])
			err = btf_dump__dump_type(d, id);
		else if (btf_is_composite(t) || btf_is_fwd(t))
			declare(p, t, out);
	}
	btf_dump__free(d);
	if (err)
		return error_set(e, FAULT_RUN, err, "cannot write out the kernel's types: %s",
				 strerror(-err));
	return buf_failed(out) || part_bit_fields(out, from) ? error_nomem(e) : 0;
}
