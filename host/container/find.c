/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "container/find.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "container/cgroups.h"

#define LISTED_MAX 10 /* candidates that an error names */

enum match {
	MATCH_NONE,
	MATCH_START,
	MATCH_WHOLE,
};

/* A container, or a pod, and where it is. */
struct candidate {
	struct container c;
	char *path; /* with the mount */
	enum match match;
	bool scattered; /* a pod that has no group of its own, but its containers have, side by side
			 */
};

struct search {
	const struct container_places *at;
	const char *text, *mount;
	bool pods, failed;
	size_t n;
	struct candidate *v;
};

static enum match match(const char *what, const char *text)
{
	size_t n = strlen(text);

	if (!*what || !n || strncmp(what, text, n) != 0)
		return MATCH_NONE;
	return what[n] ? MATCH_START : MATCH_WHOLE;
}

static enum match better(enum match a, enum match b)
{
	return a > b ? a : b;
}

/* "namespace/pod/container" is known by each of its ends, too. */
static enum match match_name(const char *name, const char *text)
{
	enum match m = match(name, text);

	for (const char *s = strchr(name, '/'); s; s = strchr(s + 1, '/'))
		m = better(m, match(s + 1, text));
	return m;
}

/* Digits are small ones. systemd's driver writes a pod's UID with '_', and so does who copies it
 * from there. */
static enum match match_id(const char *id, const char *text)
{
	char plain[CONTAINER_ID_LEN + 1];

	if (strlen(text) >= sizeof(plain))
		return MATCH_NONE;
	strcpy(plain, text);
	for (char *s = plain; *s; s++)
		*s = *s == '_' ? '-' : (char)tolower((unsigned char)*s);
	return match(id, plain);
}

static enum match match_candidate(const struct search *s, const struct container *c)
{
	if (s->pods)
		return better(match_id(c->pod, s->text), match_name(c->pod_name, s->text));
	return better(match_id(c->id, s->text), match_name(c->name, s->text));
}

/* A container's own directory comes before those in it; one of them may be another container. */
static struct candidate *known(const struct search *s, const struct container *c)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct container *o = &s->v[i].c;

		if (s->pods ? strcmp(o->pod, c->pod) == 0
			    : strcmp(o->id, c->id) == 0 && strcmp(o->name, c->name) == 0 &&
				      strcmp(o->runtime, c->runtime) == 0)
			return &s->v[i];
	}
	return NULL;
}

static bool is_within(const char *path, const char *group)
{
	size_t n = strlen(group);

	return strncmp(path, group, n) == 0 && (!path[n] || path[n] == '/');
}

static int see(void *ctx, const char *path, uint64_t id)
{
	struct search *s = ctx;
	struct candidate new = {0}, *grown, *old;
	size_t len;

	(void)id;
	if (!container_identify(path, &new.c) || (s->pods ? !new.c.pod[0] : !new.c.runtime[0]))
		return 0;
	container_name(s->at, &new.c);
	old = known(s, &new.c);
	if (old) {
		old->scattered |= s->pods && !is_within(path, old->path + strlen(s->mount));
		return 0;
	}
	len = s->pods ? new.c.pod_len : new.c.len;
	grown = reallocarray(s->v, s->n + 1, sizeof(*grown));
	if (grown)
		s->v = grown;
	if (!grown || asprintf(&new.path, "%s%.*s", s->mount, (int)len, path) < 0) {
		s->failed = true;
		return -ENOMEM;
	}
	new.match = match_candidate(s, &new.c);
	s->v[s->n++] = new;
	return 0;
}

static void search_free(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].path);
	free(s->v);
	s->v = NULL;
	s->n = 0;
}

/* "docker container 4c01db0b339c (web)", "pod 3e5c… (default/web)" */
static void describe(const struct search *s, const struct container *c, struct buf *b)
{
	const char *id = s->pods ? c->pod : c->id, *name = s->pods ? c->pod_name : c->name;
	int digits = s->pods ? CONTAINER_ID_LEN : CONTAINER_SHORT_LEN;

	if (s->pods)
		buf_str(b, "pod ");
	else
		buf_printf(b, "%s container ", c->runtime);
	if (!*id)
		buf_str(b, name);
	else if (*name)
		buf_printf(b, "%.*s (%s)", digits, id, name);
	else
		buf_printf(b, "%.*s", digits, id);
}

/* where: those that have no id are told by their groups. */
static void list(const struct search *s, enum match least, bool where, struct buf *b)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].match < least)
			continue;
		if (shown == LISTED_MAX) {
			left++;
			continue;
		}
		buf_str(b, shown++ ? ", " : "");
		describe(s, &s->v[i].c, b);
		if (where && !s->pods && !s->v[i].c.id[0])
			buf_printf(b, " in %s", s->v[i].path);
	}
	if (left)
		buf_printf(b, " and %zu more", left);
}

static int none(const struct search *s, const char *mount, struct error *e)
{
	const char *what = s->pods ? "pod" : "container";
	struct buf b = {0};
	int err;

	list(s, MATCH_NONE, false, &b);
	if (s->failed || buf_failed(&b))
		err = error_nomem(e);
	else if (s->n)
		err = error_set(e, FAULT_USAGE, -ENOENT,
				"no %s's %s or name begins so; there are: %s (looked in %s)%s",
				what, s->pods ? "uid" : "id", b.data, mount,
				geteuid() ? "; names that only root may read are not known" : "");
	else
		err = error_set(e, FAULT_USAGE, -ENOENT,
				"there is no %s now: no group in %s is called as %s; --cgroup "
				"takes any group",
				what, mount,
				s->pods ? "Kubernetes or Podman call those of pods"
					: "Docker, Podman, containerd, CRI-O, LXC or "
					  "systemd-nspawn call those of containers");
	buf_free(&b);
	return err;
}

