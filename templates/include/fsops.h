/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsops: a file system's reads, writes, opens and syncs, from beginning to end. The program says
 * which functions these are; a template that includes this has `ended`, which is called at the end
 * of each.
 *
 * A thread may be in one of each kind at once: a write of a file opened with O_SYNC calls the sync.
 * Never in two of a kind: a file system does not call itself to do the same.
 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>

/* Their numbers are what the programs name. */
enum { FSOP_READ, FSOP_WRITE, FSOP_OPEN, FSOP_SYNC };

struct fsop_key {
	u32 tid;
	u32 op;
};

struct fsop {
	u64 begun; /* ns */
	u64 offset;
	struct file *file;
	struct kiocb *iocb; /* of a read or write; 0 of a splice */
};

BPF_HASH(fsops, struct fsop_key, struct fsop);

static int ended(void *ctx, u32 op, struct fsop *call, u64 now, long result);

/* FILTER looks at `dentry` for --dir. */
static int fsop_begins(u32 op, struct file *file, struct kiocb *iocb, u64 offset)
{
	struct fsop_key key = {.tid = bpf_get_current_pid_tgid(), .op = op};
	struct fsop call = {.offset = offset, .file = file, .iocb = iocb};
	struct dentry *dentry = 0;

	bpf_probe_read_kernel(&dentry, sizeof(dentry), &file->f_path.dentry);
	FILTER
	call.begun = bpf_ktime_get_ns();
	if (fsops.update(&key, &call))
		LOST;
	return 0;
}

static int fsop_iocb_begins(u32 op, struct kiocb *iocb)
{
	struct file *file = 0;
	u64 offset = 0;

	bpf_probe_read_kernel(&file, sizeof(file), &iocb->ki_filp);
	bpf_probe_read_kernel(&offset, sizeof(offset), &iocb->ki_pos);
	return fsop_begins(op, file, iocb, offset);
}

static int fsop_ends(void *ctx, u32 op, long result)
{
	u64 now = bpf_ktime_get_ns();
	struct fsop_key key = {.tid = bpf_get_current_pid_tgid(), .op = op};
	struct fsop *stored = fsops.lookup(&key), call;

	if (!stored)
		return 0;
	call = *stored;
	fsops.delete(&key);
	return ended(ctx, op, &call, now, result);
}

int read_begins(SIGNATURE(., iocb))
{
	return fsop_iocb_begins(FSOP_READ, iocb);
}

int read_ends(SIGNATURE(.))
{
	return fsop_ends(ctx, FSOP_READ, RESULT);
}

/* splice and sendfile; up to 6.4 they come to the file system as reads. */
int splice_begins(SIGNATURE(., in, ppos))
{
	u64 offset = 0;

	bpf_probe_read_kernel(&offset, sizeof(offset), ppos);
	return fsop_begins(FSOP_READ, in, 0, offset);
}

int splice_ends(SIGNATURE(.))
{
	return fsop_ends(ctx, FSOP_READ, RESULT);
}

int write_begins(SIGNATURE(., iocb))
{
	return fsop_iocb_begins(FSOP_WRITE, iocb);
}

int write_ends(SIGNATURE(.))
{
	return fsop_ends(ctx, FSOP_WRITE, RESULT);
}

/* Of every file system's open the file is the second parameter; its name differs. */
int open_begins(struct pt_regs *ctx)
{
#ifdef VARIANT_FENTRY
	struct file *file = (struct file *)((u64 *)ctx)[1];
#else
	struct file *file = (struct file *)PT_REGS_PARM2(ctx);
#endif

	return fsop_begins(FSOP_OPEN, file, 0, 0);
}

int open_ends(SIGNATURE(.))
{
	return fsop_ends(ctx, FSOP_OPEN, (int)RESULT);
}

int sync_begins(SIGNATURE(., file))
{
	return fsop_begins(FSOP_SYNC, file, 0, 0);
}

int sync_ends(SIGNATURE(.))
{
	return fsop_ends(ctx, FSOP_SYNC, (int)RESULT);
}
