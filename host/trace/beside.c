/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/beside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/table_read.h"

static int find(const struct program *p, const struct object *o, const struct object_map *main,
		const char *name, const struct object_map **m, struct error *e)
{
	*m = object_map_find(o, name);
	if (!*m)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: `beside`: %s has no table %s",
				 p->path, p->table_line, p->template_path, name);
	if ((*m)->key_size != main->key_size ||
	    strcmp((*m)->key_desc ?: "", main->key_desc ?: "") != 0)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: `beside`: the keys of %s are not those of %s", p->path,
				 p->table_line, name, main->name);
	return 0;
}

static int add_field(struct layout *l, const char *table, const struct layout_field *f,
		     uint32_t offset, struct error *e)
{
	struct layout_field *grown = realloc(l->fields, (l->nfields + 1) * sizeof(*grown)), *added;
	bool lone = strcmp(f->name, "value") == 0;

	if (!grown)
		return error_nomem(e);
	l->fields = grown;
	added = &grown[l->nfields];
	*added = *f;
	added->offset = offset;
	if (asprintf(&added->name, "%s%s%s", table, lone ? "" : "_", lone ? "" : f->name) < 0)
		return error_nomem(e);
	l->nfields++;
	return 0;
}

int beside_layout(struct layout *l, const struct program *p, const struct object *o,
		  const struct object_map *main, struct kernel *k, struct error *e)
{
	const struct object_map *m;
	int err = 0;

	for (size_t i = 0; i < p->nbeside && !err; i++) {
		struct layout other = {0};

		err = find(p, o, main, p->beside[i], &m, e) ?: layout_make_table(&other, m, k, e);
		for (size_t j = 0; j < other.nfields && !err; j++) {
			const struct layout_field *f = &other.fields[j];

			if (f->offset >= m->key_size)
				err = add_field(l, m->name, f, l->size + f->offset - m->key_size,
						e);
		}
		if (!err)
			l->size += m->value_size;
		layout_free(&other);
	}
	return err;
}

uint32_t beside_size(const struct program *p, const struct object *o, const struct object_map *main)
{
	uint32_t size = main->value_size;

	for (size_t i = 0; i < p->nbeside; i++) {
		const struct object_map *m = object_map_find(o, p->beside[i]);

		size += m ? m->value_size : 0;
	}
	return size;
}

static int read_one(struct table *t, const struct load *load, const struct object_map *m, bool take,
		    struct error *e)
{
	table_init(t, m->key_size, m->value_size);
	return table_read(t, load_map_fd(load, m->name), m, take, e);
}

/* Into each row of t, `at` bytes behind its key. */
static int add_values(struct table *t, uint32_t at, const struct load *load,
		      const struct object_map *m, bool take, struct error *e)
{
	struct table other;
	int err = read_one(&other, load, m, take, e);

	if (!err)
		table_sort(&other);
	for (size_t i = 0; i < t->n && !err; i++) {
		char *row = table_row(t, i);
		const char *found = table_find(&other, row);

		if (found)
			memcpy(row + t->key_size + at, found + m->key_size, m->value_size);
	}
	table_free(&other);
	return err;
}

int beside_read(struct table *t, const struct program *p, const struct load *load,
		const struct object_map *main, bool take, struct error *e)
{
	uint32_t at = main->value_size;
	struct table first;
	int err = read_one(&first, load, main, take, e);

	for (size_t i = 0; i < first.n && !err; i++) {
		char *row = table_add(t);

		if (row)
			memcpy(row, table_row(&first, i), table_row_size(&first));
		else
			err = error_nomem(e);
	}
	for (size_t i = 0; i < p->nbeside && !err; i++) {
		const struct object_map *m = object_map_find(load->object, p->beside[i]);

		err = add_values(t, at, load, m, take, e);
		at += m->value_size;
	}
	table_free(&first);
	return err;
}
