/* SPDX-License-Identifier: Apache-2.0 */
#include "text/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

void target_free_one(struct plan_target *t)
{
	free(t->name);
	free(t->category);
	free(t->module);
	free(t->file);
	free(t->args);
}

void target_free(struct plan_probe *pp)
{
	for (size_t i = 0; i < pp->ntargets; i++)
		target_free_one(&pp->targets[i]);
	free(pp->targets);
	free(pp->function);
	buf_free(&pp->warnings);
	memset(pp, 0, sizeof(*pp));
}

bool target_is_pattern(const struct plan_probe *pp)
{
	const char *colon =
		program_probe_is_uprobe(pp->probe->kind) ? strrchr(pp->function, ':') : NULL;

	return pp->function[0] == '^' || (colon && colon[1] == '^');
}

static bool is_pattern(const char *target)
{
	return target[0] == '^';
}

/* Or is only the text wanted, or what it compiles to? */
static bool plan_traces(const struct plan *plan)
{
	return !plan->options->print_bpf && !plan->options->compile_only;
}

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
	return can == KERNEL_CAN_YES || (can == KERNEL_CAN_UNKNOWN && !plan_traces(plan));
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
	if (!plan_traces(plan) && plan->program->nmodules)
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

static int resolve_function(struct plan *plan, struct plan_probe *pp, const char *target,
			    struct error *e)
{
	bool pattern = is_pattern(target);
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

/* One of a module that is not there yet, when only the text is wanted? By its category or name. */
static bool is_missing_modules(const struct plan *plan, const char *category, const char *name)
{
	const char *whose = *category ? category : name;

	for (size_t i = 0; !plan_traces(plan) && i < plan->program->nmodules; i++) {
		const char *module = plan->program->modules[i];
		size_t len = strlen(module);

		if (strncmp(whose, module, len) == 0 && (whose[len] == '_' || !whose[len]))
			return !kernel_has_module(plan->kernel, module);
	}
	return false;
}

static int resolve_tracepoint(struct plan *plan, struct plan_probe *pp, const char *target,
			      struct error *e)
{
	const char *colon = strchr(target, ':');
	const char *name = colon ? colon + 1 : target;
	struct plan_target *t;

	t = pp->targets = calloc(1, sizeof(*t));
	if (!t)
		return error_nomem(e);
	t->category = strndup(target, colon ? (size_t)(colon - target) : 0);
	t->name = strdup(name);
	pp->ntargets = 1;
	if (!t->category || !t->name)
		return error_nomem(e);
	return kernel_has_tracepoint(plan->kernel, t->category, t->name) ||
			       is_missing_modules(plan, t->category, t->name)
		       ? 0
		       : -ENOENT;
}

/* What is not of the kernel's text: it is looked for when it is attached to. */
static int resolve_elsewhere(struct plan_probe *pp, const char *target, struct error *e)
{
	struct plan_target *t = pp->targets = calloc(1, sizeof(*t));

	if (!t)
		return error_nomem(e);
	pp->ntargets = 1;
	t->name = strdup(target);
	return t->name ? 0 : error_nomem(e);
}

/* Files that are not there, or are none, are as functions that are not: the next may be. */
static int resolve_user(struct plan *plan, struct plan_probe *pp, const char *target,
			struct buf *why, struct error *e)
{
	struct error one = {0};
	int err = target_user(plan, pp, target, &one);

	if (err == -ENOMEM) {
		*e = one;
		return err;
	}
	if (err)
		buf_printf(why, "%s%s", why->len ? "; " : "", one.text ?: "");
	error_clear(&one);
	return err ? -ENOENT : 0;
}

static int resolve_event(struct plan *plan, struct plan_probe *pp, const char *target,
			 struct error *e)
{
	struct sampling *s = &pp->targets[0].sampling;
	int err = sampling_make(s, plan->program, plan->options, pp->probe, target, e);

	if (err)
		return err;
	return kernel_counts(plan->kernel, s->event.type, s->event.config) == KERNEL_CAN_NO
		       ? -ENOENT
		       : 0;
}

static int resolve_target(struct plan *plan, struct plan_probe *pp, const char *target,
			  struct buf *why, struct error *e)
{
	enum program_probe_kind kind = pp->probe->kind;
	int err;

	if (program_probe_is_uprobe(kind))
		err = resolve_user(plan, pp, target, why, e);
	else if (kind == PROGRAM_PERF_EVENT)
		err = resolve_elsewhere(pp, target, e) ?: resolve_event(plan, pp, target, e);
	else if (kind == PROGRAM_TRACEPOINT || kind == PROGRAM_RAW_TRACEPOINT)
		err = resolve_tracepoint(plan, pp, target, e);
	else
		err = resolve_function(plan, pp, target, e);
	if (err)
		target_free(pp);
	else if (!pp->function)
		pp->function = strdup(target);
	return err;
}

/* What is known of functions that are not there: of a single one why, and what is near the first.
 */
static void explain_missing(struct plan *plan, const struct program_probe *probe, struct buf *out)
{
	const char *first = target_asked(plan, probe, 0);
	char *why = NULL, *near;

	if (probe->kind == PROGRAM_PERF_EVENT)
		sampling_missing(probe, out);
	if (is_pattern(first) ||
	    (!program_probe_is_kprobe(probe->kind) && !program_probe_is_fentry(probe->kind)))
		return;
	if (target_count(probe) == 1)
		why = kernel_why_missing(plan->kernel, first);
	near = kernel_near_functions(plan->kernel, first, 3);
	if (why)
		buf_printf(out, ": %s", why);
	if (near && *near)
		buf_printf(out, "; names near it: %s", near);
	free(near);
	free(why);
}

/* why: what each file was that was tried, and what it has not. */
static int missing_user(struct plan *plan, const struct program_probe *probe, const char *why,
			struct error *e)
{
	const char *kind = program_probe_kind_name(probe->kind);

