/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dcache: names that are looked up in the directory cache, each once, on 5.10 as on 7.2.
 *
 * A path is walked name by name with lookup_fast, which asks the cache without a lock on the
 * directory (__d_lookup_rcu, __d_lookup). If that finds nothing, the directory is locked and the
 * file system asked: in lookup_slow, by d_alloc_parallel, or for the last name of an open in
 * lookup_open, which asks the cache once more before it (d_lookup). The last name of what creates,
 * removes or renames, and of open(O_CREAT) before 6.12, does not take the fast way: it is looked up
 * with d_lookup alone.
 *
 * So lookup_fast and d_lookup count, but not a d_lookup for the very name that this thread's
 * lookup_fast has left to it just now. A walk that gives up (-ECHILD) is done again, and counts
 * then.
 *
 * The probes: for fentry {kretfunc: lookup_fast, run: dcache_fast}, {kretfunc: d_lookup, run:
 * dcache_locked}; otherwise {kprobe: lookup_fast, run: dcache_fast_entry}, {kretprobe: lookup_fast,
 * run: dcache_fast_return}, {kprobe: d_lookup, run: dcache_locked_entry}, {kretprobe: d_lookup,
 * run: dcache_locked_return}. Who includes this defines dcache_looked_up.
 */
#include <linux/dcache.h>
#include <linux/namei.h>

#define DCACHE_SLOW 1 /* not found by the fast way, or not looked for */
#define DCACHE_MISS 2 /* not in the cache: the file system is asked */

/* name: in the kernel's memory; how: of DCACHE_SLOW and DCACHE_MISS. */
static int dcache_looked_up(void *ctx, const struct qstr *name, int how);

/* What lookup_fast left to d_lookup. A name on another's stack may come to lie at the same place.
 */
struct dcache_left {
	const struct qstr *name;
	const struct dentry *parent;
	u64 hash_len;
};

BPF_TABLE("lru_hash", u32, struct dcache_left, dcache_left, 1024);

static int dcache_fast_ends(void *ctx, struct nameidata *nd, long result)
{
	struct dentry *dentry = (struct dentry *)result;
	u32 tid = bpf_get_current_pid_tgid();
	struct dcache_left left = {};
	struct inode *inode = 0;

	if (result == -ECHILD)
		return 0;
	if (result < 0 && result >= -MAX_ERRNO)
		return dcache_looked_up(ctx, &nd->last, 0);
	/* Of a name that is known not to be there, open(O_CREAT) wants to be sure. */
	if (dentry)
		bpf_probe_read_kernel(&inode, sizeof(inode), &dentry->d_inode);
	if (!inode) {
		left.name = &nd->last;
		bpf_probe_read_kernel(&left.parent, sizeof(left.parent), &nd->path.dentry);
		bpf_probe_read_kernel(&left.hash_len, sizeof(left.hash_len), &nd->last.hash_len);
		dcache_left.update(&tid, &left);
	}
	return dcache_looked_up(ctx, &nd->last, dentry ? 0 : DCACHE_SLOW | DCACHE_MISS);
}

static int dcache_locked_ends(void *ctx, const struct dentry *parent, const struct qstr *name,
			      long result)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct dcache_left *left = dcache_left.lookup(&tid);
	u64 hash_len = 0;

	bpf_probe_read_kernel(&hash_len, sizeof(hash_len), &name->hash_len);
	if (left && left->name == name && left->parent == parent && left->hash_len == hash_len)
		return 0;
	return dcache_looked_up(ctx, name, result ? DCACHE_SLOW : DCACHE_SLOW | DCACHE_MISS);
}

#ifdef VARIANT_FENTRY
int dcache_fast(SIGNATURE(lookup_fast, nd))
{
	return dcache_fast_ends(ctx, nd, RESULT);
}

int dcache_locked(SIGNATURE(d_lookup, parent, name))
{
	return dcache_locked_ends(ctx, parent, name, RESULT);
}
#else
/* What the two were given, until they return. */
struct dcache_locked {
	const struct dentry *parent;
	const struct qstr *name;
};

BPF_HASH(dcache_walking, u32, struct nameidata *);
BPF_HASH(dcache_locking, u32, struct dcache_locked);

int dcache_fast_entry(SIGNATURE(lookup_fast, nd))
{
	u32 tid = bpf_get_current_pid_tgid();

	dcache_walking.update(&tid, &nd);
	return 0;
}

int dcache_fast_return(SIGNATURE(lookup_fast))
{
	u32 tid = bpf_get_current_pid_tgid();
	struct nameidata **stored = dcache_walking.lookup(&tid), *nd;

	if (!stored)
		return 0;
	nd = *stored;
	dcache_walking.delete(&tid);
	return dcache_fast_ends(ctx, nd, RESULT);
}

int dcache_locked_entry(SIGNATURE(d_lookup, parent, name))
{
	u32 tid = bpf_get_current_pid_tgid();
	struct dcache_locked given = {};

	given.parent = parent;
	given.name = name;
	dcache_locking.update(&tid, &given);
	return 0;
}

int dcache_locked_return(SIGNATURE(d_lookup))
{
	u32 tid = bpf_get_current_pid_tgid();
	struct dcache_locked *stored = dcache_locking.lookup(&tid), given;

	if (!stored)
		return 0;
	given = *stored;
	dcache_locking.delete(&tid);
	return dcache_locked_ends(ctx, given.parent, given.name, RESULT);
}
#endif
