/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filecreate: who creates files. open(O_CREAT) is seen at vfs_open, whose file says that it was
 * created just now; mknod and bind (of a socket) at the return of vfs_create and vfs_mknod.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

#include "names.h"
#include "stacked.h"

struct event {
	u32 pid;
	u32 ppid;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
};

BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static int created(void *ctx, struct dentry *dentry)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *parent = 0;
	struct event *e;
	int zero = 0;
	u32 len;

	FILTER
	e = scratch.lookup(&zero);
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_kernel(&parent, sizeof(parent), &task->real_parent);
	bpf_probe_read_kernel(&e->ppid, sizeof(e->ppid), &parent->tgid);
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	/* The name comes last: only what there is of it is sent. */
	len = name_of(dentry, e->name);
	events.perf_submit(ctx, e, offsetof(struct event, name) + len);
	return 0;
}

int vfs_open_entry(SIGNATURE(vfs_open, path, file))
{
	struct dentry *dentry = path->dentry;

	if (file->f_mode & FMODE_CREATED)
		return created(ctx, dentry);
	return 0;
}

#ifndef VARIANT_FENTRY
/* A kretprobe sees no parameters. */
BPF_HASH(creating, u32, struct dentry *);

static int create_begins(struct dentry *dentry)
{
	u32 tid = bpf_get_current_pid_tgid();

	if (stacked())
		return 0;
	if (creating.update(&tid, &dentry))
		LOST;
	return 0;
}

static int create_ends(void *ctx, int result)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct dentry **stored = creating.lookup(&tid), *dentry;

	if (!stored || stacked())
		return 0;
	dentry = *stored;
	creating.delete(&tid);
	return result == 0 ? created(ctx, dentry) : 0;
}
#endif

/* fexit sees parameters and result together. */
static int create_done(void *ctx, struct dentry *dentry, int result)
{
	return result == 0 && !stacked() ? created(ctx, dentry) : 0;
}

int vfs_create_done(SIGNATURE(vfs_create, dentry))
{
	return create_done(ctx, dentry, RESULT);
}

int vfs_mknod_done(SIGNATURE(vfs_mknod, dentry))
{
	return create_done(ctx, dentry, RESULT);
}

int vfs_create_entry(SIGNATURE(vfs_create, dentry))
{
	return create_begins(dentry);
}

int vfs_create_return(SIGNATURE(vfs_create))
{
	return create_ends(ctx, RESULT);
}

int vfs_mknod_entry(SIGNATURE(vfs_mknod, dentry))
{
	return create_begins(dentry);
}

int vfs_mknod_return(SIGNATURE(vfs_mknod))
{
	return create_ends(ctx, RESULT);
}
