/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blk: the requests that disks are given, from the raw tracepoints of the block layer.
 *
 * A bio that comes to a disk's queue either joins a request that waits there (block_bio_backmerge,
 * block_bio_frontmerge; requests join one another, too: block_rq_merge) or gets a request of its
 * own (block_getrq), whose first bio it then is. These run in the task that submits. The disk is
 * given the request at block_rq_issue, in whatever task happens to run, and is done with it at
 * block_rq_complete. So a request is known by its first bio up to block_rq_issue, then by itself.
 *
 * Flushes have no bio: the kernel makes one request for all who wait for one. It is said to come
 * from the task that last asked for one.
 *
 * A template that includes this has `done`, called when a disk is done with a request, `bio_joined`
 * and `request_joined`; its program has the word DISK (the disk's number, 0: any).
 */
#include <uapi/linux/ptrace.h>
#include <linux/blk_types.h>
#include <linux/blkdev.h>
#include <linux/blk-mq.h>
#include <linux/sched.h>

#define OP_MASK	       0xff /* of cmd_flags and bi_opf; flags follow it */
#define OP_PASSTHROUGH 32   /* from here on: SCSI's and drivers' own commands */

/* Who submitted, and when. */
struct owner {
	u64 ns;
	u32 pid;
	u32 wanted; /* by the filters */
	char comm[TASK_COMM_LEN];
#ifdef SHOW_CGROUP
	u64 cgroup_id;
#endif
};

/* A request that its disk has been given. */
struct io {
	u64 issued; /* ns */
	u64 bio;
	u64 sector;
	u32 bytes;
	u32 flags;
	struct owner owner;
};

/* Of a bio whose request another bio came in front of nobody tells: the oldest are forgotten. */
BPF_TABLE("lru_hash", u64, struct owner, owners, 16384);  /* by bio */
BPF_TABLE("lru_hash", u64, struct owner, flushers, 1024); /* by disk */
BPF_HASH(ios, u64, struct io);				  /* by request */

static int done(void *ctx, struct request *rq, struct io *io, u64 now);
static int bio_joined(void *ctx, struct bio *bio, struct owner *owner);
static int request_joined(void *ctx, struct request *rq, struct owner *owner);

static int wanted(void)
{
	FILTER
	return 1;
}

static struct gendisk *disk_of_request(struct request *rq)
{
	struct gendisk *disk = 0;

#ifdef REQUEST_HAS_DISK
	bpf_probe_read_kernel(&disk, sizeof(disk), &rq->rq_disk);
#else
	struct request_queue *queue = 0;

	bpf_probe_read_kernel(&queue, sizeof(queue), &rq->q);
	bpf_probe_read_kernel(&disk, sizeof(disk), &queue->disk);
#endif
	return disk;
}

static struct gendisk *disk_of_bio(struct bio *bio)
{
	struct gendisk *disk = 0;

#ifdef BIO_HAS_DISK
	bpf_probe_read_kernel(&disk, sizeof(disk), &bio->bi_disk);
#else
	struct block_device *bdev = 0;

	bpf_probe_read_kernel(&bdev, sizeof(bdev), &bio->bi_bdev);
	bpf_probe_read_kernel(&disk, sizeof(disk), &bdev->bd_disk);
#endif
	return disk;
}

static int disk_wanted(struct gendisk *disk)
{
	u32 major = 0, minor = 0;

	if (!DISK)
		return 1;
	bpf_probe_read_kernel(&major, sizeof(major), &disk->major);
	bpf_probe_read_kernel(&minor, sizeof(minor), &disk->first_minor);
	return (major << 20 | minor) == DISK;
}

static void current_owner(struct owner *owner)
{
	owner->ns = bpf_ktime_get_ns();
	owner->pid = bpf_get_current_pid_tgid() >> 32;
	owner->wanted = wanted();
	bpf_get_current_comm(&owner->comm, sizeof(owner->comm));
#ifdef SHOW_CGROUP
	owner->cgroup_id = bpf_get_current_cgroup_id();
#endif
}

int bio_gets_request(SIGNATURE(block_getrq, bio))
{
	u64 key = (u64)bio, disk;
	struct owner owner = {};
	u32 flags = 0;

	current_owner(&owner);
	owners.update(&key, &owner);
	bpf_probe_read_kernel(&flags, sizeof(flags), &bio->bi_opf);
	if (flags & (1u << __REQ_PREFLUSH | 1u << __REQ_FUA)) {
		disk = (u64)disk_of_bio(bio);
		flushers.update(&disk, &owner);
	}
	return 0;
}

static void unknown_owner(struct owner *owner)
{
	owner->wanted = wanted();
	owner->comm[0] = '?';
}

/* Who submitted the request; false if that was not seen. */
static int find_owner(struct request *rq, u64 bio, u32 flags, struct owner *owner)
{
	struct owner *found;
	u64 disk;

	if ((flags & OP_MASK) == REQ_OP_FLUSH) {
		disk = (u64)disk_of_request(rq);
		found = flushers.lookup(&disk);
	} else {
		found = owners.lookup(&bio);
	}
	if (!found)
		return 0;
	*owner = *found;
	if ((flags & OP_MASK) != REQ_OP_FLUSH)
		owners.delete(&bio);
	return 1;
}

/* The request's first bio is now this one. */
int bio_joins_before(SIGNATURE(block_bio_frontmerge, bio))
{
	struct owner owner = {};
	u64 key = (u64)bio;

	current_owner(&owner);
	owners.update(&key, &owner);
	return bio_joined(ctx, bio, &owner);
}

int request_joins(SIGNATURE(block_rq_merge, rq))
{
	struct owner owner = {};
	u64 bio = 0;

	bpf_probe_read_kernel(&bio, sizeof(bio), &rq->bio);
	if (!find_owner(rq, bio, 0, &owner))
		unknown_owner(&owner);
	return request_joined(ctx, rq, &owner);
}

int request_issued(SIGNATURE(block_rq_issue, rq))
{
	u64 key = (u64)rq;
	struct io io = {}, *again = ios.lookup(&key);

	if (!disk_wanted(disk_of_request(rq)))
		return 0;
	bpf_probe_read_kernel(&io.bio, sizeof(io.bio), &rq->bio);
	bpf_probe_read_kernel(&io.flags, sizeof(io.flags), &rq->cmd_flags);
	bpf_probe_read_kernel(&io.sector, sizeof(io.sector), &rq->__sector);
	bpf_probe_read_kernel(&io.bytes, sizeof(io.bytes), &rq->__data_len);
	if ((io.flags & OP_MASK) == REQ_OP_FLUSH)
		io.sector = 0; /* it has none: all bits set */
	if (!find_owner(rq, io.bio, io.flags, &io.owner)) {
		/* A disk that had no room takes it later: it is issued once more. */
		if (again && io.bio && again->bio == io.bio) {
			again->issued = bpf_ktime_get_ns();
			return 0;
		}
		unknown_owner(&io.owner);
	}
	if (!io.owner.wanted) {
		ios.delete(&key);
		return 0;
	}
	io.issued = bpf_ktime_get_ns();
	if (ios.update(&key, &io))
		LOST;
	return 0;
}

int request_completed(SIGNATURE(block_rq_complete, rq, nr_bytes))
{
	u64 key = (u64)rq, now = bpf_ktime_get_ns();
	struct io *io = ios.lookup(&key);
	u32 left = 0;

	if (!io)
		return 0;
	/* A part of it: the rest goes on. */
	bpf_probe_read_kernel(&left, sizeof(left), &rq->__data_len);
	if (nr_bytes < left)
		return 0;
	done(ctx, rq, io, now);
	ios.delete(&key);
	return 0;
}
