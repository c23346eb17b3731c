/* SPDX-License-Identifier: Apache-2.0 */
/* views: which of a text's maps are shown, and as what; view.c shows one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script/command.h"
#include "script/view_parts.h"

#define OWN "bcchost_" /* what the host's own maps begin with */

void views_free(struct views *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		view_free(vs->v[i]);
	free(vs->v);
	stacks_free(vs->stacks);
	memset(vs, 0, sizeof(*vs));
}

bool views_show(const struct views *vs, bool (*what)(const struct program *p))
{
	for (size_t i = 0; i < vs->n; i++)
		if (what(vs->v[i]->program))
			return true;
	return false;
}

static bool is_own(const struct object_map *map)
{
	return strncmp(map->name, OWN, strlen(OWN)) == 0;
}

static bool is_buffer(const struct object_map *m)
{
	/* A BPF_PERF_ARRAY, which counters are read from, is of the same type, and has a size. */
	return m->type == BPF_MAP_TYPE_RINGBUF ||
	       (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && (m->nfields || !m->max_entries));
}

static bool is_table(const struct object_map *m)
{
	return view_is_per_cpu(m) || m->type == BPF_MAP_TYPE_ARRAY ||
	       m->type == BPF_MAP_TYPE_HASH || m->type == BPF_MAP_TYPE_LRU_HASH ||
	       m->type == BPF_MAP_TYPE_LPM_TRIE;
}

bool view_asked(const struct view_making *m, const char *option, const char *table)
{
	size_t n;
	char *const *texts = command_texts(m->plan->program, m->plan->options, option, &n);

	return texts && source_listed(texts, n, table);
}

bool view_any_asked(const struct view_making *m, const char *option)
{
	size_t n;

	return command_texts(m->plan->program, m->plan->options, option, &n) != NULL;
}

static bool is_histogram(const struct view_making *m, const struct object_map *map)
{
	return source_listed(m->s->histograms, m->s->nhistograms, map->name) ||
	       view_asked(m, COMMAND_LOG2, map->name) || view_asked(m, COMMAND_LINEAR, map->name);
}

static int check_names(const struct view_making *m, const char *option)
{
	size_t n;
	char *const *texts = command_texts(m->plan->program, m->plan->options, option, &n);
	struct buf has = {0};

	for (size_t i = 0; i < m->object->nmaps; i++)
		if (is_table(&m->object->maps[i]) && !is_own(&m->object->maps[i]))
			buf_printf(&has, "%s%s", has.len ? ", " : "", m->object->maps[i].name);
	for (size_t i = 0; i < n; i++) {
		const struct object_map *map = object_map_find(m->object, texts[i]);
		int err;

		if ((map && is_table(map)) ||
		    (!strcmp(option, COMMAND_SHOW) && !strcmp(texts[i], "all")))
			continue;
		err = error_set(m->e, FAULT_USAGE, -ENOENT, "--%s %s: %s has %s (tables: %s)",
				option, texts[i], m->s->path,
				map ? "that map, but it is none that can be printed"
				    : "no table of that name",
				has.data ?: "none");
		buf_free(&has);
		return err;
	}
	buf_free(&has);
	return 0;
}

static int make_buffers(struct view_making *m)
{
	size_t width = 0;
	int err = 0;

	for (size_t i = 0; i < m->object->nmaps && !err; i++) {
		const struct object_map *map = &m->object->maps[i];

		if (is_own(map) || !is_buffer(map))
			continue;
		err = view_make(m, map, VIEW_EVENTS);
		width = strlen(map->name) > width ? strlen(map->name) : width;
	}
	for (size_t i = 0; i < m->vs->n && m->vs->n > 1; i++)
		stream_named(m->vs->v[i]->stream, m->vs->v[i]->map->name, (unsigned int)width);
	return err;
}

static int make_tables(struct view_making *m, bool scratch)
{
	bool all = view_asked(m, COMMAND_SHOW, "all"),
	     some = !all && view_any_asked(m, COMMAND_SHOW);
	int err = 0;

	for (size_t i = 0; i < m->object->nmaps && !err; i++) {
		const struct object_map *map = &m->object->maps[i];
		bool histogram = is_histogram(m, map);
		bool deleted = source_listed(m->s->scratch, m->s->nscratch, map->name);

		if (is_own(map) || !is_table(map) ||
		    (some && !view_asked(m, COMMAND_SHOW, map->name)) ||
		    (!all && !some && !histogram && deleted != scratch))
			continue;
		if (!scratch || !histogram)
			err = view_make(m, map, histogram ? VIEW_HISTOGRAM : VIEW_TABLE);
	}
	return err;
}

