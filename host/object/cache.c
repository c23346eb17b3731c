/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "object/cache_entries.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC	  "bcchost cache 2"
#define ENTRY_MAX ((size_t)16 << 20)
#define SUMMED	  offsetof(struct cache_header, size)

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

/* Only who owns it may look into it: an entry is run in the kernel as it is. */
static int check_dir(const struct cache *c, struct error *e)
{
	struct stat st;

	if (fstat(c->fd, &st) < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot look at %s: %s", c->path,
				 strerror(errno));
	if (st.st_uid != geteuid() || st.st_mode & 077)
		return error_set(e, FAULT_PERMISSION, -EPERM,
				 "%s is not taken as a cache: it belongs to uid %u and has mode "
				 "%04o; it must be our own, with mode 0700",
				 c->path, st.st_uid, st.st_mode & 07777);
	return 0;
}

/* A negative errno: why there is none, and none could be made. */
static int open_dir(struct cache *c)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	c->fd = open(c->path, flags);
	if (c->fd < 0 && errno == ENOENT) {
		if (mkdir(c->path, 0700) < 0 && errno != EEXIST)
			return -errno;
		c->fd = open(c->path, flags);
	}
	return c->fd < 0 ? -errno : 0;
}

static int no_dir(const struct cache *c, int err, struct error *e)
{
	struct stat st;

	/* Which open(2) calls no directory. */
	if (lstat(c->path, &st) == 0 && S_ISLNK(st.st_mode))
		return error_set(e, FAULT_RUN, err,
				 "no cache in %s: it is a symbolic link; name the directory itself",
				 c->path);
	return error_set(e, FAULT_RUN, err, "no cache in %s: %s", c->path, strerror(-err));
}

int cache_open(struct cache **out, struct error *e)
{
	const char *dir = getenv("BCCHOST_CACHE_DIR");
	struct cache *c;
	int err;

	if ((!dir || !*dir) && geteuid() != 0)
		return error_set(e, FAULT_RUN, -ENOENT,
				 "only root has a cache in " CACHE_DIR
				 "; BCCHOST_CACHE_DIR names a directory of your own");
	c = calloc(1, sizeof(*c));
	if (!c)
		return error_nomem(e);
	c->fd = -1;
	c->path = strdup(dir && *dir ? dir : CACHE_DIR);
	if (!c->path) {
		free(c);
		return error_nomem(e);
	}
	err = open_dir(c);
	err = err ? no_dir(c, err, e) : check_dir(c, e);
	if (err)
		cache_close(c);
	else
		*out = c;
	return err;
}

const char *cache_path(const struct cache *c)
{
	return c->path;
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->path);
	free(c);
}

static void entry_name(const struct cache_key *key, char name[CACHE_NAME_LEN])
{
	for (size_t i = 0; i < sizeof(key->bytes); i++)
		snprintf(name + 2 * i, 3, "%02x", key->bytes[i]);
	strcpy(name + 64, CACHE_SUFFIX);
}

static void sum_of(const struct cache_header *h, const void *data, unsigned char *sum)
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)h + SUMMED, sizeof(*h) - SUMMED);
	SHA256Update(&ctx, data, h->size);
	SHA256Final(sum, &ctx);
}

static int read_all(int fd, void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (char *)data + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0)
			return -EBADMSG;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* The entry's bytes, checked; *data is the caller's to free, after an error too. */
static int read_entry(int fd, const char *name, struct cache_header *h, void **data)
{
	char keyed[CACHE_NAME_LEN];
	unsigned char sum[SHA256_DIGEST_LENGTH];
	struct stat st;
	int err;

	*data = NULL;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
		return -EPERM;
	err = read_all(fd, h, sizeof(*h));
	if (err)
		return err;
	entry_name(&h->key, keyed);
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0 || strcmp(keyed, name) != 0 ||
	    h->size > ENTRY_MAX || (uint64_t)st.st_size != sizeof(*h) + h->size)
		return -EBADMSG;
	*data = malloc(h->size ? h->size : 1);
	if (!*data)
		return -ENOMEM;
	err = read_all(fd, *data, h->size);
	if (err)
		return err;
	sum_of(h, *data, sum);
	return memcmp(sum, h->sum, sizeof(sum)) == 0 ? 0 : -EBADMSG;
}

int cache_read(const struct cache *c, const char *name, struct cache_header *h, void **data,
	       int *fd)
{
	int err;

	*data = NULL;
	/* O_NONBLOCK: a FIFO in an entry's place must not hang us. */
	*fd = openat(c->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	err = *fd < 0 ? -errno : read_entry(*fd, name, h, data);
	if (err) {
		free(*data);
		*data = NULL;
	}
	return err;
}

int cache_get(struct cache *c, const struct cache_key *key, void **data, size_t *len,
	      struct error *e)
{
	char name[CACHE_NAME_LEN];
	struct cache_header h;
	int fd, err;

	entry_name(key, name);
	err = cache_read(c, name, &h, data, &fd);
	if (err && err != -ENOENT)
		cache_refused(c, key, err,
			      err == -EBADMSG ? "it is damaged"
			      : err == -EPERM
				      ? "it is not a file of our own that others cannot read"
				      : strerror(-err),
			      e);
	if (!err) {
		*len = h.size;
		futimens(fd, NULL); /* the least recently used go first */
	}
	if (fd >= 0)
		close(fd);
	return err;
}

int cache_refused(const struct cache *c, const struct cache_key *key, int err, const char *why,
		  struct error *e)
{
	char name[CACHE_NAME_LEN];

	entry_name(key, name);
	return error_set(e, FAULT_RUN, err, "the cache's entry %s/%s is not taken: %s", c->path,
			 name, why);
}

static int write_all(int fd, const void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return n == 0 ? -EIO : -errno;
	}
	return 0;
}

static int write_entry(struct cache *c, const struct cache_header *h, const void *data,
		       const char *name)
{
	char beside[64];
	uint64_t any;
	int fd, err;

	/* No number of the process: containers that share the directory have the same ones. */
	if (getrandom(&any, sizeof(any), GRND_NONBLOCK) != sizeof(any))
		any = (uint64_t)getpid();
	snprintf(beside, sizeof(beside), CACHE_BESIDE "%016" PRIx64, any);
	fd = openat(c->fd, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, h, sizeof(*h));
	if (!err)
		err = write_all(fd, data, h->size);
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && renameat(c->fd, beside, c->fd, name) < 0)
		err = -errno;
	if (err)
		unlinkat(c->fd, beside, 0);
	return err;
}

int cache_put(struct cache *c, const struct cache_key *key, const char *name, const void *data,
	      size_t len, struct error *e)
{
	struct cache_header h = {.magic = MAGIC, .key = *key, .size = len};
	char file[CACHE_NAME_LEN];
	int err;

	snprintf(h.name, sizeof(h.name), "%s", name);
	sum_of(&h, data, h.sum);
	entry_name(key, file);
	err = len > ENTRY_MAX ? -EFBIG : write_entry(c, &h, data, file);
	if (err)
		return error_set(e, FAULT_RUN, err, "not kept in the cache %s: %s", c->path,
				 strerror(-err));
	cache_shrink(c);
	return 0;
}
