/* SPDX-License-Identifier: Apache-2.0 */
#include "object/cache_hash.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct cache_hash {
	SHA2_CTX ctx;
};

struct cache_hash *cache_hash_new(void)
{
	struct cache_hash *h = malloc(sizeof(*h));

	if (h)
		SHA256Init(&h->ctx);
	return h;
}

void cache_hash_add(struct cache_hash *h, const void *data, size_t len)
{
	uint64_t n = len;

	SHA256Update(&h->ctx, (const uint8_t *)&n, sizeof(n));
	SHA256Update(&h->ctx, data, len);
}

void cache_hash_str(struct cache_hash *h, const char *s)
{
	static const uint64_t none = UINT64_MAX;

	if (s)
		cache_hash_add(h, s, strlen(s));
	else
		SHA256Update(&h->ctx, (const uint8_t *)&none, sizeof(none));
}

static int64_t nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

void cache_hash_file(struct cache_hash *h, const char *path)
{
	struct stat st = {0};
	int64_t what[5] = {-1};

	if (path && stat(path, &st) == 0) {
		what[0] = (int64_t)st.st_dev;
		what[1] = (int64_t)st.st_ino;
		what[2] = st.st_size;
		what[3] = nanoseconds(&st.st_mtim);
		what[4] = nanoseconds(&st.st_ctim);
	}
	cache_hash_add(h, what, sizeof(what));
}

void cache_hash_end(struct cache_hash *h, struct cache_key *key)
{
	SHA256Final(key->bytes, &h->ctx);
	free(h);
}
