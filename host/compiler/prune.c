/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/btf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "compiler/prune_parts.h"

#define KERNELS_OWN "bcchost_kernel_"
#define CLASHES	    (WORD_DEFINES_TAG | WORD_DEFINES_NAME)

const char *prune_name(const struct prune *p, unsigned int off)
{
	return btf__name_by_offset(p->btf, off) ?: "";
}

/* The new names go behind the strings of the raw BTF, before libbpf sees it. */
static int add_names(struct prune *p, char **data, size_t *len)
{
	struct btf_header *h = (struct btf_header *)*data;
	struct buf all = {0};
	uint32_t base;

	if (*len < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len > *len ||
	    (uint64_t)h->hdr_len + h->str_off + h->str_len != *len)
		return -EINVAL;
	base = h->str_len;
	buf_add(&all, *data, *len);
	for (size_t i = 0; i < p->words->cap; i++) {
		const struct word_slot *s = &p->words->slots[i];

		if (!(s->flags & CLASHES))
			continue;
		p->renamed[i] = base + (uint32_t)(all.len - *len);
		buf_str(&all, KERNELS_OWN);
		buf_add(&all, s->name, s->len);
		buf_char(&all, '\0');
	}
	if (buf_failed(&all)) {
		buf_free(&all);
		return -ENOMEM;
	}
	free(*data);
	h = (struct btf_header *)all.data;
	h->str_len += (uint32_t)(all.len - *len);
	*data = all.data;
	*len = all.len;
	return 0;
}

int prune_open(struct prune *p, char *data, size_t len, const char *btf_path, struct words *w,
	       struct error *e)
{
	int err;

	*p = (struct prune){.words = w};
	p->renamed = calloc(w->cap ?: 1, sizeof(*p->renamed));
	if (!p->renamed) {
		err = error_nomem(e);
		goto out;
	}
	err = add_names(p, &data, &len);
	if (!err) {
		p->btf = btf__new(data, (uint32_t)len);
		if (!p->btf)
			err = -errno;
	}
	if (err) {
		error_set(e, FAULT_KERNEL, err, "cannot read the kernel's types from %s: %s",
			  btf_path, err == -ENOMEM ? strerror(ENOMEM) : "it is not whole BTF");
		goto out;
	}
	p->marks = calloc(btf__type_cnt(p->btf), 1);
	if (!p->marks)
		err = error_nomem(e);
out:
	free(data);
	if (err)
		prune_close(p);
	return err;
}

void prune_close(struct prune *p)
{
	btf__free(p->btf);
	free(p->marks);
	free(p->renamed);
	*p = (struct prune){0};
}

/* Whether the text names a member, those of unnamed members included. */
static bool names_member(const struct prune *p, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);

	for (int i = 0; i < btf_vlen(t); i++) {
		const char *name = prune_name(p, m[i].name_off);
		const struct btf_type *inner;

		if (*name) {
			if (words_flags(p->words, name) & WORD_USED)
				return true;
			continue;
		}
		inner = btf__type_by_id(p->btf, m[i].type);
		if (inner && btf_is_composite(inner) && names_member(p, inner))
			return true;
	}
	return false;
}

static void need(struct prune *p, uint32_t id, bool behind_pointer);

static void need_members(struct prune *p, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);

	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *mt = btf__type_by_id(p->btf, m[i].type);

		/* A pointer that the text does not follow can point to an incomplete type. */
		if (mt && (!btf_is_ptr(mt) ||
			   words_flags(p->words, prune_name(p, m[i].name_off)) & WORD_USED))
			need(p, m[i].type, false);
	}
}

static void need(struct prune *p, uint32_t id, bool behind_pointer)
{
	for (;;) {
		const struct btf_type *t = btf__type_by_id(p->btf, id);

		if (!t || !id)
			return;
		switch (btf_kind(t)) {
		case BTF_KIND_PTR:
			behind_pointer = true;
			id = t->type;
			continue;
		case BTF_KIND_ARRAY: /* of incomplete elements: C has no such thing */
			behind_pointer = false;
			id = btf_array(t)->type;
			continue;
		case BTF_KIND_TYPEDEF:
			if (p->marks[id] && behind_pointer)
				return;
			p->marks[id] = 1;
			id = t->type;
			continue;
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = t->type;
			continue;
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			if (p->marks[id] ||
			    (behind_pointer && *prune_name(p, t->name_off) && !names_member(p, t)))
				return;
			p->marks[id] = 1;
			need_members(p, t);
			return;
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			p->marks[id] = 1;
			return;
		default:
			return;
		}
	}
}

uint32_t *prune_enumerator(struct btf_type *t, int i)
{
	if (btf_is_enum(t))
		return &btf_enum(t)[i].name_off;
	return &btf_enum64(t)[i].name_off;
}

static bool names_enumerator(struct prune *p, struct btf_type *t)
{
	bool named = false;

	for (int i = 0; i < btf_vlen(t); i++) {
		struct word_slot *s = words_find(p->words, prune_name(p, *prune_enumerator(t, i)));

		if (!s || !(s->flags & WORD_USED) || s->flags & WORD_DEFINES_NAME)
			continue;
		s->flags |= WORD_FOUND_ENUMERATOR;
		named = true;
	}
	return named;
}

/* Marks a type that the text itself names. */
static void mark_named(struct prune *p, uint32_t id, struct btf_type *t)
{
	const char *name = prune_name(p, t->name_off);
	struct word_slot *s = *name ? words_find(p->words, name) : NULL;
	unsigned int flags = s ? s->flags : 0;

	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (flags & WORD_TAG && !(flags & WORD_DEFINES_TAG))
			need(p, id, !(flags & WORD_TAG_WHOLE));
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if ((flags & WORD_TAG && !(flags & WORD_DEFINES_TAG)) | names_enumerator(p, t))
			p->marks[id] = 1;
		break;
	case BTF_KIND_TYPEDEF:
		if (!(flags & WORD_USED) || flags & WORD_DEFINES_NAME)
			break;
		s->flags |= WORD_FOUND_TYPEDEF;
		need(p, id, false);
		break;
	}
}

void prune_mark(struct prune *p, bool whole)
{
	uint32_t count = btf__type_cnt(p->btf);

	for (uint32_t id = 1; id < count; id++) {
		/* Ours to write: the memory is libbpf's copy of what we read. */
		struct btf_type *t = (struct btf_type *)btf__type_by_id(p->btf, id);

		mark_named(p, id, t);
		if (whole)
			p->marks[id] = 1;
	}
}

unsigned int prune_member_size(const struct prune *p, const char *type, const char *member)
{
	int id = btf__find_by_name_kind(p->btf, type, BTF_KIND_STRUCT);
	const struct btf_type *t = id > 0 ? btf__type_by_id(p->btf, (uint32_t)id) : NULL;
	const struct btf_member *m = t ? btf_members(t) : NULL;

	for (int i = 0; m && i < btf_vlen(t); i++) {
		if (strcmp(prune_name(p, m[i].name_off), member) == 0) {
			int64_t size = btf__resolve_size(p->btf, m[i].type);

			return size > 0 ? (unsigned int)size : 0;
		}
	}
	return 0;
}
