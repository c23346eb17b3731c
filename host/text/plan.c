/* SPDX-License-Identifier: Apache-2.0 */
#include "text/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text/fact.h"

static void free_probe(struct plan_probe *pp)
{
	for (size_t i = 0; i < pp->ntargets; i++) {
		free(pp->targets[i].name);
		free(pp->targets[i].category);
		free(pp->targets[i].module);
	}
	free(pp->targets);
	free(pp->function);
	memset(pp, 0, sizeof(*pp));
}

static void free_probes(struct plan *plan)
{
	for (size_t i = 0; i < plan->nprobes; i++)
		free_probe(&plan->probes[i]);
	free(plan->probes);
	plan->probes = NULL;
	plan->nprobes = 0;
}

void plan_free(struct plan *plan)
{
	free_probes(plan);
	buf_free(&plan->notes);
}

static bool is_kprobe(enum program_probe_kind kind)
{
	return kind == PROGRAM_KPROBE || kind == PROGRAM_KRETPROBE;
}

/* What the program names, or what the option was given that it names instead. */
static size_t count_targets(const struct program_probe *probe)
{
	return probe->option ? 1 : probe->ntargets;
}

static const char *target_of(const struct plan *plan, const struct program_probe *probe, size_t i)
{
	return probe->option ? options_value(plan->options, plan->program, probe->option)->text
			     : probe->targets[i];
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

/* Takes the symbols that a probe may sit on; *refused counts those that it may not. */
static int take_symbols(struct plan *plan, struct plan_probe *pp, const struct kernel_symbols *syms,
			size_t *refused, struct error *e)
{
	pp->targets = calloc(syms->n ? syms->n : 1, sizeof(*pp->targets));
	if (!pp->targets)
		return error_nomem(e);
	for (size_t i = 0; i < syms->n; i++) {
		const struct kernel_symbol *s = &syms->v[i];
		struct plan_target *t = &pp->targets[pp->ntargets];

		if (!may_probe(plan, pp->probe, s, &t->btf_id)) {
			(*refused)++;
			continue;
		}
		pp->ntargets++;
		t->name = strdup(s->name);
		t->module = s->module ? strdup(s->module) : NULL;
		if (!t->name || (s->module && !t->module))
			return error_nomem(e);
		t->addr = s->addr;
		t->unique = s->unique;
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

/*
 * When it traces, the program's modules are loaded. When only its text is wanted, their functions
 * are taken to be there if the table knows them.
 */
static int assume_symbol(struct plan *plan, const char *function, struct kernel_symbols *syms,
			 char **module, struct error *e)
{
	*module = plan_traces(plan) || !plan->program->nmodules
			  ? NULL
			  : kernel_module_of(plan->kernel, function);
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

	if (!program_probe_is_fentry(pp->probe->kind))
		return error_set(e, FAULT_KERNEL, -EINVAL,
				 "%s is on this kernel's kprobe blacklist", target);
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
	struct kernel_symbols syms = {0};
	size_t refused = 0;
	char *module = NULL;
	int err;

	if (is_pattern(target))
		err = kernel_functions_match(plan->kernel, target, &syms, e);
	else
		err = kernel_functions(plan->kernel, target, &syms, e);
	if (!err && !syms.n && !is_pattern(target))
		err = assume_symbol(plan, target, &syms, &module, e);
	if (!err)
		err = take_symbols(plan, pp, &syms, &refused, e);
	if (!err && !pp->ntargets)
		/* With none, the next of the probe's targets may exist. */
		err = refused ? refuse(pp, target, &syms, e) : -ENOENT;
	kernel_symbols_free(&syms);
	free(module);
	return err;
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
	return kernel_has_tracepoint(plan->kernel, t->category, t->name) ? 0 : -ENOENT;
}

static int resolve_target(struct plan *plan, struct plan_probe *pp, const char *target,
			  struct error *e)
{
	enum program_probe_kind kind = pp->probe->kind;
	int err;

	if (kind == PROGRAM_TRACEPOINT || kind == PROGRAM_RAW_TRACEPOINT)
		err = resolve_tracepoint(plan, pp, target, e);
	else
		err = resolve_function(plan, pp, target, e);
	if (!err)
		pp->function = strdup(target);
	else
		free_probe(pp);
	return err;
}

static int missing_probe(struct plan *plan, const struct program_probe *probe, struct error *e)
{
	const char *kind = program_probe_kind_name(probe->kind);
	struct buf names = {0};
	char *near = NULL;
	int err;

	for (size_t i = 0; i < count_targets(probe); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", target_of(plan, probe, i));
	if (is_pattern(target_of(plan, probe, 0)))
		near = strdup("");
	else if (is_kprobe(probe->kind) || program_probe_is_fentry(probe->kind))
		near = kernel_near_functions(plan->kernel, target_of(plan, probe, 0), 3);
	if (probe->option) {
		err = error_set(e, FAULT_USAGE, -ENOENT, "--%s: kernel %s has no function %s%s%s%s",
				probe->option, kernel_release(plan->kernel),
				is_pattern(names.data) ? "that matches " : "", names.data,
				near && *near ? "; names near it: " : "", near ? near : "");
		goto out;
	}
	err = error_set(e, FAULT_KERNEL, -ENOENT,
			"%s:%u: kernel %s has nothing to attach %s %s to%s%s", plan->program->path,
			probe->line, kernel_release(plan->kernel), kind, names.data,
			near && *near ? "; names near it: " : "", near ? near : "");
out:
	free(near);
	buf_free(&names);
	return err;
}

/* Is the kernel able to attach this kind of probe at all? */
static int check_kind(struct plan *plan, const struct program_probe *probe, struct error *e)
{
	if (is_kprobe(probe->kind) && !kernel_has_kprobes(plan->kernel))
		return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
				 "kernel %s has no kprobes (CONFIG_KPROBES and "
				 "CONFIG_KPROBE_EVENTS), which %s needs for %s",
				 kernel_release(plan->kernel), plan->program->name,
				 target_of(plan, probe, 0));
	if (program_probe_is_fentry(probe->kind) && !kernel_has_fentry(plan->kernel))
		return error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
				 "kernel %s cannot attach fentry programs (it needs BTF and BPF "
				 "trampolines), which %s needs for %s",
				 kernel_release(plan->kernel), plan->program->name,
				 target_of(plan, probe, 0));
	return 0;
}

static int resolve_probe(struct plan *plan, const struct program_probe *probe,
			 struct plan_probe *pp, struct error *e)
{
	int err;

	pp->probe = probe;
	err = check_kind(plan, probe, e);
	if (err)
		return err;
	for (size_t i = 0; i < count_targets(probe); i++) {
		err = resolve_target(plan, pp, target_of(plan, probe, i), e);
		if (err != -ENOENT)
			break;
		pp->probe = probe;
	}
	pp->probe = probe;
	if (err == -ENOENT) {
		if (probe->optional)
			return 0;
		return missing_probe(plan, probe, e);
	}
	return err;
}

static bool in_variant(const struct program_probe *probe, const char *variant)
{
	return !probe->variant || !variant || strcmp(probe->variant, variant) == 0;
}

/* *wanted stays true if the kernel answers the fact of that macro like `as`. */
static int ask_fact(struct plan *plan, const char *macro, bool as, bool *wanted, struct error *e)
{
	bool holds;
	int err;

	if (!macro || !*wanted)
		return 0;
	err = fact_holds(plan->program, program_fact(plan->program, macro), plan->kernel, &holds,
			 e);
	*wanted = holds == as;
	return err;
}

/* Is the probe of this variant, and are its `when` and `unless` as this kernel has it? */
static int is_wanted(struct plan *plan, const struct program_probe *probe, bool *wanted,
		     struct error *e)
{
	*wanted = in_variant(probe, plan->variant);
	return ask_fact(plan, probe->when, true, wanted, e)
		       ?: ask_fact(plan, probe->unless, false, wanted, e);
}

static int try_variant(struct plan *plan, const char *variant, struct error *e)
{
	const struct program *p = plan->program;
	size_t attachable = 0;
	int err;

	free_probes(plan);
	plan->variant = variant;
	plan->probes = calloc(p->nprobes ? p->nprobes : 1, sizeof(*plan->probes));
	if (!plan->probes)
		return error_nomem(e);
	for (size_t i = 0; i < p->nprobes; i++) {
		bool wanted;

		err = is_wanted(plan, &p->probes[i], &wanted, e);
		if (err)
			return err;
		if (!wanted)
			continue;
		err = resolve_probe(plan, &p->probes[i], &plan->probes[plan->nprobes++], e);
		if (err)
			return err;
		attachable += plan->probes[plan->nprobes - 1].ntargets;
	}
	if (p->nprobes && !attachable)
		return error_set(e, FAULT_KERNEL, -ENOENT,
				 "kernel %s has none of the functions that %s attaches to",
				 kernel_release(plan->kernel), p->name);
	return 0;
}

/* A variant that was asked for by name is the only one that is tried. */
static int choose_variant(struct plan *plan, size_t from, struct error *e)
{
	const struct program *p = plan->program;
	const char *asked = plan->options->variant;
	struct error one = {0};
	struct buf why = {0};
	int err = 0;

	if (!p->nvariants)
		return try_variant(plan, NULL, e);
	for (size_t i = from; i < p->nvariants; i++) {
		if (asked && strcmp(asked, p->variants[i]) != 0)
			continue;
		err = try_variant(plan, p->variants[i], &one);
		if (!err) {
			plan->variant_index = i;
			buf_printf(&plan->notes, "variant: %s%s%s\n", p->variants[i],
				   asked ? ", asked for by --variant" : "",
				   why.data ? why.data : "");
			goto out;
		}
		buf_printf(&why, "; not %s: %s", p->variants[i], one.text ? one.text : "?");
	}
	if (asked)
		err = error_set(e, one.fault, err, "%s", one.text ? one.text : "?");
	else
		err = error_set(e, one.fault, err, "no variant of %s works here%s", p->name,
				why.data ? why.data : "");
out:
	error_clear(&one);
	buf_free(&why);
	return err;
}

static int choose_buffer(struct plan *plan, struct error *e)
{
	bool has = kernel_has_ringbuf(plan->kernel);
	enum options_buffer asked = plan->options->buffer;

	if (asked == OPTIONS_BUFFER_RING && !has)
		return error_set(
			e, FAULT_KERNEL, -EOPNOTSUPP,
			"--buffer ring: kernel %s has no BPF ring buffer (it came with 5.8)",
			kernel_release(plan->kernel));
	plan->ring = asked == OPTIONS_BUFFER_RING || (asked == OPTIONS_BUFFER_AUTO && has);
	if (plan->program->output != PROGRAM_STREAM)
		return 0;
	buf_printf(&plan->notes, "events: through a %s buffer (%s)\n", plan->ring ? "ring" : "perf",
		   asked != OPTIONS_BUFFER_AUTO ? "asked for by --buffer"
		   : has			? "the kernel has it"
						: "the kernel has no ring buffer");
	return 0;
}

/* All of them, unless it is the very one that was named; the address where the name is not enough.
 */
static void note_functions(struct buf *notes, const struct plan_probe *pp)
{
	const struct plan_target *first = pp->targets;

	if (pp->ntargets == 1 && strcmp(first->name, pp->function) == 0) {
		if (first->module)
			buf_printf(notes, " in module %s", first->module);
		return;
	}
	if (pp->ntargets > 1)
		buf_printf(notes, ", %zu functions", pp->ntargets);
	buf_str(notes, pp->ntargets > 1 ? ":" : " =");
	for (size_t i = 0; i < pp->ntargets; i++) {
		const struct plan_target *t = &pp->targets[i];

		buf_printf(notes, " %s", t->name);
		if (!t->unique && t->addr)
			buf_printf(notes, "@%" PRIx64, t->addr);
		if (t->module)
			buf_printf(notes, "[%s]", t->module);
	}
}

static void note_probes(struct plan *plan)
{
	for (size_t i = 0; i < plan->nprobes; i++) {
		const struct plan_probe *pp = &plan->probes[i];
		const struct program_probe *probe = pp->probe;

		buf_printf(&plan->notes, "probe: %s ", program_probe_kind_name(probe->kind));
		if (!pp->ntargets) {
			buf_printf(&plan->notes, "%s: not in this kernel, optional, %s left out\n",
				   target_of(plan, probe, 0), probe->run);
			continue;
		}
		buf_str(&plan->notes, pp->function);
		if (!pp->targets[0].category)
			note_functions(&plan->notes, pp);
		buf_printf(&plan->notes, " -> %s\n", probe->run);
	}
}

int plan_make(struct plan *plan, const struct program *p, const struct options *o, struct kernel *k,
	      size_t first, struct error *e)
{
	int err;

	memset(plan, 0, sizeof(*plan));
	plan->program = p;
	plan->options = o;
	plan->kernel = k;
	err = choose_variant(plan, first, e);
	if (!err)
		err = choose_buffer(plan, e);
	if (err)
		plan_free(plan);
	else
		note_probes(plan);
	return err;
}

bool plan_left_out(const struct plan *plan, const char *handler)
{
	bool named = false;

	/* A handler of another variant is left out as well. */
	for (size_t i = 0; i < plan->program->nprobes; i++)
		named |= strcmp(plan->program->probes[i].run, handler) == 0;
	return named && !plan_probe_of(plan, handler);
}

const struct plan_probe *plan_probe_of(const struct plan *plan, const char *handler)
{
	for (size_t i = 0; i < plan->nprobes; i++)
		if (plan->probes[i].ntargets && strcmp(plan->probes[i].probe->run, handler) == 0)
			return &plan->probes[i];
	return NULL;
}
