/* SPDX-License-Identifier: Apache-2.0 */
/* dcstat: how often the directory cache is asked, and has no answer. */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include "dcache.h"

struct counters {
	u64 refs;
	u64 slow;
	u64 misses;
	u64 hits;
};

BPF_PERCPU_ARRAY(counts, struct counters, 1);

/* Atomically, though each CPU has its own: a program can be interrupted by another on its CPU. */
static int dcache_looked_up(void *ctx, const struct qstr *name, int how)
{
	struct counters *counters;
	int zero = 0;

	FILTER
	counters = counts.lookup(&zero);
	if (!counters)
		return 0;
	lock_xadd(&counters->refs, 1);
	if (how & DCACHE_SLOW)
		lock_xadd(&counters->slow, 1);
	if (how & DCACHE_MISS)
		lock_xadd(&counters->misses, 1);
	else
		lock_xadd(&counters->hits, 1);
	return 0;
}
