/* SPDX-License-Identifier: Apache-2.0 */
/* target_function: the kernel's functions that kprobes and fentry programs are on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/target_parts.h"

/*
 * A BPF trampoline wants the function in vmlinux's or its module's BTF, under its own name, and
 * ftrace in it. Only the first is asked here: the list of what ftrace can reach takes longer to
 * read than all else, and a function that is not in it is refused when it is attached to; the next
 * variant is taken then.
 */
static bool takes_fentry(struct plan *plan, const struct kernel_symbol *s, uint32_t *id)
{
	enum kernel_can can;

	*id = 0;
	if (!s->unique)
		return false;
	if (!s->module) {
		*id = kernel_function_id(plan->kernel, s->name);
		return *id != 0;
	}
	can = kernel_module_function(plan->kernel, s->module, s->name, id);
	return can == KERNEL_CAN_YES || (can == KERNEL_CAN_UNKNOWN && !target_traces(plan));
}

static bool may_probe(struct plan *plan, const struct program_probe *probe,
		      const struct kernel_symbol *s, uint32_t *id)
{
	if (program_probe_is_fentry(probe->kind))
		return takes_fentry(plan, s, id);
	return kernel_can_probe(plan->kernel, s->name) != KERNEL_CAN_NO;
}

static int add_target(struct plan_probe *pp, const struct kernel_symbol *s, uint32_t btf_id)
{
	struct plan_target *t = &pp->targets[pp->ntargets++];

	t->name = strdup(s->name);
	t->module = s->module ? strdup(s->module) : NULL;
	t->addr = s->addr;
	t->unique = s->unique;
	t->btf_id = btf_id;
	return t->name && (t->module || !s->module) ? 0 : -ENOMEM;
}

/*
 * Takes the symbols that a probe may sit on; *refused counts those that it may not. Of a pattern
 * these need no word: it names no function.
 */
static int take_symbols(struct plan *plan, struct plan_probe *pp, const struct kernel_symbols *syms,
			bool pattern, size_t *refused, struct error *e)
{
	uint32_t btf_id = 0;

	pp->targets = calloc(syms->n ? syms->n : 1, sizeof(*pp->targets));
	if (!pp->targets)
		return error_nomem(e);
	for (size_t i = 0; i < syms->n; i++) {
		const struct kernel_symbol *s = &syms->v[i];

		if (may_probe(plan, pp->probe, s, &btf_id)) {
			if (add_target(pp, s, btf_id))
				return error_nomem(e);
			continue;
		}
		(*refused)++;
		if (pattern)
			continue;
		buf_str(&pp->warnings, "not probed: ");
		target_name(&pp->warnings, s->name, s->module, s->addr, s->unique);
		buf_str(&pp->warnings, " is on this kernel's kprobe blacklist\n");
	}
	return 0;
}

static bool lists_module(const struct program *p, const char *module)
{
	for (size_t i = 0; i < p->nmodules; i++)
		if (strcmp(p->modules[i], module) == 0)
			return true;
	return false;
}

/* "zfs_read" bears the name of the module zfs; of one that the table knows, the table is believed.
 */
static char *module_by_name(struct plan *plan, const char *function)
{
	const struct program *p = plan->program;

	for (size_t i = 0; i < p->nmodules; i++) {
		size_t len = strlen(p->modules[i]);

		if (strncmp(function, p->modules[i], len) == 0 && function[len] == '_')
			return kernel_knows_module(plan->kernel, p->modules[i])
				       ? NULL
				       : strdup(p->modules[i]);
	}
	return NULL;
}

/*
 * When it traces, the program's modules are loaded. When only its text is wanted, the functions of
 * one that is not are taken to be there if the table knows them, or by their names.
 */
static int assume_symbol(struct plan *plan, const char *function, struct kernel_symbols *syms,
			 char **module, struct error *e)
{
	*module = NULL;
	if (!target_traces(plan) && plan->program->nmodules)
		*module =
			kernel_module_of(plan->kernel, function) ?: module_by_name(plan, function);
	if (!*module || !lists_module(plan->program, *module) ||
	    kernel_has_module(plan->kernel, *module))
		return 0;
	kernel_symbols_free(syms);
	syms->v = calloc(1, sizeof(*syms->v));
	if (!syms->v)
		return error_nomem(e);
	syms->v[syms->n++] =
		(struct kernel_symbol){.name = function, .module = *module, .unique = true};
	return 0;
}

static int refuse(const struct plan_probe *pp, const char *target, const struct kernel_symbols *s,
		  struct error *e)
{
	const char *module = s->v[0].module;
	struct buf names = {0};
	int err;

	if (!program_probe_is_fentry(pp->probe->kind))
		return error_set(e, FAULT_KERNEL, -EINVAL,
				 "%s is on this kernel's kprobe blacklist", target);
	if (s->n > 1) {
		for (size_t i = 0; i < s->n; i++) {
			buf_str(&names, i ? ", " : "");
			target_name(&names, s->v[i].name, s->v[i].module, s->v[i].addr,
				    s->v[i].unique);
		}
		err = error_set(
			e, FAULT_KERNEL, -EINVAL,
			"%s is %zu functions on this kernel (%s), of which an fentry program "
			"would reach at most one; a kprobe reaches all",
			target, s->n, names.data ? names.data : "");
		buf_free(&names);
		return err;
	}
	if (module)
		return error_set(e, FAULT_KERNEL, -EINVAL,
				 "%s cannot take fentry programs: its module %s has no BTF, or not "
				 "of it (/sys/kernel/btf/%s)",
				 target, module, module);
	return error_set(e, FAULT_KERNEL, -EINVAL, "%s cannot take fentry programs on this kernel",
			 target);
}

int target_function(struct plan *plan, struct plan_probe *pp, const char *target, struct error *e)
{
	bool pattern = target_names_pattern(target);
	struct kernel_symbols syms = {0};
	size_t refused = 0;
	char *module = NULL;
	int err;

	if (pattern)
		err = kernel_functions_match(plan->kernel, target, &syms, e);
	else
		err = kernel_functions(plan->kernel, target, &syms, e);
	if (!err && !syms.n && !pattern)
		err = assume_symbol(plan, target, &syms, &module, e);
	if (!err)
		err = take_symbols(plan, pp, &syms, pattern, &refused, e);
	if (!err && refused && !pattern && program_probe_is_fentry(pp->probe->kind))
		err = refuse(pp, target, &syms, e);
	if (!err && !pp->ntargets)
		/* With none, the next of the probe's targets may exist. */
		err = refused ? refuse(pp, target, &syms, e) : -ENOENT;
	kernel_symbols_free(&syms);
	free(module);
	return err;
}
