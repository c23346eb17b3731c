/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/options_unknown.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/find.h"
#include "tool/options_table.h"

#define CANDIDATES_MAX 1024 /* more than YAML_MAX_ITEMS and the table together */

int options_usage_error(const struct program *p, struct error *e, const char *before,
			const char *name, const char *after)
{
	return error_set(e, FAULT_USAGE, -EINVAL, "%s%s%s (see `bcchost %s%s--help`)", before, name,
			 after, p ? p->name : "", p ? " " : "");
}

/* Known, but on the other side of the tool's name? */
static const char *misplaced(const struct program *p, const char *name)
{
	for (size_t i = 0; i < options_table_len; i++) {
		const struct options_entry *entry = &options_table[i];

		if (strcmp(entry->name, name) != 0)
			continue;
		if (!p)
			return " is to stand after the tool's name";
		if (entry->group == OPTIONS_GROUP_GLOBAL)
			return " is to stand before the tool's name";
	}
	return NULL;
}

/* The names that there are, with their dashes, one after the other: "--pid\0--tid\0". */
static size_t all_names(const struct program *p, struct buf *all)
{
	size_t n = 0;

	for (size_t i = 0; p && i < p->noptions && n < CANDIDATES_MAX; i++, n++)
		buf_printf(all, "--%s%c", p->options[i].name, '\0');
	for (size_t i = 0; i < options_table_len && n < CANDIDATES_MAX; i++) {
		if (options_table_has(p, &options_table[i])) {
			buf_printf(all, "--%s%c", options_table[i].name, '\0');
			n++;
		}
	}
	return n;
}

static char *near_names(const struct program *p, const char *name)
{
	const char *names[CANDIDATES_MAX];
	struct buf all = {0};
	size_t n = all_names(p, &all);
	const char *s = all.data;
	char *near = NULL;

	if (!buf_failed(&all)) {
		for (size_t i = 0; i < n; i++, s += strlen(s) + 1)
			names[i] = s;
		near = find_near(name, names, n);
	}
	buf_free(&all);
	return near;
}

int options_unknown(const struct program *p, const char *name, struct error *e)
{
	const char *where = misplaced(p, name);
	struct buf after = {0};
	char *near;

	if (where)
		return options_usage_error(p, e, "--", name, where);
	near = near_names(p, name);
	buf_printf(&after, "%s%s", near && *near ? "; " : "", near ?: "");
	if (!near || buf_failed(&after))
		error_nomem(e);
	else
		options_usage_error(p, e, "unknown option --", name, after.data);
	free(near);
	buf_free(&after);
	return -EINVAL;
}
