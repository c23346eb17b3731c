/* SPDX-License-Identifier: Apache-2.0 */
/* target_note: what is said of the functions that probes are attached to, and those left out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text/target.h"

size_t target_count(const struct program_probe *probe)
{
	return probe->option ? 1 : probe->ntargets;
}

const char *target_asked(const struct plan *plan, const struct program_probe *probe, size_t i)
{
	return probe->option ? options_value(plan->options, plan->program, probe->option)->text
			     : probe->targets[i];
}

void target_name(struct buf *out, const char *name, const char *module, uint64_t addr, bool unique)
{
	buf_str(out, name);
	if (!unique && addr)
		buf_printf(out, "@%" PRIx64, addr);
	if (module)
		buf_printf(out, "[%s]", module);
}

/* Those that are another function to their callers go, if one that is not stays. */
static void leave_out_copies(struct plan_probe *pp)
{
	size_t kept = 0, copies = 0;

	for (size_t i = 0; i < pp->ntargets; i++)
		copies += kernel_copy_of(pp->targets[i].name) != KERNEL_COPY_SAME;
	if (copies == pp->ntargets || pp->function[0] == '^')
		return;
	for (size_t i = 0; i < pp->ntargets; i++) {
		struct plan_target *t = &pp->targets[i];

		if (kernel_copy_of(t->name) == KERNEL_COPY_SAME) {
			pp->targets[kept++] = *t;
			continue;
		}
		target_name(&pp->left_out, t->name, t->module, t->addr, t->unique);
		buf_printf(&pp->left_out,
			   ": %s reads parameters of %s, and the compiler may have changed them in "
			   "this copy\n",
			   pp->probe->run, pp->function);
		target_free_one(t);
	}
	pp->ntargets = kept;
}

void target_leave_out(struct plan *plan, const char *handler)
{
	for (size_t i = 0; i < plan->nprobes; i++) {
		struct plan_probe *pp = &plan->probes[i];

		if (program_probe_is_kprobe(pp->probe->kind) &&
		    strcmp(pp->probe->run, handler) == 0)
			leave_out_copies(pp);
	}
}

/* All of them, unless it is the very one that was named. */
static void note_functions(struct buf *notes, const struct plan_probe *pp)
{
	const struct plan_target *first = pp->targets;

	if (pp->ntargets == 1 && strcmp(first->name, pp->function) == 0 && first->unique) {
		if (first->module)
			buf_printf(notes, " in module %s", first->module);
		return;
	}
	if (pp->ntargets > 1)
		buf_printf(notes, ", %zu functions", pp->ntargets);
	buf_str(notes, pp->ntargets > 1 ? ":" : " =");
	for (size_t i = 0; i < pp->ntargets; i++) {
		const struct plan_target *t = &pp->targets[i];

		buf_char(notes, ' ');
		target_name(notes, t->name, t->module, t->addr, t->unique);
	}
}

static void note_left_out(struct buf *notes, const struct plan_probe *pp)
{
	const char *line = pp->left_out.data;

	for (size_t len; line && *line; line += len + 1) {
		len = strcspn(line, "\n");
		buf_printf(notes, "not probed: %.*s\n", (int)len, line);
	}
}

void target_note(const struct plan *plan, const struct plan_probe *pp, struct buf *notes)
{
	const struct program_probe *probe = pp->probe;

	buf_printf(notes, "probe: %s ", program_probe_kind_name(probe->kind));
	if (!pp->ntargets) {
		buf_printf(notes, "%s: not in this kernel, optional, %s left out\n",
			   target_asked(plan, probe, 0), probe->run);
		return;
	}
	buf_str(notes, pp->function);
	if (!pp->targets[0].category)
		note_functions(notes, pp);
	buf_printf(notes, " -> %s\n", probe->run);
	note_left_out(notes, pp);
}
