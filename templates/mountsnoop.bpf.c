/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mountsnoop: the system calls that mount and unmount, one event each when the call returns. What
 * pointers point to is read then: the kernel has just read it itself, so that it is in memory,
 * while at the call's beginning it may not have been.
 *
 * Which registers the arguments are in depends on the caller: __x64_sys_* are called by 64-bit
 * programs, __ia32_sys_* by 32-bit ones.
 */
#include <uapi/linux/ptrace.h>
#include <linux/nsproxy.h>
#include <linux/ns_common.h>
#include <linux/sched.h>
#include <linux/version.h>

#include "strlist.h"

/* As programs/mountsnoop.yaml numbers them. */
enum call {
	CALL_MOUNT = 1,
	CALL_UMOUNT,
	CALL_FSOPEN,
	CALL_FSPICK,
	CALL_FSCONFIG,
	CALL_FSMOUNT,
	CALL_MOVE_MOUNT,
	CALL_OPEN_TREE,
	CALL_OPEN_TREE_ATTR,
	CALL_MOUNT_SETATTR,
	CALL_OLDUMOUNT, /* of 32-bit programs; shown as umount */
};

#define SET_BINARY 2 /* FSCONFIG_SET_BINARY (include/uapi/linux/mount.h) */

#define BYTES_SHOWN 64 /* of its value */

#ifdef BCCHOST_BTF
#define MNT_NAMESPACE struct mnt_namespace
#else
/* It is private to fs/; this is how it begins. */
struct mnt_namespace_start {
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	atomic_t count;
#endif
	struct ns_common ns;
};
#define MNT_NAMESPACE struct mnt_namespace_start
#endif

struct event {
	u32 pid;
	u32 tid;
	u32 ppid;
	u32 mnt_ns;
	u32 call;
	s32 fd;
	s32 to_fd;
	s32 aux;
	u64 flags;
	u64 attr_flags;
	u64 size;
	u64 attr_set;
	u64 attr_clr;
	u64 propagation;
	s64 userns_fd;
	s64 result;
	u32 used; /* bytes of strings */
	char comm[TASK_COMM_LEN];
	char pcomm[TASK_COMM_LEN];
	char strings[STRLIST_SIZE];
};

BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static void who(struct event *e)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *parent = 0;
	struct nsproxy *nsproxy = 0;
	MNT_NAMESPACE *ns = 0;
	u64 id = bpf_get_current_pid_tgid();

	e->pid = id >> 32;
	e->tid = id;
	e->ppid = e->mnt_ns = 0;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	bpf_probe_read_kernel(&parent, sizeof(parent), &task->real_parent);
	bpf_probe_read_kernel(&e->ppid, sizeof(e->ppid), &parent->tgid);
	bpf_probe_read_kernel(&e->pcomm, sizeof(e->pcomm), &parent->comm);
	bpf_probe_read_kernel(&nsproxy, sizeof(nsproxy), &task->nsproxy);
	bpf_probe_read_kernel(&ns, sizeof(ns), &nsproxy->mnt_ns);
	bpf_probe_read_kernel(&e->mnt_ns, sizeof(e->mnt_ns), &ns->ns.inum);
}

static void add_string(struct event *e, u64 from)
{
	strlist_user(e->strings, &e->used, (const char *)from);
}

/* fsconfig's value: bytes for one command, a string, or NULL, for all others. */
static void add_value(struct event *e, u64 from, u32 command, s32 len)
{
	u32 at = strlist_at(&e->used), n = len;

	if (command != SET_BINARY || !from || len < 0) {
		add_string(e, from);
		return;
	}
	if (at >= STRLIST_FULL)
		return;
	if (n > BYTES_SHOWN)
		n = BYTES_SHOWN;
	/* For 5.10's verifier, which has forgotten it; the compiler would leave the mask out. */
	asm volatile("" : "+r"(n));
	n &= 2 * BYTES_SHOWN - 1;
	if (bpf_probe_read_user(&e->strings[at + STRLIST_HEAD], n, (void *)from))
		strlist_put(e->strings, &e->used, STRLIST_UNREADABLE, 0);
	else
		strlist_put(e->strings, &e->used, len > BYTES_SHOWN ? STRLIST_CUT : STRLIST_TEXT,
			    n);
}

