/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "container/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define DEPTH_MAX 64

/* More than that are forgotten and read again: an exporter may run for months. */
#define KEPT_MAX 16384

/*
 * "41 31 0:38 / /sys/fs/cgroup rw,… - cgroup2 cgroup2 rw": what of the hierarchy is mounted is the
 * fourth word, and where the fifth; the type is behind the dash.
 */
static bool parse_mount(char *line, const char *type, char **root, char **place)
{
	char *dash = strstr(line, " - "), *save = NULL, *word = NULL;
	size_t n = strlen(type);

	if (!dash || strncmp(dash + 3, type, n) != 0 || dash[3 + n] != ' ')
		return false;
	for (int i = 0; i < 5; i++) {
		word = strtok_r(i ? NULL : line, " ", &save);
		if (i == 3)
			*root = word;
	}
	*place = word;
	return word;
}

/* As a mount's line has a blank, a tab, a newline and a backslash (proc(5)). */
static void decode_octal(char *text)
{
	char *to = text;

	for (const char *s = text; *s;) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/*
 * How much of the hierarchy it has: 0 is all below our own cgroup namespace's root; more what is
 * above that (a host's, mounted into a container: "/../.."), less a part of it.
 */
static int reach(const char *root)
{
	int up = 0, down = 0;

	for (const char *s = root; *s; s++) {
		if (*s != '/' || !s[1])
			continue;
		if (strncmp(s, "/..", 3) == 0 && (s[3] == '/' || !s[3]))
			up++;
		else
			down++;
	}
	return up - down;
}

/* The n-th mount of that type; any: the one that has most. */
static int find_mount(const struct container_places *at, const char *type, bool any, size_t n,
		      char **path, struct error *e)
{
	char *text, *line, *save = NULL, *root = NULL, *place, *best = NULL;
	int err = file_read(at->mountinfo, &text, NULL, e), most = 0;

	*path = NULL;
	if (err)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!parse_mount(line, type, &root, &place))
			continue;
		if (any ? !best || reach(root) > most : n-- == 0) {
			best = place;
			most = reach(root);
		}
	}
	if (best) {
		decode_octal(best);
		*path = strdup(best);
		err = *path ? 0 : error_nomem(e);
	}
	free(text);
	return err;
}

int cgroups_mount(const struct container_places *at, char **path, struct error *e)
{
	return find_mount(at, "cgroup2", true, 0, path, e);
}

int cgroups_mount_v1(const struct container_places *at, size_t n, char **path, struct error *e)
{
	return find_mount(at, "cgroup", false, n, path, e);
}

struct walk {
	cgroups_fn fn;
	void *ctx;
	char path[PATH_MAX]; /* below the mount */
};

/* fd is closed. */
static int walk_dir(struct walk *w, int fd, size_t len, int depth)
{
	DIR *d = fdopendir(fd);
	struct dirent *entry;
	int err = 0, sub;

	if (!d) {
		close(fd);
		return 0;
	}
	while (!err && (entry = readdir(d))) {
		size_t n = strlen(entry->d_name);

		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, "..") || len + n + 2 > sizeof(w->path))
			continue;
		w->path[len] = '/';
		memcpy(w->path + len + 1, entry->d_name, n + 1);
		err = w->fn(w->ctx, w->path, entry->d_ino);
		sub = err || depth >= DEPTH_MAX
			      ? -1
			      : openat(dirfd(d), entry->d_name,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			err = walk_dir(w, sub, len + n + 1, depth + 1);
		w->path[len] = '\0';
	}
	closedir(d);
	return err;
}

int cgroups_walk(const char *mount, cgroups_fn fn, void *ctx)
{
	struct walk w = {.fn = fn, .ctx = ctx};
	struct stat st;
	int fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) < 0 ? 0 : fn(ctx, "/", st.st_ino);
	if (err) {
		close(fd);
		return err;
	}
	return walk_dir(&w, fd, 0, 0);
}

