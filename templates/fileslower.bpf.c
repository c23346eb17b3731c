/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fileslower: reads and writes of files that take long, timed where the system calls meet: vfs_read
 * and vfs_write (also pread, pwrite), vfs_readv and vfs_writev (the vectored ones), do_splice,
 * do_sendfile and vfs_copy_file_range. None of these calls another, so each call is timed once;
 * but overlayfs's copy_file_range calls that of the file system below.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

#include "names.h"
#include "stacked.h"

#define SEPARATOR 3 /* " > " */

enum how {
	IS_READ,
	IS_WRITE,
	READ_VECTORED,
	WRITE_VECTORED,
	READ_SPLICED,
	WRITE_SPLICED,
};

struct event {
	u64 ts_ns;
	u64 delta_ns;
	s64 bytes;
	u32 pid;
	u32 tid;
	u32 how;
	char comm[TASK_COMM_LEN];
	char name[NAME_LEN + SEPARATOR + NAME_LEN];
};

/* A call that has begun. */
struct io {
	u64 begun;
	struct file *file;
	struct file *to; /* of two files, the one written */
	u32 how;
};

BPF_HASH(ios, u32, struct io);
BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

static u32 mode_of(struct file *file)
{
	struct inode *inode = 0;
	umode_t mode = 0;

	bpf_probe_read_kernel(&inode, sizeof(inode), &file->f_inode);
	bpf_probe_read_kernel(&mode, sizeof(mode), &inode->i_mode);
	return mode;
}

static int begins(struct file *file, struct file *to, u32 how)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct dentry *dentry = dentry_of(file);
	struct io io = {};

	if (!ALL_FILES && !S_ISREG(mode_of(file)))
		return 0;
	FILTER
	io.file = file;
	io.to = to;
	io.how = how;
	io.begun = bpf_ktime_get_ns();
	if (ios.update(&tid, &io))
		LOST;
	return 0;
}

static int report(void *ctx, struct io *io, u64 now, s64 result)
{
	u64 id = bpf_get_current_pid_tgid();
	int zero = 0;
	struct event *e = scratch.lookup(&zero);
	u32 len;

	if (!e)
		return 0;
	e->ts_ns = now;
	e->delta_ns = now - io->begun;
	e->bytes = result < 0 ? 0 : result;
	e->pid = id >> 32;
	e->tid = id;
	e->how = io->how;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	len = file_name_of(io->file, e->name) - 1;
	if (io->to) {
		e->name[len++] = ' ';
		e->name[len++] = '>';
		e->name[len++] = ' ';
		file_name_of(io->to, e->name + len);
	}
	events.perf_submit(ctx, e, sizeof(*e));
	return 0;
}

static int ends(void *ctx, s64 result)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct io *stored = ios.lookup(&tid), io;
	u64 now = bpf_ktime_get_ns();

	if (!stored)
		return 0;
	io = *stored;
	ios.delete(&tid);
	return now - io.begun < MIN_MS * 1000000ULL ? 0 : report(ctx, &io, now, result);
}

int vfs_read_entry(SIGNATURE(vfs_read, file))
{
	return begins(file, 0, IS_READ);
}

int vfs_read_return(SIGNATURE(vfs_read))
{
	return ends(ctx, RESULT);
}

int vfs_write_entry(SIGNATURE(vfs_write, file))
{
	return begins(file, 0, IS_WRITE);
}

int vfs_write_return(SIGNATURE(vfs_write))
{
	return ends(ctx, RESULT);
}

int vfs_readv_entry(SIGNATURE(vfs_readv, file))
{
	return begins(file, 0, READ_VECTORED);
}

int vfs_readv_return(SIGNATURE(vfs_readv))
{
	return ends(ctx, RESULT);
}

int vfs_writev_entry(SIGNATURE(vfs_writev, file))
{
	return begins(file, 0, WRITE_VECTORED);
}

int vfs_writev_return(SIGNATURE(vfs_writev))
{
	return ends(ctx, RESULT);
}

/* From one to the other: a file, to whatever; from whatever, to a file; or both are files. */
static int splice_begins(struct file *from, struct file *to)
{
	u32 mode = mode_of(from);
	int to_file = S_ISREG(mode_of(to));

	if (!S_ISREG(mode) && (to_file || S_ISFIFO(mode)))
		return begins(to, 0, WRITE_SPLICED);
	return begins(from, S_ISREG(mode) && to_file ? to : 0, READ_SPLICED);
}

int do_splice_entry(SIGNATURE(do_splice, in, out))
{
	return splice_begins(in, out);
}

int do_splice_return(SIGNATURE(do_splice))
{
	return ends(ctx, RESULT);
}

int do_sendfile_entry(SIGNATURE(do_sendfile, out_fd, in_fd))
{
	struct file *from = file_of(in_fd), *to = file_of(out_fd);

	return from && to ? splice_begins(from, to) : 0;
}

int do_sendfile_return(SIGNATURE(do_sendfile))
{
	return ends(ctx, RESULT);
}

int copy_file_range_entry(SIGNATURE(vfs_copy_file_range, file_in, file_out))
{
	return stacked() ? 0 : splice_begins(file_in, file_out);
}

int copy_file_range_return(SIGNATURE(vfs_copy_file_range))
{
	return stacked() ? 0 : ends(ctx, RESULT);
}