/* struct mount_attr: four of u64, and perhaps more in kernels to come. */
static void add_attr(struct event *e, u64 from)
{
	u64 attr[4] = {};

	if (!from) {
		strlist_put(e->strings, &e->used, STRLIST_NULL, 0);
		return;
	}
	if (bpf_probe_read_user(attr, sizeof(attr), (void *)from)) {
		strlist_put(e->strings, &e->used, STRLIST_UNREADABLE, 0);
		return;
	}
	e->attr_set = attr[0];
	e->attr_clr = attr[1];
	e->propagation = attr[2];
	e->userns_fd = attr[3];
	strlist_put(e->strings, &e->used, STRLIST_TEXT, 0);
}

/* In the order in which the call has its strings. */
static void add_arguments(struct event *e, u32 call, const u64 *a)
{
	e->fd = a[0];
	switch (call) {
	case CALL_MOUNT:
		add_string(e, a[0]);
		add_string(e, a[1]);
		add_string(e, a[2]);
		e->flags = a[3];
		add_string(e, a[4]);
		break;
	case CALL_OLDUMOUNT:
		add_string(e, a[0]);
		e->call = CALL_UMOUNT;
		e->flags = 0;
		break;
	case CALL_UMOUNT:
	case CALL_FSOPEN:
		add_string(e, a[0]);
		e->flags = (u32)a[1];
		break;
	case CALL_FSPICK:
	case CALL_OPEN_TREE:
		add_string(e, a[1]);
		e->flags = (u32)a[2];
		break;
	case CALL_FSCONFIG:
		e->flags = (u32)a[1];
		e->aux = a[4];
		add_string(e, a[2]);
		add_value(e, a[3], a[1], a[4]);
		break;
	case CALL_FSMOUNT:
		e->flags = (u32)a[1];
		e->attr_flags = (u32)a[2];
		break;
	case CALL_MOVE_MOUNT:
		add_string(e, a[1]);
		e->to_fd = a[2];
		add_string(e, a[3]);
		e->flags = (u32)a[4];
		break;
	case CALL_OPEN_TREE_ATTR:
	case CALL_MOUNT_SETATTR:
		add_string(e, a[1]);
		e->flags = (u32)a[2];
		add_attr(e, a[3]);
		e->size = a[4];
		break;
	}
}

static int report(void *ctx, u32 call, const u64 *arguments, s64 result)
{
	int zero = 0;
	struct event *e;
	u32 len;

	if (!call)
		return 0;
	FILTER
	e = scratch.lookup(&zero);
	if (!e)
		return 0;
	who(e);
	e->call = call;
	e->result = result;
	e->used = 0;
	add_arguments(e, call, arguments);
	len = strlist_end(e->strings, &e->used, STRLIST_END);
	if (len <= STRLIST_SIZE)
		events.perf_submit(ctx, e, offsetof(struct event, strings) + len);
	return 0;
}

static int done64(void *ctx, u32 call, const struct pt_regs *regs, s64 result)
{
	u64 a[5] = {};

	bpf_probe_read_kernel(&a[0], 8, &regs->di);
	bpf_probe_read_kernel(&a[1], 8, &regs->si);
	bpf_probe_read_kernel(&a[2], 8, &regs->dx);
	bpf_probe_read_kernel(&a[3], 8, &regs->r10);
	bpf_probe_read_kernel(&a[4], 8, &regs->r8);
	return report(ctx, call, a, result);
}

static int done32(void *ctx, u32 call, const struct pt_regs *regs, s64 result)
{
	u64 a[5] = {};

	bpf_probe_read_kernel(&a[0], 4, &regs->bx);
	bpf_probe_read_kernel(&a[1], 4, &regs->cx);
	bpf_probe_read_kernel(&a[2], 4, &regs->dx);
	bpf_probe_read_kernel(&a[3], 4, &regs->si);
	bpf_probe_read_kernel(&a[4], 4, &regs->di);
	return report(ctx, call, a, result);
}

