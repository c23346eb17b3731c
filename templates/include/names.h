/* SPDX-License-Identifier: Apache-2.0 */
/* names: the names of dentries, and which file a descriptor of the current process is. */
#ifndef BCCHOST_NAMES_H
#define BCCHOST_NAMES_H

#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/sched.h>

#define NAME_LEN 256 /* NAME_MAX and the NUL */

/*
 * A string of the kernel's into `to`, which has room for NAME_LEN bytes; empty if there is none.
 * Returns its length with the NUL, between 1 and NAME_LEN also for the verifier's eyes.
 */
static u32 string_of(const char *from, char *to)
{
	long len;

	to[0] = 0;
	len = bpf_probe_read_kernel_str(to, NAME_LEN, from);
	return len > 0 ? 1 + ((len - 1) & (NAME_LEN - 1)) : 1;
}

/* The last component of a dentry's name. */
static u32 name_of(struct dentry *dentry, char *to)
{
	const unsigned char *name = 0;

	bpf_probe_read_kernel(&name, sizeof(name), &dentry->d_name.name);
	return string_of((const char *)name, to);
}

static struct dentry *dentry_of(struct file *file)
{
	struct dentry *dentry = 0;

	bpf_probe_read_kernel(&dentry, sizeof(dentry), &file->f_path.dentry);
	return dentry;
}

#ifdef BCCHOST_BTF
/* A file system's root has no name but "/": that of the directory where it is mounted. */
static u32 root_name_of(struct file *file, char *to)
{
	struct mount *mount = 0, *below = 0;
	struct dentry *dentry = 0;
	struct vfsmount *mnt = 0;

	bpf_probe_read_kernel(&mnt, sizeof(mnt), &file->f_path.mnt);
	mount = container_of(mnt, struct mount, mnt);
	bpf_probe_read_kernel(&below, sizeof(below), &mount->mnt_parent);
	bpf_probe_read_kernel(&dentry, sizeof(dentry), &mount->mnt_mountpoint);
	if (below == mount)
		dentry = dentry_of(file);
	return name_of(dentry, to);
}
#endif

/*
 * What has no name (a pipe) is called as its file system: pipefs. A socket has its protocol's. The
 * root of a mount is called as the directory that it is mounted on, where that is known (BTF).
 */
static u32 file_name_of(struct file *file, char *to)
{
	struct dentry *dentry = dentry_of(file);
	struct super_block *sb = 0;
	struct file_system_type *type = 0;
	const char *name = 0;
	u32 len = name_of(dentry, to);

#ifdef BCCHOST_BTF
	if (to[0] == '/')
		return root_name_of(file, to);
#endif
	if (len > 1)
		return len;
	bpf_probe_read_kernel(&sb, sizeof(sb), &dentry->d_sb);
	bpf_probe_read_kernel(&type, sizeof(type), &sb->s_type);
	bpf_probe_read_kernel(&name, sizeof(name), &type->name);
	return string_of(name, to);
}

/* The file that a descriptor of the current process stands for; NULL if there is none. */
static struct file *file_of(int fd)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct files_struct *files = 0;
	struct fdtable *fdt = 0;
	struct file **fds = 0, *file = 0;
	unsigned int max = 0;

	bpf_probe_read_kernel(&files, sizeof(files), &task->files);
	bpf_probe_read_kernel(&fdt, sizeof(fdt), &files->fdt);
	bpf_probe_read_kernel(&max, sizeof(max), &fdt->max_fds);
	if ((unsigned int)fd >= max)
		return 0;
	bpf_probe_read_kernel(&fds, sizeof(fds), &fdt->fd);
	bpf_probe_read_kernel(&file, sizeof(file), fds + fd);
	return file;
}

#endif
