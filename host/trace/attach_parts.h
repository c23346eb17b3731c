/* SPDX-License-Identifier: Apache-2.0 */
/* attach_parts: what attach.c, which attaches a plan, has of attach_target.c, which attaches one
 * program; only for those two. */
#ifndef BCCHOST_TRACE_ATTACH_PARTS_H
#define BCCHOST_TRACE_ATTACH_PARTS_H

#include "trace/attach.h"

/* Takes fd, which is closed if there is no memory for it. */
int attach_keep(struct attach *a, int fd, struct error *e);

/*
 * Puts the program onto one of the probe's targets, and keeps what it hangs on. FAULT_PERMISSION or
 * FAULT_KERNEL, with the probe and why.
 */
int attach_target(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
		  const struct plan_target *t, int prog, struct error *e);

#endif
