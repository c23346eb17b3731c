/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups: the cgroup file systems that are mounted, and what is in them. A cgroup's id, which BPF
 * programs know it by, is the inode number of its directory; it is never used again for another.
 */
#ifndef BCCHOST_CONTAINER_CGROUPS_H
#define BCCHOST_CONTAINER_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "container/identify.h"
#include "container/names.h"

/*
 * Where the cgroup2 file system is mounted: the place that shows most of it; the caller's to free.
 * *path is NULL, and 0 is returned, where none is.
 */
int cgroups_mount(const struct container_places *at, char **path, struct error *e);

/* The same of the n-th hierarchy of version 1, from 0; *path is NULL behind the last. */
int cgroups_mount_v1(const struct container_places *at, size_t n, char **path, struct error *e);

/* Not 0: the walk ends with that. path: below the mount, "/" for its root. */
typedef int (*cgroups_fn)(void *ctx, const char *path, uint64_t id);

/* Every cgroup, a directory before those in it. One that goes meanwhile is passed over. */
int cgroups_walk(const char *mount, cgroups_fn fn, void *ctx);

struct cgroup {
	uint64_t id;
	char *path; /* from the mount on; NULL: there is none of that id (any more) */
	struct container container; /* with its names */
};

/* Cgroups by id, as they are asked for; those that there are now are read at once, so that one
 * that goes is known all the same. */
struct cgroups;

/* FAULT_KERNEL if no cgroup2 file system is mounted. `at` must stay. cgroups_free. */
int cgroups_new(struct cgroups **out, const struct container_places *at, struct error *e);
void cgroups_free(struct cgroups *g);

/* NULL only without memory; valid until the next call. */
const struct cgroup *cgroups_find(struct cgroups *g, uint64_t id);

#endif
