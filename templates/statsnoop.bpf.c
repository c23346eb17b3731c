/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statsnoop: who asks about which file. The calls of the stat family, 64-bit, 32-bit and
 * io_uring's, meet in few functions: vfs_statx (by path: stat, lstat, fstatat, statx), vfs_fstat
 * (by descriptor), do_statx_fd (statx by descriptor, where it has a way of its own: 6.11),
 * user_statfs and fd_statfs.
 *
 * A path is read when the call begins. Where the kernel has copied it by then (struct filename,
 * from 5.18) it cannot be missing; in the process's memory it may be on a page that is not there
 * yet: then it is read at the end, when the kernel has read it.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

#include "names.h"

enum by {
	BY_PATH,
	BY_DESCRIPTOR,
	BY_EITHER, /* AT_EMPTY_PATH: by descriptor if the path is empty */
};

struct event {
#if TIMESTAMP
	u64 ts_ns;
#endif
	u32 pid;
	u32 tid;
	s32 fd;
	s32 err;
#if SYSNAME
	u32 syscall;
#endif
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
};

struct call {
	const char *unread; /* the path, in the process's memory; NULL: it is in the event */
	u32 by;
	struct event e;
};

BPF_TABLE("hash", u32, struct call, calls, 4096);
BPF_PERCPU_ARRAY(scratch, struct call, 1);
BPF_PERF_OUTPUT(events);

#if SYSNAME
#define SYSCALL32 1000 /* is added to the number of a call from the 32-bit table */

#ifdef __x86_64__
#define TS_COMPAT  2	 /* arch/x86/include/asm/thread_info.h */
#define STACK_SIZE 16384 /* THREAD_SIZE, of a kernel without KASAN */
#ifdef HAS_FRED
#define STACK_PADDING 16 /* TOP_OF_KERNEL_STACK_PADDING */
#else
#define STACK_PADDING 0
#endif

/* The number is in the caller's registers, at the top of its kernel stack. */
static u32 syscall_number(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pt_regs *regs;
	void *stack = 0;
	u64 number = 0;
	u32 status = 0;

	bpf_probe_read_kernel(&stack, sizeof(stack), &task->stack);
	regs = (struct pt_regs *)(stack + STACK_SIZE - STACK_PADDING) - 1;
	bpf_probe_read_kernel(&number, sizeof(number), &regs->orig_ax);
	bpf_probe_read_kernel(&status, sizeof(status), &task->thread_info.status);
	return (u32)number + (status & TS_COMPAT ? SYSCALL32 : 0);
}
#else
static u32 syscall_number(void)
{
	return 0;
}
#endif
#endif

/* One of the paths at most is given: that in the process's memory, or the kernel's copy. */
static int begins(u32 by, s32 fd, const char *path, const char *copied)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id;
	int zero = 0;
	struct call *call;

	FILTER
	call = scratch.lookup(&zero);
	if (!call)
		return 0;
	call->by = by;
	call->unread = 0;
	call->e.pid = id >> 32;
	call->e.tid = tid;
	call->e.fd = fd;
#if SYSNAME
	call->e.syscall = syscall_number();
#endif
	bpf_get_current_comm(&call->e.comm, sizeof(call->e.comm));
	call->e.name[0] = 0;
	if (copied)
		bpf_probe_read_kernel_str(&call->e.name, sizeof(call->e.name), copied);
	else if (path && bpf_probe_read_user_str(&call->e.name, sizeof(call->e.name), path) < 0)
		call->unread = path;
	if (calls.update(&tid, call))
		LOST;
	return 0;
}

/* What the descriptor stands for. */
static void name_descriptor(struct event *e)
{
	struct file *file;

	if (e->fd == AT_FDCWD) {
		e->name[0] = '.';
		e->name[1] = 0;
		return;
	}
	file = file_of(e->fd);
	if (file) {
		file_name_of(file, e->name);
	} else {
		e->name[0] = '-';
		e->name[1] = 0;
	}
}

static int ends(void *ctx, s32 result)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call *call = calls.lookup(&tid);
	struct event *e;

	if (!call)
		return 0;
	e = &call->e;
	if (FAILED_ONLY && result >= 0)
		goto out;
	if (call->unread)
		bpf_probe_read_user_str(&e->name, sizeof(e->name), call->unread);
	if (call->by == BY_EITHER)
		call->by = e->name[0] ? BY_PATH : BY_DESCRIPTOR;
	if (call->by == BY_DESCRIPTOR)
		name_descriptor(e);
	else
		e->fd = result < 0 ? -1 : 0;
	e->err = result < 0 ? -result : 0;
#if TIMESTAMP
	e->ts_ns = bpf_ktime_get_ns();
#endif
	events.perf_submit(ctx, e, sizeof(*e));
out:
	calls.delete(&tid);
	return 0;
}

/* Is it the kernel's copy of a path, or a pointer into the process's memory? */
#define COPIED(filename) __builtin_types_compatible_p(__typeof__(filename), struct filename *)

int vfs_statx_entry(SIGNATURE(vfs_statx, dfd, filename, flags))
{
	const char *copied = 0, *path = 0;

	if (COPIED(filename))
		bpf_probe_read_kernel(&copied, sizeof(copied),
				      &((struct filename *)filename)->name);
	else
		path = (const char *)filename;
	return begins(flags & AT_EMPTY_PATH ? BY_EITHER : BY_PATH, dfd, path, copied);
}

int vfs_statx_return(SIGNATURE(vfs_statx))
{
	return ends(ctx, RESULT);
}

int vfs_fstat_entry(SIGNATURE(vfs_fstat, fd))
{
	return begins(BY_DESCRIPTOR, fd, 0, 0);
}

int vfs_fstat_return(SIGNATURE(vfs_fstat))
{
	return ends(ctx, RESULT);
}

int do_statx_fd_entry(SIGNATURE(do_statx_fd, fd))
{
	return begins(BY_DESCRIPTOR, fd, 0, 0);
}

int do_statx_fd_return(SIGNATURE(do_statx_fd))
{
	return ends(ctx, RESULT);
}

int user_statfs_entry(SIGNATURE(user_statfs, pathname))
{
	return begins(BY_PATH, 0, pathname, 0);
}

int user_statfs_return(SIGNATURE(user_statfs))
{
	return ends(ctx, RESULT);
}

int fd_statfs_entry(SIGNATURE(fd_statfs, fd))
{
	return begins(BY_DESCRIPTOR, fd, 0, 0);
}

int fd_statfs_return(SIGNATURE(fd_statfs))
{
	return ends(ctx, RESULT);
}
