/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on files and directories. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "steps.h"

static int dirfd_kept = AT_FDCWD;

static int flags_of(const char *s)
{
	return s ? (int)strtol(s, NULL, 0) : O_RDONLY;
}

static long shut(long fd)
{
	if (fd >= 0)
		close((int)fd);
	return fd;
}

static void *in_thread(void *path)
{
	prctl(PR_SET_NAME, "a-thread", 0, 0, 0);
	printf("tid %ld\n", syscall(SYS_gettid));
	shut(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0));
	return NULL;
}

static long files(const char *op, char **a)
{
	if (!strcmp(op, "create")) /* PATH */
		return shut(syscall(SYS_openat, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_EXCL, 0644));
	if (!strcmp(op, "mknod")) /* PATH: a regular file */
		return mknod(a[0], S_IFREG | 0644, 0);
	if (!strcmp(op, "mkfifo"))
		return mknod(a[0], S_IFIFO | 0644, 0);
	if (!strcmp(op, "mkdir"))
		return mkdir(a[0], 0755);
	if (!strcmp(op, "rmdir"))
		return rmdir(a[0]);
	if (!strcmp(op, "symlink"))
		return symlink("target", a[0]);
	if (!strcmp(op, "unlink"))
		return unlink(a[0]);
	if (!strcmp(op, "rename"))
		return rename(a[0], a[1]);
	if (!strcmp(op, "link"))
		return link(a[0], a[1]);
	if (!strcmp(op, "chdir"))
		return chdir(a[0]);
	if (!strcmp(op, "sleep")) {
		nap(atof(a[0]));
		return 0;
	}
	/* the three ways to open: PATH, FLAGS */
	if (!strcmp(op, "open"))
		return shut(syscall(SYS_open, a[0], flags_of(a[1]), 0644));
	if (!strcmp(op, "openat"))
		return shut(syscall(SYS_openat, AT_FDCWD, a[0], flags_of(a[1]), 0644));
	if (!strcmp(op, "openat2")) {
		struct open_how how = {.flags = (unsigned long long)flags_of(a[1])};

		return shut(syscall(SYS_openat2, AT_FDCWD, a[0], &how, sizeof(how)));
	}
	if (!strcmp(op, "keepdir")) /* PATH: later steps' dirfd */
		return dirfd_kept = open(a[0], O_RDONLY | O_DIRECTORY);
	if (!strcmp(op, "openatdir")) /* PATH relative to it */
		return shut(syscall(SYS_openat, dirfd_kept, a[0], flags_of(a[1]), 0));
	if (!strcmp(op, "thread")) { /* PATH: opened by another thread */
		pthread_t t;

		return pthread_create(&t, NULL, in_thread, a[0]) || pthread_join(t, NULL);
	}
	if (!strcmp(op, "churn")) { /* COUNT, SECONDS, PREFIX: create all, sleep, remove all */
		char path[4096];
		long i, n = atol(a[0]), failed = 0;

		for (i = 0; i < n; i++) {
			snprintf(path, sizeof(path), "%s%02ld", a[2], i);
			failed += shut(open(path, O_CREAT | O_WRONLY | O_EXCL, 0644)) < 0;
		}
		nap(atof(a[1]));
		for (i = 0; i < n; i++) {
			snprintf(path, sizeof(path), "%s%02ld", a[2], i);
			failed += unlink(path) < 0;
		}
		return failed;
	}
	if (!strcmp(op, "flood")) { /* COUNT, PATH: open it flat out */
		long i, n = atol(a[0]), failed = 0;

		for (i = 0; i < n; i++)
			failed += shut(syscall(SYS_openat, AT_FDCWD, a[1], O_RDONLY, 0)) < 0;
		return failed;
	}
	return STEP_UNKNOWN;
}

STEPS(files)
