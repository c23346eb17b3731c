/* SPDX-License-Identifier: Apache-2.0 */
#include "object/cached.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "object/cache.h"

/*
 * All that the object depends on: the kernel (its build id, and what its types come from), the
 * host, the compiler process, the text. A text that holds an address of this boot (KASLR) differs
 * with it.
 */
static int make_key(const struct compile_request *req, struct kernel *k, struct cache_key *key)
{
	struct cache_hash *h = cache_hash_new();
	char *notes = NULL;
	size_t len = 0;

	if (!h)
		return -ENOMEM;
	cache_hash_str(h, BCCHOST_VERSION);
	cache_hash_file(h, "/proc/self/exe");
	cache_hash_file(h, req->helper);
	if (file_read("/sys/kernel/notes", &notes, &len, NULL) == 0)
		cache_hash_add(h, notes, len);
	free(notes);
	cache_hash_str(h, kernel_release(k));
	cache_hash_add(h, &req->kernel_version, sizeof(req->kernel_version));
	cache_hash_add(h, &req->headers, sizeof(req->headers));
	cache_hash_str(h, req->headers_path);
	if (req->headers != COMPILE_HEADERS_BTF)
		cache_hash_file(h, req->headers_path);
	cache_hash_str(h, req->text);
	cache_hash_end(h, key);
	return 0;
}

static void note(const struct compile_request *req, struct error *why)
{
	if (req->verbose && why->text)
		fprintf(stderr, "bcchost: %s\n", why->text);
	error_clear(why);
}

int cached_compile(const struct compile_request *req, struct kernel *k, const char *tool,
		   struct object **o, bool *found, struct error *e)
{
	struct cache *cache = NULL;
	struct error why = {0};
	struct cache_key key;
	int err;

	*o = NULL;
	if (make_key(req, k, &key) == 0 && cache_open(&cache, &why) == 0)
		cache_get(cache, &key, o, &why);
	note(req, &why);
	*found = *o != NULL;
	err = *found ? 0 : compile(req, o, e);
	if (!err && !*found && cache)
		cache_put(cache, &key, tool, *o, &why);
	note(req, &why);
	cache_close(cache);
	return err;
}
