/* SPDX-License-Identifier: Apache-2.0 */
#include "text/signature.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/target.h"

/* Registers that carry parameters: PT_REGS_PARM1…6, as libbcc's rewriter knows them. */
#define REGISTER_PARAMS 6

#define DOT   "." /* in the place of the function: whichever the handler's probe took */
#define SPACE ", \t\n"

static void list_params(const struct kernel_proto *proto, struct buf *b)
{
	for (size_t i = 0; i < proto->nparams; i++)
		buf_printf(b, "%s%s", i ? ", " : "",
			   *proto->params[i].name ? proto->params[i].name : "(unnamed)");
	if (!proto->nparams)
		buf_str(b, "none");
}

static int no_such_param(struct plan *plan, const struct kernel_proto *proto, const char *name,
			 struct error *e)
{
	struct buf b = {0};
	int err;

	list_params(proto, &b);
	err = error_set(e, FAULT_KERNEL, -ENOENT,
			"%s on this kernel (%s) has no parameter \"%s\" (it has: %s)",
			proto->function, kernel_release(plan->kernel), name, b.data);
	buf_free(&b);
	return err;
}

/* Before the last parameter that is named, all must be where one parameter has one place. */
static int check_places(const struct kernel_proto *proto, int last, struct error *e)
{
	if (last >= REGISTER_PARAMS)
		return error_set(e, FAULT_KERNEL, -E2BIG,
				 "%s is parameter %d of %s: only the first %d are in registers",
				 proto->params[last].name, last + 1, proto->function,
				 REGISTER_PARAMS);
	for (int i = 0; i <= last; i++)
		if (!proto->params[i].in_register)
			return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
					 "%s of %s is passed by value, not in one register: it and "
					 "those after it cannot be read",
					 proto->params[i].name, proto->function);
	return 0;
}

struct find {
	struct plan *plan;
	const struct kernel_proto *proto;
	const struct kernel_proto *other; /* that must have the same parameters */
	int last;			  /* index of the last that is named; -1: none is */
	struct error *e;
};

/* Calls each for every name of the list, up to the first that it returns an error for. */
static int each_name(const char *names, int (*each)(struct find *f, const char *name),
		     struct find *f)
{
	char *copy = strdup(names), *name, *save = NULL;
	int err = copy ? 0 : error_nomem(f->e);

	for (name = copy ? strtok_r(copy, SPACE, &save) : NULL; name && !err;
	     name = strtok_r(NULL, SPACE, &save))
		err = each(f, name);
	free(copy);
	return err;
}

static int find_param(struct find *f, const char *name)
{
	int i = kernel_proto_find(f->proto, name);

	if (i < 0)
		return no_such_param(f->plan, f->proto, name, f->e);
	if (i > f->last)
		f->last = i;
	return 0;
}

static int compare_param(struct find *f, const char *name)
{
	int i = kernel_proto_find(f->proto, name), j = kernel_proto_find(f->other, name);

	if (j < 0)
		return no_such_param(f->plan, f->other, name, f->e);
	if (i == j && strcmp(f->proto->params[i].decl, f->other->params[j].decl) == 0)
		return 0;
	return error_set(f->e, FAULT_KERNEL, -EINVAL,
			 "%s is parameter %d, \"%s\", of %s and parameter %d, \"%s\", of %s: one "
			 "handler cannot have both",
			 name, i + 1, f->proto->params[i].decl, f->proto->function, j + 1,
			 f->other->params[j].decl, f->other->function);
}

static void note_choice(struct plan *plan, const struct kernel_proto *proto, bool tracepoint)
{
	const char *result = tracepoint ? "tracepoint" : proto->result; /* "": of the table */

	buf_printf(&plan->notes, "signature: %s%s%s(", result, *result ? " " : "", proto->function);
	for (size_t i = 0; i < proto->nparams; i++)
		buf_printf(&plan->notes, "%s%s", i ? ", " : "", proto->params[i].decl);
	buf_printf(&plan->notes, "), from %s\n", proto->source);
}

