/* SPDX-License-Identifier: Apache-2.0 */
/* target_missing: why a kernel has nothing of what a probe asks for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "text/target_parts.h"

/* What is known of functions that are not there: of a single one why, and what is near the first.
 */
static void explain_missing(struct plan *plan, const struct program_probe *probe, struct buf *out)
{
	const char *first = target_asked(plan, probe, 0);
	char *why = NULL, *near;

	if (probe->kind == PROGRAM_PERF_EVENT)
		sampling_missing(probe, out);
	if (target_names_pattern(first) ||
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
				target_names_pattern(names.data) ? "that matches " : "", names.data,
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

int target_check_kind(struct plan *plan, const struct program_probe *probe, struct error *e)
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
	if (probe->kind == PROGRAM_LSM && target_traces(plan) && !bpf_is_lsm())
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

int target_missing(struct plan *plan, const struct program_probe *probe, const char *why,
		   struct error *e)
{
	return program_probe_is_uprobe(probe->kind) ? missing_user(plan, probe, why, e)
						    : missing_probe(plan, probe, e);
}
