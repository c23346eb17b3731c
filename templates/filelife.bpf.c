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

/* A call of vfs_create, vfs_mknod or vfs_unlink that has begun; on its way out it is known
 * whether it worked. */
struct call {
	struct dentry *dentry;
	struct super_block *sb;
	struct file_key key;
	u32 last; /* of an unlink: it takes the file's last name */
};

/* The oldest births are forgotten first: files that stay do not fill it up. */
BPF_TABLE("lru_hash", struct file_key, u64, birth, 65536);
BPF_HASH(creating, u32, struct call);
BPF_HASH(removing, u32, struct call);
BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static void key_of(struct inode *inode, struct file_key *key)
{
	struct super_block *sb = 0;
	unsigned long ino = 0;
	dev_t dev = 0;

	bpf_probe_read_kernel(&ino, sizeof(ino), &inode->i_ino);
	bpf_probe_read_kernel(&sb, sizeof(sb), &inode->i_sb);
	bpf_probe_read_kernel(&dev, sizeof(dev), &sb->s_dev);
	key->ino = ino;
	key->dev = dev;
}

static void born(struct inode *inode)
{
	struct file_key key = {};
	u64 now = bpf_ktime_get_ns();

	key_of(inode, &key);
	birth.update(&key, &now);
}

/* A stacked file system (overlayfs) calls the one below from within: the outer call is the user's. */
static int nested(struct call *outer, struct super_block *sb)
{
	return outer && outer->sb != sb;
}

/* The inode is not there before the call is done. */
static int create_begins(struct dentry *dentry)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call call = {};
	struct call *outer = creating.lookup(&tid);

	call.sb = dentry->d_sb;
	call.dentry = dentry;
	if (nested(outer, call.sb))
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

	if (!call)
		return 0;
	dentry = call->dentry;
	bpf_probe_read_kernel(&inode, sizeof(inode), &dentry->d_inode);
	/* An inner call of a stacked file system ends first: the outer one has no inode yet. */
	if (result == 0 && inode)
		born(inode);
	if (result != 0 || inode)
		creating.delete(&tid);
	return 0;
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
	if (file->f_mode & FMODE_CREATED)
		born(path->dentry->d_inode);
	return 0;
}

int vfs_unlink_entry(SIGNATURE(vfs_unlink, dentry))
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call *outer = removing.lookup(&tid);
	struct call call = {};
	struct inode *inode = dentry->d_inode;

	call.sb = dentry->d_sb;
	if (nested(outer, call.sb))
		return 0;
	FILTER
	call.dentry = dentry;
	key_of(inode, &call.key);
	call.last = inode->i_nlink <= 1;
	if (birth.lookup(&call.key) && removing.update(&tid, &call))
		LOST;
	return 0;
}

int vfs_unlink_return(SIGNATURE(vfs_unlink))
{
	u64 now = bpf_ktime_get_ns(), id = bpf_get_current_pid_tgid();
	u32 tid = id;
	int zero = 0;
	struct call *call = removing.lookup(&tid);
	struct event *e = scratch.lookup(&zero);
	struct file_key key;
	struct dentry *dentry;
	u64 *born_at;
	u32 last;

	if (!call || !e)
		return 0;
	key = call->key;
	dentry = call->dentry;
	last = call->last;
	removing.delete(&tid);
	born_at = birth.lookup(&key);
	if ((int)RESULT != 0 || !last || !born_at)
		return 0;
	e->age_ns = now - *born_at;
	birth.delete(&key);
	e->pid = id >> 32;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	name_of(dentry, e->name);
	events.perf_submit(ctx, e, sizeof(*e));
	return 0;
}
