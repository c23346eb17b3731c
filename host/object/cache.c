/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "object/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC	  "bcchost cache 2"
#define ENTRY_MAX ((size_t)16 << 20)
#define SUFFIX	  ".entry"
#define NAME_LEN  (64 + sizeof(SUFFIX)) /* the key in hexadecimal */

/* Before the entry's bytes. */
struct header {
	char magic[16];
	struct cache_key key;
	unsigned char sum[SHA256_DIGEST_LENGTH]; /* of all that follows this member */
	uint64_t size;				 /* of the entry's bytes */
	char name[64];
};

#define SUMMED offsetof(struct header, size)

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

struct cache {
	char *path;
	int fd;
};

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

int cache_open(struct cache **out, struct error *e)
{
	const char *dir = getenv("BCCHOST_CACHE_DIR");
	struct cache *c;
	int err = 0;

	if ((!dir || !*dir) && geteuid() != 0)
		return error_set(e, FAULT_RUN, -ENOENT, "only root has a cache in " CACHE_DIR);
	c = calloc(1, sizeof(*c));
	if (!c)
		return error_nomem(e);
	c->path = strdup(dir && *dir ? dir : CACHE_DIR);
	if (!c->path) {
		free(c);
		return error_nomem(e);
	}
	c->fd = -1;
	if (mkdir(c->path, 0700) == 0 || errno == EEXIST)
		c->fd = open(c->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c->fd < 0)
		err = error_set(e, FAULT_RUN, -errno, "no cache in %s: %s", c->path,
				strerror(errno));
	else
		err = check_dir(c, e);
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

static void entry_name(const struct cache_key *key, char name[NAME_LEN])
{
	for (size_t i = 0; i < sizeof(key->bytes); i++)
		snprintf(name + 2 * i, 3, "%02x", key->bytes[i]);
	strcpy(name + 64, SUFFIX);
}

static void sum_of(const struct header *h, const void *data, unsigned char *sum)
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

/* The entry's bytes, checked; *data is the caller's to free. */
static int read_entry(int fd, const struct cache_key *key, struct header *h, void **data)
{
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
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0 ||
	    memcmp(&h->key, key, sizeof(*key)) != 0 || h->size > ENTRY_MAX ||
	    (uint64_t)st.st_size != sizeof(*h) + h->size)
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

int cache_get(struct cache *c, const struct cache_key *key, void **data, size_t *len,
	      struct error *e)
{
	char name[NAME_LEN];
	struct header h;
	int fd, err;

	*data = NULL;
	entry_name(key, name);
	fd = openat(c->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	err = fd < 0 ? -errno : read_entry(fd, key, &h, data);
	if (err) {
		free(*data);
		*data = NULL;
		cache_refused(c, key, err, err == -EBADMSG ? "it is damaged" : strerror(-err), e);
	} else {
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
	char name[NAME_LEN];

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

struct entry {
	char name[NAME_LEN];
	size_t size;
	time_t used;
};

static bool is_entry(const char *name)
{
	size_t len = strlen(name);

	return len == NAME_LEN - 1 && strcmp(name + 64, SUFFIX) == 0 &&
	       strspn(name, "0123456789abcdef") == 64;
}

static int oldest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->used < y->used ? -1 : x->used > y->used;
}

/* All entries, the least recently used first; *v is the caller's to free. */
static int read_dir(const struct cache *c, struct entry **v, size_t *n)
{
	int fd = openat(c->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *d;
	struct stat st;

	*v = NULL;
	*n = 0;
	if (!dir) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return err;
	}
	while ((d = readdir(dir))) {
		struct entry *grown;

		if (!is_entry(d->d_name) || fstatat(c->fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		grown = reallocarray(*v, *n + 1, sizeof(*grown));
		if (!grown) {
			closedir(dir);
			return -ENOMEM;
		}
		*v = grown;
		grown += (*n)++;
		memcpy(grown->name, d->d_name, NAME_LEN);
		grown->size = (size_t)st.st_size;
		grown->used = st.st_mtime;
	}
	closedir(dir);
	if (*n)
		qsort(*v, *n, sizeof(**v), oldest_first);
	return 0;
}

static void shrink(const struct cache *c)
{
	struct entry *v;
	size_t n, total = 0;

	if (read_dir(c, &v, &n) == 0) {
		for (size_t i = 0; i < n; i++)
			total += v[i].size;
		for (size_t i = 0; i < n && total > CACHE_MAX; i++) {
			unlinkat(c->fd, v[i].name, 0);
			total -= v[i].size;
		}
	}
	free(v);
}

static int write_entry(struct cache *c, const struct header *h, const void *data, const char *name)
{
	char beside[64];
	int fd, err;

	snprintf(beside, sizeof(beside), ".new.%d", getpid());
	unlinkat(c->fd, beside, 0); /* of a process of this number that was killed here */
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
	struct header h = {.magic = MAGIC, .key = *key, .size = len};
	char file[NAME_LEN];
	int err;

	snprintf(h.name, sizeof(h.name), "%s", name);
	sum_of(&h, data, h.sum);
	entry_name(key, file);
	err = len > ENTRY_MAX ? -EFBIG : write_entry(c, &h, data, file);
	if (err)
		return error_set(e, FAULT_RUN, err, "not kept in the cache %s: %s", c->path,
				 strerror(-err));
	shrink(c);
	return 0;
}

static int cannot_read(const struct cache *c, int err, struct error *e)
{
	return error_set(e, FAULT_RUN, err, "cannot read %s: %s", c->path, strerror(-err));
}

int cache_list(struct cache *c, FILE *out, struct error *e)
{
	struct entry *v;
	size_t n;
	int err = read_dir(c, &v, &n);

	if (!err)
		fprintf(out, "%-24s %10s  %s\n", "ENTRY", "BYTES", "LAST USED");
	for (size_t i = n; !err && i-- > 0;) {
		struct header h = {0};
		int fd = openat(c->fd, v[i].name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		char when[32] = "?";
		struct tm tm;

		if (fd >= 0 && read_all(fd, &h, sizeof(h)))
			h.name[0] = '\0';
		if (fd >= 0)
			close(fd);
		h.name[sizeof(h.name) - 1] = '\0';
		if (localtime_r(&v[i].used, &tm))
			strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
		fprintf(out, "%-24s %10zu  %s\n", h.name[0] ? h.name : "(damaged)", v[i].size,
			when);
	}
	free(v);
	return err ? cannot_read(c, err, e) : 0;
}

int cache_clear(struct cache *c, size_t *cleared, struct error *e)
{
	struct entry *v;
	size_t n;
	int err = read_dir(c, &v, &n);

	*cleared = 0;
	for (size_t i = 0; !err && i < n; i++) {
		if (unlinkat(c->fd, v[i].name, 0) == 0)
			(*cleared)++;
		else if (errno != ENOENT)
			err = error_set(e, FAULT_RUN, -errno, "cannot remove %s/%s: %s", c->path,
					v[i].name, strerror(errno));
	}
	free(v);
	return err && !*cleared && n == 0 ? cannot_read(c, err, e) : err;
}
