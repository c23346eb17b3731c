# SPDX-License-Identifier: Apache-2.0
# The C text of tally.py.
TEXT = r"""
#include "tally.h"

BPF_ARRAY(config, u32, 1);
BPF_HASH(started, user_t, u64);

int kprobe__sys_clone(struct pt_regs *ctx)
{
	user_t user = bpf_get_current_uid_gid();

	started.increment(user);
	return 0;
}
"""
