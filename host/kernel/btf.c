/* SPDX-License-Identifier: Apache-2.0 */
/* btf: opening it once, vmlinux's and the modules', and finding types by name. */
#include "kernel/internal.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODIFIERS_MAX 64 /* const volatile typedef …; a real kernel has under ten in a row */

int btf_get(struct kernel *k, struct btf **out, struct error *e)
{
	const char *path = kernel_btf_path(k);
	struct btf *btf;
	int err;

	*out = k->btf;
	if (k->btf)
		return 0;
	if (!path)
		return -ENODATA;
	btf = btf__parse_raw(path);
	err = btf ? 0 : -errno;
	/* The kernel's own is as the kernel's verifier wants it; a file may be anything. */
	if (btf && k->btf_file)
		err = btf_check(btf);
	if (err) {
		btf__free(btf);
		/* -EIO: shorter than a header. */
		if (err == -EINVAL || err == -EPROTO || err == -ENOTSUP || err == -E2BIG ||
		    err == -EIO)
			return error_set(
				e, k->btf_file ? FAULT_USAGE : FAULT_RUN, err,
				"%s is not raw BTF, is damaged, or is newer than libbpf %s "
				"knows",
				path, libbpf_version_string());
		return error_set(e, k->btf_file ? FAULT_USAGE : FAULT_RUN, err,
				 "cannot read BTF from %s: %s", path, strerror(-err));
	}
	*out = k->btf = btf;
	return 0;
}

static struct btf *open_module(struct btf *base, const char *module)
{
	struct btf *btf = NULL;
	char *path;

	/* The name comes from kallsyms or a tool; no file elsewhere may be meant by it. */
	if (strchr(module, '/') || asprintf(&path, KERNEL_BTF_DIR "/%s", module) < 0)
		return NULL;
	if (access(path, R_OK) == 0)
		btf = btf__parse_raw_split(path, base);
	free(path);
	return btf;
}

struct btf *btf_of_module(struct kernel *k, const char *module)
{
	struct module_btf *grown;
	struct btf *base;

	if (!k->running || btf_get(k, &base, NULL) != 0)
		return NULL;
	for (size_t i = 0; i < k->nmodules; i++)
		if (strcmp(k->modules[i].name, module) == 0)
			return k->modules[i].btf;
	grown = reallocarray(k->modules, k->nmodules + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	k->modules = grown;
	grown[k->nmodules].name = strdup(module);
	if (!grown[k->nmodules].name)
		return NULL;
	grown[k->nmodules].btf = open_module(base, module);
	return grown[k->nmodules++].btf;
}

void btf_drop(struct kernel *k)
{
	for (size_t i = 0; i < k->nmodules; i++) {
		btf__free(k->modules[i].btf); /* before its base */
		free(k->modules[i].name);
	}
	free(k->modules);
	k->modules = NULL;
	k->nmodules = 0;
	btf__free(k->btf);
	k->btf = NULL;
}

const char *btf_name(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);

	return name ? name : "";
}

static bool is_modifier(const struct btf_type *t)
{
	return btf_is_mod(t) || btf_is_typedef(t);
}

const struct btf_type *btf_plain(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int i = 0; t && is_modifier(t) && i < MODIFIERS_MAX; i++)
		t = btf__type_by_id(btf, t->type);
	return t && is_modifier(t) ? NULL : t;
}

uint32_t btf_find(const struct btf *btf, const char *name, uint32_t kinds, uint32_t from)
{
	uint32_t n = btf__type_cnt(btf);

	for (uint32_t id = from ? from : 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (t && t->name_off && kinds & 1u << btf_kind(t) &&
		    strcmp(btf_name(btf, t), name) == 0)
			return id;
	}
	return 0;
}
