/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/sched.h>

int kprobe__do_exit(struct pt_regs *ctx, long code)
{
	bpf_trace_printk("exits with %d\n", (int)(code >> 8));
	return 0;
}
