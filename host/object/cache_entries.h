/* SPDX-License-Identifier: Apache-2.0 */
/* cache_entries: what the cache's two files share: an entry as it lies in the directory. */
#ifndef BCCHOST_OBJECT_CACHE_ENTRIES_H
#define BCCHOST_OBJECT_CACHE_ENTRIES_H

#include <sha2.h>

#include "object/cache.h"

#define CACHE_SUFFIX   ".entry"
#define CACHE_NAME_LEN (64 + sizeof(CACHE_SUFFIX)) /* the key in hexadecimal */
#define CACHE_BESIDE   ".new."			   /* what is being written begins so */

struct cache {
	char *path;
	int fd;
};

/* Before the entry's bytes. */
struct cache_header {
	char magic[16];
	struct cache_key key;
	unsigned char sum[SHA256_DIGEST_LENGTH]; /* of all that follows this member */
	uint64_t size;				 /* of the entry's bytes */
	char name[64];
};

/*
 * Opens, reads and checks the entry of that file name; *data is the caller's to free, NULL after
 * an error. *fd stays open, the caller's to close; -1 if it could not be opened. -EBADMSG: it is
 * damaged; -EPERM: it is not our own, or no file.
 */
int cache_read(const struct cache *c, const char *name, struct cache_header *h, void **data,
	       int *fd);

/* Takes the oldest away until all together are within CACHE_MAX, and what was left half written. */
void cache_shrink(const struct cache *c);

#endif
