/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fileio.h: reads and writes of files that were done, with the bytes that they moved, not those
 * that were asked for: read(2), pread(2), readv(2), preadv(2), preadv2(2), and write(2) and its
 * like. Calls that failed are none.
 *
 * The probes: for fentry {kretfunc: vfs_read, run: fileio_read} and so on for vfs_write, vfs_readv
 * and vfs_writev; otherwise {kprobe: vfs_read, run: fileio_entry} for all four, and {kretprobe:
 * [vfs_read, vfs_readv], run: fileio_read_return} and fileio_write_return. Who includes this
 * defines fileio_done.
 */
#include <linux/fs.h>

static int fileio_done(void *ctx, struct file *file, u64 bytes, int is_write);

static int fileio_ends(void *ctx, struct file *file, long result, int is_write)
{
	return result < 0 ? 0 : fileio_done(ctx, file, result, is_write);
}

#ifdef VARIANT_FENTRY
int fileio_read(SIGNATURE(vfs_read, file))
{
	return fileio_ends(ctx, file, RESULT, 0);
}

int fileio_readv(SIGNATURE(vfs_readv, file))
{
	return fileio_ends(ctx, file, RESULT, 0);
}

int fileio_write(SIGNATURE(vfs_write, file))
{
	return fileio_ends(ctx, file, RESULT, 1);
}

int fileio_writev(SIGNATURE(vfs_writev, file))
{
	return fileio_ends(ctx, file, RESULT, 1);
}
#else
BPF_HASH(fileio_files, u32, struct file *); /* until the call returns */

/* All four take the file first. */
int fileio_entry(SIGNATURE(vfs_read, file))
{
	u32 tid = bpf_get_current_pid_tgid();

	if (fileio_files.update(&tid, &file))
		LOST;
	return 0;
}

static int fileio_returns(void *ctx, long result, int is_write)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct file **stored = fileio_files.lookup(&tid), *file;

	if (!stored)
		return 0;
	file = *stored;
	fileio_files.delete(&tid);
	return fileio_ends(ctx, file, result, is_write);
}

int fileio_read_return(struct pt_regs *ctx)
{
	return fileio_returns(ctx, RESULT, 0);
}

int fileio_write_return(struct pt_regs *ctx)
{
	return fileio_returns(ctx, RESULT, 1);
}
#endif
