/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/names.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/own.h"

struct owner {
	const char *path; /* of the file that the metric is in */
	unsigned int line;
};

struct taken {
	char *name;
	struct owner owner;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct taken *)a)->name, ((const struct taken *)b)->name);
}

static void free_taken(void *p)
{
	struct taken *t = p;

	free(t->name);
	free(t);
}

static int clash(const struct owner *by, const char *metric, const char *name,
		 const struct taken *before, struct error *e)
{
	bool own = !before || !before->owner.path;
	char where[512] = "bcchost's own";

	if (!own)
		snprintf(where, sizeof(where), "%s:%u", before->owner.path, before->owner.line);
	return error_set(e, FAULT_TOOL, -EINVAL, "%s:%u: the metric %s: the name %s is taken (%s)",
			 by->path, by->line, metric, name, where);
}

static int take(void **tree, const struct owner *by, const char *metric, const char *suffix,
		struct error *e)
{
	struct taken *t = calloc(1, sizeof(*t)), **found;
	int err;

	if (!t || asprintf(&t->name, "%s%s", metric, suffix) < 0) {
		free(t);
		return error_nomem(e);
	}
	t->owner = *by;
	found = tsearch(t, tree, compare);
	if (found && *found == t && !own_has(t->name))
		return 0;
	err = found ? clash(by, metric, t->name, *found == t ? NULL : *found, e) : error_nomem(e);
	if (!found || *found != t)
		free_taken(t);
	return err;
}

static int take_metric(void **tree, const struct metric *m, const struct owner *by, struct error *e)
{
	size_t len = strlen(m->name), tail = strlen("_total");
	char family[256];
	int err = take(tree, by, m->name, "", e);

	if (!err && m->kind == METRIC_HISTOGRAM)
		err = take(tree, by, m->name, "_bucket", e)
			      ?: take(tree, by, m->name, "_sum", e)
			      ?: take(tree, by, m->name, "_count", e);
	if (err || m->kind != METRIC_COUNTER || len <= tail ||
	    strcmp(m->name + len - tail, "_total") != 0)
		return err;
	snprintf(family, sizeof(family), "%.*s", (int)(len - tail), m->name);
	return take(tree, by, family, "", e);
}

int names_check(const struct exported *const *tools, size_t n, struct error *e)
{
	void *tree = NULL;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		const struct metrics *m = exported_metrics(tools[i]);

		for (size_t j = 0; j < metrics_count(m) && !err; j++) {
			const struct metric *one = metrics_get(m, j);
			struct owner by = {exported_path(tools[i]), one->line};

			err = take_metric(&tree, one, &by, e);
		}
	}
	tdestroy(tree, free_taken);
	return err;
}
