/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opensnoop: every open, with what came of it. do_sys_openat2 is where open, creat, openat and
 * openat2 meet, 32-bit callers included. fexit sees its parameters and its result at once; a kprobe
 * has to keep the parameters until the return; without either the syscalls' tracepoints serve.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/sched.h>

#include "names.h"

/* A 64-bit kernel adds O_LARGEFILE to every open by itself: it is taken off where we come later.
 * O_RDONLY is no bit: in the filter it has this one, which no open flag has. */
#define FILTER_RDONLY 0x80000000u

#if FULL_PATH
#define DIRS_LEN 4096
#include "dirs.h"
#endif

struct event {
#if TIMESTAMP
	u64 ts_ns;
#endif
	u32 pid;
	u32 tid;
#if PRINT_UID
	u32 uid;
#endif
	s32 fd;
	s32 err;
	u32 flags;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
#if FULL_PATH
	u32 used; /* bytes of dirs */
	char dirs[DIRS_SIZE];
#endif
};

#ifndef VARIANT_FENTRY
/* What a call was given, kept until it returns. */
struct call {
	const char *name;
	u32 flags;
	s32 dfd;
};

BPF_HASH(calls, u32, struct call);
#endif
#if FULL_PATH
BPF_PERCPU_ARRAY(scratch, struct event, 1);
#endif
BPF_PERF_OUTPUT(events);

static int wanted(u32 flags)
{
	if (!FLAG_FILTER)
		return 1;
	if ((FLAG_FILTER & FILTER_RDONLY) && !(flags & O_ACCMODE))
		return 1;
	return (flags & FLAG_FILTER) != 0;
}

#ifndef VARIANT_FENTRY
static int begins(s32 dfd, const char *name, u32 flags)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call call = {};

	FILTER
	if (!wanted(flags))
		return 0;
	call.name = name;
	call.flags = flags;
	call.dfd = dfd;
	if (calls.update(&tid, &call))
		LOST;
	return 0;
}
#endif

#if FULL_PATH
/* The directory that a relative name starts from: the working directory, or that of dfd. */
static int start_dir(s32 dfd, struct path *start)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fs_struct *fs = 0;
	struct file *file;

	if (dfd == AT_FDCWD) {
		bpf_probe_read_kernel(&fs, sizeof(fs), &task->fs);
		return bpf_probe_read_kernel(start, sizeof(*start), &fs->pwd);
	}
	file = file_of(dfd);
	if (!file)
		return -1;
	return bpf_probe_read_kernel(start, sizeof(*start), &file->f_path);
}

static void fill_dirs(struct event *e, s32 dfd)
{
	struct path at = {};

	if (!start_dir(dfd, &at))
		dirs_fill(e->dirs, &e->used, at.dentry, dirs_mount(at.mnt));
}
#endif

static int report(void *ctx, s32 dfd, const char *name, u32 flags, s32 result)
{
	u64 id, size = offsetof(struct event, name);
	struct event *e;
	long len;
#if FULL_PATH
	int zero = 0;
#else
	struct event here; /* every byte that is sent gets written */
#endif

	if (FAILED_ONLY && result >= 0)
		return 0;
#if FULL_PATH
	e = scratch.lookup(&zero);
	if (!e)
		return 0;
#else
	e = &here;
#endif
#if TIMESTAMP
	e->ts_ns = bpf_ktime_get_ns();
#endif
	id = bpf_get_current_pid_tgid();
	e->pid = id >> 32;
	e->tid = id;
#if PRINT_UID
	e->uid = bpf_get_current_uid_gid();
#endif
	e->fd = result < 0 ? -1 : result;
	e->err = result < 0 ? -result : 0;
	e->flags = flags;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	len = bpf_probe_read_user_str(&e->name, sizeof(e->name), name);
#if FULL_PATH
	e->used = 0;
	if (e->name[0] != '/')
		fill_dirs(e, dfd);
	size = offsetof(struct event, dirs) + (e->used & (DIRS_LEN - 1));
#else
	/* The name comes last: only what there is of it is sent. The mask is for the verifier. */
	size += len > 0 ? 1 + ((len - 1) & (NAME_LEN - 1)) : 1;
#endif
	events.perf_submit(ctx, e, size);
	return 0;
}

#ifdef VARIANT_FENTRY
int openat2_exit(SIGNATURE(do_sys_openat2, dfd, filename, how))
{
	u32 flags = how->flags & ~O_LARGEFILE;

	FILTER
	if (!wanted(flags))
		return 0;
	return report(ctx, dfd, filename, flags, RESULT);
}
#else
static int ends(void *ctx, s32 result)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call *stored = calls.lookup(&tid), call;

	if (!stored)
		return 0;
	call = *stored;
	calls.delete(&tid);
	return report(ctx, call.dfd, call.name, call.flags, result);
}
#endif

#ifdef VARIANT_KPROBE
int openat2_entry(SIGNATURE(do_sys_openat2, dfd, filename, how))
{
	u64 flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), &how->flags);
	return begins(dfd, filename, flags & ~O_LARGEFILE);
}

int openat2_return(struct pt_regs *ctx)
{
	return ends(ctx, RESULT);
}
#endif

#ifdef VARIANT_TRACEPOINT
/* The layout of the syscalls' tracepoints (include/trace/trace_events.h, kernel/trace/trace.h). */
struct enter {
	u64 common;
	s64 number;
	u64 args[6];
};

struct leave {
	u64 common;
	s64 number;
	s64 result;
};

int enter_open(struct enter *ctx)
{
	return begins(AT_FDCWD, (const char *)ctx->args[0], ctx->args[1]);
}

int enter_creat(struct enter *ctx)
{
	return begins(AT_FDCWD, (const char *)ctx->args[0], O_CREAT | O_WRONLY | O_TRUNC);
}

int enter_openat(struct enter *ctx)
{
	return begins(ctx->args[0], (const char *)ctx->args[1], ctx->args[2]);
}

int enter_openat2(struct enter *ctx)
{
	u64 flags = 0;

	bpf_probe_read_user(&flags, sizeof(flags), (void *)ctx->args[2]);
	return begins(ctx->args[0], (const char *)ctx->args[1], flags);
}

int leave_open(struct leave *ctx)
{
	return ends(ctx, ctx->result);
}
#endif
