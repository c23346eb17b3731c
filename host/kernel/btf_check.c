/* SPDX-License-Identifier: Apache-2.0 */
/*
 * btf_check: BTF from a file is what somebody made it. libbpf looks at the sizes of its sections
 * and of its types but follows their ids unseen (release 1.1 at least), so we look first.
 */
#include "kernel/internal.h"

#include <errno.h>

#define DEPTH_MAX 48
#define STEPS_MAX 200000

static bool id_ok(const struct btf *btf, uint32_t id)
{
	return id < btf__type_cnt(btf);
}

static bool name_ok(const struct btf *btf, uint32_t off)
{
	return btf__str_by_offset(btf, off) != NULL;
}

static bool members_ok(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);

	for (int i = 0; i < btf_vlen(t); i++)
		if (!id_ok(btf, m[i].type) || !name_ok(btf, m[i].name_off))
			return false;
	return true;
}

static bool params_ok(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);

	for (int i = 0; i < btf_vlen(t); i++)
		if (!id_ok(btf, p[i].type) || !name_ok(btf, p[i].name_off))
			return false;
	return id_ok(btf, t->type);
}

static bool values_ok(const struct btf *btf, const struct btf_type *t)
{
	for (int i = 0; i < btf_vlen(t); i++)
		if (!name_ok(btf,
			     btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off))
			return false;
	return true;
}

static bool vars_ok(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_var_secinfo *v = btf_var_secinfos(t);

	for (int i = 0; i < btf_vlen(t); i++)
		if (!id_ok(btf, v[i].type))
			return false;
	return true;
}

static bool type_ok(const struct btf *btf, const struct btf_type *t)
{
	if (!name_ok(btf, t->name_off))
		return false;
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_FWD:
		return true;
	case BTF_KIND_ARRAY:
		return id_ok(btf, btf_array(t)->type) && id_ok(btf, btf_array(t)->index_type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return members_ok(btf, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return values_ok(btf, t);
	case BTF_KIND_FUNC_PROTO:
		return params_ok(btf, t);
	case BTF_KIND_DATASEC:
		return vars_ok(btf, t);
	default: /* the kinds that refer to one type */
		return id_ok(btf, t->type);
	}
}

int btf_check(const struct btf *btf)
{
	uint32_t n = btf__type_cnt(btf);

	for (uint32_t id = 1; id < n; id++)
		if (!type_ok(btf, btf__type_by_id(btf, id)))
			return -EINVAL;
	return 0;
}

static bool follow(const struct btf *btf, uint32_t id, unsigned int depth, unsigned int *steps,
		   bool by_value);

static bool follow_list(const struct btf *btf, const struct btf_type *t, unsigned int depth,
			unsigned int *steps)
{
	bool proto = btf_is_func_proto(t);

	for (int i = 0; i < btf_vlen(t); i++)
		if (!follow(btf, proto ? btf_params(t)[i].type : btf_members(t)[i].type, depth,
			    steps, !proto))
			return false;
	return !proto || follow(btf, t->type, depth, steps, false);
}

/* by_value: a struct with a name is gone into too, as its size depends on its members. */
static bool follow(const struct btf *btf, uint32_t id, unsigned int depth, unsigned int *steps,
		   bool by_value)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	if (!t || depth > DEPTH_MAX || ++*steps > STEPS_MAX)
		return false;
	if (id == 0)
		return true;
	if (btf_is_ptr(t))
		return follow(btf, t->type, depth + 1, steps, false);
	if (btf_is_mod(t) || btf_is_typedef(t))
		return follow(btf, t->type, depth + 1, steps, by_value);
	if (btf_is_array(t))
		return follow(btf, btf_array(t)->type, depth + 1, steps, by_value);
	if (btf_is_func_proto(t) || (btf_is_composite(t) && (by_value || !*btf_name(btf, t))))
		return follow_list(btf, t, depth + 1, steps);
	return true;
}

bool btf_check_depth(const struct btf *btf, uint32_t id)
{
	unsigned int steps = 0;

	return follow(btf, id, 0, &steps, true);
}