/* Of a kprobe's registers these carry a function's parameters; so libbcc has it, by machine. */
void signature_args_struct(const char *machine, struct buf *out)
{
	const char *members = strcmp(machine, "x86_64") == 0	? "di, si, dx, cx, r8, r9"
			      : strcmp(machine, "riscv64") == 0 ? "a0, a1, a2, a3, a4, a5"
								: "regs[6]";

	buf_printf(out, "struct bcchost_args { u64 %s; };\n", members);
}

static void add_params(const struct kernel_proto *proto, int last, bool tracepoint, struct buf *out)
{
	buf_str(out, tracepoint ? "struct bcchost_args *ctx" : "struct pt_regs *ctx");
	for (int i = 0; i <= last; i++) {
		if (*proto->params[i].name)
			buf_printf(out, ", %s", proto->params[i].decl);
		else
			buf_printf(out, ", unsigned long unnamed%d", i + 1);
	}
}

/* A pointer's declaration has a star in it; numbers need no cast. */
static void add_call(const struct kernel_proto *proto, int last, struct buf *call)
{
	call->len = 0;
	for (int i = 0; i <= last; i++)
		buf_printf(call, ", %sctx[%d]",
			   strchr(proto->params[i].decl, '*') ? "(void *)" : "", i);
}

/* fexit has the result behind the parameters. */
static int compare_results(struct find *f)
{
	if (f->proto->nparams == f->other->nparams)
		return 0;
	return error_set(f->e, FAULT_KERNEL, -EINVAL,
			 "%s has %zu parameters and %s has %zu: one kretfunc handler finds the "
			 "result of one of them only",
			 f->proto->function, f->proto->nparams, f->other->function,
			 f->other->nparams);
}

/* A symbol's function has its name without what compilers append. */
static int target_prototype(struct plan *plan, bool tracepoint, const char *symbol,
			    struct kernel_proto *proto, struct error *e)
{
	char *name;
	int err;

	if (tracepoint)
		return kernel_tracepoint_prototype(plan->kernel, symbol, proto, e);
	name = strndup(symbol, strcspn(symbol, "."));
	if (!name)
		return error_nomem(e);
	err = kernel_prototype(plan->kernel, name, proto, e);
	free(name);
	return err;
}

static bool is_raw(const struct plan_probe *pp)
{
	return pp && pp->probe->kind == PROGRAM_RAW_TRACEPOINT;
}

static bool is_fexit(const struct plan_probe *pp)
{
	return pp->probe->kind == PROGRAM_KRETFUNC;
}

/* All that the probes of one handler took must have what is named in one place. */
static int check_others(struct find *f, const char *handler, const char *names)
{
	struct plan *plan = f->plan;
	struct kernel_proto other = {0};
	int err = 0;

	for (size_t i = 0; i < plan->nprobes && !err; i++) {
		const struct plan_probe *pp = &plan->probes[i];

		if (strcmp(pp->probe->run, handler) != 0)
			continue;
		for (size_t j = 0; j < pp->ntargets && !err; j++) {
			if (strcmp(pp->targets[j].name, f->proto->function) == 0)
				continue;
			err = target_prototype(plan, is_raw(pp), pp->targets[j].name, &other, f->e);
			f->other = &other;
			if (!err)
				err = each_name(names, compare_param, f);
			if (!err && is_fexit(pp))
				err = compare_results(f);
			f->other = NULL;
			kernel_proto_free(&other);
		}
	}
	return err;
}

/* The dot, or the tracepoint of that name, or a function. */
static int find_prototype(struct plan *plan, const struct plan_probe *pp, const char *function,
			  struct kernel_proto *proto, struct error *e)
{
	bool dot = strcmp(function, DOT) == 0;