struct cgroups {
	const struct container_places *at;
	char *mount;
	struct cgroup **slots; /* by id; a power of two of them, half of them free at least */
	size_t nslots, n;
	uint64_t wanted; /* is kept whatever number there is */
	bool failed;
};

/* Its place, or that where it would be. */
static struct cgroup **slot_of(const struct cgroups *g, uint64_t id)
{
	size_t i = (size_t)(id * 0x9e3779b97f4a7c15u >> 32) & (g->nslots - 1);

	while (g->slots[i] && g->slots[i]->id != id)
		i = (i + 1) & (g->nslots - 1);
	return &g->slots[i];
}

static void forget(struct cgroups *g)
{
	for (size_t i = 0; i < g->nslots; i++) {
		if (g->slots[i])
			free(g->slots[i]->path);
		free(g->slots[i]);
	}
	free(g->slots);
	g->slots = NULL;
	g->nslots = g->n = 0;
}

static bool grow(struct cgroups *g)
{
	struct cgroups larger = {.nslots = g->nslots ? g->nslots * 2 : 256};

	larger.slots = calloc(larger.nslots, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < g->nslots; i++)
		if (g->slots[i])
			*slot_of(&larger, g->slots[i]->id) = g->slots[i];
	free(g->slots);
	g->slots = larger.slots;
	g->nslots = larger.nslots;
	return true;
}

/* path: NULL for one that is not there. */
static struct cgroup *keep(struct cgroups *g, const char *path, uint64_t id)
{
	struct cgroup *c;

	if (2 * g->n >= g->nslots && !grow(g))
		return NULL;
	if (*slot_of(g, id))
		return *slot_of(g, id);
	c = calloc(1, sizeof(*c));
	if (c && path) {
		c->path = strdup(path);
		if (c->path && container_identify(path, &c->container))
			container_name(g->at, &c->container);
	}
	if (!c || (path && !c->path)) {
		free(c);
		return NULL;
	}
	c->id = id;
	*slot_of(g, id) = c;
	g->n++;
	return c;
}

static int keep_walked(void *ctx, const char *path, uint64_t id)
{
	struct cgroups *g = ctx;

	if ((g->n < KEPT_MAX || id == g->wanted) && !keep(g, path, id))
		g->failed = true;
	return g->failed ? -ENOMEM : 0;
}

int cgroups_new(struct cgroups **out, const struct container_places *at, struct error *e)
{
	struct cgroups *g = calloc(1, sizeof(*g));
	int err;

	*out = NULL;
	if (!g)
		return error_nomem(e);
	g->at = at;
	err = cgroups_mount(at, &g->mount, e);
	if (!err && !g->mount)
		err = error_set(e, FAULT_KERNEL, -ENOENT,
				"no cgroup2 file system is mounted (%s tells of none), and it is "
				"by its groups that the kernel tells containers apart; `mount -t "
				"cgroup2 none DIRECTORY` mounts one, but only a runtime that uses "
				"it puts containers into it",
				at->mountinfo);
	if (!err) {
		cgroups_walk(g->mount, keep_walked, g);
		err = g->failed ? error_nomem(e) : 0;
	}
	if (err)
		cgroups_free(g);
	else
		*out = g;
	return err;
}

void cgroups_free(struct cgroups *g)
{
	if (!g)
		return;
	forget(g);
	free(g->mount);
	free(g);
}

/* A new one comes with its neighbours: who is new is seldom alone. */
const struct cgroup *cgroups_find(struct cgroups *g, uint64_t id)
{
	struct cgroup *c = g->nslots ? *slot_of(g, id) : NULL;

	if (c)
		return c;
	if (g->n >= KEPT_MAX)
		forget(g);
	g->wanted = id;
	g->failed = false;
	cgroups_walk(g->mount, keep_walked, g);
	return keep(g, NULL, id);
}
