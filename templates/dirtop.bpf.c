/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dirtop: reads and writes by directory. From each file the way goes up, across mount points, to
 * the next of the directories that were asked for, or one step if none was. A directory is its
 * inode on its device, which the host looked up; what is below it is found when it is read or
 * written, so that files made meanwhile count.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

/*
 * A loop's way back must be a jump: the verifier does not take a step from an instruction to the
 * next one for it. For speed LLVM may put a loop's end before its beginning, and so make it one;
 * not where size counts.
 */
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)

#define DIRS_LEN 1024
#include "dirs.h"
#include "fileio.h"

struct key {
	u64 ino;
	u32 dev;
	u32 generation; /* of one that had the same inode before, another */
};

struct leaf {
	u64 reads;
	u64 writes;
	u64 rbytes;
	u64 wbytes;
	u32 used;     /* bytes of dirs */
	char name[4]; /* of the directory itself: it is the first of dirs */
	char dirs[DIRS_SIZE];
};

/* A directory where it is seen. */
struct place {
	struct dentry *dentry;
	struct mount *mount;
};

BPF_HASH(counts, struct key, struct leaf, 4096);
BPF_PERCPU_ARRAY(scratch, struct leaf, 1);
BPF_ARRAY(nothing, struct leaf, 1);

static int is_wanted_kind(struct file *file)
{
	struct inode *inode = 0;
	umode_t mode = 0;

	if (ALL_FILES)
		return 1;
	bpf_probe_read_kernel(&inode, sizeof(inode), &file->f_inode);
	bpf_probe_read_kernel(&mode, sizeof(mode), &inode->i_mode);
	return S_ISREG(mode);
}

static void identify(struct dentry *dentry, struct key *key)
{
	struct super_block *sb = 0;
	struct inode *inode = 0;
	unsigned long ino = 0;

	bpf_probe_read_kernel(&inode, sizeof(inode), &dentry->d_inode);
	bpf_probe_read_kernel(&ino, sizeof(ino), &inode->i_ino);
	bpf_probe_read_kernel(&key->generation, sizeof(key->generation), &inode->i_generation);
	if (!key->generation) /* overlayfs has none */
		bpf_probe_read_kernel(&key->generation, sizeof(key->generation),
				      &dentry->d_name.hash);
	bpf_probe_read_kernel(&sb, sizeof(sb), &inode->i_sb);
	bpf_probe_read_kernel(&key->dev, sizeof(key->dev), &sb->s_dev);
	key->ino = ino;
}

#define ON    0
#define FOUND 1
#define TOP   2

/* From a file or directory to the one that it is in, or to where its mount is mounted. */
static int up(struct place *at, struct key *key)
{
	struct dentry *parent = 0, *top = 0;
	struct mount *below = 0;

	bpf_probe_read_kernel(&top, sizeof(top), &at->mount->mnt.mnt_root);
	if (at->dentry == top) {
		bpf_probe_read_kernel(&below, sizeof(below), &at->mount->mnt_parent);
		bpf_probe_read_kernel(&at->dentry, sizeof(at->dentry), &at->mount->mnt_mountpoint);
		if (!below || below == at->mount)
			return TOP;
		at->mount = below;
		return ON;
	}
	bpf_probe_read_kernel(&parent, sizeof(parent), &at->dentry->d_parent);
	if (!parent || parent == at->dentry)
		return TOP;
	at->dentry = parent;
	identify(parent, key);
	return IS_ROOT(key->dev, key->ino) ? FOUND : ON;
}

/* Not 0: the directory is found, and what it is known by. */
static int find(struct file *file, struct place *at, struct key *key)
{
	struct path path = {};
	int state = ON;

	bpf_probe_read_kernel(&path, sizeof(path), &file->f_path);
	at->dentry = path.dentry;
	at->mount = dirs_mount(path.mnt);
	for (int i = 0; i < DIRS_MAX && state == ON; i++)
		state = up(at, key);
	return state == FOUND;
}

static struct leaf *add(struct key *key, struct place *at)
{
	struct leaf *leaf, *none;
	int zero = 0;

	leaf = scratch.lookup(&zero);
	none = nothing.lookup(&zero);
	if (!leaf || !none)
		return 0;
	bpf_probe_read_kernel(leaf, sizeof(*leaf), none);
	dirs_fill(leaf->dirs, &leaf->used, at->dentry, at->mount);
	counts.insert(key, leaf); /* another CPU may have been quicker */
	return counts.lookup(key);
}

static int fileio_done(void *ctx, struct file *file, u64 bytes, int is_write)
{
	struct place at = {};
	struct key key = {};
	struct leaf *leaf;

	FILTER
	if (!is_wanted_kind(file) || !find(file, &at, &key))
		return 0;
	leaf = counts.lookup(&key);
	if (!leaf)
		leaf = add(&key, &at);
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

#pragma clang attribute pop
