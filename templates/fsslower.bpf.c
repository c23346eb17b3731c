/* SPDX-License-Identifier: Apache-2.0 */
/* fsslower: the reads, writes, opens and syncs of a file system that took long. */
#include "fsops.h"
#include "names.h"

struct event {
	u64 end_ns;
	u64 lat_ns;
	u64 offset;
	u64 offset_kb;
	s64 bytes; /* done; what failed: its error number, negative */
	u32 pid;
	u32 op;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
};

BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static int ended(void *ctx, u32 op, struct fsop *call, u64 now, long result)
{
	u64 took = now - call->begun, end = 0, size;
	int zero = 0;
	struct event *e;

	if (MIN_MS && took <= MIN_MS * 1000000ull)
		return 0;
	e = scratch.lookup(&zero);
	if (!e)
		return 0;
	e->end_ns = now;
	e->lat_ns = took;
	e->offset = call->offset;
	e->bytes = result;
	e->op = op;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	/* Where an append begins is only known when it is done. */
	if (op == FSOP_WRITE && result > 0) {
		bpf_probe_read_kernel(&end, sizeof(end), &call->iocb->ki_pos);
		e->offset = end - result;
	}
	e->offset_kb = e->offset >> 10;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	/* The name comes last: only what there is of it is sent. */
	size = offsetof(struct event, name) + name_of(dentry_of(call->file), e->name);
	events.perf_submit(ctx, e, size);
	return 0;
}
