/* SPDX-License-Identifier: Apache-2.0 */
/* view: one map's, from its layout to its lines; views.c has which. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "output/histogram.h"
#include "output/stream.h"
#include "script/command.h"
#include "script/rows.h"
#include "script/view_parts.h"
#include "script/view_program.h"
#include "trace/table_read.h"

void view_free(struct view *v)
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

enum view_kind view_kind(const struct view *v)
{
	return v->kind;
}

const struct object_map *view_map(const struct view *v)
{
	return v->map;
}

bool view_is_per_cpu(const struct object_map *m)
{
	return m->type == BPF_MAP_TYPE_PERCPU_HASH || m->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       m->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_array(const struct object_map *m)
{
	return m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_ARRAY;
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

static int lay_event(struct view_making *m, struct view *v)
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

static int make_output(struct view_making *m, struct view *v)
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
	v->program->linear = view_asked(m, COMMAND_LINEAR, v->map->name) ||
			     (!m->s->log2 && !view_asked(m, COMMAND_LOG2, v->map->name));
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

static int keep(struct view_making *m, struct view *v)
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
int view_make(struct view_making *m, const struct object_map *map, enum view_kind kind)
{
	struct view *v = calloc(1, sizeof(*v));
	bool named = view_any_asked(m, COMMAND_SHOW);
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
	if (!err && kind != VIEW_EVENTS && view_is_per_cpu(map) && v->word == UINT32_MAX)
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
