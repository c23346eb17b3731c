/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_tools: what would become of each tool: as a run decides, short of attaching. */
#include <errno.h>
#include <stdlib.h>

#include "base/capability.h"
#include "base/escape.h"
#include "doctor_parts.h"
#include "text/plan.h"
#include "text/substitute.h"
#include "trace/modules.h"
#include "trace/privilege.h"

/* Whether a kernel that lists all that fentry takes does not refuse it, only trying tells. */
static bool is_untried(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nprobes; i++)
		if (program_probe_is_fentry(plan->probes[i].probe->kind))
			return !capability_can_trace();
	return false;
}

/* A variant's plan, whether it may be attached, and a text for it. */
static int try_variant(struct program *p, const struct options *o, struct kernel *k,
		       size_t *variant, json_t *tool, bool *untried, struct error *e)
{
	struct plan plan;
	char *text = NULL;
	int err = plan_make(&plan, p, o, k, *variant, e);

	if (err) {
		*variant = p->nvariants;
		return err;
	}
	*variant = plan.variant_index + 1;
	err = privilege_check_plan(&plan, e) ?: substitute(&plan, kernel_btf_path(k), &text, e);
	*untried = is_untried(&plan);
	if (!err && plan.variant)
		json_object_set_new(tool, "variant", json_string(plan.variant));
	plan_free(&plan);
	free(text);
	return err;
}

static int try_tool(struct program *p, struct kernel *k, json_t *tool, bool *untried,
		    struct error *e)
{
	const struct options base = {.compile_only = true};
	char *argv[] = {p->name, NULL};
	struct options o = {0};
	size_t variant = 0;
	int err = options_parse(p, 1, argv, &base, &o, e);

	if (err)
		return err;
	do {
		error_clear(e);
		err = try_variant(p, &o, k, &variant, tool, untried, e);
	} while (err && variant < p->nvariants &&
		 (e->fault == FAULT_PERMISSION || e->fault == FAULT_KERNEL));
	options_free(&o);
	return err;
}

/* Modules that are not there yet, which a run would load. */
static int missing_modules(const struct program *p, struct kernel *k, json_t *tool, struct error *e)
{
	json_t *missing = json_array();
	int err = 0;

	for (size_t i = 0; i < p->nmodules; i++) {
		if (kernel_has_module(k, p->modules[i]))
			continue;
		json_array_append_new(missing, json_string(p->modules[i]));
		err = err ?: modules_check(p, k, p->modules[i], e);
	}
	json_object_set_new(tool, "modules", missing);
	return err;
}

/* As if this user might trace. */
static int judge(struct program *p, struct kernel *k, json_t *tool, bool *untried, struct error *e)
{
	return missing_modules(p, k, tool, e) ?: try_tool(p, k, tool, untried, e);
}

void doctor_tool(const struct find_tool *found, struct kernel *k, json_t *tools)
{
	json_t *tool = json_pack("{s:s}", "name", found->name);
	struct error e = {0}, refused = {0};
	struct program *p = NULL;
	bool untried = false;
	int err = program_load(found->path, &p, &e) ?: judge(p, k, tool, &untried, &e);

	/* A run asks that first. */
	if (p && privilege_check(k, found->name, &refused)) {
		bool unseen = err ? e.fault == FAULT_PERMISSION : untried;

		json_object_set_new(tool, "privileged", unseen ? json_null() : json_boolean(!err));
		error_clear(&e);
		e = refused;
		err = -EPERM;
	}
	json_object_set_new(tool, "runs", json_boolean(!err));
	if (err) {
		char *why = e.text ? escape_message(e.text) : NULL;

		json_object_set_new(tool, "why", json_string(why ? why : "out of memory"));
		free(why);
	}
	json_array_append_new(tools, tool);
	program_free(p);
	error_clear(&e);
}
