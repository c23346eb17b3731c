/* SPDX-License-Identifier: Apache-2.0 */
#include "object/cached.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"

static void note(const struct cached *c, struct error *why)
{
	if (c->verbose && why->text)
		fprintf(stderr, "bcchost: %s\n", why->text);
	error_clear(why);
}

/* The kernel by its build id, and the host. */
static int make_base(struct cached *c)
{
	struct cache_hash *h = cache_hash_new();
	char *notes = NULL;
	uint32_t version = kernel_version(c->kernel);
	size_t len = 0;

	if (!h)
		return -ENOMEM;
	cache_hash_str(h, BCCHOST_VERSION);
	cache_hash_file(h, "/proc/self/exe");
	if (file_read("/sys/kernel/notes", &notes, &len, NULL) == 0)
		cache_hash_add(h, notes, len);
	free(notes);
	cache_hash_str(h, kernel_release(c->kernel));
	cache_hash_add(h, &version, sizeof(version));
	cache_hash_end(h, &c->base);
	return 0;
}

/* A tool has its own, so that none grows with what others ask. */
static int make_facts_key(struct cached *c)
{
	struct cache_hash *h = cache_hash_new();

	if (!h)
		return -ENOMEM;
	cache_hash_add(h, &c->base, sizeof(c->base));
	cache_hash_str(h, "kernel");
	cache_hash_str(h, c->tool);
	cache_hash_file(h, c->signatures);
	cache_hash_str(h, kernel_btf_path(c->kernel));
	cache_hash_end(h, &c->facts);
	return 0;
}

void cached_open(struct cached *c)
{
	struct error why = {0};

	if (make_base(c) == 0 && make_facts_key(c) == 0)
		cache_open(&c->cache, &why);
	note(c, &why);
}

void cached_close(struct cached *c)
{
	cache_close(c->cache);
	c->cache = NULL;
}

/* --- objects --- */

/* The libbcc.so that an object names, as it was. */
struct compiler {
	uint64_t size;
	int64_t seconds, nanoseconds;
};

static int look_at(const char *path, struct compiler *c)
{
	struct stat st;

	memset(c, 0, sizeof(*c));
	if (!path || !*path || stat(path, &st) < 0)
		return -ENOENT;
	c->size = (uint64_t)st.st_size;
	c->seconds = st.st_mtim.tv_sec;
	c->nanoseconds = st.st_mtim.tv_nsec;
	return 0;
}

int cached_object_get(struct cache *c, const struct cache_key *key, struct object **o,
		      struct error *e)
{
	struct compiler made, now;
	void *data;
	size_t len;
	int err;

	*o = NULL;
	err = cache_get(c, key, &data, &len, e);
	if (err)
		return err;
	if (len < sizeof(made) ||
	    object_unpack((char *)data + sizeof(made), len - sizeof(made), o, NULL) != 0) {
		free(data);
		return cache_refused(c, key, -EBADMSG, "it is damaged", e);
	}
	memcpy(&made, data, sizeof(made));
	free(data);
	if (look_at((*o)->compiler, &now) == 0 && memcmp(&made, &now, sizeof(now)) == 0)
		return 0;
	object_free(*o);
	*o = NULL;
	return cache_refused(c, key, -ESTALE, "libbcc is another one now", e);
}

int cached_object_put(struct cache *c, const struct cache_key *key, const char *name,
		      const struct object *o, struct error *e)
{
	struct compiler made;
	struct buf b = {0};
	void *data;
	size_t len;
	int err;

	if (look_at(o->compiler, &made) != 0)
		return error_set(e, FAULT_RUN, -ENOENT,
				 "not kept in the cache: which libbcc compiled it is not known");
	err = object_pack(o, &data, &len, e);
	if (err)
		return err;
	buf_add(&b, &made, sizeof(made));
	buf_add(&b, data, len);
	free(data);
	err = b.failed ? error_nomem(e) : cache_put(c, key, name, b.data, b.len, e);
	buf_free(&b);
	return err;
}

/* --- keys --- */

/*
 * All that the object depends on: what its types come from, the compiler process, the text. A text
 * that holds an address of this boot (KASLR) differs with it.
 */
static int object_key(const struct cached *c, const struct compile_request *req,
		      struct cache_key *key)
{
	struct cache_hash *h = cache_hash_new();

	if (!h)
		return -ENOMEM;
	cache_hash_add(h, &c->base, sizeof(c->base));
	cache_hash_str(h, "object");
	cache_hash_file(h, req->helper);
	cache_hash_add(h, &req->headers, sizeof(req->headers));
	cache_hash_str(h, req->headers_path);
	if (req->headers != COMPILE_HEADERS_BTF)
		cache_hash_file(h, req->headers_path);
	cache_hash_str(h, req->text);
	cache_hash_end(h, key);
	return 0;
}

int cached_compile(struct cached *c, const struct compile_request *req, struct compile *begun,
		   struct object **o, bool *found, struct error *e)
{
	struct error why = {0};
	struct cache_key key;
	bool usable;
	int err;

	*o = NULL;
	usable = c->cache && object_key(c, req, &key) == 0;
	if (usable)
		cached_object_get(c->cache, &key, o, &why);
	note(c, &why);
	*found = *o != NULL;
	if (*found)
		compile_drop(begun);
	err = *found ? 0 : begun ? compile_end(begun, req, o, e) : compile(req, o, e);
	if (!err && !*found && usable)
		cached_object_put(c->cache, &key, c->tool, *o, &why);
	note(c, &why);
	return err;
}

void cached_remember(struct cached *c)
{
	struct error why = {0};
	void *text = NULL;
	size_t len = 0;

	if (!c->cache)
		return;
	c->known = cache_get(c->cache, &c->facts, &text, &len, &why) == 0;
	note(c, &why);
	kernel_remember(c->kernel, text, len);
	free(text);
}

void cached_keep(struct cached *c)
{
	char *text = c->cache ? kernel_remembered(c->kernel) : NULL;
	struct error why = {0};
	char name[64];

	if (text) {
		snprintf(name, sizeof(name), "%.40s (kernel)", c->tool);
		cache_put(c->cache, &c->facts, name, text, strlen(text), &why);
	}
	note(c, &why);
	free(text);
}
