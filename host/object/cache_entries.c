/* SPDX-License-Identifier: Apache-2.0 */
/* cache_entries: all entries of the cache together: which go, a list of them, away with them. */
#define _GNU_SOURCE
#include "object/cache_entries.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEFT_BEHIND 600 /* seconds that nobody takes to write an entry */

struct entry {
	char name[CACHE_NAME_LEN];
	size_t size;
	struct timespec used;
	bool half; /* it is being written, or who wrote it was killed */
	bool dir;  /* which is no entry, but stands in the place of one */
};

static bool is_half(const char *name)
{
	return strncmp(name, CACHE_BESIDE, strlen(CACHE_BESIDE)) == 0 &&
	       strlen(name) < CACHE_NAME_LEN;
}

static bool is_entry(const char *name)
{
	size_t len = strlen(name);

	return len == CACHE_NAME_LEN - 1 && strcmp(name + 64, CACHE_SUFFIX) == 0 &&
	       strspn(name, "0123456789abcdef") == 64;
}

static bool before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static int oldest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return before(&x->used, &y->used) ? -1 : before(&y->used, &x->used);
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

		if (!is_entry(d->d_name) && !is_half(d->d_name))
			continue;
		if (fstatat(c->fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		grown = reallocarray(*v, *n + 1, sizeof(*grown));
		if (!grown) {
			closedir(dir);
			return -ENOMEM;
		}
		*v = grown;
		grown += (*n)++;
		strcpy(grown->name, d->d_name);
		grown->size = (size_t)st.st_size;
		grown->used = st.st_mtim;
		grown->half = is_half(d->d_name);
		grown->dir = S_ISDIR(st.st_mode);
	}
	closedir(dir);
	if (*n)
		qsort(*v, *n, sizeof(**v), oldest_first);
	return 0;
}

static int away(const struct cache *c, const struct entry *x)
{
	return unlinkat(c->fd, x->name, x->dir ? AT_REMOVEDIR : 0) < 0 ? -errno : 0;
}

void cache_shrink(const struct cache *c)
{
	struct timespec now;
	struct entry *v;
	size_t n, total = 0;

	clock_gettime(CLOCK_REALTIME, &now);
	if (read_dir(c, &v, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		time_t age = now.tv_sec - v[i].used.tv_sec;

		total += v[i].size;
		/* Of a time to come: the clock was set back. What is used from now on is newer. */
		if (age < -1)
			v[i].used = (struct timespec){0};
		if (v[i].half && (age < -1 || age > LEFT_BEHIND) && away(c, &v[i]) == 0) {
			total -= v[i].size;
			v[i].size = 0;
		}
	}
	if (n && total > CACHE_MAX)
		qsort(v, n, sizeof(*v), oldest_first);
	for (size_t i = 0; i < n && total > CACHE_MAX; i++)
		if (!v[i].half && away(c, &v[i]) == 0)
			total -= v[i].size;
	free(v);
}

static int cannot_read(const struct cache *c, int err, struct error *e)
{
	return error_set(e, FAULT_RUN, err, "cannot read %s: %s", c->path, strerror(-err));
}

static void list_one(const struct cache *c, const struct entry *x, FILE *out)
{
	struct cache_header h;
	char when[32] = "?";
	struct tm tm;
	void *data;
	int fd, err = cache_read(c, x->name, &h, &data, &fd);

	free(data);
	if (fd >= 0)
		close(fd);
	if (err == -ENOENT)
		return; /* somebody was faster */
	if (localtime_r(&x->used.tv_sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	h.name[sizeof(h.name) - 1] = '\0';
	/* The name of a file that somebody ran: nothing that a terminal obeys. */
	for (char *s = h.name; !err && *s; s++)
		if (iscntrl((unsigned char)*s))
			*s = '?';
	fprintf(out, "%-24s %10zu  %s\n",
		err == -EPERM ? "(not our own)"
		: err	      ? "(damaged)"
			      : h.name,
		x->size, when);
}

int cache_list(struct cache *c, FILE *out, struct error *e)
{
	struct entry *v;
	size_t n;
	int err = read_dir(c, &v, &n);

	if (!err)
		fprintf(out, "%-24s %10s  %s\n", "ENTRY", "BYTES", "LAST USED");
	for (size_t i = n; !err && i-- > 0;)
		if (!v[i].half)
			list_one(c, &v[i], out);
	free(v);
	return err ? cannot_read(c, err, e) : 0;
}

/* One that cannot be removed does not keep the others. */
int cache_clear(struct cache *c, size_t *cleared, struct error *e)
{
	struct entry *v;
	size_t n;
	int err = read_dir(c, &v, &n);

	*cleared = 0;
	if (err) {
		free(v);
		return cannot_read(c, err, e);
	}
	for (size_t i = 0; i < n; i++) {
		int one = away(c, &v[i]);

		if (!one && !v[i].half)
			(*cleared)++;
		else if (one && one != -ENOENT && !err)
			err = error_set(e, FAULT_RUN, one, "cannot remove %s/%s: %s", c->path,
					v[i].name, strerror(-one));
	}
	free(v);
	return err;
}
