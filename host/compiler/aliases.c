/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/aliases.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each with the kernel that renamed it. inner: it is a member of what is called `now`, at its
 * offset there, an unsigned int. */
static const struct alias {
	const char *type, *old, *now, *inner;
} aliases[] = {
	{"task_struct", "state", "__state", NULL},		    /* 5.14 */
	{"task_struct", "cpu", "thread_info", "cpu"},		    /* 5.16 */
	{"task_struct", "real_start_time", "start_boottime", NULL}, /* 5.5 */
	{"task_struct", "cpus_allowed", "cpus_mask", NULL},	    /* 5.3 */
	{"cfs_rq", "nr_running", "nr_queued", NULL},		    /* 6.14 */
	{"cfs_rq", "h_nr_running", "h_nr_queued", NULL},	    /* 6.14 */
	{"page", "index", "__folio_index", NULL},		    /* 6.16 */
	{"kernfs_node", "parent", "__parent", NULL},		    /* 6.15 */
	{"iov_iter", "iov", "__iov", NULL},			    /* 6.4 */
};

/* What stands in the text now, for "->OLD"; `type` has `now` if it has not `old`. */
static const struct way {
	const char *type, *old, *now, *way;
} ways[] = {
	{"request", "rq_disk", "q", "->q->disk"},		      /* 5.17 */
	{"bio", "bi_disk", "bi_bdev", "->bi_bdev->bd_disk"},	      /* 5.12 */
	{"file", "f_dentry", "f_path", "->f_path.dentry"},	      /* 3.19 */
	{"file", "f_vfsmnt", "f_path", "->f_path.mnt"},		      /* 3.19 */
	{"dentry", "d_iname", "d_shortname", "->d_shortname.string"}, /* 6.14 */
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool uses(const struct words *w, const char *type, const char *old)
{
	return words_flags(w, type) & WORD_TAG && words_flags(w, old) & WORD_MEMBER;
}

void aliases_words(struct words *w)
{
	for (size_t i = 0; i < COUNT(aliases); i++)
		if (uses(w, aliases[i].type, aliases[i].old))
			words_add(w, aliases[i].now, WORD_USED);
	for (size_t i = 0; i < COUNT(ways); i++)
		if (words_flags(w, ways[i].old) & WORD_MEMBER)
			words_scan(w, ways[i].way, strlen(ways[i].way), WORD_USED);
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The body of a struct, up to its closing brace; NULL if it is not there in full. */
static const char *body_of(const char *types, const char *type, const char **end)
{
	size_t len = strlen(type);

	for (const char *p = types; (p = strstr(p, "\nstruct "));) {
		p += strlen("\nstruct ");
		if (strncmp(p, type, len) != 0 || strncmp(p + len, " {\n", 3) != 0)
			continue;
		*end = strstr(p, "\n}");
		return *end ? p + len + 3 : NULL;
	}
	return NULL;
}

/* Where a line between the two declares a member of that name, other than a bit field. */
static const char *declared(const char *body, const char *end, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = body; (p = strstr(p, name)) && p < end; p++) {
		if (is_name(p[-1]) || (p[len] != ';' && p[len] != '['))
			continue;
		if (p[-1] == ' ' || p[-1] == '*')
			return p;
	}
	return NULL;
}

static void add_old(const struct alias *a, const char *line, const char *name, const char *next,
		    struct buf *out)
{
	buf_str(out, "\tunion {\n");
	buf_add(out, line, (size_t)(next - line));
	if (a->inner) {
		buf_printf(out,
			   "\tstruct { char bcchost_before[__builtin_offsetof(struct %s, %s)]; "
			   "unsigned int %s; };\n",
			   a->now, a->inner, a->old);
	} else {
		buf_add(out, line, (size_t)(name - line));
		buf_str(out, a->old);
		name += strlen(a->now);
		buf_add(out, name, (size_t)(next - name));
	}
	buf_str(out, "\t};\n");
}

static int add_alias(const struct alias *a, struct buf *types, size_t from)
{
	const char *end, *inner_end, *body, *name, *line, *next, *inner;
	struct buf all = {0};

	body = body_of(types->data + from, a->type, &end);
	if (!body || declared(body, end, a->old))
		return 0;
	name = declared(body, end, a->now);
	if (a->inner && name) {
		inner = body_of(types->data + from, a->now, &inner_end);
		if (!inner || !declared(inner, inner_end, a->inner))
			return 0;
	}
	if (!name)
		return 0;
	for (line = name; line[-1] != '\n';)
		line--;
	next = strchr(name, '\n') + 1;
	buf_add(&all, types->data, (size_t)(line - types->data));
	add_old(a, line, name, next, &all);
	buf_str(&all, next);
	if (buf_failed(&all)) {
		buf_free(&all);
		return -ENOMEM;
	}
	buf_free(types);
	*types = all;
	return 0;
}

int aliases_types(const struct words *w, struct buf *types, size_t from)
{
	int err = 0;

	for (size_t i = 0; i < COUNT(aliases) && !err; i++)
		if (uses(w, aliases[i].type, aliases[i].old))
			err = add_alias(&aliases[i], types, from);
	return err;
}

/* The text with the way in place of each "->old". */
static char *replace(char *text, const struct way *way)
{
	size_t len = strlen(way->old);
	struct buf out = {0};
	const char *from = text, *p = text;

	while ((p = strstr(p, way->old))) {
		const char *arrow = p;

		while (arrow > from && isspace((unsigned char)arrow[-1]))
			arrow--;
		if (arrow - from < 2 || arrow[-1] != '>' || arrow[-2] != '-' || is_name(p[len])) {
			p += len;
			continue;
		}
		buf_add(&out, from, (size_t)(arrow - 2 - from));
		buf_str(&out, way->way);
		/* So that a line stays the line that it is. */
		buf_add(&out, arrow, (size_t)(p - arrow));
		p += len;
		from = p;
	}
	buf_str(&out, from);
	free(text);
	return buf_take(&out);
}

char *aliases_text(const struct words *w, const struct buf *types, size_t from, const char *text)
{
	char *out = strdup(text);

	for (size_t i = 0; i < COUNT(ways) && out; i++) {
		const char *end, *body;

		if (!(words_flags(w, ways[i].old) & WORD_MEMBER))
			continue;
		body = body_of(types->data + from, ways[i].type, &end);
		if (body && !declared(body, end, ways[i].old) && declared(body, end, ways[i].now))
			out = replace(out, &ways[i]);
	}
	return out;
}
