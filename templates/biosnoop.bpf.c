/* SPDX-License-Identifier: Apache-2.0 */
/*
 * biosnoop: every request that a disk was given, when the disk is done with it, with who submitted
 * it; and each bio or request that joined one which was waiting.
 */
#include "blk.h"

struct event {
	u64 ts_ns;
	u64 sector;
	u64 queue_ns;
	u64 lat_ns;
	u32 pid;
	u32 bytes;
	char op[2];
	char comm[TASK_COMM_LEN];
	char disk[DISK_NAME_LEN];
#ifdef SHOW_CGROUP
	u64 cgroup_id; /* of who submitted */
#endif
};

BPF_PERF_OUTPUT(events);

static char letter(u32 op)
{
	switch (op) {
	case REQ_OP_READ:
		return 'R';
	case REQ_OP_FLUSH:
		return 'F';
	case REQ_OP_DISCARD:
		return 'D';
	case REQ_OP_SECURE_ERASE:
		return 'E';
	case REQ_OP_WRITE_ZEROES:
		return 'Z';
	case REQ_OP_WRITE:
	case REQ_OP_ZONE_APPEND:
		return 'W';
	}
	return op < OP_PASSTHROUGH ? 'O' : 'P';
}

static int report(void *ctx, struct event *e, const struct owner *owner, struct gendisk *disk)
{
	e->pid = owner->pid;
#ifdef SHOW_CGROUP
	e->cgroup_id = owner->cgroup_id;
#endif
	__builtin_memcpy(e->comm, owner->comm, sizeof(e->comm));
	bpf_probe_read_kernel_str(&e->disk, sizeof(e->disk), disk->disk_name);
	events.perf_submit(ctx, e, sizeof(*e));
	return 0;
}

static int done(void *ctx, struct request *rq, struct io *io, u64 now)
{
	struct event e = {.ts_ns = now};

	e.sector = io->sector;
	e.bytes = io->bytes;
	e.lat_ns = now - io->issued;
	e.queue_ns = io->owner.ns ? io->issued - io->owner.ns : 0;
	e.op[0] = letter(io->flags & OP_MASK);
	return report(ctx, &e, &io->owner, disk_of_request(rq));
}

static int joined(void *ctx, struct event *e, struct owner *owner, struct gendisk *disk)
{
	e->ts_ns = bpf_ktime_get_ns();
	e->op[0] = 'M';
	if (!owner->wanted || !disk_wanted(disk))
		return 0;
	return report(ctx, e, owner, disk);
}

static int bio_joined(void *ctx, struct bio *bio, struct owner *owner)
{
	struct event e = {};

	bpf_probe_read_kernel(&e.sector, sizeof(e.sector), &bio->bi_iter.bi_sector);
	bpf_probe_read_kernel(&e.bytes, sizeof(e.bytes), &bio->bi_iter.bi_size);
	return joined(ctx, &e, owner, disk_of_bio(bio));
}

static int request_joined(void *ctx, struct request *rq, struct owner *owner)
{
	struct event e = {};

	bpf_probe_read_kernel(&e.sector, sizeof(e.sector), &rq->__sector);
	bpf_probe_read_kernel(&e.bytes, sizeof(e.bytes), &rq->__data_len);
	return joined(ctx, &e, owner, disk_of_request(rq));
}

int bio_joins_behind(SIGNATURE(block_bio_backmerge, bio))
{
	struct owner owner = {};

	current_owner(&owner);
	return bio_joined(ctx, bio, &owner);
}