static int several(const struct search *s, enum match best, struct error *e)
{
	struct buf b = {0};
	int err;

	list(s, best, true, &b);
	err = buf_failed(&b)
		      ? error_nomem(e)
		      : error_set(
				e, FAULT_USAGE, -EEXIST,
				"more than one %s is called so: %s; write more of its %s, or give "
				"its directory to --cgroup",
				s->pods ? "pod" : "container", b.data, s->pods ? "uid" : "id");
	buf_free(&b);
	return err;
}

/* The one that is meant; NULL and 0 if there is none. */
static int choose(const struct search *s, const struct candidate **out, struct error *e)
{
	enum match best = MATCH_START;
	size_t n = 0;

	*out = NULL;
	for (size_t i = 0; i < s->n; i++)
		best = better(best, s->v[i].match);
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].match < best)
			continue;
		n++;
		*out = &s->v[i];
	}
	return n > 1 ? several(s, best, e) : 0;
}

static int take(const struct search *s, const struct candidate *c, struct container_found *f,
		struct error *e)
{
	struct buf what = {0};

	describe(s, &c->c, &what);
	f->what = buf_take(&what);
	f->path = strdup(c->path);
	if (!f->what || !f->path)
		return error_nomem(e);
	if (c->scattered)
		return error_set(
			e, FAULT_KERNEL, -EOPNOTSUPP,
			"%s has no group of its own: each of its containers has one (%s is "
			"the first's); --container takes one of them",
			f->what, f->path);
	return 0;
}

/* The mount namespace of the group's first process; 0: there is none, or it is that of process 1,
 * or ours where that one's may not be read. */
static uint32_t mntns_of(const struct container_places *at, const char *path)
{
	struct stat first, own;
	char *procs = NULL, *file = NULL, *ns = NULL, *init = NULL, *self = NULL;
	uint32_t found = 0;

	if (asprintf(&file, "%s/cgroup.procs", path) < 0)
		return 0;
	if (file_read(file, &procs, NULL, NULL) == 0 && *procs &&
	    asprintf(&ns, "%s/%ld/ns/mnt", at->proc, strtol(procs, NULL, 10)) > 0 &&
	    asprintf(&init, "%s/1/ns/mnt", at->proc) > 0 &&
	    asprintf(&self, "%s/self/ns/mnt", at->proc) > 0 && stat(ns, &first) == 0 &&
	    (stat(init, &own) == 0 || stat(self, &own) == 0) && first.st_ino != own.st_ino)
		found = (uint32_t)first.st_ino;
	free(procs);
	free(file);
	free(ns);
	free(init);
	free(self);
	return found;
}

/*
 * Where the runtime keeps to cgroups of version 1, BPF programs cannot tell its groups: the
 * container's mount namespace stands for it. *found: one was meant.
 */
static int find_v1(struct search *s, bool *found, struct container_found *f, struct error *e)
{
	const struct candidate *c;
	char *mount = NULL;
	int err = 0;

	*found = false;
	for (size_t n = 0; !err && !*found; n++) {
		free(mount);
		err = cgroups_mount_v1(s->at, n, &mount, e);
		if (err || !mount)
			break;
		search_free(s);
		s->mount = mount;
		cgroups_walk(mount, see, s);
		err = choose(s, &c, e);
		if (err || !c)
			continue;
		*found = true;
		f->mntns = s->pods ? 0 : mntns_of(s->at, c->path);
		err = take(s, c, f, e);
		if (!err && !f->mntns)
			err = error_set(
				e, FAULT_KERNEL, -EOPNOTSUPP,
				"%s is in cgroups of version 1 alone (%s), which BPF "
				"programs cannot tell, and %s; --pid or --mntns may do",
				f->what, f->path,
				s->pods ? "each of its containers has a mount namespace of "
					  "its own"
					: "has no process with a mount namespace of its own");
		free(f->path);
		f->path = NULL;
	}
	free(mount);
	return err;
}

static int find(struct search *s, struct container_found *f, struct error *e)
{
	const struct candidate *c = NULL;
	char *mount = NULL;
	bool found = false;
	int err = cgroups_mount(s->at, &mount, e);

	memset(f, 0, sizeof(*f));
	s->mount = mount;
	if (mount)
		cgroups_walk(mount, see, s);
	err = err ?: choose(s, &c, e);
	if (!err && c) {
		err = take(s, c, f, e);
	} else if (!err) {
		struct search v1 = {.at = s->at, .text = s->text, .pods = s->pods};

		err = find_v1(&v1, &found, f, e);
		if (!err && !found)
			err = none(s->n ? s : &v1, mount ?: "cgroups of version 1", e);
		search_free(&v1);
	}
	if (err)
		container_found_free(f);
	search_free(s);
	free(mount);
	return err;
}

int container_find(const struct container_places *at, const char *text, struct container_found *f,
		   struct error *e)
{
	const char *scheme = strstr(text, "://");
	struct search s = {.at = at, .text = scheme ? scheme + 3 : text};

	return find(&s, f, e);
}

int container_find_pod(const struct container_places *at, const char *text,
		       struct container_found *f, struct error *e)
{
	struct search s = {.at = at, .text = text, .pods = true};

	return find(&s, f, e);
}

void container_found_free(struct container_found *f)
{
	free(f->path);
	free(f->what);
	memset(f, 0, sizeof(*f));
}
