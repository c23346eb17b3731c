/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filetop: reads and writes by file and thread. A file is its inode on its device, with the
 * generation that tells it from one that had the same inode before; its name is the one that it was
 * open by at first. Where inodes have no generation (overlayfs), the name's hash stands for it.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include "fileio.h"
#include "names.h"

#define TYPE_REGULAR 0
#define TYPE_SOCKET  1
#define TYPE_OTHER   2

struct key {
	u64 ino;
	u32 dev;
	u32 generation;
	u32 id; /* the thread, or its process */
	u32 type;
#ifdef SHOW_CGROUP
	u64 cgroup_id;
#endif
};

struct leaf {
	u64 reads;
	u64 writes;
	u64 rbytes;
	u64 wbytes;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN];
};

BPF_HASH(counts, struct key, struct leaf);
BPF_PERCPU_ARRAY(scratch, struct leaf, 1);

/* Which file that is. Not 0: none that is wanted. */
static int identify(struct file *file, struct dentry *dentry, struct key *key)
{
	struct super_block *sb = 0;
	struct inode *inode = 0;
	unsigned long ino = 0;
	umode_t mode = 0;

	bpf_probe_read_kernel(&inode, sizeof(inode), &file->f_inode);
	bpf_probe_read_kernel(&mode, sizeof(mode), &inode->i_mode);
	if (S_ISREG(mode))
		key->type = TYPE_REGULAR;
	else if (!ALL_FILES)
		return -1;
	else
		key->type = S_ISSOCK(mode) ? TYPE_SOCKET : TYPE_OTHER;
	bpf_probe_read_kernel(&ino, sizeof(ino), &inode->i_ino);
	bpf_probe_read_kernel(&key->generation, sizeof(key->generation), &inode->i_generation);
	if (!key->generation)
		bpf_probe_read_kernel(&key->generation, sizeof(key->generation),
				      &dentry->d_name.hash);
	bpf_probe_read_kernel(&sb, sizeof(sb), &inode->i_sb);
	bpf_probe_read_kernel(&key->dev, sizeof(key->dev), &sb->s_dev);
	key->ino = ino;
	return 0;
}

static struct leaf *add(struct key *key, struct dentry *dentry)
{
	struct leaf *leaf;
	int zero = 0;

	leaf = scratch.lookup(&zero);
	if (!leaf)
		return 0;
	leaf->reads = leaf->writes = leaf->rbytes = leaf->wbytes = 0;
	bpf_get_current_comm(&leaf->comm, sizeof(leaf->comm));
	name_of(dentry, leaf->name);
	/* A pipe's name is made when somebody asks for it. */
	if (!leaf->name[0]) {
		leaf->name[0] = 'p';
		leaf->name[1] = 'i';
		leaf->name[2] = 'p';
		leaf->name[3] = 'e';
		leaf->name[4] = 0;
	}
	counts.insert(key, leaf); /* another of the process's threads may have been quicker */
	return counts.lookup(key);
}

static int fileio_done(void *ctx, struct file *file, u64 bytes, int is_write)
{
	u64 id = bpf_get_current_pid_tgid();
	struct dentry *dentry = 0;
	struct key key = {};
	struct leaf *leaf;

	if (is_write ? READ_ONLY : WRITE_ONLY)
		return 0;
	bpf_probe_read_kernel(&dentry, sizeof(dentry), &file->f_path.dentry);
	FILTER
	if (identify(file, dentry, &key))
		return 0;
	key.id = BY_PROCESS ? id >> 32 : id;
#ifdef SHOW_CGROUP
	key.cgroup_id = bpf_get_current_cgroup_id();
#endif
	leaf = counts.lookup(&key);
	if (!leaf)
		leaf = add(&key, dentry);
	if (!leaf) {
		LOST;
		return 0;
	}
	if (is_write) {
		lock_xadd(&leaf->writes, 1);
		lock_xadd(&leaf->wbytes, bytes);
	} else {
		lock_xadd(&leaf->reads, 1);
		lock_xadd(&leaf->rbytes, bytes);
	}
	return 0;
}
