/* SPDX-License-Identifier: Apache-2.0 */
/* options_set_container: --cgroup, --container, --pod, --mntns. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "container/cgroups.h"
#include "tool/number.h"
#include "tool/options_set.h"

#define LABEL_MAX     255
#define LABEL_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/@:"

/* The kernel numbers namespaces from here on (include/uapi/linux/nsfs.h, PROC_DYNAMIC_FIRST). */
#define NAMESPACE_MIN 0xe0000000u

/*
 * A directory, or a cgroup's path as /proc/PID/cgroup and --show have it, which is below where the
 * cgroup2 file system is mounted.
 */
int options_set_cgroup(struct options *o, const char *text, struct error *e)
{
	char *path = NULL, *mount = NULL;
	struct statfs fs;
	int err = 0;

	if (*text == '/' && (statfs(text, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC) &&
	    cgroups_mount(&container_places, &mount, NULL) == 0 && mount &&
	    asprintf(&path, "%s%s", mount, text) > 0 && access(path, F_OK) != 0) {
		free(path);
		path = NULL;
	}
	err = options_check_directory(path ?: text, e);
	free(mount);
	if (!err && !path)
		path = strdup(text);
	if (err || !path) {
		free(path);
		return err ? err : error_nomem(e);
	}
	free(o->within[OPTIONS_WITHIN_CGROUP]);
	o->within[OPTIONS_WITHIN_CGROUP] = path;
	o->cgroup = text;
	return 0;
}

static int set_label(const char **to, const char *text, const char *what, struct error *e)
{
	size_t len = strlen(text);

	if (!len || len > LABEL_MAX || text[strspn(text, LABEL_LETTERS)])
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "a %s, or its beginning, has 1 to %d letters, digits and _.-/@:",
				 what, LABEL_MAX);
	*to = text;
	return 0;
}

int options_set_container(struct options *o, const char *text, struct error *e)
{
	return set_label(&o->container, text, "container's id or name", e);
}

int options_set_pod(struct options *o, const char *text, struct error *e)
{
	return set_label(&o->pod, text, "pod's UID or name", e);
}

/* A file that stands for a mount namespace: /proc/PID/ns/mnt, or one that was bound elsewhere. */
static int mntns_of_file(const char *path, uint32_t *id, struct error *e)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s", strerror(errno));
	/* Nothing else is opened: that alone may do something. */
	fd = S_ISREG(st.st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0 && ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNS)
		*id = (uint32_t)st.st_ino;
	else
		*id = 0;
	if (fd >= 0)
		close(fd);
	return *id ? 0 : options_wants(e, "not a mount namespace (/proc/PID/ns/mnt is one)");
}

/* As lsns(8) prints it, or readlink(1): mnt:[4026531840]. */
int options_set_mntns(struct options *o, const char *text, struct error *e)
{
	static const char link[] = "mnt:[";
	char digits[16] = "";
	uint64_t n;
	int err = 0;

	if (strncmp(text, link, sizeof(link) - 1) == 0 && text[strlen(text) - 1] == ']')
		snprintf(digits, sizeof(digits), "%.*s", (int)(strlen(text) - sizeof(link)),
			 text + sizeof(link) - 1);
	if (number_u64(*digits ? digits : text, &n) && n >= NAMESPACE_MIN && n <= UINT32_MAX)
		o->mntns = (uint32_t)n;
	else if (number_u64(text, &n) && n >= 1 && n <= OPTIONS_PID_MAX)
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"this is no namespace's number; that of process %" PRIu64
				" is --mntns /proc/%" PRIu64 "/ns/mnt",
				n, n);
	else if (strchr(text, '/'))
		err = mntns_of_file(text, &o->mntns, e);
	else
		err = options_wants(
			e, "a mount namespace is its number, as lsns prints it, or a path like "
			   "/proc/PID/ns/mnt");
	o->has_mntns = !err;
	return err;
}
