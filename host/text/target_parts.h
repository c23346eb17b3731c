/* SPDX-License-Identifier: Apache-2.0 */
/* target_parts: the steps of target_find, a .c file each; only for target*.c. */
#ifndef BCCHOST_TEXT_TARGET_PARTS_H
#define BCCHOST_TEXT_TARGET_PARTS_H

#include "text/target.h"

/* Or is only the text wanted, or what it compiles to? */
bool target_traces(const struct plan *plan);

/* Is it a regular expression, and no function's name? */
bool target_names_pattern(const char *target);

/*
 * Fills pp with the kernel's functions of that name, or that a pattern matches. -ENOENT, without a
 * word, if there are none; FAULT_KERNEL if this kernel refuses the probe on those that there are.
 */
int target_function(struct plan *plan, struct plan_probe *pp, const char *target, struct error *e);

/*
 * Fills pp with the places of "file:symbol" (of USDT "file:provider:name"), or of the file of the
 * probe's `binary:` and "symbol": those that this machine's files have, also if a container has
 * others; of a kernel that is not the running one they are taken to be there. FAULT_USAGE if there
 * are none.
 */
int target_user(struct plan *plan, struct plan_probe *pp, const char *target, struct error *e);

/* Is the kernel able to attach this kind of probe at all? FAULT_KERNEL if not. */
int target_check_kind(struct plan *plan, const struct program_probe *probe, struct error *e);

/*
 * The error of a probe of which this kernel has no target: as target_find has it. why: of a uprobe,
 * what each file was that was tried, and what it has not. Returns -ENOENT.
 */
int target_missing(struct plan *plan, const struct program_probe *probe, const char *why,
		   struct error *e);

#endif
