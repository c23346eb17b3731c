/* SPDX-License-Identifier: Apache-2.0 */
/* module: kernel modules: which are there, and the numbers of their functions in their own BTF. */
#include "kernel/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

/* In modules' names '-' and '_' are the same; sysfs has the second. */
static bool same_module(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((a[i] == '-' ? '_' : a[i]) != (b[i] == '-' ? '_' : b[i]))
			return false;
	return !b[len];
}

/* A line of modules.builtin: "kernel/fs/ext4/ext4.ko". */
static bool is_built_in(const struct kernel *k, const char *module)
{
	char *path, *text, *line, *save = NULL;
	bool found = false;
	int err;

	if (asprintf(&path, "/lib/modules/%s/modules.builtin", k->release) < 0)
		return false;
	err = file_read(path, &text, NULL, NULL);
	free(path);
	if (err)
		return false;
	for (line = strtok_r(text, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *slash = strrchr(line, '/'), *name = slash ? slash + 1 : line;

		found = same_module(name, module, strcspn(name, "."));
	}
	free(text);
	return found;
}

/* Of another kernel: those whose symbols its kallsyms has. */
static bool is_in_symbols(struct kernel *k, const char *module)
{
	const struct symbols *s = &k->symbols;

	if (symbols_read(k, NULL) != 0)
		return false;
	for (size_t i = 0; i < s->nmodules; i++)
		if (same_module(s->names.data + s->modules[i], module,
				strlen(s->names.data + s->modules[i])))
			return true;
	return false;
}

bool kernel_has_module(struct kernel *k, const char *module)
{
	char *path;
	bool has;

	if (!k->running)
		return is_in_symbols(k, module);
	if (strchr(module, '/') || asprintf(&path, "/sys/module/%s", module) < 0)
		return false;
	for (char *c = path; *c; c++)
		*c = *c == '-' ? '_' : *c;
	has = access(path, F_OK) == 0;
	free(path);
	return has || is_built_in(k, module);
}

enum kernel_can module_function(struct kernel *k, const char *module, const char *function,
				uint32_t *id)
{
	struct btf *btf;

	*id = 0;
	if (btf_get(k, &btf, NULL) != 0)
		return KERNEL_CAN_NO;
	if (!k->running || !kernel_has_module(k, module))
		return k->version >= VERSION_OF(5, 11, 0) ? KERNEL_CAN_UNKNOWN : KERNEL_CAN_NO;
	btf = btf_of_module(k, module);
	if (btf)
		*id = btf_find(btf, function, 1u << BTF_KIND_FUNC, 1);
	return *id ? KERNEL_CAN_YES : KERNEL_CAN_NO;
}
