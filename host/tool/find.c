/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/find.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int add_dir(struct find *f, const char *dir, size_t len, struct error *e)
{
	char **dirs = realloc(f->dirs, (f->ndirs + 1) * sizeof(*dirs));

	if (!dirs)
		return error_nomem(e);
	f->dirs = dirs;
	dirs[f->ndirs] = strndup(dir, len);
	if (!dirs[f->ndirs])
		return error_nomem(e);
	f->ndirs++;
	return 0;
}

static int add_extra(struct find *f, char *const *extra, size_t nextra, struct error *e)
{
	struct stat st;
	int err = 0;

	for (size_t i = 0; !err && i < nextra; i++) {
		if (stat(extra[i], &st) < 0)
			return error_set(e, FAULT_USAGE, -errno, "--tools-dir %s: %s", extra[i],
					 strerror(errno));
		if (!S_ISDIR(st.st_mode))
			return error_set(e, FAULT_USAGE, -ENOTDIR, "--tools-dir %s: %s", extra[i],
					 strerror(ENOTDIR));
		err = add_dir(f, extra[i], strlen(extra[i]), e);
	}
	return err;
}

static int add_path(struct find *f, const char *path, struct error *e)
{
	int err = 0;

	while (!err && path && *path) {
		size_t len = strcspn(path, ":");

		if (len)
			err = add_dir(f, path, len, e);
		path += len + (path[len] == ':');
	}
	return err;
}

/* <root>/build…/bcchost belongs to the source tree <root>; *root is NULL if it is none. */
static int build_tree(const char *dir, char **root, struct error *e)
{
	const char *base = strrchr(dir, '/');
	char *programs;

	*root = NULL;
	if (!base || strncmp(base + 1, "build", 5) != 0)
		return 0;
	if (asprintf(&programs, "%.*s/programs", (int)(base - dir), dir) < 0)
		return error_nomem(e);
	if (is_dir(programs)) {
		programs[base - dir] = '\0';
		*root = programs;
	} else {
		free(programs);
	}
	return 0;
}

/* PREFIX/bin/bcchost has its tools in PREFIX/share and its helper in PREFIX/libexec. */
static int installed(struct find *f, const char *dir, struct error *e)
{
	const char *slash = strrchr(dir, '/');
	int prefix = slash ? (int)(slash - dir) : 0;
	char *share;

	if (asprintf(&share, "%.*s/share/bcchost", prefix, dir) < 0)
		return error_nomem(e);
	if (is_dir(share))
		f->shipped = share;
	else
		free(share);
	if (asprintf(&f->helper, "%.*s/libexec/bcchost/bcchost-compile", prefix, dir) < 0) {
		f->helper = NULL;
		return error_nomem(e);
	}
	return 0;
}

static int locate(struct find *f, const char *exe, struct error *e)
{
	const char *slash = strrchr(exe, '/');
	char *dir = strndup(exe, slash ? (size_t)(slash - exe) : 0);
	char *beside = NULL;
	int err = 0;

	if (!dir || asprintf(&beside, "%s/bcchost-compile", dir) < 0) {
		beside = NULL;
		err = error_nomem(e);
		goto out;
	}
	err = build_tree(dir, &f->shipped, e);
	if (!err && !f->shipped)
		err = installed(f, dir, e);
	/* One beside the binary is of the same build; with neither, errors name where it belongs.
	 */
	if (!err && (!f->helper || access(beside, X_OK) == 0)) {
		free(f->helper);
		f->helper = beside;
		beside = NULL;
	}
	if (!err && !f->shipped && !(f->shipped = strdup("")))
		err = error_nomem(e);
out:
	free(dir);
	free(beside);
	return err;
}

int find_init_from(struct find *f, const char *exe, const char *path, char *const *extra,
		   size_t nextra, struct error *e)
{
	int err;

	memset(f, 0, sizeof(*f));
	err = locate(f, exe, e) ?: add_extra(f, extra, nextra, e) ?: add_path(f, path, e);
	if (!err && asprintf(&f->signatures, "%s/templates/signatures.list", f->shipped) < 0) {
		f->signatures = NULL;
		err = error_nomem(e);
	}
	if (!err && *f->shipped)
		err = add_dir(f, f->shipped, strlen(f->shipped), e);
	if (err)
		find_free(f);
	return err;
}

/* BCCHOST_COMPILE: another compiler process than the installed one. */
static int named_helper(struct find *f, const char *path, struct error *e)
{
	if (!path || !*path)
		return 0;
	free(f->helper);
	f->helper = strdup(path);
	return f->helper ? 0 : error_nomem(e);
}

int find_init(struct find *f, char *const *extra, size_t nextra, struct error *e)
{
	char exe[PATH_MAX];
	ssize_t n;

	memset(f, 0, sizeof(*f));
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot read /proc/self/exe: %s",
				 strerror(errno));
	exe[n] = '\0';
	n = find_init_from(f, exe, getenv("BCCHOST_PATH"), extra, nextra, e);
	return n ? (int)n : named_helper(f, getenv("BCCHOST_COMPILE"), e);
}

void find_free(struct find *f)
{
	for (size_t i = 0; i < f->ndirs; i++)
		free(f->dirs[i]);
	free(f->dirs);
	free(f->shipped);
	free(f->signatures);
	free(f->helper);
	memset(f, 0, sizeof(*f));
}
