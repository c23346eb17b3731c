/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vfscount: calls of each function. Which one it was, the address in the probe tells: it is in that
 * function, behind an endbr64 or the probe's own bytes, but before any other.
 */
#include <uapi/linux/ptrace.h>

BPF_HASH(counts, u64, u64);

int counted(struct pt_regs *ctx)
{
	u64 ip = PT_REGS_IP(ctx), none = 0, *count;

	FILTER
	count = counts.lookup_or_try_init(&ip, &none);
	if (count)
		lock_xadd(count, 1);
	else
		LOST;
	return 0;
}
