/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: a program, its options and a kernel brought together: which variant is taken, what each
 * probe is attached to, which handlers are left out, how events travel; and why, for --print-bpf.
 */
#ifndef BCCHOST_TEXT_PLAN_H
#define BCCHOST_TEXT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "text/sampling.h"
#include "tool/options.h"
#include "tool/program.h"

struct usdt_args; /* user/usdt_args.h */

struct plan_target {
	char *name;	 /* kernel symbol, suffix included; or the tracepoint's name */
	char *category;	 /* of a tracepoint; NULL otherwise */
	char *module;	 /* that the function is in; NULL: vmlinux */
	uint32_t btf_id; /* of fentry and fexit: its number in vmlinux's BTF, or the module's */
	uint64_t addr;	 /* of a function; 0 if we may not see it */
	bool unique;	 /* no other function has this name; else it is attached to by address */
	struct sampling sampling; /* of a perf event */

	/* Of a uprobe or a USDT probe: */
	char *file;		/* the program or library; name: "file:symbol" */
	uint64_t offset;	/* in it */
	uint64_t semaphore;	/* the place in it of the counter of USDT's users; 0: none */
	struct usdt_args *args; /* of USDT: where its arguments are; NULL: not known */
};

struct plan_probe {
	const struct program_probe *probe; /* borrowed */
	char *function;	 /* the one of the probe's targets that was taken; NULL: left out */
	size_t ntargets; /* 0: optional, and this kernel has it not */
	struct plan_target *targets;
	pid_t pid;	     /* of a uprobe: in this process alone; -1: in all */
	struct buf warnings; /* what users have to know of the targets; "\n"-ended lines */
};

struct plan {
	const struct program *program; /* borrowed, as the next two */
	const struct options *options;
	struct kernel *kernel;
	const char *variant; /* borrowed from the program; NULL if it has but one way */
	size_t variant_index;
	size_t nprobes; /* those of the variant */
	struct plan_probe *probes;
	uint64_t *addresses; /* of the program's facts, those that are such; NULL: none is */
	bool ring;	     /* events through a ring buffer, not a perf buffer */
	struct buf notes;    /* lines for the comment of --print-bpf, "\n"-ended */
};

/*
 * Decides all that depends on the kernel and not on the template's text. A probe that this kernel
 * has not, and that is not optional, is FAULT_KERNEL, with the function names near it; with
 * several variants, the first from index `first` on whose every such probe exists is taken, and the
 * error of the first is given if there is none. What `p`, `o` and `k` point to must outlive the
 * plan; plan_free.
 */
int plan_make(struct plan *plan, const struct program *p, const struct options *o, struct kernel *k,
	      size_t first, struct error *e);
void plan_free(struct plan *plan);

/* Looks anew for what the program's probes are attached to: of one whose probes were not known when
 * the plan was made. Errors as above. */
int plan_probes(struct plan *plan, struct error *e);

/* Is the handler one that a probe names, whose every such probe was left out? */
bool plan_left_out(const struct plan *plan, const char *handler);

/* The probe that runs `handler` and was not left out; the first if there are several; or NULL. */
const struct plan_probe *plan_probe_of(const struct plan *plan, const char *handler);

#endif
