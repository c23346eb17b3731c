/* SPDX-License-Identifier: Apache-2.0 */
/* find: which cgroup `--container web` and `--pod` mean, of those that there are now. */
#ifndef BCCHOST_CONTAINER_FIND_H
#define BCCHOST_CONTAINER_FIND_H

#include <stdint.h>

#include "base/error.h"
#include "container/names.h"

struct container_found {
	char *path; /* of the cgroup2 directory that it and what is below it are; owned. NULL: … */
	uint32_t mntns; /* … it is in none, but in this mount namespace (cgroups of version 1) */
	char *what;	/* "docker container 4c01db0b339c (web)", for people; owned */
};

/*
 * text: the container's id (also as Kubernetes has it, "containerd://<id>"), or as many digits of
 * it as no other has; or its name, or the beginning of it. What is all of an id or a name counts
 * before what others begin with. FAULT_USAGE, with those that there are, if none or several are
 * meant. container_found_free.
 */
int container_find(const struct container_places *at, const char *text, struct container_found *f,
		   struct error *e);

/* The same of a pod's UID or its id, "name" or "namespace/name". Never by a mount namespace: each
 * container of a pod has its own. */
int container_find_pod(const struct container_places *at, const char *text,
		       struct container_found *f, struct error *e);

void container_found_free(struct container_found *f);

#endif