	if (probe->binary.option)
		return error_set(e, FAULT_USAGE, -ENOENT, "--%s: %s", probe->binary.option, why);
	if (!probe->line)
		return error_set(e, FAULT_USAGE, -ENOENT, "--%s %s=%s: %s", kind, probe->targets[0],
				 probe->run, why);
	return error_set(e, FAULT_KERNEL, -ENOENT, "%s:%u: nothing to attach the %s to: %s",
			 plan->program->path, probe->line, kind, why);
}

static int missing_probe(struct plan *plan, const struct program_probe *probe, struct error *e)
{
	struct buf names = {0}, why = {0};
	int err;

	for (size_t i = 0; i < target_count(probe); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", target_asked(plan, probe, i));
	explain_missing(plan, probe, &why);
	if (probe->option)
		err = error_set(e, FAULT_USAGE, -ENOENT, "--%s: kernel %s has no function %s%s%s",
				probe->option, kernel_release(plan->kernel),
				is_pattern(names.data) ? "that matches " : "", names.data,
				why.data ? why.data : "");
	else if (!probe->line)
		err = error_set(e, FAULT_USAGE, -ENOENT,
				"kernel %s has nothing to attach the %s %s to, which %s shall run "
				"at%s",
				kernel_release(plan->kernel), program_probe_kind_name(probe->kind),
				names.data, probe->run, why.data ? why.data : "");
	else
		err = error_set(e, FAULT_KERNEL, -ENOENT,
				"%s:%u: kernel %s has nothing to attach %s %s to%s",
				plan->program->path, probe->line, kernel_release(plan->kernel),
				program_probe_kind_name(probe->kind), names.data,
				why.data ? why.data : "");
	buf_free(&why);
	buf_free(&names);
	return err;
}

/* Programs of hooks are loaded and attached all the same where no security module calls them. */
static bool bpf_is_lsm(void)
{
	char *active = NULL, *word, *rest;
	bool is = file_read("/sys/kernel/security/lsm", &active, NULL, NULL) != 0;

	for (rest = active; (word = strsep(&rest, ",\n"));)
		is = is || strcmp(word, "bpf") == 0;
	free(active);
	return is;
}

/* Is the kernel able to attach this kind of probe at all? */
static int check_kind(struct plan *plan, const struct program_probe *probe, struct error *e)
{
	if (program_probe_is_kprobe(probe->kind) && !kernel_has_kprobes(plan->kernel))
		return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
				 "kernel %s has no kprobes (CONFIG_KPROBES and "
				 "CONFIG_KPROBE_EVENTS), which %s needs for %s",
				 kernel_release(plan->kernel), plan->program->name,
				 target_asked(plan, probe, 0));
	if (program_probe_is_uprobe(probe->kind) && !kernel_has_uprobes(plan->kernel))
		return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
				 "kernel %s has no uprobes (CONFIG_UPROBES and "
				 "CONFIG_UPROBE_EVENTS), which %s needs for %s",
				 kernel_release(plan->kernel), plan->program->name,
				 target_asked(plan, probe, 0));
	if (probe->kind == PROGRAM_LSM && plan_traces(plan) && !bpf_is_lsm())
		return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
				 "%s: bpf is not among this kernel's active security modules "
				 "(/sys/kernel/security/lsm); boot with lsm=…,bpf",
				 target_asked(plan, probe, 0));
	if (program_probe_is_fentry(probe->kind) && !kernel_has_fentry(plan->kernel))
		return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
				 "kernel %s cannot attach fentry programs (it needs BTF and BPF "
				 "trampolines), which %s needs for %s",
				 kernel_release(plan->kernel), plan->program->name,
				 target_asked(plan, probe, 0));
	return 0;
}

int target_find(struct plan *plan, const struct program_probe *probe, struct plan_probe *pp,
		struct error *e)
{
	struct buf why = {0};
	int err;

	pp->probe = probe;
	err = check_kind(plan, probe, e);
	if (err)
		return err;
	for (size_t i = 0; i < target_count(probe); i++) {
		err = resolve_target(plan, pp, target_asked(plan, probe, i), &why, e);
		if (err != -ENOENT)
			break;
		pp->probe = probe;
	}
	pp->probe = probe;
	if (err == -ENOENT && probe->optional)
		err = 0;
	else if (err == -ENOENT && program_probe_is_uprobe(probe->kind))
		err = missing_user(plan, probe, why.data ?: "", e);
	else if (err == -ENOENT)
		err = missing_probe(plan, probe, e);
	buf_free(&why);
	return err;
}
