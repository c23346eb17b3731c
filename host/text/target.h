/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target: the functions and tracepoints of this kernel that a probe of a program is attached to.
 *
 * A kprobe on a name goes on every function that the kernel has of it: static ones of several
 * files and modules, and the copies that the compiler made for some callers (kernel_functions). An
 * fentry program reaches one alone, and only what BTF describes: where there are several it is
 * refused, so that a program's next variant is taken.
 */
#ifndef BCCHOST_TEXT_TARGET_H
#define BCCHOST_TEXT_TARGET_H

#include "base/buf.h"
#include "base/error.h"
#include "text/plan.h"

/*
 * Fills pp, which must be zeroed: no targets if the probe is optional and this kernel has nothing
 * of that name. Else that is FAULT_KERNEL, with why and what names are near (FAULT_USAGE if an
 * option, or the command line of `bcchost run`, named the function); so is a kernel that cannot do
 * this kind of probe. target_free, also after an error.
 */
int target_find(struct plan *plan, const struct program_probe *probe, struct plan_probe *pp,
		struct error *e);
void target_free(struct plan_probe *pp);
void target_free_one(struct plan_target *t);

/* The process that a uprobe is for: its `binary:` or its `pid:` names it, or --pid; -1: all. */
pid_t target_process(const struct plan *plan, const struct program_probe *probe);

/* Is it on whatever a regular expression matches? Of these some may not be probed. */
bool target_is_pattern(const struct plan_probe *pp);

/* What the program names, or what the option was given that it names instead: how many names, and
 * the one of that index. */
size_t target_count(const struct program_probe *probe);
const char *target_asked(const struct plan *plan, const struct program_probe *probe, size_t i);

/* Appends "name", "name[module]", and where another function has the name "name@address". */
void target_name(struct buf *out, const char *name, const char *module, uint64_t addr, bool unique);

/*
 * The handler reads parameters: its kprobes leave out the copies whose parameters the compiler may
 * have changed (.isra, .constprop) if they stand beside what they are copies of, with a warning;
 * and there is one if several functions remain. Once for a handler.
 */
void target_reads_parameters(struct plan *plan, const char *handler);

/* What the probe is attached to, and what is not: lines for people. */
void target_note(const struct plan *plan, const struct plan_probe *pp, struct buf *notes);

#endif