	if (dot && !pp)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "SIGNATURE(.) is the function that the handler's probe took, but "
				 "no probe runs this one");
	if (dot && (pp->probe->kind == PROGRAM_TRACEPOINT || pp->probe->kind == PROGRAM_PERF_EVENT))
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "SIGNATURE: a %s hands over no parameters (a raw_tracepoint does)",
				 program_probe_kind_name(pp->probe->kind));
	if (pp && program_probe_is_uprobe(pp->probe->kind))
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "SIGNATURE: what a user program's function takes the kernel does "
				 "not know; write `int %s(struct pt_regs *ctx, …)`",
				 pp->probe->run);
	if (is_raw(pp) && !dot && strcmp(function, pp->targets[0].name) != 0)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "SIGNATURE(%s): the handler's probe took the tracepoint %s (a dot "
				 "in the place of the name is whichever it took)",
				 function, pp->targets[0].name);
	return target_prototype(plan, is_raw(pp), dot ? pp->targets[0].name : function, proto, e);
}

/*
 * BTF describes a function by its copies only where these take what the source says (pahole looks
 * at that); the table of known variants says nothing of them.
 */
static int check_copy(const struct plan_probe *pp, const struct kernel_proto *proto,
		      struct error *e)
{
	const char *symbol = pp->targets[0].name;

	if (*proto->result || is_raw(pp) || pp->function[0] == '^' ||
	    kernel_copy_of(symbol) == KERNEL_COPY_SAME)
		return 0;
	return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
			 "%s is on this kernel only as %s, whose parameters the compiler may have "
			 "changed, and no BTF says what they are: they cannot be read",
			 pp->function, symbol);
}

/* A dot and no names: no prototype is needed, and some copies of compilers' have none. */
static bool wants_nothing(const struct plan_probe *pp, const char *function, const char *names)
{
	return pp && (pp->probe->kind == PROGRAM_KPROBE || pp->probe->kind == PROGRAM_KRETPROBE) &&
	       strcmp(function, DOT) == 0 && !names[strspn(names, SPACE)];
}

/* The names without their function and the comma behind it. */
static char *cut_function(char *text, char **function)
{
	char *rest = NULL;

	*function = strtok_r(text, SPACE, &rest);
	return rest ? rest : text;
}

int signature_expand(struct plan *plan, const struct plan_probe *probe, const char *arguments,
		     size_t len, struct buf *out, struct buf *call, size_t *nparams,
		     struct error *e)
{
	struct kernel_proto proto = {0};
	struct find f = {.plan = plan, .proto = &proto, .last = -1, .e = e};
	char *text = strndup(arguments, len), *function, *names;
	int err;

	if (!text)
		return error_nomem(e);
	names = cut_function(text, &function);
	if (!function) {
		err = error_set(e, FAULT_TOOL, -EINVAL,
				"SIGNATURE wants a function and the parameters to see");
		goto out;
	}
	if (wants_nothing(probe, function, names)) {
		buf_str(out, "struct pt_regs *ctx");
		call->len = *nparams = 0;
		err = 0;
		goto out;
	}
	if (probe && names[strspn(names, SPACE)])
		target_reads_parameters(plan, probe->probe->run);
	err = find_prototype(plan, probe, function, &proto, e);
	if (!err && probe && names[strspn(names, SPACE)])
		err = check_copy(probe, &proto, e);
	if (!err)
		err = each_name(names, find_param, &f);
	if (!err)
		err = check_places(&proto, f.last, e);
	if (!err && probe && (strcmp(function, DOT) == 0 || is_fexit(probe)))
		err = check_others(&f, probe->probe->run, strcmp(function, DOT) == 0 ? names : "");
	if (err)
		goto out;
	note_choice(plan, &proto, is_raw(probe));
	*nparams = proto.nparams;
	add_params(&proto, f.last, is_raw(probe), out);
	add_call(&proto, f.last, call);
out:
	kernel_proto_free(&proto);
	free(text);
	return err;
}
