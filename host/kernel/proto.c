/* SPDX-License-Identifier: Apache-2.0 */
/* proto: a function's prototype, from vmlinux's BTF, a module's, or the table of variants. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "kernel/internal.h"

#define BTF_DIR "/sys/kernel/btf"

__u32 btf_find_func(const struct btf *btf, const char *name)
{
	__s32 id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	return id > 0 ? (__u32)id : 0;
}

static void append(void *ctx, const char *fmt, va_list ap)
{
	struct buf *b = ctx;
	char *s;

	if (vasprintf(&s, fmt, ap) < 0) {
		b->failed = true;
		return;
	}
	buf_str(b, s);
	free(s);
}

/* Modifiers and typedefs taken off. */
static const struct btf_type *plain_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static bool in_register(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = plain_type(btf, id);

	if (!t || btf_is_composite(t))
		return false;
	return btf_is_ptr(t) || btf_is_any_enum(t) || (btf_is_int(t) && t->size <= 8);
}

struct dump {
	struct btf_dump *d;
	struct buf text;
};

static char *declare(struct dump *dump, __u32 id, const char *name)
{
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = name);
	struct buf *b = &dump->text;

	b->len = 0;
	if (id == 0)
		buf_printf(b, "void%s%s", *name ? " " : "", name);
	else if (btf_dump__emit_type_decl(dump->d, id, &opts))
		return NULL;
	return b->failed ? NULL : strndup(b->data ? b->data : "", b->len);
}

static int fill_params(struct kernel_proto *out, const struct btf *btf,
		       const struct btf_type *proto, struct dump *dump)
{
	const struct btf_param *p = btf_params(proto);

	out->params = calloc((size_t)btf_vlen(proto) + 1, sizeof(*out->params));
	if (!out->params)
		return -ENOMEM;
	for (__u16 i = 0; i < btf_vlen(proto); i++) {
		struct kernel_param *param = &out->params[i];
		const char *name = btf__name_by_offset(btf, p[i].name_off);

		if (p[i].type == 0) /* "…" */
			break;
		out->nparams++;
		param->name = strdup(name);
		param->decl = declare(dump, p[i].type, name);
		param->in_register = in_register(btf, p[i].type);
		if (!param->name || !param->decl)
			return -ENOMEM;
	}
	return 0;
}

static int from_btf(struct kernel *k, const struct btf *btf, __u32 func, const char *name,
		    const char *where, struct kernel_proto *out, struct error *e)
{
	const struct btf_type *proto = btf__type_by_id(btf, btf__type_by_id(btf, func)->type);
	struct dump dump = {0};
	int err = -ENOMEM;

	dump.d = btf_dump__new(btf, append, &dump.text, NULL);
	if (!dump.d)
		return error_nomem(e);
	out->function = strdup(name);
	out->result = declare(&dump, proto->type, "");
	if (asprintf(&out->source, "%s of %s", where, k->release) < 0)
		out->source = NULL;
	if (out->function && out->result && out->source)
		err = fill_params(out, btf, proto, &dump);
	btf_dump__free(dump.d);
	buf_free(&dump.text);
	if (err) {
		kernel_proto_free(out);
		return error_nomem(e);
	}
	return 0;
}

/* A loaded module's function: modules' BTF goes on where vmlinux's ends. 1 if it was found. */
static int from_module(struct kernel *k, const char *module, const char *name,
		       struct kernel_proto *out, struct error *e)
{
	char path[512], where[300];
	struct btf *btf;
	__u32 func;
	int err = 0;

	snprintf(path, sizeof(path), BTF_DIR "/%s", module);
	snprintf(where, sizeof(where), "BTF of module %s", module);
	btf = btf__parse_split(path, k->btf);
	if (!btf)
		return 0;
	func = btf_find_func(btf, name);
	if (func)
		err = from_btf(k, btf, func, name, where, out, e);
	btf__free(btf);
	return err ? err : func != 0;
}

static int from_modules(struct kernel *k, const char *name, struct kernel_proto *out,
			struct error *e)
{
	struct dirent *entry;
	DIR *dir = k->running ? opendir(BTF_DIR) : NULL;
	int found = 0;

	while (dir && !found && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vmlinux") != 0)
			found = from_module(k, entry->d_name, name, out, e);
	if (dir)
		closedir(dir);
	return found;
}

static int unknown_function(struct kernel *k, const char *function, struct error *e)
{
	char *near;
	int err;

	if (!k->btf)
		return error_set(e, FAULT_KERNEL, -ENOENT,
				 "the parameters of %s on kernel %s are not known: the kernel has no "
				 "BTF (/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF), and %s has no "
				 "row for it",
				 function, k->release,
				 k->signatures ? k->signatures : "the table of signatures");
	near = kernel_near_functions(k, function, 3);
	err = error_set(e, FAULT_KERNEL, -ENOENT, "kernel %s has no function %s%s%s", k->release,
			function, near && *near ? "; names near it: " : "", near ? near : "");
	free(near);
	return err;
}

int kernel_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
		     struct error *e)
{
	struct btf *btf = kernel_btf(k);
	__u32 func = btf ? btf_find_func(btf, function) : 0;
	int err;

	memset(out, 0, sizeof(*out));
	if (func)
		return from_btf(k, btf, func, function, "BTF", out, e);
	err = btf ? from_modules(k, function, out, e) : 0;
	if (err)
		return err > 0 ? 0 : err;
	err = btf ? -ENOENT : table_prototype(k, function, out, e);
	return err == -ENOENT ? unknown_function(k, function, e) : err;
}

void kernel_proto_free(struct kernel_proto *p)
{
	for (size_t i = 0; p->params && i < p->nparams; i++) {
		free(p->params[i].name);
		free(p->params[i].decl);
	}
	free(p->params);
	free(p->function);
	free(p->result);
	free(p->source);
	memset(p, 0, sizeof(*p));
}

int kernel_proto_find(const struct kernel_proto *p, const char *name)
{
	for (size_t i = 0; i < p->nparams; i++)
		if (*name && strcmp(p->params[i].name, name) == 0)
			return (int)i;
	return -1;
}
