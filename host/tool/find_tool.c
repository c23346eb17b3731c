/* SPDX-License-Identifier: Apache-2.0 */
/* One tool by its name, and all that there are. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/find.h"
#include "tool/program_parts.h"

/* What is collected: the tools, and the lines of tools.list. */
struct listing {
	struct find_tool *tools;
	size_t n;
	char *list; /* of tools.list, its words cut off by NULs */
	struct rank {
		const char *name, *group; /* into list */
	} * ranks;
	size_t nranks;
};

static int no_tool(const struct find *f, const char *name, struct error *e)
{
	struct find_tool *tools = NULL;
	const char **names = NULL;
	char *near = NULL;
	size_t n = 0;
	int err;

	/* What is wrong with the directories is not what was asked for. */
	if (find_tools(f, &tools, &n, NULL) == 0)
		names = calloc(n + 1, sizeof(*names));
	for (size_t i = 0; names && i < n; i++)
		names[i] = tools[i].name;
	if (names)
		near = find_near(name, names, n);
	err = error_set(e, FAULT_USAGE, -ENOENT, "no tool \"%s\"%s%s (`bcchost list` shows all)",
			name, near && *near ? "; " : "", near ?: "");
	free(near);
	free(names);
	find_tools_free(tools, n);
	return err;
}

int find_tool(const struct find *f, const char *name, char **path, struct error *e)
{
	static const char *const places[] = {"/programs", ""};

	*path = NULL;
	if (strchr(name, '/'))
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "a tool is called by its name, not by a path: \"%s\" (--tools-dir "
				 "DIR says where to look)",
				 name);
	for (size_t i = 0; program_is_tool_name(name) && i < f->ndirs; i++) {
		for (size_t j = 0; j < 2; j++) {
			if (asprintf(path, "%s%s/%s.yaml", f->dirs[i], places[j], name) < 0) {
				*path = NULL;
				return error_nomem(e);
			}
			if (access(*path, F_OK) == 0)
				return 0;
			free(*path);
			*path = NULL;
		}
	}
	return no_tool(f, name, e);
}

static bool listed(const struct listing *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->tools[i].name, name))
			return true;
	return false;
}

/* Where tools.list has the tool; nranks if it has not. */
static size_t rank_of(const struct listing *l, const char *name)
{
	size_t i = 0;

	while (i < l->nranks && strcmp(l->ranks[i].name, name) != 0)
		i++;
	return i;
}

static int add_tool(struct listing *l, const char *dir, const char *file, struct error *e)
{
	size_t len = strlen(file), rank;
	struct find_tool *tools, *t;
	char *name;

	if (len <= 5 || strcmp(file + len - 5, ".yaml") != 0)
		return 0;
	name = strndup(file, len - 5);
	if (!name)
		return error_nomem(e);
	if (!program_is_tool_name(name) || listed(l, name)) {
		free(name);
		return 0;
	}
	tools = realloc(l->tools, (l->n + 1) * sizeof(*tools));
	if (!tools) {
		free(name);
		return error_nomem(e);
	}
	l->tools = tools;
	t = &tools[l->n++];
	rank = rank_of(l, name);
	*t = (struct find_tool){.name = name};
	t->group = strdup(rank < l->nranks ? l->ranks[rank].group : "other");
	if (asprintf(&t->path, "%s/%s", dir, file) < 0)
		t->path = NULL;
	return t->group && t->path ? 0 : error_nomem(e);
}

static int scan_dir(struct listing *l, const char *dir, struct error *e)
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	int err = 0;

	if (!d && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!d)
		return error_set(e, FAULT_RUN, -errno, "cannot look into %s: %s", dir,
				 strerror(errno));
	while (!err && (entry = readdir(d)))
		err = add_tool(l, dir, entry->d_name, e);
	closedir(d);
	return err;
}

/* programs/ first, as find_tool has it. */
static int scan_both(struct listing *l, const char *dir, struct error *e)
{
	char *programs;
	int err;

	if (asprintf(&programs, "%s/programs", dir) < 0)
		return error_nomem(e);
	err = scan_dir(l, programs, e) ?: scan_dir(l, dir, e);
	free(programs);
	return err;
}

static int add_rank(struct listing *l, const char *path, size_t line_nr, char *line,
		    struct error *e)
{
	struct rank *ranks;
	char *name, *group, *save = NULL;

	line[strcspn(line, "#")] = '\0';
	name = strtok_r(line, " \t\r", &save);
	group = strtok_r(NULL, " \t\r", &save);
	if (!name)
		return 0;
	if (!group || strtok_r(NULL, " \t\r", &save))
		return error_set(e, FAULT_TOOL, -EINVAL, "%s:%zu: a line is to be NAME GROUP", path,
				 line_nr);
	ranks = realloc(l->ranks, (l->nranks + 1) * sizeof(*ranks));
	if (!ranks)
		return error_nomem(e);
	l->ranks = ranks;
	ranks[l->nranks++] = (struct rank){name, group};
	return 0;
}

static int read_list(struct listing *l, const char *shipped, struct error *e)
{
	char *path, *rest, *line;
	size_t nr = 1;
	int err = 0;

	if (!*shipped)
		return 0;
	if (asprintf(&path, "%s/tools.list", shipped) < 0)
		return error_nomem(e);
	if (access(path, F_OK) == 0)
		err = file_read(path, &l->list, NULL, e);
	rest = l->list;
	for (; !err && (line = strsep(&rest, "\n")); nr++)
		err = add_rank(l, path, nr, line, e);
	free(path);
	return err;
}

/* A group's place is that of its first tool; "other" comes last. */
static size_t group_place(const struct listing *l, const char *group)
{
	size_t i = 0;

	while (i < l->nranks && strcmp(l->ranks[i].group, group) != 0)
		i++;
	return i;
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct find_tool *x = a, *y = b;
	size_t px = group_place(arg, x->group), py = group_place(arg, y->group);

	if (px != py)
		return px < py ? -1 : 1;
	return strcmp(x->name, y->name);
}

int find_tools(const struct find *f, struct find_tool **tools, size_t *n, struct error *e)
{
	struct listing l = {0};
	int err;

	*tools = NULL;
	*n = 0;
	err = read_list(&l, f->shipped, e);
	for (size_t i = 0; !err && i < f->ndirs; i++)
		err = scan_both(&l, f->dirs[i], e);
	if (err) {
		find_tools_free(l.tools, l.n);
	} else {
		if (l.n)
			qsort_r(l.tools, l.n, sizeof(*l.tools), compare, &l);
		*tools = l.tools;
		*n = l.n;
	}
	free(l.ranks);
	free(l.list);
	return err;
}

void find_tools_free(struct find_tool *tools, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(tools[i].name);
		free(tools[i].path);
		free(tools[i].group);
	}
	free(tools);
}
