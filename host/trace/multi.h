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

/*
 * Does the kernel take such a link? It is given one whose addresses cannot be read: one that can
 * says so. (A link on a function would cost two changes of the kernel's text, and a wait.)
 */
bool multi_works(void);

/*
 * A link of the program (loaded for it) and the probe's targets that ftrace reaches, which it marks
 * in reached (an array, one for each; none after an error). All are tried first: ftrace's own list
 * of what it reaches takes the kernel longer to write than all else here, and is only read if the
 * kernel refuses. -ENOENT if it reaches none; or another negative errno.
 */
int multi_attach(struct kernel *k, const struct plan_probe *pp, int prog, bool *reached);

#endif
