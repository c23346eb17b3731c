/* SPDX-License-Identifier: Apache-2.0 */
/* biolatency: how long disks take for requests, as a histogram. */
#include "blk.h"

/* All flags at once have less than 100 letters. */
#define FLAGS_LEN 128 /* a power of two: offsets are masked with it */
#define WORD_LEN  24

struct key {
#if BY_DISK
	char disk[DISK_NAME_LEN];
#endif
#if BY_FLAGS
	char flags[FLAGS_LEN + WORD_LEN];
#endif
	u64 slot;
};

BPF_HISTOGRAM(latency, struct key, 10240); /* disks or flags, by slots */
#ifdef BCCHOST_SUMS
BPF_HASH(sums_ns, struct key, u64, 1024); /* the slot is 0 */
#endif
BPF_PERCPU_ARRAY(scratch, struct key, 1);

#if BY_FLAGS
#define APPEND(text)                                                                         \
	do {                                                                                 \
		char word[] = text;                                                          \
		bpf_probe_read_kernel(&key->flags[used & (FLAGS_LEN - 1)], sizeof(word) - 1, \
				      word);                                                 \
		used += sizeof(word) - 1;                                                    \
	} while (0)

/* As words, what is set first: "Metadata-Sync-Write". */
static void describe(struct key *key, u32 flags)
{
	u32 used = 0;

	if (flags & 1u << __REQ_NOWAIT)
		APPEND("NoWait-");
	if (flags & 1u << __REQ_BACKGROUND)
		APPEND("Background-");
	if (flags & 1u << __REQ_RAHEAD)
		APPEND("ReadAhead-");
	if (flags & 1u << __REQ_IDLE)
		APPEND("Idle-");
	if (flags & 1u << __REQ_NOMERGE)
		APPEND("NoMerge-");
	if (flags & 1u << __REQ_PRIO)
		APPEND("Priority-");
	if (flags & 1u << __REQ_FUA)
		APPEND("ForcedUnitAccess-");
	if (flags & 1u << __REQ_META)
		APPEND("Metadata-");
	if (flags & 1u << __REQ_SYNC)
		APPEND("Sync-");
	switch (flags & OP_MASK) {
	case REQ_OP_READ:
		APPEND("Read");
		break;
	case REQ_OP_WRITE:
		APPEND("Write");
		break;
	case REQ_OP_FLUSH:
		APPEND("Flush");
		break;
	case REQ_OP_DISCARD:
		APPEND("Discard");
		break;
	case REQ_OP_SECURE_ERASE:
		APPEND("SecureErase");
		break;
	case REQ_OP_WRITE_ZEROES:
		APPEND("WriteZeroes");
		break;
	case REQ_OP_ZONE_APPEND:
		APPEND("ZoneAppend");
		break;
	case REQ_OP_ZONE_RESET:
		APPEND("ZoneReset");
		break;
	default:
		APPEND("Unknown");
	}
}
#endif

static int done(void *ctx, struct request *rq, struct io *io, u64 now)
{
	u64 none = 0, *count;
	struct key *key;
	int zero = 0;
	u64 since = QUEUED && io->owner.ns ? io->owner.ns : io->issued;
	struct gendisk *disk = disk_of_request(rq);

	key = scratch.lookup(&zero);
	if (!key)
		return 0;
	__builtin_memset(key, 0, sizeof(*key));
#if BY_DISK
	bpf_probe_read_kernel_str(&key->disk, sizeof(key->disk), disk->disk_name);
#endif
#if BY_FLAGS
	describe(key, io->flags);
#endif
	key->slot = bpf_log2l((now - since) / (MILLISECONDS ? 1000000 : 1000));
	count = latency.lookup_or_try_init(key, &none);
	if (count)
		lock_xadd(count, 1);
	else
		LOST;
#ifdef BCCHOST_SUMS
	key->slot = 0;
	count = sums_ns.lookup_or_try_init(key, &none);
	if (count)
		lock_xadd(count, now - since);
#endif
	return 0;
}

/* What joined is timed with what it joined. */
static int bio_joined(void *ctx, struct bio *bio, struct owner *owner)
{
	return 0;
}

static int request_joined(void *ctx, struct request *rq, struct owner *owner)
{
	return 0;
}
