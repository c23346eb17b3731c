/* SPDX-License-Identifier: Apache-2.0 */
/* proto: a function's prototype out of BTF, or what the table says of it. */
#include "kernel/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_NAMES 3

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

uint32_t proto_function_id(struct kernel *k, const char *function)
{
	struct btf *btf;

	return btf_get(k, &btf, NULL) ? 0 : btf_find(btf, function, 1u << BTF_KIND_FUNC, 1);
}

/* What is half filled after an error is taken back. */
static int finish(struct kernel *k, const char *name, int err, struct kernel_proto *out,
		  struct error *e)
{
	if (!err)
		return 0;
	kernel_proto_free(out);
	if (err == -ENOMEM)
		return error_nomem(e);
	return error_set(e, FAULT_KERNEL, err, "the BTF of kernel %s is damaged at %s", k->release,
			 name);
}

char *kernel_module_of(struct kernel *k, const char *function)
{
	struct kernel_proto proto = {0};
	char *module = NULL;

	signatures_prototype(k, function, &proto, &module, NULL);
	kernel_proto_free(&proto);
	return module;
}

/* Modules have BTF from 5.11 on, and only while they are loaded. */
static bool module_row(struct kernel *k, const char *function, struct kernel_proto *out)
{
	char *module = NULL;
	bool found;

	signatures_prototype(k, function, out, &module, NULL);
	found = module != NULL;
	if (!found)
		kernel_proto_free(out);
	free(module);
	return found;
}

int proto_of_function(struct kernel *k, const char *function, struct kernel_proto *out,
		      struct error *e)
{
	const struct btf_type *proto;
	struct proto_wanted w = {0};
	const char *module;
	struct btf *btf;
	int err;

	memset(out, 0, sizeof(*out));
	err = btf_get(k, &btf, e);
	if (err == -ENODATA)
		return signatures_prototype(k, function, out, NULL, e);
	if (err)
		return err;
	proto = find_anywhere(k, &btf, function, &module);
	if (!proto && module_row(k, function, out))
		return 0;
	if (!proto)
		return not_known(k, function, e);
	w.proto = w.names = proto;
	out->in_module = module != NULL;
	err = name_source(k, module, out);
	if (!err)
		err = proto_fill(btf, &w, function, out);
	return finish(k, function, err, out, e);
}

/* --- tracepoints --- */

/* A row of the table, by NAME. */
static int tracepoint_row(struct kernel *k, const char *name, struct kernel_proto *out,
			  struct error *e)
{
	char *row;
	int err;

	if (asprintf(&row, SIGNATURES_TRACEPOINT "%s", name) < 0)
		return error_nomem(e);
	err = signatures_prototype(k, row, out, NULL, e);
	free(row);
	return err;
}

/* void (*btf_trace_NAME)(void *__data, …), as include/trace/bpf_probe.h declares it. */
static const struct btf_type *tracepoint_type(const struct btf *btf, const char *name)
{
	const struct btf_type *t;
	char *typedef_name;
	uint32_t id;

	if (asprintf(&typedef_name, "btf_trace_%s", name) < 0)
		return NULL;
	id = btf_find(btf, typedef_name, 1u << BTF_KIND_TYPEDEF, 1);
	free(typedef_name);
	t = id ? btf_plain(btf, id) : NULL;
	t = t && btf_is_ptr(t) ? btf__type_by_id(btf, t->type) : NULL;
	return t && btf_is_func_proto(t) && btf_vlen(t) ? t : NULL;
}

/* A type has no names of parameters; the function that walks a tracepoint's users has. */
static const struct btf_type *tracepoint_names(const struct btf *btf, const char *name)
{
	const struct btf_type *t;
	char *walker;

	if (asprintf(&walker, "__traceiter_%s", name) < 0)
		return NULL;
	t = find_proto(btf, walker);
	free(walker);
	return t;
}

static int rename_param(struct kernel_param *p, const char *name)
{
	char *decl = NULL;

	if (*p->name)
		return 0;
	free(p->name);
	p->name = strdup(name);
	/* A pointer to a function or to an array has its name in the middle. */
	if (!strstr(p->decl, "(*") &&
	    asprintf(&decl, "%s%s%s", p->decl, p->decl[strlen(p->decl) - 1] == '*' ? "" : " ",
		     name) < 0)
		decl = NULL;
	else if (!decl && asprintf(&decl, "void *%s", name) < 0)
		decl = NULL;
	free(p->decl);
	p->decl = decl;
	return p->name && decl ? 0 : -ENOMEM;
}

/* Kernels from 5.5 to 5.9 have the types alone. */
static int name_params(struct kernel *k, const char *name, struct kernel_proto *out)
{
	struct kernel_proto row = {0};
	bool known = tracepoint_row(k, name, &row, NULL) == 0 && row.nparams == out->nparams;
	char number[32];
	int err = 0;

	for (size_t i = 0; i < out->nparams && !err; i++) {
		snprintf(number, sizeof(number), "arg%zu", i + 1);
		err = rename_param(&out->params[i], known ? row.params[i].name : number);
	}
	kernel_proto_free(&row);
	return err;
}

int proto_of_tracepoint(struct kernel *k, const char *name, struct kernel_proto *out,
			struct error *e)
{
	struct proto_wanted w = {.skip = 1};
	bool named;
	struct btf *btf;
	int err;

	memset(out, 0, sizeof(*out));
	err = btf_get(k, &btf, e);
	if (err == -ENODATA)
		return tracepoint_row(k, name, out, e);
	if (err)
		return err;
	w.proto = tracepoint_type(btf, name);
	if (!w.proto)
		return error_set(e, FAULT_KERNEL, -ENOENT,
				 "the BTF of kernel %s has no tracepoint %s (those of modules are "
				 "not seen)",
				 k->release, name);
	w.names = tracepoint_names(btf, name);
	named = w.names && btf_vlen(w.names) == btf_vlen(w.proto);
	if (!named)
		w.names = w.proto;
	err = name_source(k, NULL, out);
	if (!err)
		err = proto_fill(btf, &w, name, out);
	if (!err && !named)
		err = name_params(k, name, out);
	return finish(k, name, err, out, e);
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
