/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/option_value.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "tool/find.h"
#include "tool/number.h"

#define DIRECTORIES_MAX 32 /* each is compared with, at every step up from a file */
static int range_error(const struct program_option *o, const char *what, struct error *e)
{
	if (o->max == INT64_MAX)
		return error_set(e, FAULT_USAGE, -EINVAL, "wants a %s from %" PRId64 " on", what,
				 o->min);
	return error_set(e, FAULT_USAGE, -EINVAL, "wants a %s from %" PRId64 " to %" PRId64, what,
			 o->min, o->max);
}

static int set_integer(const struct program_option *o, const char *text, bool again,
		       struct option_value *v, struct error *e)
{
	int64_t n;

	if (!number_i64(text, &n) || n < o->min || n > o->max)
		return range_error(o, "whole number", e);
	v->number = again ? v->number | n : n;
	return 0;
}

static int set_number(const struct program_option *o, const char *text, struct option_value *v,
		      struct error *e)
{
	double n;

	if (!number_real(text, &n) || n < (double)o->min || n > (double)o->max)
		return range_error(o, "number", e);
	v->real = n;
	return 0;
}

static int enum_error(const struct program_option *o, const char *word, struct error *e)
{
	const char **names = calloc(o->nvalues, sizeof(*names));
	struct buf b = {0};
	char *near = NULL;
	int err;

	for (size_t i = 0; names && i < o->nvalues; i++) {
		names[i] = o->values[i].name;
		buf_printf(&b, "%s%s", i ? ", " : "", names[i]);
	}
	if (names)
		near = find_near(word, names, o->nvalues);
	if (!near || buf_failed(&b))
		err = error_nomem(e);
	else
		err = error_set(e, FAULT_USAGE, -EINVAL, "there is no \"%s\"; %s%sthere are %s",
				word, near, *near ? " " : "", b.data);
	free(near);
	free(names);
	buf_free(&b);
	return err;
}

static int set_enum_word(const struct program_option *o, const char *word, bool again,
			 struct option_value *v, struct error *e)
{
	for (size_t i = 0; i < o->nvalues; i++) {
		if (!strcasecmp(word, o->values[i].name)) {
			v->number = (again ? v->number : 0) | o->values[i].number;
			return 0;
		}
	}
	return enum_error(o, word, e);
}

/* Several words, with commas between them, only where several may be given. */
static int set_enum(const struct program_option *o, const char *text, bool again,
		    struct option_value *v, struct error *e)
{
	char *copy, *word, *rest;
	int err = 0;

	if (!o->many)
		return set_enum_word(o, text, false, v, e);
	copy = rest = strdup(text);
	if (!copy)
		return error_nomem(e);
	while (!err && (word = strsep(&rest, ","))) {
		err = set_enum_word(o, word, again, v, e);
		again = true;
	}
	free(copy);
	return err;
}

static int set_text(const char *text, struct option_value *v, struct error *e)
{
	char *copy = strdup(text);

	if (!copy)
		return error_nomem(e);
	free(v->text);
	v->text = copy;
	return 0;
}

static int set_name(const struct program_option *o, const char *text, struct option_value *v,
		    struct error *e)
{
	if (!*text || strlen(text) > (size_t)o->max)
		return error_set(e, FAULT_USAGE, -EINVAL, "wants a name of 1 to %" PRId64 " bytes",
				 o->max);
	return set_text(text, v, e);
}

