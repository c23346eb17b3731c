/* SPDX-License-Identifier: Apache-2.0 */
/* proto: a function's prototype out of BTF, as C text. */
#include "kernel/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_NAMES     3
#define REGISTER_BYTES 8

/* A dump of one BTF, writing into a buffer. */
struct dump {
	const struct btf *btf;
	struct btf_dump *dump;
	struct buf text;
};

static void write_text(void *ctx, const char *fmt, va_list args)
{
	struct buf *b = ctx;
	char *s;

	if (vasprintf(&s, fmt, args) < 0) {
		b->failed = true;
		return;
	}
	buf_str(b, s);
	free(s);
}

/*
 * Cuts out __attribute__((…)): kernels built by clang mark __user pointers so, and the compiler
 * that reads our text need not know that mark.
 */
static void cut_attributes(char *text)
{
	static const char word[] = "__attribute__";
	char *at;

	while ((at = strstr(text, word))) {
		char *end = at + strlen(word);
		int depth = 0;

		for (; *end; end++) {
			depth += (*end == '(') - (*end == ')');
			if (*end == ')' && depth == 0) {
				end++;
				break;
			}
		}
		while (at > text && at[-1] == ' ' && *end == ' ')
			end++;
		memmove(at, end, strlen(end) + 1);
	}
}

/* *text becomes a declaration of `name`; with an empty name, the type's text. */
static int declare(struct dump *d, uint32_t type, const char *name, char **text)
{
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = name);
	int err;

	if (type && !btf_check_depth(d->btf, type))
		return -EINVAL;
	err = btf_dump__emit_type_decl(d->dump, type, &opts);
	if (err)
		return err;
	*text = buf_take(&d->text);
	if (!*text)
		return -ENOMEM;
	cut_attributes(*text);
	return 0;
}

static bool fits_register(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = btf_plain(btf, type);

	if (!t || type == 0)
		return false;
	return btf_is_ptr(t) ||
	       ((btf_is_int(t) || btf_is_any_enum(t)) && t->size <= REGISTER_BYTES);
}

static int fill_param(struct dump *d, const struct btf_param *from, struct kernel_param *to)
{
	const char *name = btf__name_by_offset(d->btf, from->name_off);

	to->name = strdup(name ? name : "");
	if (!to->name)
		return -ENOMEM;
	to->in_register = fits_register(d->btf, from->type);
	return declare(d, from->type, to->name, &to->decl);
}

static int fill_params(struct dump *d, const struct btf_type *proto, struct kernel_proto *out)
{
	const struct btf_param *from = btf_params(proto);
	size_t n = btf_vlen(proto);
	int err;

	/* The dots of a variadic function are a last parameter without name and type. */
	if (n && from[n - 1].type == 0)
		n--;
	out->params = calloc(n ? n : 1, sizeof(*out->params));
	if (!out->params)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		out->nparams = i + 1;
		err = fill_param(d, &from[i], &out->params[i]);
		if (err)
			return err;
	}
	return 0;
}

/* A dump for each prototype: a longer-lived one renames the second type of a name to name___2. */
static int fill_proto(const struct btf *btf, const struct btf_type *proto, const char *function,
		      struct kernel_proto *out)
{
	struct dump d = {.btf = btf};
	int err;

	d.dump = btf_dump__new(btf, write_text, &d.text, NULL);
	if (!d.dump)
		return -errno;
	out->function = strdup(function);
	err = out->function ? declare(&d, proto->type, "", &out->result) : -ENOMEM;
	if (!err)
		err = fill_params(&d, proto, out);
	btf_dump__free(d.dump);
	buf_free(&d.text);
	return err;
}

static const struct btf_type *find_proto(const struct btf *btf, const char *function)
{
	int id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	t = t ? btf__type_by_id(btf, t->type) : NULL;
	return t && btf_is_func_proto(t) ? t : NULL;
}

/* The BTF that has the function: vmlinux's, or that of the module where kallsyms sees it. */
static const struct btf_type *find_anywhere(struct kernel *k, struct btf **btf,
					    const char *function, const char **module)
{
	const struct btf_type *t = find_proto(*btf, function);
	struct kernel_symbols syms = {0};

	*module = NULL;
	if (t || !k->running || kernel_functions(k, function, &syms, NULL) != 0)
		return t;
	for (size_t i = 0; i < syms.n && !t; i++) {
		struct btf *own = syms.v[i].module ? btf_of_module(k, syms.v[i].module) : NULL;

		t = own ? find_proto(own, function) : NULL;
		if (t) {
			*btf = own;
			*module = syms.v[i].module;
		}
	}
	kernel_symbols_free(&syms);
	return t;
}

static int not_known(struct kernel *k, const char *function, struct error *e)
{
	struct kernel_symbols syms = {0};
	char *near;

	if (!e) /* the texts below cost a walk over all symbols */
		return -ENOENT;
	if (kernel_functions(k, function, &syms, NULL) == 0 && syms.n) {
		error_set(
			e, FAULT_KERNEL, -ENOENT,
			"kernel %s has the function %s (as %s%s%s), but its BTF does not say what "
			"parameters it takes",
			k->release, function, syms.v[0].name,
			syms.v[0].module ? ", in module " : "",
			syms.v[0].module ? syms.v[0].module : "");
		kernel_symbols_free(&syms);
		return -ENOENT;
	}
	near = kernel_near_functions(k, function, NEAR_NAMES);
	error_set(e, FAULT_KERNEL, -ENOENT, "kernel %s has no function %s%s%s", k->release,
		  function, near && *near ? "; names near it: " : "", near ? near : "");
	free(near);
	kernel_symbols_free(&syms);
	return -ENOENT;
}

static int name_source(const struct kernel *k, const char *module, struct kernel_proto *out)
{
	int n = module	      ? asprintf(&out->source, "BTF of %s, module %s", k->release, module)
		: k->btf_file ? asprintf(&out->source, "BTF in %s", k->btf_file)
			      : asprintf(&out->source, "BTF of %s", k->release);

	if (n < 0)
		out->source = NULL;
	return n < 0 ? -ENOMEM : 0;
}

uint32_t kernel_function_id(struct kernel *k, const char *function)
{
	struct btf *btf;

	return btf_get(k, &btf, NULL) ? 0 : btf_find(btf, function, 1u << BTF_KIND_FUNC, 1);
}

int kernel_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
		     struct error *e)
{
	const struct btf_type *proto;
	const char *module;
	struct btf *btf;
	int err;

	memset(out, 0, sizeof(*out));
	err = btf_get(k, &btf, e);
	if (err == -ENODATA)
		return signatures_prototype(k, function, out, e);
	if (err)
		return err;
	proto = find_anywhere(k, &btf, function, &module);
	if (!proto)
		return not_known(k, function, e);
	err = name_source(k, module, out);
	if (!err)
		err = fill_proto(btf, proto, function, out);
	if (!err)
		return 0;
	kernel_proto_free(out);
	if (err == -ENOMEM)
		return error_nomem(e);
	return error_set(e, FAULT_KERNEL, err, "the BTF of kernel %s is damaged at function %s",
			 k->release, function);
}

void kernel_proto_free(struct kernel_proto *p)
{
	for (size_t i = 0; i < p->nparams; i++) {
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
	if (!*name)
		return -1;
	for (size_t i = 0; i < p->nparams; i++)
		if (strcmp(p->params[i].name, name) == 0)
			return (int)i;
	return -1;
}