/* What the text deletes from, and is not shown. */
static void note_scratch(struct view_making *m)
{
	struct buf names = {0};

	for (size_t i = 0; i < m->object->nmaps; i++) {
		const struct object_map *map = &m->object->maps[i];
		bool shown = false;

		for (size_t j = 0; j < m->vs->n; j++)
			shown |= m->vs->v[j]->map == map;
		if (!shown && is_table(map) &&
		    source_listed(m->s->scratch, m->s->nscratch, map->name))
			buf_printf(&names, "%s%s", names.len ? ", " : "", map->name);
	}
	if (names.len && !view_any_asked(m, COMMAND_SHOW))
		buf_printf(m->notes,
			   "not shown, for the text itself deletes from it: %s (--table NAME shows "
			   "one)\n",
			   names.data);
	buf_free(&names);
}

/* What is neither a buffer nor a table, and why none of it is shown. */
static const struct {
	uint32_t type;
	bool refused; /* it cannot be made, either */
	const char *why;
} others[] = {
	{BPF_MAP_TYPE_QUEUE, false, "a queue is not read"},
	{BPF_MAP_TYPE_STACK, false, "a stack of values is not read"},
	{BPF_MAP_TYPE_PROG_ARRAY, false,
	 "a BPF_PROG_ARRAY stays empty, so that no call by it is made"},
	{BPF_MAP_TYPE_CGROUP_ARRAY, false, "a BPF_CGROUP_ARRAY stays empty"},
	{BPF_MAP_TYPE_HASH_OF_MAPS, false, "a table of tables stays empty"},
	{BPF_MAP_TYPE_ARRAY_OF_MAPS, false, "a table of tables stays empty"},
	{BPF_MAP_TYPE_SOCKMAP, false, "a table of sockets stays empty"},
	{BPF_MAP_TYPE_SOCKHASH, false, "a table of sockets stays empty"},
	{BPF_MAP_TYPE_DEVMAP, false, "a table of devices stays empty"},
	{BPF_MAP_TYPE_CPUMAP, false, "a table of processors stays empty"},
	{BPF_MAP_TYPE_XSKMAP, false, "a table of sockets stays empty"},
	{BPF_MAP_TYPE_SK_STORAGE, true, "BPF_SK_STORAGE, memory of a socket's own"},
	{BPF_MAP_TYPE_INODE_STORAGE, true, "BPF_INODE_STORAGE, memory of a file's own"},
	{BPF_MAP_TYPE_TASK_STORAGE, true, "BPF_TASK_STORAGE, memory of a task's own"},
};

static int look_at_others(struct view_making *m)
{
	for (size_t i = 0; i < m->object->nmaps; i++) {
		const struct object_map *map = &m->object->maps[i];

		for (size_t j = 0; j < sizeof(others) / sizeof(others[0]) && !is_own(map); j++) {
			if (others[j].type != map->type)
				continue;
			if (others[j].refused)
				return error_set(m->e, FAULT_TOOL, -ENOTSUP,
						 "%s:%u: %s is a %s, which bcchost cannot make; a "
						 "BPF_HASH by the pointer is near it",
						 m->s->path, source_line(m->s, map->name),
						 map->name, others[j].why);
			if (!view_any_asked(m, COMMAND_SHOW))
				buf_printf(m->notes, "not shown: %s: %s\n", map->name,
					   others[j].why);
		}
	}
	return 0;
}

int views_make(struct views *vs, const struct plan *plan, const struct object *o,
	       const struct source *s, bool trace_pipe, struct writer *w, struct buf *notes,
	       struct error *e)
{
	struct view_making m = {vs, plan, o, s, w, notes, e};
	int err;

	memset(vs, 0, sizeof(*vs));
	vs->command = plan->program;
	vs->stacks = stacks_new(plan->kernel, o);
	if (!vs->stacks)
		return error_nomem(e);
	err = check_names(&m, COMMAND_SHOW) ?: check_names(&m, COMMAND_LINEAR)
	      ?: check_names(&m, COMMAND_LOG2);
	if (!err)
		err = look_at_others(&m) ?: make_buffers(&m) ?: make_tables(&m, false);
	if (!err && !vs->n && !trace_pipe && !view_any_asked(&m, COMMAND_SHOW))
		err = make_tables(&m, true);
	if (!err)
		note_scratch(&m);
	if (!err && !vs->n && !trace_pipe)
		buf_str(notes,
			"nothing will come back from this text: it has no bpf_trace_printk, no "
			"buffer and no table\n");
	return err;
}
