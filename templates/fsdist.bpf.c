/* SPDX-License-Identifier: Apache-2.0 */
/* fsdist: how long the reads, writes, opens and syncs of a file system take, as histograms. */
#include "fsops.h"

struct key {
	u32 op;
	u32 slot;
};

BPF_HISTOGRAM(latency, struct key);

static int ended(void *ctx, u32 op, struct fsop *call, u64 now, long result)
{
	struct key key = {.op = op};

	key.slot = bpf_log2l((now - call->begun) / (MILLISECONDS ? 1000000 : 1000));
	latency.increment(key);
	return 0;
}