static int set_path(const char *text, struct option_value *v, struct error *e)
{
	struct stat st;

	if (!*text)
		return error_set(e, FAULT_USAGE, -EINVAL, "wants a path");
	if (stat(text, &st) < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s", strerror(errno));
	return set_text(text, v, e);
}

/* Whether there is such a file is seen when it is probed: a tool may do without. */
static int set_binary(const char *text, struct option_value *v, struct error *e)
{
	if (!*text || strlen(text) >= PATH_MAX)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "wants the path of a program or a library, or its name (\"ssl\")");
	return set_text(text, v, e);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int add_path(const char *path, struct option_value *v, struct error *e)
{
	char **paths;

	paths = realloc(v->paths, (v->npaths + 1) * sizeof(*paths));
	if (!paths)
		return error_nomem(e);
	v->paths = paths;
	paths[v->npaths] = strdup(path);
	return paths[v->npaths] && ++v->npaths ? 0 : error_nomem(e);
}

static int add_directory(const char *path, struct option_value *v, struct error *e)
{
	if (v->npaths == DIRECTORIES_MAX)
		return error_set(e, FAULT_USAGE, -E2BIG, "takes %d directories at most",
				 DIRECTORIES_MAX);
	return add_path(path, v, e);
}

/* A directory's path or, where several may be given, a shell pattern that some match. */
static int add_directories(const struct program_option *o, const char *text, struct option_value *v,
			   struct error *e)
{
	size_t before = v->npaths;
	glob_t found = {0};
	struct stat st;
	int err = 0;

	if (is_directory(text))
		return add_directory(text, v, e);
	if (stat(text, &st) == 0)
		return error_set(e, FAULT_USAGE, -ENOTDIR, "%s: %s", text, strerror(ENOTDIR));
	if (o->many && glob(text, 0, NULL, &found) == 0)
		for (size_t i = 0; !err && i < found.gl_pathc; i++)
			if (is_directory(found.gl_pathv[i]))
				err = add_directory(found.gl_pathv[i], v, e);
	globfree(&found);
	if (!err && v->npaths == before)
		err = error_set(e, FAULT_USAGE, -ENOENT, "%s: there is no such directory",
				*text ? text : "\"\"");
	return err;
}

/* With commas between several, unless one has this very name. */
static int set_directories(const struct program_option *o, const char *text, bool again,
			   struct option_value *v, struct error *e)
{
	char *copy, *word, *rest;
	int err = 0;

	if (!again)
		option_value_clear(v);
	if (!o->many || is_directory(text))
		return add_directories(o, text, v, e);
	copy = rest = strdup(text);
	if (!copy)
		return error_nomem(e);
	while (!err && (word = strsep(&rest, ",")))
		err = add_directories(o, word, v, e);
	free(copy);
	return err;
}

/*
 * A whole disk, by its name or by its path in /dev: I/O to a partition is the disk's when it gets
 * there. sysfs has no '/' in a name but '!' (cciss!c0d0).
 */
static int set_disk(const char *text, struct option_value *v, struct error *e)
{
	static const char dev[] = "/dev/";
	const char *name = strncmp(text, dev, sizeof(dev) - 1) ? text : text + sizeof(dev) - 1;
	unsigned int major, minor;
	char *path, *number = NULL;
	int err;

	if (!*name || *name == '.' || strlen(name) > 255)
		return error_set(e, FAULT_USAGE, -EINVAL, "wants a disk's name");
	if (asprintf(&path, "/sys/block/%s/dev", name) < 0)
		return error_nomem(e);
	for (char *c = path + sizeof("/sys/block/") - 1; c < strrchr(path, '/'); c++)
		if (*c == '/')
			*c = '!';
	err = file_read(path, &number, NULL, NULL);
	free(path);
	if (err || sscanf(number, "%u:%u", &major, &minor) != 2)
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"there is no disk %s (a whole one, as in /sys/block)", name);
	else
		v->number = (int64_t)major << 20 | minor;
	free(number);
	return err;
}

static int set_regex(const char *text, struct option_value *v, struct error *e)
{
	int err = option_value_regex(text, e);

	return err ? err : set_text(text, v, e);
}

static int set_pattern(const char *text, struct option_value *v, struct error *e)
{
	char *pattern;
	int err = option_value_pattern(text, &pattern, e);

	if (err)
		return err;
	free(v->text);
	v->text = pattern;
	return 0;
}

/* One, or as many as are given. */
static int set_any_text(const struct program_option *o, const char *text, bool again,
			struct option_value *v, struct error *e)
{
	if (!o->many)
		return set_text(text, v, e);
	if (!again)
		option_value_clear(v);
	return add_path(text, v, e);
}

int option_value_set(const struct program_option *o, const char *text, bool again,
		     struct option_value *v, struct error *e)
{
	int err = 0;

	again = again && o->many;
	switch (o->type) {
	case PROGRAM_OPTION_FLAG:
		v->number = 1;
		break;
	case PROGRAM_OPTION_INTEGER:
		err = set_integer(o, text, again, v, e);
		break;
	case PROGRAM_OPTION_NUMBER:
		err = set_number(o, text, v, e);
		break;
	case PROGRAM_OPTION_ENUM:
		err = set_enum(o, text, again, v, e);
		break;
	case PROGRAM_OPTION_NAME:
		err = set_name(o, text, v, e);
		break;
	case PROGRAM_OPTION_PATH:
		err = set_path(text, v, e);
		break;
	case PROGRAM_OPTION_REGEX:
		err = set_regex(text, v, e);
		break;
	case PROGRAM_OPTION_DIRECTORY:
		err = set_directories(o, text, again, v, e);
		break;
	case PROGRAM_OPTION_DISK:
		err = set_disk(text, v, e);
		break;
	case PROGRAM_OPTION_PATTERN:
		err = set_pattern(text, v, e);
		break;
	case PROGRAM_OPTION_BINARY:
		err = set_binary(text, v, e);
		break;
	case PROGRAM_OPTION_TEXT:
		err = set_any_text(o, text, again, v, e);
		break;
	}
	if (!err)
		v->given = true;
	return err;
}

void option_value_clear(struct option_value *v)
{
	for (size_t i = 0; i < v->npaths; i++)
		free(v->paths[i]);
	free(v->paths);
	free(v->text);
	memset(v, 0, sizeof(*v));
}
