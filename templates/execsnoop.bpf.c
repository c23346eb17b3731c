/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execsnoop: every execve and execveat, one event each.
 *
 * One that goes well is seen when the new program is in place (sched_process_exec). Its arguments
 * are read where the kernel has just put them, on its new stack: they are there, and nobody has
 * changed them. mm->start_stack points at their count and the pointers to them, as long as the
 * program's own pointers are. A script's arguments have its interpreter before them: how many the
 * caller gave is known at bprm_execve, and the last so many are the caller's.
 *
 * One that fails is seen where the system call returns, and its arguments are read from the
 * caller's memory, which is still there.
 */
#include <uapi/linux/ptrace.h>
#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/sched.h>

#include "strlist.h"

struct event {
#if TIMESTAMP
	u64 ts_ns;
#endif
	u32 pid;
	u32 ppid;
	u32 uid;
	u32 cpu;
	s32 ret;
	u32 used; /* bytes of args */
	char comm[TASK_COMM_LEN];
	char parent[TASK_COMM_LEN];
	char args[STRLIST_SIZE];
};

/* What is on its way, by the thread that called. */
struct exec {
	struct mm_struct *mm; /* the caller's */
	u32 argc;	      /* as the caller gave them */
};

BPF_TABLE("lru_hash", u32, struct exec, execs, 4096);
BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static struct event *begin(s32 ret)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *parent = 0;
	int zero = 0;
	struct event *e = scratch.lookup(&zero);

	if (!e)
		return 0;
#if TIMESTAMP
	e->ts_ns = bpf_ktime_get_ns();
#endif
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->ppid = 0;
	bpf_probe_read_kernel(&parent, sizeof(parent), &task->real_parent);
	bpf_probe_read_kernel(&e->ppid, sizeof(e->ppid), &parent->tgid);
	bpf_probe_read_kernel(&e->parent, sizeof(e->parent), &parent->comm);
	e->uid = bpf_get_current_uid_gid();
	e->cpu = bpf_get_smp_processor_id();
	e->ret = ret;
	e->used = 0;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	return PPID_ONLY && e->ppid != PPID_ONLY ? 0 : e;
}

/* The strings that n pointers from `at` on, of `size` bytes each, point to; NULL ends them too. */
static int add_args(struct event *e, u64 at, u32 size, u32 n)
{
	u64 arg;

	for (int i = 0; i < MAX_ARGS; i++) {
		if (i >= n)
			return STRLIST_END;
		arg = 0;
		if (bpf_probe_read_user(&arg, size == 4 ? 4 : 8, (void *)(at + i * size))) {
			strlist_put(e->args, &e->used, STRLIST_UNREADABLE, 0);
			return STRLIST_END;
		}
		if (!arg)
			return STRLIST_END;
		/* The file's name counts as one. */
		if (i == MAX_ARGS - 1 || strlist_user(e->args, &e->used, (const char *)arg))
			return STRLIST_MORE;
	}
	return STRLIST_MORE;
}

static int send(void *ctx, struct event *e, char end)
{
	u32 len = strlist_end(e->args, &e->used, end);

	if (len > STRLIST_SIZE)
		return 0;
	events.perf_submit(ctx, e, offsetof(struct event, args) + len);
	return 0;
}

int exec_begins(SIGNATURE(bprm_execve, bprm))
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	u32 tid = bpf_get_current_pid_tgid();
	struct exec exec = {};

	bpf_probe_read_kernel(&exec.mm, sizeof(exec.mm), &task->mm);
	bpf_probe_read_kernel(&exec.argc, sizeof(exec.argc), &bprm->argc);
	execs.update(&tid, &exec);
	return 0;
}

/* A thread that is not its process's first becomes that one: old_pid is what it was before. */
int exec_done(SIGNATURE(sched_process_exec, p, old_pid, bprm))
{
	struct mm_struct *mm = 0;
	const char *filename = 0;
	u64 stack = 0, first = 0, at, size = 8;
	u32 tid = old_pid, have = 0, given = 0;
	struct exec *stored;
	struct event *e;
	int end = STRLIST_END;

	FILTER
	e = begin(0);
	if (!e)
		return 0;
	bpf_probe_read_kernel(&filename, sizeof(filename), &bprm->filename);
	bpf_probe_read_kernel(&have, sizeof(have), &bprm->argc);
	bpf_probe_read_kernel(&mm, sizeof(mm), &p->mm);
	bpf_probe_read_kernel(&stack, sizeof(stack), &mm->start_stack);
	bpf_probe_read_kernel(&first, sizeof(first), &mm->arg_start);
	stored = execs.lookup(&tid);
	given = stored ? stored->argc : have;
	execs.delete(&tid);
	strlist_kernel(e->args, &e->used, filename);
	/* Of a 32-bit program count and pointers are half as long: the first points to arg_start.
	 */
	at = 0;
	bpf_probe_read_user(&at, sizeof(at), (void *)(stack + 8));
	if (at != first)
		size = 4;
	/* given - 1: the file's name stands for the first. */
	if (given > 1 && given <= have + 1)
		end = add_args(e, stack + size * (have - given + 2), size, given - 1);
	return send(ctx, e, end);
}

