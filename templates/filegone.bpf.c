/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filegone: who deletes and renames files. What a file is called is taken when vfs_unlink,
 * vfs_rmdir or vfs_rename begins, since d_move gives a dentry its new name before the call returns;
 * at the return it is known whether it worked.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

#include "names.h"
#include "stacked.h"

#define SEPARATOR 4 /* " > " or " <> " */

enum action {
	DELETE,
	RENAME,
};

struct event {
	u32 pid;
	u32 action;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN + SEPARATOR + NAME_LEN];
};

/* Calls that have begun, by thread. */
BPF_TABLE("hash", u32, struct event, calls, 1024);
BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static int begins(struct dentry *dentry, struct dentry *to, u32 flags)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id, len;
	int zero = 0;
	struct event *e;

	if (stacked())
		return 0;
	FILTER
	e = scratch.lookup(&zero);
	if (!e)
		return 0;
	e->pid = id >> 32;
	e->action = to ? RENAME : DELETE;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	len = name_of(dentry, e->name) - 1;
	if (to) {
		e->name[len++] = ' ';
		if (flags & RENAME_EXCHANGE)
			e->name[len++] = '<';
		e->name[len++] = '>';
		e->name[len++] = ' ';
		name_of(to, e->name + len);
	}
	if (calls.update(&tid, e))
		LOST;
	return 0;
}

/* Two names of one file: rename(2) succeeds, and both stay. */
static int same_file(struct dentry *a, struct dentry *b)
{
	struct inode *of_a = 0, *of_b = 0;

	bpf_probe_read_kernel(&of_a, sizeof(of_a), &a->d_inode);
	bpf_probe_read_kernel(&of_b, sizeof(of_b), &b->d_inode);
	return of_a == of_b;
}

static int ends(void *ctx, int result)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct event *e = calls.lookup(&tid);

	if (!e || stacked())
		return 0;
	if (result == 0)
		events.perf_submit(ctx, e, sizeof(*e));
	calls.delete(&tid);
	return 0;
}

int vfs_unlink_entry(SIGNATURE(vfs_unlink, dentry))
{
	return begins(dentry, 0, 0);
}

int vfs_unlink_return(SIGNATURE(vfs_unlink))
{
	return ends(ctx, RESULT);
}

int vfs_rmdir_entry(SIGNATURE(vfs_rmdir, dentry))
{
	return begins(dentry, 0, 0);
}

int vfs_rmdir_return(SIGNATURE(vfs_rmdir))
{
	return ends(ctx, RESULT);
}

/*
 * The compiler may have taken the checks at vfs_rmdir's start into do_rmdir, which then calls the
 * rest of it alone (vfs_rmdir.part.0, with the same parameters).
 */
int rmdir_part_entry(SIGNATURE(vfs_rmdir, dentry))
{
	return begins(dentry, 0, 0);
}

int rmdir_part_return(struct pt_regs *ctx)
{
	return ends(ctx, RESULT);
}

static int rename_begins(struct dentry *from, struct dentry *to, u32 flags)
{
	return same_file(from, to) ? 0 : begins(from, to, flags);
}

/* The parameters became a struct with 5.12, and in the stable 5.10.223. */
int rename_struct_entry(SIGNATURE(vfs_rename, rd))
{
	struct dentry *from = rd->old_dentry, *to = rd->new_dentry;
	u32 flags = rd->flags;

	return rename_begins(from, to, flags);
}

int rename_plain_entry(SIGNATURE(vfs_rename, old_dentry, new_dentry, flags))
{
	return rename_begins(old_dentry, new_dentry, flags);
}

int vfs_rename_return(SIGNATURE(vfs_rename))
{
	return ends(ctx, RESULT);
}
