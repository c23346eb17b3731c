/* SPDX-License-Identifier: Apache-2.0 */
#include "text/signature.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Registers that carry parameters: PT_REGS_PARM1…6, as libbcc's rewriter knows them. */
#define REGISTER_PARAMS 6

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

static int check_registers(const struct kernel_proto *proto, int last, struct error *e)
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

/* *last becomes the index of the last parameter that is named; -1 if none is. */
static int find_params(struct plan *plan, const struct kernel_proto *proto, char *names, int *last,
		       struct error *e)
{
	char *name, *save = NULL;

	*last = -1;
	for (name = strtok_r(names, ", \t\n", &save); name;
	     name = strtok_r(NULL, ", \t\n", &save)) {
		int i = kernel_proto_find(proto, name);

		if (i < 0)
			return no_such_param(plan, proto, name, e);
		if (i > *last)
			*last = i;
	}
	return check_registers(proto, *last, e);
}

static void note_choice(struct plan *plan, const struct kernel_proto *proto)
{
	buf_printf(&plan->notes, "signature: %s %s(", proto->result, proto->function);
	for (size_t i = 0; i < proto->nparams; i++)
		buf_printf(&plan->notes, "%s%s", i ? ", " : "", proto->params[i].decl);
	buf_printf(&plan->notes, "), from %s\n", proto->source);
}

static void add_params(const struct kernel_proto *proto, int last, struct buf *out)
{
	buf_str(out, "struct pt_regs *ctx");
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

int signature_expand(struct plan *plan, const char *arguments, size_t len, struct buf *out,
		     struct buf *call, size_t *nparams, struct error *e)
{
	struct kernel_proto proto = {0};
	char *text = strndup(arguments, len), *function, *rest = NULL;
	int last, err;

	if (!text)
		return error_nomem(e);
	function = strtok_r(text, ", \t\n", &rest);
	if (!function) {
		err = error_set(e, FAULT_TOOL, -EINVAL,
				"SIGNATURE wants a function and the parameters to see");
		goto out;
	}
	err = kernel_prototype(plan->kernel, function, &proto, e);
	if (err)
		goto out;
	err = find_params(plan, &proto, rest, &last, e);
	if (err)
		goto out;
	note_choice(plan, &proto);
	*nparams = proto.nparams;
	add_params(&proto, last, out);
	add_call(&proto, last, call);
out:
	kernel_proto_free(&proto);
	free(text);
	return err;
}
