/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/options_within.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "container/find.h"

static int find(struct options *o, const char *name, const char *text, bool pod,
		struct container_found *f, struct error *e)
{
	int err = pod ? container_find_pod(&container_places, text, f, e)
		      : container_find(&container_places, text, f, e);

	if (err)
		return error_prefix(e, err, "--%s %s", name, text);
	if (o->verbose) {
		char *what = escape_message(f->what),
		     *path = f->path ? escape_message(f->path) : NULL;

		fprintf(stderr, "bcchost: --%s %s: %s, %s\n", name, text, what ? what : "?",
			path ? path : "by its mount namespace");
		free(what);
		free(path);
	}
	return 0;
}

int options_find_within(const struct program *p, struct options *o, struct error *e)
{
	struct container_found f = {0};
	int err = 0;

	if (o->container) {
		err = find(o, "container", o->container, false, &f, e);
		if (!err && f.mntns && !program_has_filter(p, PROGRAM_FILTER_MNTNS))
			err = error_set(e, FAULT_KERNEL, -EOPNOTSUPP,
					"--container %s: %s is in cgroups of version 1 alone, and "
					"%s has no filter for its mount namespace",
					o->container, f.what, p->name);
		o->within[OPTIONS_WITHIN_CONTAINER] = f.path;
		o->container_mntns = f.mntns;
		f.path = NULL;
		container_found_free(&f);
	}
	if (!err && o->pod) {
		err = find(o, "pod", o->pod, true, &f, e);
		o->within[OPTIONS_WITHIN_POD] = f.path;
		f.path = NULL;
		container_found_free(&f);
	}
	return err;
}
