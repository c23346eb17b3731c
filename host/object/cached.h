/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cached: what the cache holds of a tool: objects that were compiled before, and what the kernel
 * answered. What the cache cannot do costs the cache, not the run.
 */
#ifndef BCCHOST_OBJECT_CACHED_H
#define BCCHOST_OBJECT_CACHED_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/cache.h"
#include "object/compile.h"
#include "object/object.h"

/* The cache while one tool runs; NULL members where there is none. */
struct cached {
	struct cache *cache;
	const char *tool;	/* borrowed, as the next */
	const char *signatures; /* the file of the kernel's known signatures, or NULL */
	struct kernel *kernel;	/* borrowed */
	bool verbose;		/* why something is not taken or not kept: a line on stderr */
	struct cache_key base;	/* private: of the kernel and the host */
	struct cache_key facts; /* private: of what the kernel answered */
	bool known;		/* cached_remember found something */
};

/* Opens it; without one, everything below is as if nothing were there. */
void cached_open(struct cached *c);
void cached_close(struct cached *c);

/*
 * As compile(), but asks the cache first and keeps there what was compiled; *found: it was there.
 * begun, if it is not NULL, is the compilation where one is needed; it is ended in any case.
 */
int cached_compile(struct cached *c, const struct compile_request *req, struct compile *begun,
		   struct object **o, bool *found, struct error *e);

/* Has the kernel remember what it answered the last time, and keeps what it was asked since. */
void cached_remember(struct cached *c);
void cached_keep(struct cached *c);

/* An object as an entry, with what tells the libbcc that made it from another; for cached_compile,
 * and its tests. As cache_get and cache_put; -ESTALE: made by another libbcc than there is now. */
int cached_object_get(struct cache *c, const struct cache_key *key, struct object **o,
		      struct error *e);
int cached_object_put(struct cache *c, const struct cache_key *key, const char *name,
		      const struct object *o, struct error *e);

#endif
