/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/fs.h>

int opened(SIGNATURE(., pathname))
{
	FILTER
	bpf_trace_printk("open %s\n", pathname->name);
	return 0;
}
