/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dirs.h: the directories from one up to the process's root, for a column with `format: path`. Who
 * includes this defines DIRS_LEN, a power of two: the bytes that there are for them. The array has
 * DIRS_SIZE.
 */
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/sched.h>

#ifndef BCCHOST_BTF
#error "paths need a kernel with BTF: struct mount is not in the kernel's headers"
#endif

#define DIRS_MAX       64  /* directories, and mount points on the way */
#define DIRS_COMPONENT 256 /* a name and its NUL */
#define DIRS_SIZE      (DIRS_LEN + DIRS_COMPONENT)

static struct mount *dirs_mount(struct vfsmount *mnt)
{
	return container_of(mnt, struct mount, mnt);
}

/*
 * The names from that directory up to the process's root, each ended by a NUL, "/" after the
 * topmost. At the root of a mount the way goes on where it is mounted. The bytes used are counted
 * in the map's memory: a number that the verifier follows would make each turn of the loop another
 * one.
 */
static void dirs_fill(char *dirs, u32 *count, struct dentry *dentry, struct mount *mount)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct dentry *parent = 0, *top = 0;
	const unsigned char *name = 0;
	struct fs_struct *fs = 0;
	struct mount *below = 0;
	struct path root = {};
	u32 used;
	long n;

	bpf_probe_read_kernel(&fs, sizeof(fs), &task->fs);
	bpf_probe_read_kernel(&root, sizeof(root), &fs->root);
	for (int i = 0; i < DIRS_MAX; i++) {
		if (dentry == root.dentry && mount == dirs_mount(root.mnt))
			goto top;
		bpf_probe_read_kernel(&top, sizeof(top), &mount->mnt.mnt_root);
		if (dentry == top) {
			bpf_probe_read_kernel(&below, sizeof(below), &mount->mnt_parent);
			if (!below || below == mount)
				goto top;
			bpf_probe_read_kernel(&dentry, sizeof(dentry), &mount->mnt_mountpoint);
			mount = below;
			continue;
		}
		bpf_probe_read_kernel(&parent, sizeof(parent), &dentry->d_parent);
		if (!parent || parent == dentry)
			goto top;
		bpf_probe_read_kernel(&name, sizeof(name), &dentry->d_name.name);
		used = *count & (DIRS_LEN - 1);
		n = bpf_probe_read_kernel_str(&dirs[used], DIRS_COMPONENT, name);
		if (n <= 0 || used + n >= DIRS_LEN)
			return;
		*count = used + n;
		dentry = parent;
	}
	return;
top:
	used = *count & (DIRS_LEN - 1);
	dirs[used] = '/';
	*count = used + 1;
}
