/* SPDX-License-Identifier: Apache-2.0 */
/* tracer_read: the tables of a tracer's periodic outputs. */
#include <errno.h>
#include <string.h>

#include "trace/beside.h"
#include "trace/table_read.h"
#include "trace/tracer_parts.h"

int tracer_table_fd(const struct tracer *t, const char *table)
{
	return load_map_fd(&t->load, table);
}

void tracer_table(const struct tracer *t, size_t output, struct table *table)
{
	const struct program *p = program_output_at(t->plan->program, output);
	const struct object_map *m = t->feeds[output].map;

	table_init(table, m ? m->key_size : 0, m ? beside_size(p, t->object, m) : 0);
	if (m && program_is_wide(p))
		table->value_size *= m->max_entries;
}

/* An array's entries as one, side by side. */
static int read_wide(const struct tracer *t, size_t output, struct table *table, struct error *e)
{
	const struct object_map *m = t->feeds[output].map;
	struct table narrow;
	char *wide = table_add(table);
	int err;

	if (!wide)
		return error_nomem(e);
	table_init(&narrow, m->key_size, m->value_size);
	err = table_read(&narrow, load_map_fd(&t->load, m->name), m, false, e);
	for (size_t i = 0; !err && i < narrow.n; i++) {
		const char *row = table_row(&narrow, i);
		uint32_t index;

		memcpy(&index, row, sizeof(index));
		if (index < m->max_entries)
			memcpy(wide + m->key_size + (size_t)index * m->value_size,
			       row + m->key_size, m->value_size);
	}
	table_free(&narrow);
	return err;
}

int tracer_read(const struct tracer *t, size_t output, struct table *table, bool take,
		struct error *e)
{
	const struct program *p = program_output_at(t->plan->program, output);

	if (p->nbeside)
		return beside_read(table, p, &t->load, t->feeds[output].map, take, e);
	if (program_is_wide(p))
		return read_wide(t, output, table, e);
	return table_read(table, load_map_fd(&t->load, p->table), t->feeds[output].map, take, e);
}

bool tracer_is_array(const struct tracer *t, size_t output)
{
	const struct object_map *m = t->feeds[output].map;

	return m && (m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_ARRAY);
}

int tracer_read_like(const struct tracer *t, const char *name, struct table *table, struct error *e)
{
	const struct program *p = t->plan->program;
	const struct object_map *m = object_map_find(t->object, name), *first = t->feeds[0].map;

	tracer_table(t, 0, table);
	if (!m || m->key_size != first->key_size || m->value_size != first->value_size)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s has no table %s%s%s%s",
				 p->template_path, name, m ? " with keys and values as " : "",
				 m ? p->table : "", m ? " has" : "");
	return table_read(table, load_map_fd(&t->load, name), m, false, e);
}
