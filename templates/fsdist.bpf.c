/* SPDX-License-Identifier: Apache-2.0 */
/* fsdist: how long the reads, writes, opens and syncs of a file system take, as histograms. */
#include "fsops.h"

struct key {
	u32 op;
	u32 slot;
};

BPF_HISTOGRAM(latency, struct key, 1024); /* four operations, 64 slots each, and room */

#ifdef BCCHOST_SUMS
BPF_HASH(sums_ns, struct key, u64, 16); /* by operation; the slot is 0 */
#endif

static int ended(void *ctx, u32 op, struct fsop *call, u64 now, long result)
{
	struct key key = {.op = op};
	u64 none = 0, *count;

	key.slot = bpf_log2l((now - call->begun) / (MILLISECONDS ? 1000000 : 1000));
	count = latency.lookup_or_try_init(&key, &none);
	if (count)
		lock_xadd(count, 1);
	else
		LOST;
#ifdef BCCHOST_SUMS
	key.slot = 0;
	count = sums_ns.lookup_or_try_init(&key, &none);
	if (count)
		lock_xadd(count, now - call->begun);
#endif
	return 0;
}
