/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multi: one program on many functions by one BPF link (kprobe_multi: 5.18 with CONFIG_FPROBE).
 * Each kprobe of its own costs a perf event and a change of the kernel's text; a link changes all
 * in one go. It reaches what ftrace reaches.
 */
#ifndef BCCHOST_TRACE_MULTI_H
#define BCCHOST_TRACE_MULTI_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "text/plan.h"

/* Does the kernel take such a link? It is tried, on a function that every kernel has. */
bool multi_works(void);

/*
 * Marks in reached (an array, one for each of the probe's targets) those that ftrace reaches, by
 * their addresses; returns how many. Of functions that share a name all or none.
 */
size_t multi_reachable(struct kernel *k, const struct plan_probe *pp, bool *reached);

/* A link of the program (loaded for it) and the marked targets, or a negative errno. */
int multi_attach(const struct plan_probe *pp, const bool *reached, size_t n, int prog);

#endif
