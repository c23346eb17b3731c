/* SPDX-License-Identifier: Apache-2.0 */
/* types: structs and types, from BTF. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/internal.h"

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"
#define MAX_DEPTH   16 /* of structs without a name inside one another, and of chains of types */

struct btf *kernel_btf(struct kernel *k)
{
	if (k->btf_tried || k->no_btf)
		return k->btf;
	k->btf_tried = true;
	if (k->btf_file)
		k->btf = btf__parse_raw(k->btf_file);
	else if (k->running && access(VMLINUX_BTF, R_OK) == 0)
		k->btf = btf__parse_raw(VMLINUX_BTF);
	return k->btf;
}

const char *kernel_btf_path(struct kernel *k)
{
	if (!kernel_btf(k))
		return NULL;
	return k->btf_file ? k->btf_file : VMLINUX_BTF;
}

static bool has_member(const struct btf *btf, __u32 id, const char *name, int depth)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const struct btf_member *m;

	if (!t || !btf_is_composite(t) || depth > MAX_DEPTH)
		return false;
	m = btf_members(t);
	for (__u16 i = 0; i < btf_vlen(t); i++) {
		const char *member = btf__name_by_offset(btf, m[i].name_off);

		if (*member ? strcmp(member, name) == 0
			    : has_member(btf, m[i].type, name, depth + 1))
			return true;
	}
	return false;
}

int kernel_has_field(struct kernel *k, const char *type, const char *field)
{
	struct btf *btf = kernel_btf(k);

	if (!btf)
		return -ENODATA;
	/* Two structs may have one name: any of them will do. */
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_composite(t) &&
		    strcmp(btf__name_by_offset(btf, t->name_off), type) == 0 &&
		    has_member(btf, id, field, 0))
			return 1;
	}
	return 0;
}

static __s32 find_type(const struct btf *btf, const char *name)
{
	static const __u32 kinds[] = {BTF_KIND_TYPEDEF, BTF_KIND_STRUCT, BTF_KIND_UNION,
				      BTF_KIND_ENUM,	BTF_KIND_ENUM64, BTF_KIND_INT};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		__s32 id = btf__find_by_name_kind(btf, name, kinds[i]);

		if (id > 0)
			return id;
	}
	return -ENOENT;
}

int kernel_has_type(struct kernel *k, const char *name)
{
	struct btf *btf = kernel_btf(k);

	if (!btf)
		return -ENODATA;
	return find_type(btf, name) > 0;
}

static __s32 find_tagged(const struct btf *btf, const char *type)
{
	static const struct {
		const char *tag;
		__u32 kinds[2];
	} tags[] = {
		{"struct ", {BTF_KIND_STRUCT, BTF_KIND_STRUCT}},
		{"union ", {BTF_KIND_UNION, BTF_KIND_UNION}},
		{"enum ", {BTF_KIND_ENUM, BTF_KIND_ENUM64}},
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		size_t len = strlen(tags[i].tag);
		__s32 id;

		if (strncmp(type, tags[i].tag, len) != 0)
			continue;
		id = btf__find_by_name_kind(btf, type + len, tags[i].kinds[0]);
		return id > 0 ? id : btf__find_by_name_kind(btf, type + len, tags[i].kinds[1]);
	}
	return find_type(btf, type);
}

int kernel_type_size(struct kernel *k, const char *type, uint32_t *size, uint32_t *align)
{
	struct btf *btf = kernel_btf(k);
	__s64 bytes;
	__s32 id;

	if (!btf)
		return -ENODATA;
	id = find_tagged(btf, type);
	if (id <= 0)
		return -ENOENT;
	bytes = btf__resolve_size(btf, (__u32)id);
	if (bytes < 0)
		return -ENOENT;
	*size = (uint32_t)bytes;
	*align = (uint32_t)btf__align_of(btf, (__u32)id);
	return 0;
}
