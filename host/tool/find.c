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

/* How much of the directory of an installed binary, PREFIX/bin or PREFIX/libexec/bcchost, is
 * PREFIX. */
static int prefix_of(const char *dir)
{
	static const char libexec[] = "/libexec/bcchost";
	size_t len = strlen(dir), tail = strlen(libexec);
	const char *slash = strrchr(dir, '/');

	if (len >= tail && !strcmp(dir + len - tail, libexec))
		return (int)(len - tail);
	return slash ? (int)(slash - dir) : 0;
}

/* PREFIX/bin/bcchost has its tools in PREFIX/share. */
static int installed(struct find *f, const char *dir, struct error *e)
{
	char *share;

	if (asprintf(&share, "%.*s/share/bcchost", prefix_of(dir), dir) < 0)
		return error_nomem(e);
	if (is_dir(share))
		f->shipped = share;
	else
		free(share);
	return 0;
}

/*
 * One beside the binary is of the same build; with neither that nor an installed one, errors name
 * where it belongs.
 */
static int locate_binary(const char *dir, bool in_tree, const char *name, char **path,
			 struct error *e)
{
	if (asprintf(path, "%s/%s", dir, name) < 0)
		*path = NULL;
	if (!*path || in_tree || access(*path, X_OK) == 0)
		return *path ? 0 : error_nomem(e);
	free(*path);
	if (asprintf(path, "%.*s/libexec/bcchost/%s", prefix_of(dir), dir, name) < 0)
		*path = NULL;
	return *path ? 0 : error_nomem(e);
}

static int locate(struct find *f, const char *exe, struct error *e)
{
	const char *slash = strrchr(exe, '/');
	char *dir = strndup(exe, slash ? (size_t)(slash - exe) : 0);
	bool in_tree;
	int err;

	if (!dir)
		return error_nomem(e);
	err = build_tree(dir, &f->shipped, e);
	in_tree = !err && f->shipped;
	if (!err && !in_tree)
		err = installed(f, dir, e);
	if (!err)
		err = locate_binary(dir, in_tree, "bcchost-compile", &f->helper, e)
			      ?: locate_binary(dir, in_tree, "bcchost-export", &f->exporter, e);
	if (!err && !f->shipped && !(f->shipped = strdup("")))
		err = error_nomem(e);
	free(dir);
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
		return error_set(
			e, FAULT_RUN, -errno, "cannot read /proc/self/exe: %s%s", strerror(errno),
			errno == ENOENT ? "; is /proc mounted here? (`mount -t proc proc /proc`)"
					: "");
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
	free(f->exporter);
	memset(f, 0, sizeof(*f));
}
