/* SPDX-License-Identifier: Apache-2.0 */
/* dcsnoop: who looks up which name in the directory cache, and whether it was there. */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

#include "dcache.h"
#include "names.h"

struct event {
	u64 ts_ns;
	u32 pid;
	u32 tid;
	u32 miss;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
};

BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

/* While a path is walked, it goes on behind the name: the length says where that ends. */
static int dcache_looked_up(void *ctx, const struct qstr *name, int how)
{
	u64 id = bpf_get_current_pid_tgid();
	const unsigned char *text = 0;
	struct event *e;
	u32 len = 0;
	u64 size;
	long read;
	int zero = 0;

	if (!ALL && !(how & DCACHE_MISS))
		return 0;
	FILTER
	e = scratch.lookup(&zero);
	if (!e)
		return 0;
	e->ts_ns = bpf_ktime_get_ns();
	e->pid = id >> 32;
	e->tid = id;
	e->miss = (how & DCACHE_MISS) != 0;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	bpf_probe_read_kernel(&text, sizeof(text), &name->name);
	bpf_probe_read_kernel(&len, sizeof(len), &name->len);
	e->name[0] = 0;
	read = bpf_probe_read_kernel_str(&e->name, (len & (NAME_LEN - 1)) + 1, text);
	size = offsetof(struct event, name) + 1 + ((read - 1) & (NAME_LEN - 1));
	events.perf_submit(ctx, e, size);
	return 0;
}
