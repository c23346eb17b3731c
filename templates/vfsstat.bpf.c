/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vfsstat: calls of the VFS by kind, counted at the functions where the system calls meet. open(2)
 * does not come by vfs_create: that a file is new is seen in vfs_open, whose file says that it was
 * created just now. fsync(2) calls vfs_fsync_range or, if the compiler put that into do_fsync
 * (7.2), does not.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>

struct counters {
	u64 reads;
	u64 writes;
	u64 fsyncs;
	u64 opens;
	u64 creates;
	u64 unlinks;
	u64 mkdirs;
	u64 rmdirs;
};

BPF_PERCPU_ARRAY(counts, struct counters, 1);
BPF_HASH(fsyncing, u32, u8); /* threads in do_fsync that have not come to vfs_fsync_range */

#define COUNT(what) count(offsetof(struct counters, what))

/* Atomically, though each CPU has its own: a program can be interrupted by another on its CPU. */
static int count(u32 offset)
{
	int zero = 0;
	void *counters;

	FILTER
	counters = counts.lookup(&zero);
	if (counters)
		lock_xadd((u64 *)(counters + offset), 1);
	return 0;
}

int vfs_read_entry(SIGNATURE(vfs_read))
{
	return COUNT(reads);
}

int vfs_readv_entry(SIGNATURE(vfs_readv))
{
	return COUNT(reads);
}

int vfs_write_entry(SIGNATURE(vfs_write))
{
	return COUNT(writes);
}

int vfs_writev_entry(SIGNATURE(vfs_writev))
{
	return COUNT(writes);
}

int vfs_fsync_range_entry(SIGNATURE(vfs_fsync_range))
{
	u32 tid = bpf_get_current_pid_tgid();

	fsyncing.delete(&tid);
	return COUNT(fsyncs);
}

int do_fsync_entry(SIGNATURE(do_fsync))
{
	u32 tid = bpf_get_current_pid_tgid();
	u8 yes = 1;

	fsyncing.update(&tid, &yes);
	return 0;
}

/* Without a file there was nothing to flush. */
int do_fsync_return(SIGNATURE(do_fsync))
{
	u32 tid = bpf_get_current_pid_tgid();

	if (!fsyncing.lookup(&tid))
		return 0;
	fsyncing.delete(&tid);
	return RESULT == -EBADF ? 0 : COUNT(fsyncs);
}

int vfs_open_entry(SIGNATURE(vfs_open, path, file))
{
	if (file->f_mode & FMODE_CREATED)
		COUNT(creates);
	return COUNT(opens);
}

int vfs_create_entry(SIGNATURE(vfs_create))
{
	return COUNT(creates);
}

int vfs_unlink_entry(SIGNATURE(vfs_unlink))
{
	return COUNT(unlinks);
}

int vfs_mkdir_entry(SIGNATURE(vfs_mkdir))
{
	return COUNT(mkdirs);
}

int vfs_rmdir_entry(struct pt_regs *ctx)
{
	return COUNT(rmdirs);
}
