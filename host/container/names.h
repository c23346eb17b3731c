/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: what a container and its pod are called, where a cgroup's path does not tell it: from the
 * files that Docker, Podman and CRI-O keep of their containers, and the names of kubelet's logs.
 * Who may not read these sees ids.
 */
#ifndef BCCHOST_CONTAINER_NAMES_H
#define BCCHOST_CONTAINER_NAMES_H

#include "container/identify.h"

/* Where things are; a member that is NULL: not looked at. */
struct container_places {
	const char *docker;    /* containers/<id>/config.v2.json below it */
	const char *storage;   /* overlay-containers/containers.json below it */
	const char *logs;      /* POD_NAMESPACE_CONTAINER-<id>.log in it */
	const char *pods;      /* NAMESPACE_POD_UID in it */
	const char *mountinfo; /* as /proc/self/mountinfo: where cgroup file systems are */
	const char *proc;      /* PID/ns/mnt below it */
};

/* Where Docker, Podman, CRI-O and Kubernetes keep them unless they are told otherwise. */
extern const struct container_places container_places;

/*
 * Fills in c->name and c->pod_name where they are empty and some file tells them. A container of a
 * pod is "namespace/pod/container".
 */
void container_name(const struct container_places *at, struct container *c);

#endif
