/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/capability.h"

#define FILE_MAX ((size_t)256 << 20)

static int read_fd(int fd, const char *path, char **data, size_t *len, struct error *e)
{
	struct buf b = {0};
	struct stat st;
	size_t chunk = 64 << 10;
	char *block = NULL;
	ssize_t n;
	int err = 0;

	/* A regular file in one read; those of /proc say size 0 and come in pieces. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (size_t)st.st_size < FILE_MAX)
		chunk = (size_t)st.st_size + 1;
	block = malloc(chunk);
	if (!block)
		return error_nomem(e);
	for (;;) {
		n = read(fd, block, chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = error_set(e, FAULT_RUN, -errno, "cannot read %s: %s", path,
					strerror(errno));
			goto out;
		}
		if (n == 0)
			break;
		buf_add(&b, block, (size_t)n);
		if (b.len > FILE_MAX) {
			err = error_set(e, FAULT_RUN, -EFBIG, "cannot read %s: over 256 MiB", path);
			goto out;
		}
	}
	if (len)
		*len = b.len;
	*data = buf_take(&b);
	if (!*data)
		err = error_nomem(e);
out:
	free(block);
	buf_free(&b);
	return err;
}

int file_read(const char *path, char **data, size_t *len, struct error *e)
{
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot open %s: %s", path, strerror(errno));
	err = read_fd(fd, path, data, len, e);
	close(fd);
	return err;
}

/* The user behind sudo may own the files of a tool that is being written. */
static bool trusted_owner(uid_t uid)
{
	const char *sudo = getenv("SUDO_UID");
	char *end;
	unsigned long id;

	if (uid == 0 || uid == geteuid())
		return true;
	if (!sudo || !*sudo || geteuid() != 0)
		return false;
	id = strtoul(sudo, &end, 10);
	return !*end && id == uid;
}

static const char *who(void)
{
	return geteuid() == 0 ? "root" : "a user who may trace";
}

static int check_trusted(const struct stat *st, const char *path, struct error *e)
{
	mode_t others = S_IWGRP | S_IWOTH;

	/* A checkout made under umask 002 has directories that root's own group can write. */
	if (S_ISDIR(st->st_mode) && st->st_gid == 0)
		others = S_IWOTH;
	if (!trusted_owner(st->st_uid))
		return error_set(e, FAULT_PERMISSION, -EPERM,
				 "refusing %s as %s: it belongs to uid %u; chown root it", path,
				 who(), st->st_uid);
	if (st->st_mode & others)
		return error_set(e, FAULT_PERMISSION, -EPERM,
				 "refusing %s as %s: %s can write it (mode %04o); chmod go-w it",
				 path, who(), st->st_mode & S_IWOTH ? "everybody" : "its group",
				 st->st_mode & 07777);
	return 0;
}

/* A volume of Kubernetes' (a ConfigMap) has mode 0777, and is mounted to be read. */
static bool is_read_only(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && fs.f_flag & ST_RDONLY;
}

static int check_trusted_dir(const char *path, struct error *e)
{
	char *copy = strdup(path);
	struct stat st;
	int err;

	if (!copy)
		return error_nomem(e);
	path = dirname(copy);
	if (stat(path, &st) < 0)
		err = error_set(e, FAULT_RUN, -errno, "cannot look at %s: %s", path,
				strerror(errno));
	else
		err = is_read_only(path) && trusted_owner(st.st_uid) ? 0
								     : check_trusted(&st, path, e);
	free(copy);
	return err;
}

int file_read_trusted(const char *path, char **data, size_t *len, struct error *e)
{
	struct stat st;
	int fd, err = 0;

	/* O_NONBLOCK: a FIFO in the file's place must not hang us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return error_set(e, errno == EACCES ? FAULT_PERMISSION : FAULT_RUN, -errno,
				 "cannot open %s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0)
		err = error_set(e, FAULT_RUN, -errno, "cannot look at %s: %s", path,
				strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err = error_set(e, FAULT_PERMISSION, -EINVAL, "refusing %s: not a regular file",
				path);
	else if (geteuid() == 0 || capability_can_trace())
		err = check_trusted(&st, path, e) ?: check_trusted_dir(path, e);
	if (!err)
		err = read_fd(fd, path, data, len, e);
	close(fd);
	return err;
}

bool file_access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0;
}

int file_tmpdir(char **path, struct error *e)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || tmp[0] != '/')
		tmp = "/tmp";
	if (asprintf(path, "%s/bcchost-XXXXXX", tmp) < 0)
		return error_nomem(e);
	if (!mkdtemp(*path)) {
		int err = error_set(e, FAULT_RUN, -errno,
				    "cannot make a temporary directory in %s: %s", tmp,
				    strerror(errno));

		free(*path);
		*path = NULL;
		return err;
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	remove(path);
	return 0;
}

void file_rmtree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
