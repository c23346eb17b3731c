/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/target_parts.h"

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

bool target_names_pattern(const char *target)
{
	return target[0] == '^';
}

bool target_traces(const struct plan *plan)
{
	return !plan->options->print_bpf && !plan->options->compile_only;
}

/* One of a module that is not there yet, when only the text is wanted? By its category or name. */
static bool is_missing_modules(const struct plan *plan, const char *category, const char *name)
{
	const char *whose = *category ? category : name;

	for (size_t i = 0; !target_traces(plan) && i < plan->program->nmodules; i++) {
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
		err = target_function(plan, pp, target, e);
	if (err)
		target_free(pp);
	else if (!pp->function)
		pp->function = strdup(target);
	return err;
}

int target_find(struct plan *plan, const struct program_probe *probe, struct plan_probe *pp,
		struct error *e)
{
	struct buf why = {0};
	int err;

	pp->probe = probe;
	err = target_check_kind(plan, probe, e);
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
	else if (err == -ENOENT)
		err = target_missing(plan, probe, why.data ?: "", e);
	buf_free(&why);
	return err;
}
