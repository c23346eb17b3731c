/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capability: what this process may do beyond what its user may (capabilities(7)), through
 * libcap-ng. A thread's own matter: asked for and given up by the one that calls.
 */
#ifndef BCCHOST_BASE_CAPABILITY_H
#define BCCHOST_BASE_CAPABILITY_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define CAPABILITY(cap) ((uint64_t)1 << (cap)) /* in a set of them */

/*
 * Have we that one (CAP_BPF), effective now? CAP_BPF and CAP_PERFMON were made of CAP_SYS_ADMIN,
 * which still stands for them. Root of a user namespace has them all, and few count for the kernel:
 * capability_is_confined.
 */
bool capability_has(unsigned int cap);

/* May we use BPF to trace: CAP_BPF and CAP_PERFMON? */
bool capability_can_trace(void);

/* Are we in another user namespace than the machine's first (a rootless container)? */
bool capability_is_confined(void);

/*
 * For messages: those of the list (its last is UINT_MAX) that we have not, as "CAP_BPF and
 * CAP_PERFMON"; "" if none is missing, NULL if out of memory. The caller's.
 */
char *capability_missing(const unsigned int *caps);

/* What fn says when nothing is effective for the time of its call. */
bool capability_without(bool (*fn)(void));

/*
 * Gives up for ever all but those of the set that we have: permitted, effective, inheritable,
 * ambient and (as far as CAP_SETPCAP allows) bounding; and no program that this thread starts can
 * get any again (no_new_privs). Threads that were started before keep theirs. FAULT_RUN if the
 * kernel refuses.
 */
int capability_keep(uint64_t set, struct error *e);

/*
 * The same, as another user: uid and gid, and no other groups. The caller has CAP_SETUID and
 * CAP_SETGID.
 */
int capability_keep_as(uint64_t set, uint32_t uid, uint32_t gid, struct error *e);

#endif
