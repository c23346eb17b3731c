/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filelife: the time from a file's creation to the removal of its last name.
 *
 * A file is known by its super block's device and its inode number, not by its dentry: it stays
 * the same file when it is renamed, and when its dentry was dropped and looked up anew.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

#include "names.h"
#include "stacked.h"

struct file_key {
	u64 ino;
	u64 dev;
};

struct event {
	u64 age_ns;
	u32 pid;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
};

/* A call of vfs_unlink that has begun, and what is known of the file only as long as it is there;
 * on its way out it is known whether it worked. */
struct removal {
	struct dentry *dentry;
	struct super_block *sb;
	struct file_key key;
	u64 born_at;
};

/* The oldest births are forgotten first: files that stay do not fill it up. */
BPF_TABLE("lru_hash", struct file_key, u64, birth, 65536);
BPF_HASH(removing, u32, struct removal);
BPF_PERF_OUTPUT(events);

static void born(u64 ino, u64 dev)
{
	struct file_key key = {.ino = ino, .dev = dev};
	u64 now = bpf_ktime_get_ns();

	birth.update(&key, &now);
}

#ifndef VARIANT_FENTRY
/* A call of vfs_create or vfs_mknod: a kretprobe sees no parameters. */
struct call {
	struct dentry *dentry;
	struct super_block *sb;
};

BPF_HASH(creating, u32, struct call);

/*
 * The inode is not there before the call is done. A stacked file system (overlayfs) calls the one
 * below from within: then the thread has a call of another super block already, and that outer one
 * is the user's.
 */
static int create_begins(struct dentry *dentry)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call call = {};
	struct call *outer = creating.lookup(&tid);

	call.sb = dentry->d_sb;
	call.dentry = dentry;
	if (outer && outer->sb != call.sb)
		return 0;
	if (creating.update(&tid, &call))
		LOST;
	return 0;
}

static int create_ends(int result)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call *call = creating.lookup(&tid);
	struct dentry *dentry;
	struct inode *inode = 0;
	struct super_block *sb;
	unsigned long ino = 0;
	dev_t dev = 0;

	if (!call)
		return 0;
	dentry = call->dentry;
	sb = call->sb;
	bpf_probe_read_kernel(&inode, sizeof(inode), &dentry->d_inode);
	bpf_probe_read_kernel(&ino, sizeof(ino), &inode->i_ino);
	bpf_probe_read_kernel(&dev, sizeof(dev), &sb->s_dev);
	/* An inner call of a stacked file system ends first: the outer one has no inode yet. */
	if (result == 0 && inode)
		born(ino, dev);
	if (result != 0 || inode)
		creating.delete(&tid);
	return 0;
}
#endif

/* fexit sees parameters and result together. */
static int created(struct dentry *dentry, int result)
{
	struct inode *inode = 0;
	struct super_block *sb = 0;
	unsigned long ino = 0;
	dev_t dev = 0;

	bpf_probe_read_kernel(&inode, sizeof(inode), &dentry->d_inode);
	if (result != 0 || !inode || stacked())
		return 0;
	bpf_probe_read_kernel(&ino, sizeof(ino), &inode->i_ino);
	bpf_probe_read_kernel(&sb, sizeof(sb), &inode->i_sb);
	bpf_probe_read_kernel(&dev, sizeof(dev), &sb->s_dev);
	born(ino, dev);
	return 0;
}

int vfs_create_done(SIGNATURE(vfs_create, dentry))
{
	return created(dentry, RESULT);
}

int vfs_mknod_done(SIGNATURE(vfs_mknod, dentry))
{
	return created(dentry, RESULT);
}

int vfs_create_entry(SIGNATURE(vfs_create, dentry))
{
	return create_begins(dentry);
}

int vfs_create_return(SIGNATURE(vfs_create))
{
	return create_ends(RESULT);
}

int vfs_mknod_entry(SIGNATURE(vfs_mknod, dentry))
{
	return create_begins(dentry);
}

int vfs_mknod_return(SIGNATURE(vfs_mknod))
{
	return create_ends(RESULT);
}

/* open(O_CREAT) creates without vfs_create; the file says whether it did. */
int vfs_open_entry(SIGNATURE(vfs_open, path, file))
{
	struct inode *inode;

	if (!(file->f_mode & FMODE_CREATED))
		return 0;
	inode = path->dentry->d_inode;
	born(inode->i_ino, inode->i_sb->s_dev);
	return 0;
}

/* Only the last name's removal counts, and the inode is not there to be asked when it is done. */
int vfs_unlink_entry(SIGNATURE(vfs_unlink, dentry))
{
	u32 tid = bpf_get_current_pid_tgid();
	struct inode *inode = dentry->d_inode;
	struct removal *outer, call = {};
	u64 *born_at;

	FILTER
	if (inode->i_nlink > 1)
		return 0;
	call.key.ino = inode->i_ino;
	call.key.dev = inode->i_sb->s_dev;
	born_at = birth.lookup(&call.key);
	if (!born_at)
		return 0;
	call.born_at = *born_at;
	call.sb = dentry->d_sb;
	call.dentry = dentry;
	outer = removing.lookup(&tid);
	if (outer && outer->sb != call.sb) /* as in create_begins */
		return 0;
	if (removing.update(&tid, &call))
		LOST;
	return 0;
}

int vfs_unlink_return(SIGNATURE(vfs_unlink))
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id, len;
	struct removal *stored = removing.lookup(&tid), call;
	struct event e; /* every byte that is sent gets written */

	if (!stored)
		return 0;
	call = *stored;
	removing.delete(&tid);
	/* Of two that remove it at once, one finds it gone. */
	if ((int)RESULT != 0 || birth.delete(&call.key))
		return 0;
	e.age_ns = bpf_ktime_get_ns() - call.born_at;
	e.pid = id >> 32;
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	len = name_of(call.dentry, e.name);
	/* The name comes last: only what there is of it is sent. */
	events.perf_submit(ctx, &e, offsetof(struct event, name) + len);
	return 0;
}