/* They all have the one parameter that mount has, which some kernels' BTF has without its name. */
#ifdef VARIANT_FENTRY
int mount_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_MOUNT, regs, RESULT);
}

int mount_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_MOUNT, regs, RESULT);
}

int umount_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_UMOUNT, regs, RESULT);
}

int umount_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_UMOUNT, regs, RESULT);
}

int fsopen_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_FSOPEN, regs, RESULT);
}

int fsopen_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_FSOPEN, regs, RESULT);
}

int fspick_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_FSPICK, regs, RESULT);
}

int fspick_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_FSPICK, regs, RESULT);
}

int fsconfig_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_FSCONFIG, regs, RESULT);
}

int fsconfig_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_FSCONFIG, regs, RESULT);
}

int fsmount_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_FSMOUNT, regs, RESULT);
}

int fsmount_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_FSMOUNT, regs, RESULT);
}

int move_mount_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_MOVE_MOUNT, regs, RESULT);
}

int move_mount_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_MOVE_MOUNT, regs, RESULT);
}

int open_tree_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_OPEN_TREE, regs, RESULT);
}

int open_tree_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_OPEN_TREE, regs, RESULT);
}

int open_tree_attr_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_OPEN_TREE_ATTR, regs, RESULT);
}

int open_tree_attr_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_OPEN_TREE_ATTR, regs, RESULT);
}

int mount_setattr_exit64(SIGNATURE(__x64_sys_mount, regs))
{
	return done64(ctx, CALL_MOUNT_SETATTR, regs, RESULT);
}

int mount_setattr_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_MOUNT_SETATTR, regs, RESULT);
}

int oldumount_exit32(SIGNATURE(__x64_sys_mount, regs))
{
	return done32(ctx, CALL_OLDUMOUNT, regs, RESULT);
}
#else
/* A call that has not returned: which registers of the kernel's stack are the caller's. */
BPF_HASH(calls, u32, const struct pt_regs *);

int entry(SIGNATURE(__x64_sys_mount, regs))
{
	u32 tid = bpf_get_current_pid_tgid();

	if (calls.update(&tid, &regs))
		LOST;
	return 0;
}

static const struct pt_regs *ends(void)
{
	u32 tid = bpf_get_current_pid_tgid();
	const struct pt_regs **stored = calls.lookup(&tid), *regs;

	if (!stored)
		return 0;
	regs = *stored;
	calls.delete(&tid);
	return regs;
}

/* arch/x86/entry/syscalls: the two tables have the same numbers from 424 on. */
static u32 call_of(u64 number, int compat)
{
	switch (number) {
	case 165:
		return compat ? 0 : CALL_MOUNT;
	case 166:
		return compat ? 0 : CALL_UMOUNT;
	case 21:
		return compat ? CALL_MOUNT : 0;
	case 22:
		return compat ? CALL_OLDUMOUNT : 0;
	case 52:
		return compat ? CALL_UMOUNT : 0;
	case 428:
		return CALL_OPEN_TREE;
	case 429:
		return CALL_MOVE_MOUNT;
	case 430:
		return CALL_FSOPEN;
	case 431:
		return CALL_FSCONFIG;
	case 432:
		return CALL_FSMOUNT;
	case 433:
		return CALL_FSPICK;
	case 442:
		return CALL_MOUNT_SETATTR;
	case 467:
		return CALL_OPEN_TREE_ATTR;
	}
	return 0;
}

int return64(struct pt_regs *ctx)
{
	const struct pt_regs *regs = ends();
	u64 number = 0;

	if (!regs)
		return 0;
	bpf_probe_read_kernel(&number, sizeof(number), &regs->orig_ax);
	return done64(ctx, call_of(number, 0), regs, RESULT);
}

int return32(struct pt_regs *ctx)
{
	const struct pt_regs *regs = ends();
	u64 number = 0;

	if (!regs)
		return 0;
	bpf_probe_read_kernel(&number, sizeof(number), &regs->orig_ax);
	return done32(ctx, call_of((u32)number, 1), regs, RESULT);
}
#endif
