/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syncsnoop: who has what written to disk. The calls are seen as they begin, at the system calls'
 * own functions: what these call is inlined here and there, and serves others too. They take a
 * pointer to the caller's registers; a 32-bit caller on x86 has its first argument in bx.
 *
 * Which file an msync(2) is about shows while it runs, when it calls vfs_fsync_range: its line is
 * made at the end.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

#include "names.h"

enum call {
	SYNC,
	SYNCFS,
	FSYNC,
	FDATASYNC,
	SYNC_FILE_RANGE,
	MSYNC,
};

struct event {
	u32 pid;
	u32 tid;
	u32 call;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
};

/* msync calls that have begun, by thread. */
BPF_TABLE("hash", u32, struct event, msyncs, 1024);
BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static struct event *event_of(u32 call)
{
	u64 id = bpf_get_current_pid_tgid();
	int zero = 0;
	struct event *e = scratch.lookup(&zero);

	if (!e)
		return 0;
	e->pid = id >> 32;
	e->tid = id;
	e->call = call;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	e->name[0] = '-';
	e->name[1] = 0;
	return e;
}

int sync_entry(struct pt_regs *ctx)
{
	struct event *e;

	FILTER
	e = event_of(SYNC);
	if (e)
		events.perf_submit(ctx, e, sizeof(*e));
	return 0;
}

static int by_descriptor(void *ctx, u32 call, int fd)
{
	struct event *e;
	struct file *file;

	FILTER
	e = event_of(call);
	if (!e)
		return 0;
	file = file_of(fd);
	if (file)
		file_name_of(file, e->name);
	events.perf_submit(ctx, e, sizeof(*e));
	return 0;
}

static int first_argument(struct pt_regs *ctx)
{
	struct pt_regs *caller = (struct pt_regs *)PT_REGS_PARM1(ctx);
	unsigned long value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), &PT_REGS_PARM1(caller));
	return value;
}

int syncfs_entry(struct pt_regs *ctx)
{
	return by_descriptor(ctx, SYNCFS, first_argument(ctx));
}

int fsync_entry(struct pt_regs *ctx)
{
	return by_descriptor(ctx, FSYNC, first_argument(ctx));
}

int fdatasync_entry(struct pt_regs *ctx)
{
	return by_descriptor(ctx, FDATASYNC, first_argument(ctx));
}

int sync_file_range_entry(struct pt_regs *ctx)
{
	return by_descriptor(ctx, SYNC_FILE_RANGE, first_argument(ctx));
}

#ifdef __x86_64__
static int first_argument32(struct pt_regs *ctx)
{
	struct pt_regs *caller = (struct pt_regs *)PT_REGS_PARM1(ctx);
	unsigned long value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), &caller->bx);
	return value;
}

int syncfs_entry32(struct pt_regs *ctx)
{
	return by_descriptor(ctx, SYNCFS, first_argument32(ctx));
}

int fsync_entry32(struct pt_regs *ctx)
{
	return by_descriptor(ctx, FSYNC, first_argument32(ctx));
}

int fdatasync_entry32(struct pt_regs *ctx)
{
	return by_descriptor(ctx, FDATASYNC, first_argument32(ctx));
}

int sync_file_range_entry32(struct pt_regs *ctx)
{
	return by_descriptor(ctx, SYNC_FILE_RANGE, first_argument32(ctx));
}
#endif

int msync_entry(struct pt_regs *ctx)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct event *e;

	FILTER
	e = event_of(MSYNC);
	if (e && msyncs.update(&tid, e))
		LOST;
	return 0;
}

/* Several files if the range has several: the first is shown. */
int vfs_fsync_range_entry(SIGNATURE(vfs_fsync_range, file))
{
	u32 tid = bpf_get_current_pid_tgid();
	struct event *e = msyncs.lookup(&tid);

	if (e && e->name[0] == '-' && !e->name[1])
		file_name_of(file, e->name);
	return 0;
}

static int msync_ends(void *ctx)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct event *e = msyncs.lookup(&tid);

	if (!e)
		return 0;
	events.perf_submit(ctx, e, sizeof(*e));
	msyncs.delete(&tid);
	return 0;
}

int msync_return(struct pt_regs *ctx)
{
	return msync_ends(ctx);
}
