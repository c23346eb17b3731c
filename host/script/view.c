/* SPDX-License-Identifier: Apache-2.0 */
#include "script/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "output/data.h"
#include "output/histogram.h"
#include "output/stream.h"
#include "script/command.h"
#include "script/rows.h"
#include "script/view_program.h"
#include "trace/table_read.h"

#define OWN "bcchost_" /* what the host's own maps begin with */

struct view {
	enum view_kind kind;
	const struct object_map *map;
	struct program *program; /* owned; the plan's */
	struct plan plan;	 /* borrows all but the program */
	struct layout layout;
	size_t nkey; /* fields of the key */
	struct stream *stream;
	struct histogram *histogram;
	struct rows *rows;
	uint64_t since;	     /* when what is printed began to be counted, clock_ns */
	struct table before; /* of what is never emptied: what it held the last time */
	uint32_t word;	     /* bytes of each number of a per-CPU map's value */
	bool counters;	     /* all of the value's numbers are 64-bit ones */
};

/* What the functions below hand on to each other. */
struct making {
	struct views *vs;
	const struct plan *plan;
	const struct object *object;
	const struct source *s;
	struct writer *w;
	struct buf *notes;
	struct error *e;
};

static void view_free(struct view *v)
{
	if (!v)
		return;
	stream_free(v->stream);
	histogram_free(v->histogram);
	rows_free(v->rows);
	table_free(&v->before);
	layout_free(&v->layout);
	program_free(v->program);
	free(v);
}

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

enum view_kind view_kind(const struct view *v)
{
	return v->kind;
}

const struct object_map *view_map(const struct view *v)
{
	return v->map;
}

/* --- which maps --- */

static bool is_buffer(const struct object_map *m)
{
	/* A BPF_PERF_ARRAY, which counters are read from, is of the same type, and has a size. */
	return m->type == BPF_MAP_TYPE_RINGBUF ||
	       (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && (m->nfields || !m->max_entries));
}

