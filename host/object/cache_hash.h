/* SPDX-License-Identifier: Apache-2.0 */
/* cache_hash: what an entry of the cache is found by: a hash of all that it was made from. */
#ifndef BCCHOST_OBJECT_CACHE_HASH_H
#define BCCHOST_OBJECT_CACHE_HASH_H

#include <stddef.h>

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

#endif
