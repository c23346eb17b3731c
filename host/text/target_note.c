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

static bool is_changed(const struct plan_target *t)
{
	return kernel_copy_of(t->name) != KERNEL_COPY_SAME;
}

static void warn_left_out(struct plan_probe *pp, const struct plan_target *t)
{
	buf_str(&pp->warnings, "not probed: ");
	target_name(&pp->warnings, t->name, t->module, t->addr, t->unique);
	buf_printf(&pp->warnings,
		   ": %s reads parameters of %s, and the compiler may have changed them in this "
		   "copy\n",
		   pp->probe->run, pp->function);
}

/* Copies go, if what they are copies of stays. */
static void leave_out_copies(struct plan_probe *pp)
{
	size_t kept = 0, copies = 0;

	for (size_t i = 0; i < pp->ntargets; i++)
		copies += is_changed(&pp->targets[i]);
	if (copies == pp->ntargets)
		return;
	for (size_t i = 0; i < pp->ntargets; i++) {
		if (is_changed(&pp->targets[i])) {
			warn_left_out(pp, &pp->targets[i]);
			target_free_one(&pp->targets[i]);
		} else {
			pp->targets[kept++] = pp->targets[i];
		}
	}
	pp->ntargets = kept;
}

static void read_parameters(struct plan_probe *pp)
{
	if (!pp->ntargets || target_is_pattern(pp))
		return;
	leave_out_copies(pp);
	if (pp->ntargets > 1)
		buf_printf(&pp->warnings,
			   "%s is %zu functions, and %s reads the parameters of all as those of "
			   "one of them\n",
			   pp->function, pp->ntargets, pp->probe->run);
}

void target_reads_parameters(struct plan *plan, const char *handler)
{
	for (size_t i = 0; i < plan->nprobes; i++) {
		struct plan_probe *pp = &plan->probes[i];

		if (program_probe_is_kprobe(pp->probe->kind) &&
		    strcmp(pp->probe->run, handler) == 0)
			read_parameters(pp);
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

/* Of a user program's function the file that was found; of several places how many. */
static void note_user(struct buf *notes, const struct plan_probe *pp)
{
	if (strcmp(pp->targets[0].name, pp->function) != 0)
		buf_printf(notes, " = %s", pp->targets[0].name);
	if (pp->ntargets > 1)
		buf_printf(notes, ", %zu places", pp->ntargets);
	if (pp->pid > 0)
		buf_printf(notes, ", in process %d", (int)pp->pid);
}

void target_note(const struct plan *plan, const struct plan_probe *pp, struct buf *notes)
{
	const struct program_probe *probe = pp->probe;

	buf_printf(notes, "probe: %s ", program_probe_kind_name(probe->kind));
	if (!pp->ntargets) {
		buf_printf(
			notes, "%s: not %s, optional, %s left out\n", target_asked(plan, probe, 0),
			program_probe_is_uprobe(probe->kind) ? "on this machine" : "in this kernel",
			probe->run);
		return;
	}
	buf_str(notes, pp->function);
	if (program_probe_is_uprobe(probe->kind))
		note_user(notes, pp);
	else if (probe->kind == PROGRAM_PERF_EVENT)
		sampling_note(&pp->targets[0].sampling, notes);
	else if (!pp->targets[0].category)
		note_functions(notes, pp);
	buf_printf(notes, " -> %s\n", probe->run);
	buf_add(notes, pp->warnings.data, pp->warnings.len);
}
