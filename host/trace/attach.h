/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attach: programs onto their probes. Every probe hangs on a descriptor of this process (the
 * kprobe PMU and perf events, not tracefs): when the process ends, however it does, they are gone.
 */
#ifndef BCCHOST_TRACE_ATTACH_H
#define BCCHOST_TRACE_ATTACH_H

#include <stddef.h>

#include "base/error.h"
#include "text/plan.h"
#include "trace/load.h"

struct attach {
	int *fds; /* owned */
	size_t n;
};

/*
 * Attaches all of the plan's probes, those of many functions in one go where the kernel can
 * (multi.h). A target of a pattern, or one of several of a name, that refuses is passed over if
 * another does not (some functions cannot be probed and no list tells so), of a name with a line on
 * stderr; any other is an error: FAULT_PERMISSION, or FAULT_KERNEL. What was attached before an
 * error stays in `a`: attach_free ends it. With --verbose it says on stderr what each probe is
 * attached to, and how, if that is several functions.
 */
int attach_plan(struct attach *a, const struct plan *plan, struct load *l, struct error *e);

/* Detaches all, several at a time: the kernel makes whoever detaches wait. */
void attach_free(struct attach *a);

#endif
