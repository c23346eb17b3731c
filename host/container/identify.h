/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identify: which container, and which pod, a cgroup belongs to, as its path tells: Docker, Podman,
 * containerd, CRI-O and Kubernetes with either cgroup driver, LXC, systemd-nspawn. Reads nothing.
 */
#ifndef BCCHOST_CONTAINER_IDENTIFY_H
#define BCCHOST_CONTAINER_IDENTIFY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_LEN    64 /* hexadecimal digits */
#define CONTAINER_SHORT_LEN 12 /* of these that people are shown */
#define CONTAINER_NAME_LEN  (2 * NAME_MAX)

struct container {
	char runtime[32];		   /* "docker"; "" : the cgroup is in no container */
	char id[CONTAINER_ID_LEN + 1];	   /* "" where the runtime goes by names */
	char name[CONTAINER_NAME_LEN + 1]; /* "" where the path does not tell it (names.h may) */
	size_t len; /* bytes of the path that are the container's own directory */
	char pod[CONTAINER_ID_LEN + 1]; /* a UID as Kubernetes writes it, or Podman's id; "" : none
					 */
	char pod_name[CONTAINER_NAME_LEN +
		      1]; /* "namespace/name"; the path never tells it (names.h may) */
	size_t pod_len;	  /* bytes of the path that are the pod's directory */
};

/*
 * path: from the root of the cgroup2 file system, "/system.slice/docker-….scope/init.scope". Of
 * containers in containers the innermost counts. False if it is in no container and no pod.
 */
bool container_identify(const char *path, struct container *c);

/* What people know it by: its name, or the first digits of its id; size: of `out`. */
void container_label(const struct container *c, char *out, size_t size);

#endif