static bool is_per_cpu(const struct object_map *m)
{
	return m->type == BPF_MAP_TYPE_PERCPU_HASH || m->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       m->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_array(const struct object_map *m)
{
	return m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_table(const struct object_map *m)
{
	return is_per_cpu(m) || m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_HASH ||
	       m->type == BPF_MAP_TYPE_LRU_HASH || m->type == BPF_MAP_TYPE_LPM_TRIE;
}

static bool asked(const struct making *m, const char *option, const char *table)
{
	size_t n;
	char *const *texts = command_texts(m->plan->program, m->plan->options, option, &n);

	return texts && source_listed(texts, n, table);
}

static bool any_asked(const struct making *m, const char *option)
{
	size_t n;

	return command_texts(m->plan->program, m->plan->options, option, &n) != NULL;
}

static bool is_histogram(const struct making *m, const struct object_map *map)
{
	return source_listed(m->s->histograms, m->s->nhistograms, map->name) ||
	       asked(m, COMMAND_LOG2, map->name) || asked(m, COMMAND_LINEAR, map->name);
}

static int check_names(const struct making *m, const char *option)
{
	size_t n;
	char *const *texts = command_texts(m->plan->program, m->plan->options, option, &n);
	struct buf has = {0};

	for (size_t i = 0; i < m->object->nmaps; i++)
		if (is_table(&m->object->maps[i]) &&
		    strncmp(m->object->maps[i].name, OWN, strlen(OWN)) != 0)
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

/* --- layouts --- */

/* A name that a field before it has already gets a number: columns are found by their names. */
static int rename_twins(struct layout *l)
{
	for (size_t i = 1; i < l->nfields; i++) {
		for (size_t j = 0; j < i; j++) {
			char *name;

			if (strcmp(l->fields[i].name, l->fields[j].name) != 0)
				continue;
			if (asprintf(&name, "%s_%zu", l->fields[i].name, i + 1) < 0)
				return -ENOMEM;
			free(l->fields[i].name);
			l->fields[i].name = name;
			break;
		}
	}
	return 0;
}

/* One field of all that there is, where the fields cannot be told. */
static int layout_raw(struct layout *l)
{
	l->fields = calloc(1, sizeof(*l->fields));
	if (!l->fields)
		return -ENOMEM;
	l->fields[0] = (struct layout_field){
		.name = strdup("data"), .kind = LAYOUT_BYTES, .size = UINT16_MAX};
	l->nfields = l->fields[0].name ? 1 : 0;
	l->size = 0;
	return l->nfields ? 0 : -ENOMEM;
}

static int lay_event(struct making *m, struct view *v)
{
	struct error why = {0};
	int err = layout_make(&v->layout, v->map, m->plan->kernel, &why);

	if (err && err != -ENOMEM) {
		buf_printf(m->notes, "%s: shown as bytes: %s\n", v->map->name, why.text);
		err = layout_raw(&v->layout);
	}
	error_clear(&why);
	return err ? error_nomem(m->e) : 0;
}

static void look_at_value(struct view *v)
{
	v->word = 0;
	v->counters = true;
	for (size_t i = 0; i < v->layout.nfields; i++) {
		const struct layout_field *f = &v->layout.fields[i];
		bool number = f->kind == LAYOUT_UNSIGNED || f->kind == LAYOUT_SIGNED;

		if (f->offset < v->map->key_size) {
			v->nkey++;
			continue;
		}
		v->counters = v->counters && number && f->size == 8;
		if (!number || (f->size != 8 && f->size != 4) || (v->word && v->word != f->size))
			v->word = UINT32_MAX;
		else if (v->word != UINT32_MAX)
			v->word = f->size;
	}
}

/* --- making one --- */

static int make_output(struct making *m, struct view *v)
{
	const struct options *o = m->plan->options;
	enum program_output output = v->kind == VIEW_EVENTS	 ? PROGRAM_STREAM
				     : v->kind == VIEW_HISTOGRAM ? PROGRAM_HISTOGRAM
								 : PROGRAM_TOP;
	int err;

	v->program = view_program(output, m->s->path, v->map->name, &v->layout, v->nkey, m->s,
				  m->object);
	if (!v->program)
		return error_nomem(m->e);
	v->program->linear = asked(m, COMMAND_LINEAR, v->map->name) ||
			     (!m->s->log2 && !asked(m, COMMAND_LOG2, v->map->name));
	v->plan = *m->plan;
	v->plan.program = v->program;
	if (v->kind == VIEW_HISTOGRAM)
		return histogram_new(&v->histogram, v->program, o, &v->layout, m->w, m->e);
	if (v->kind == VIEW_TABLE)
		return rows_new(&v->rows, v->program, o, &v->layout, v->nkey, m->plan->kernel,
				m->vs->stacks, m->w, m->e);
	err = stream_new(&v->stream, v->program, o, &v->layout, m->w, m->e);
	if (!err) {
		stream_kernel(v->stream, m->plan->kernel);
		stream_stacks(v->stream, m->vs->stacks);
	}
	return err;
}

static int keep(struct making *m, struct view *v)
{
	struct view **grown = reallocarray(m->vs->v, m->vs->n + 1, sizeof(*grown));

	if (!grown) {
		view_free(v);
		return error_nomem(m->e);
	}
	m->vs->v = grown;
	grown[m->vs->n++] = v;
	return 0;
}

/* Of a table that cannot be shown, which nobody asked for by name, a note is enough. */
static int make_view(struct making *m, const struct object_map *map, enum view_kind kind)
{
	struct view *v = calloc(1, sizeof(*v));
	bool named = any_asked(m, COMMAND_SHOW);
	struct error why = {0};
	int err;

	if (!v)
		return error_nomem(m->e);
	v->kind = kind;
	v->map = map;
	v->since = clock_ns();
	table_init(&v->before, map->key_size, map->value_size);
	if (kind == VIEW_EVENTS)
		err = lay_event(m, v);
	else if (!(err = layout_make_table(&v->layout, map, m->plan->kernel, &why)))
		look_at_value(v);
	if (!err && rename_twins(&v->layout))
		err = error_nomem(m->e);
	if (!err && kind != VIEW_EVENTS && is_per_cpu(map) && v->word == UINT32_MAX)
		err = error_set(&why, FAULT_TOOL, -EINVAL,
				"table %s: its values on several processors are no numbers that "
				"could be added",
				map->name);
	if (!err)
		err = make_output(m, v);
	if (!err)
		return keep(m, v);
	view_free(v);
	if (why.text && !named) {
		/* A per-CPU array of structs is where the text makes events. */
		if (map->type != BPF_MAP_TYPE_PERCPU_ARRAY)
			buf_printf(m->notes, "not shown: %s\n", why.text);
		err = 0;
	} else if (why.text) {
		error_set(m->e, why.fault, err, "%s: %s", m->s->path, why.text);
	}
	error_clear(&why);
	return err;
}

static bool is_own(const struct object_map *map)
{
	return strncmp(map->name, OWN, strlen(OWN)) == 0;
}

static int make_buffers(struct making *m)
{
	size_t width = 0;
	int err = 0;

	for (size_t i = 0; i < m->object->nmaps && !err; i++) {
		const struct object_map *map = &m->object->maps[i];

		if (is_own(map) || !is_buffer(map))
			continue;
		err = make_view(m, map, VIEW_EVENTS);
		width = strlen(map->name) > width ? strlen(map->name) : width;
	}
	for (size_t i = 0; i < m->vs->n && m->vs->n > 1; i++)
		stream_named(m->vs->v[i]->stream, m->vs->v[i]->map->name, (unsigned int)width);
	return err;
}

static int make_tables(struct making *m, bool scratch)
{
	bool all = asked(m, COMMAND_SHOW, "all"), some = !all && any_asked(m, COMMAND_SHOW);
	int err = 0;

	for (size_t i = 0; i < m->object->nmaps && !err; i++) {
		const struct object_map *map = &m->object->maps[i];
		bool histogram = is_histogram(m, map);
		bool deleted = source_listed(m->s->scratch, m->s->nscratch, map->name);

		if (is_own(map) || !is_table(map) || (some && !asked(m, COMMAND_SHOW, map->name)) ||
		    (!all && !some && !histogram && deleted != scratch))
			continue;
		if (!scratch || !histogram)
			err = make_view(m, map, histogram ? VIEW_HISTOGRAM : VIEW_TABLE);
	}
	return err;
}

/* What the text deletes from, and is not shown. */
static void note_scratch(struct making *m)
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
	if (names.len && !any_asked(m, COMMAND_SHOW))
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

static int look_at_others(struct making *m)
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
			if (!any_asked(m, COMMAND_SHOW))
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
	struct making m = {vs, plan, o, s, w, notes, e};
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
	if (!err && !vs->n && !trace_pipe && !any_asked(&m, COMMAND_SHOW))
		err = make_tables(&m, true);
	if (!err)
		note_scratch(&m);
	if (!err && !vs->n && !trace_pipe)
		buf_str(notes,
			"nothing will come back from this text: it has no bpf_trace_printk, no "
			"buffer and no table\n");
	return err;
}

/* --- printing --- */

void view_heading(struct view *v)
{
	stream_heading(v->stream);
}

void view_event(struct view *v, const void *data, size_t size)
{
	stream_event(v->stream, data, size);
}

static int print_table(struct view *v, struct table *t, uint64_t elapsed, struct error *e)
{
	if (v->kind == VIEW_HISTOGRAM)
		return histogram_print(v->histogram, t, elapsed, e);
	return rows_print(v->rows, t, is_array(v->map), elapsed, e);
}

int view_print(struct views *vs, struct view *v, const struct load *l, struct error *e)
{
	const struct options *o = v->plan.options;
	bool since = o->interval > 0 && !options_given(o, vs->command, COMMAND_KEEP);
	bool take = since && !is_array(v->map) && v->kind == VIEW_TABLE;
	uint64_t now = clock_ns(), elapsed = now - v->since;
	struct table t;
	int err;

	table_init(&t, v->map->key_size, v->map->value_size);
	t.word = v->word == 4 ? 4 : 8;
	err = table_read(&t, load_map_fd(l, v->map->name), v->map, take, e);
	if (!err && since && !take && v->counters && table_since(&t, &v->before))
		err = error_nomem(e);
	if (since)
		v->since = now;
	if (!err)
		err = print_table(v, &t, elapsed, e);
	table_free(&t);
	return err;
}