/* argv: the caller's array, of pointers of `size` bytes. */
static int failed(void *ctx, u64 filename, u64 argv, u32 size, long ret)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	u32 tid = bpf_get_current_pid_tgid();
	struct mm_struct *mm = 0;
	struct exec *stored;
	struct event *e;
	int end = STRLIST_END, gone;
	u64 first = 0;

	if (!FAILS || ret >= 0)
		return 0;
	FILTER
	e = begin(ret);
	if (!e)
		return 0;
	/* Beyond the point of no return the caller's memory is gone, and soon the process is. */
	bpf_probe_read_kernel(&mm, sizeof(mm), &task->mm);
	stored = execs.lookup(&tid);
	gone = stored && stored->mm != mm;
	execs.delete(&tid);
	if (gone) {
		strlist_put(e->args, &e->used, STRLIST_UNREADABLE, 0);
		return send(ctx, e, end);
	}
	strlist_user(e->args, &e->used, (const char *)filename);
	bpf_probe_read_user(&first, size == 4 ? 4 : 8, (void *)argv);
	if (first)
		end = add_args(e, argv + size, size, ~0);
	return send(ctx, e, end);
}

/* The system calls, with the caller's registers. */
static int execve64(void *ctx, const struct pt_regs *regs, long ret)
{
	u64 filename = 0, argv = 0;

	bpf_probe_read_kernel(&filename, sizeof(filename), &regs->di);
	bpf_probe_read_kernel(&argv, sizeof(argv), &regs->si);
	return failed(ctx, filename, argv, 8, ret);
}

static int execveat64(void *ctx, const struct pt_regs *regs, long ret)
{
	u64 filename = 0, argv = 0;

	bpf_probe_read_kernel(&filename, sizeof(filename), &regs->si);
	bpf_probe_read_kernel(&argv, sizeof(argv), &regs->dx);
	return failed(ctx, filename, argv, 8, ret);
}

static int execve32(void *ctx, const struct pt_regs *regs, long ret)
{
	u32 filename = 0, argv = 0;

	bpf_probe_read_kernel(&filename, sizeof(filename), &regs->bx);
	bpf_probe_read_kernel(&argv, sizeof(argv), &regs->cx);
	return failed(ctx, filename, argv, 4, ret);
}

static int execveat32(void *ctx, const struct pt_regs *regs, long ret)
{
	u32 filename = 0, argv = 0;

	bpf_probe_read_kernel(&filename, sizeof(filename), &regs->cx);
	bpf_probe_read_kernel(&argv, sizeof(argv), &regs->dx);
	return failed(ctx, filename, argv, 4, ret);
}

#ifdef VARIANT_FENTRY
/*
 * The one parameter of each, from fexit's array: as SIGNATURE's parameter 5.10 does not let it be
 * read of execveat, whose type it knows from a place where struct pt_regs is but declared.
 */
static const struct pt_regs *parameter(void *ctx)
{
	const struct pt_regs *regs = 0;

	bpf_probe_read_kernel(&regs, sizeof(regs), ctx);
	return regs;
}

int execve64_exit(SIGNATURE(__x64_sys_execve))
{
	return execve64(ctx, parameter(ctx), RESULT);
}

int execveat64_exit(SIGNATURE(__x64_sys_execveat))
{
	return execveat64(ctx, parameter(ctx), RESULT);
}

int execve32_exit(SIGNATURE(__ia32_compat_sys_execve))
{
	return execve32(ctx, parameter(ctx), RESULT);
}

int execveat32_exit(SIGNATURE(__ia32_compat_sys_execveat))
{
	return execveat32(ctx, parameter(ctx), RESULT);
}
#else
BPF_TABLE("lru_hash", u32, const struct pt_regs *, calls, 4096);

int syscall_entry(SIGNATURE(__x64_sys_execve, regs))
{
	u32 tid = bpf_get_current_pid_tgid();

	if (FAILS)
		calls.update(&tid, &regs);
	return 0;
}

static const struct pt_regs *syscall_ends(void)
{
	u32 tid = bpf_get_current_pid_tgid();
	const struct pt_regs **stored = calls.lookup(&tid), *regs;

	if (!stored)
		return 0;
	regs = *stored;
	calls.delete(&tid);
	return regs;
}

int execve64_return(struct pt_regs *ctx)
{
	const struct pt_regs *regs = syscall_ends();

	return regs ? execve64(ctx, regs, RESULT) : 0;
}

int execveat64_return(struct pt_regs *ctx)
{
	const struct pt_regs *regs = syscall_ends();

	return regs ? execveat64(ctx, regs, RESULT) : 0;
}

int execve32_return(struct pt_regs *ctx)
{
	const struct pt_regs *regs = syscall_ends();

	return regs ? execve32(ctx, regs, RESULT) : 0;
}

int execveat32_return(struct pt_regs *ctx)
{
	const struct pt_regs *regs = syscall_ends();

	return regs ? execveat32(ctx, regs, RESULT) : 0;
}
#endif
