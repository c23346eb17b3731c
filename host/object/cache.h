/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: what was made before, in a directory of root's own. An entry is bytes, found by a hash of
 * all that it was made from; one that is damaged or of another owner is as if it were not there. A
 * cache that cannot be used costs the cache, not the run.
 */
#ifndef BCCHOST_OBJECT_CACHE_H
#define BCCHOST_OBJECT_CACHE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define CACHE_DIR "/var/cache/bcchost" /* unless $BCCHOST_CACHE_DIR names another */
#define CACHE_MAX ((size_t)64 << 20)   /* bytes of all entries; the oldest go first */

struct cache_key {
	unsigned char bytes[32];
};

/* A hash on its way: parts are added with their lengths, so that no two lists of parts are alike.
 */
struct cache_hash;
struct cache_hash *cache_hash_new(void); /* NULL without memory */
void cache_hash_add(struct cache_hash *h, const void *data, size_t len);
void cache_hash_str(struct cache_hash *h, const char *s); /* NULL is not "" */
/* What tells one version of a file from another: its device, inode, size and times. */
void cache_hash_file(struct cache_hash *h, const char *path);
/* Frees h. */
void cache_hash_end(struct cache_hash *h, struct cache_key *key);

struct cache;

/*
 * Opens the directory, or makes it (0700). Refused, with FAULT_PERMISSION, if it is not this user's
 * own or others can look into it; FAULT_RUN if it cannot be made. A user who is not root has no
 * cache but one that the environment names: -ENOENT then. *c is the caller's; cache_close.
 */
int cache_open(struct cache **c, struct error *e);
void cache_close(struct cache *c);

/* The directory; lives as long as c. */
const char *cache_path(const struct cache *c);

/*
 * 0 and the entry's bytes, the caller's to free; -ENOENT if there is none; another negative errno
 * if there is one that cannot be taken, and why in e (FAULT_RUN).
 */
int cache_get(struct cache *c, const struct cache_key *key, void **data, size_t *len,
	      struct error *e);

/* Of one whose bytes are not what they should be: fills e, and returns err. */
int cache_refused(const struct cache *c, const struct cache_key *key, int err, const char *why,
		  struct error *e);

/*
 * Puts an entry there, written beside and renamed, and takes the oldest away if all together are
 * over CACHE_MAX, and what others left half written ten minutes ago or more. name: for cache_list,
 * at most 63 bytes.
 */
int cache_put(struct cache *c, const struct cache_key *key, const char *name, const void *data,
	      size_t len, struct error *e);

/* A line an entry: its name (of one that would not be taken, why), bytes, when it was last used. */
int cache_list(struct cache *c, FILE *out, struct error *e);

/* Removes all entries, and what is half written; *n is how many entries. After an error too. */
int cache_clear(struct cache *c, size_t *n, struct error *e);

#endif
