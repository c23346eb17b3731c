/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_desc: the layout of a table's entries, from libbcc's JSON description of the types of its
 * key and its leaf (src/cc/json_map_decl_visitor.cc). A scalar is its type's name; a struct is
 * ["name", [field, …], "struct" or "struct_packed" or "union"]; a field ["name", type], with [N] as
 * a third item for an array, or a number for the bits of a bit field. struct_packed has its padding
 * spelt out as fields named __pad_….
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "object/layout.h"

#define DEPTH_MAX    8
#define ELEMENTS_MAX 16 /* structs of an array that are fields each; more are bytes */

struct desc {
	struct layout *l;
	struct kernel *k;
	const char *table;
	struct error *e;
	bool joined;	 /* a member's name has those of what it is in before it */
	struct buf path; /* … which are these */
};

static int add_field(struct desc *d, const char *name, enum layout_kind kind, uint32_t offset,
		     uint32_t size)
{
	struct layout *l = d->l;
	struct layout_field *v = realloc(l->fields, (l->nfields + 1) * sizeof(*v));

	if (!v)
		return error_nomem(d->e);
	l->fields = v;
	v += l->nfields;
	if (asprintf(&v->name, "%s%s", d->path.data ?: "", name) < 0)
		return error_nomem(d->e);
	l->nfields++;
	v->kind = kind;
	v->offset = offset;
	v->size = size;
	v->element = 0;
	v->element_signed = false;
	return 0;
}

static int bad(struct desc *d, const char *name)
{
	return error_set(d->e, FAULT_TOOL, -EINVAL,
			 "table %s: the type of %s is none that can be read; use u8…u64, s8…s64, "
			 "char[] or a struct of these",
			 d->table, name);
}

static int bit_field(struct desc *d, const char *name)
{
	return error_set(d->e, FAULT_TOOL, -ENOTSUP,
			 "table %s: %s is a bit field, which cannot be read; use u8…u64, s8…s64",
			 d->table, name);
}

static int lay_type(struct desc *d, const char *name, const json_t *type, uint64_t count,
		    uint32_t *offset, bool packed, uint32_t *align, int depth);

/* The fields of a struct from *offset on; those of a union all at it. */
static int lay_struct(struct desc *d, const char *name, const json_t *type, uint32_t *offset,
		      uint32_t *align, int depth)
{
	const json_t *fields = json_array_get(type, 1), *item;
	const char *kind = json_string_value(json_array_get(type, 2));
	bool packed = kind && !strcmp(kind, "struct_packed");
	bool is_union = kind && !strcmp(kind, "union");
	uint32_t start = *offset, end = start, own = 1;
	int err = 0;
	size_t i;

	if (!json_is_array(fields) || !kind || depth > DEPTH_MAX)
		return bad(d, name);
	json_array_foreach(fields, i, item)
	{
		const char *field = json_string_value(json_array_get(item, 0));
		const json_t *of = json_array_get(item, 1), *more = json_array_get(item, 2);
		json_int_t count = 1;

		if (!field)
			return bad(d, name);
		if (is_union)
			*offset = start;
		if (json_is_array(of) && json_is_string(more)) { /* without a name of its own */
			err = lay_struct(d, field, item, offset, &own, depth + 1);
		} else {
			if (json_is_array(more))
				count = json_integer_value(json_array_get(more, 0));
			if (json_is_integer(more))
				return bit_field(d, field);
			if (count < 1 || count > 1 << 20)
				return bad(d, field);
			err = lay_type(d, field, of, json_is_array(more) ? (uint64_t)count : 0,
				       offset, packed, &own, depth + 1);
		}
		if (err)
			return err;
		end = *offset > end ? *offset : end;
	}
	/* A union's padding is not spelt out. */
	*offset = is_union ? start + (end - start + own - 1) / own * own : end;
	*align = own > *align ? own : *align;
	return 0;
}

/* The members of one that has a name. */
static int lay_member(struct desc *d, const char *name, const json_t *type, long index,
		      uint32_t *offset, uint32_t *align, int depth)
{
	size_t len = d->path.len;
	int err;

	if (d->joined && index < 0)
		buf_printf(&d->path, "%s.", name);
	else if (d->joined)
		buf_printf(&d->path, "%s[%ld].", name, index);
	err = buf_failed(&d->path) ? error_nomem(d->e)
				   : lay_struct(d, name, type, offset, align, depth);
	if (d->path.data)
		d->path.data[d->path.len = len] = '\0';
	return err;
}

static void forget_fields(struct layout *l, size_t n)
{
	while (l->nfields > n)
		free(l->fields[--l->nfields].name);
}

static int lay_members(struct desc *d, const char *name, const json_t *type, uint64_t count,
		       uint32_t *offset, uint32_t *align, int depth)
{
	size_t first = d->l->nfields;
	uint32_t start = *offset;
	int err = 0;

	if (!d->joined)
		return bad(d, name);
	for (uint64_t i = 0; i < count && i < ELEMENTS_MAX && !err; i++)
		err = lay_member(d, name, type, (long)i, offset, align, depth);
	if (err || count <= ELEMENTS_MAX)
		return err;
	forget_fields(d->l, first);
	*offset = start + (uint32_t)((*offset - start) / ELEMENTS_MAX * count);
	return add_field(d, name, LAYOUT_BYTES, start, *offset - start);
}

/* count: of an array's elements; 0: it is none. */
static int lay_type(struct desc *d, const char *name, const json_t *type, uint64_t count,
		    uint32_t *offset, bool packed, uint32_t *align, int depth)
{
	const char *scalar = json_string_value(type);
	enum layout_kind kind;
	uint32_t size, own, element;
	int err;

	if (!scalar)
		return count   ? lay_members(d, name, type, count, offset, align, depth)
		       : depth ? lay_member(d, name, type, -1, offset, align, depth)
			       : lay_struct(d, name, type, offset, align, depth);
	if (layout_type(scalar, d->k, &size, &own, &kind))
		return bad(d, name);
	if (!packed)
		*offset = (*offset + own - 1) / own * own;
	*align = own > *align ? own : *align;
	element = size;
	size = (uint32_t)(size * (count ? count : 1));
	*offset += size;
	if (strncmp(name, "__pad", 5) == 0)
		return 0;
	err = add_field(d, name, kind, *offset - size, size);
	if (!err && count)
		layout_array(&d->l->fields[d->l->nfields - 1], scalar, element);
	return err;
}

/* `lone` is what a scalar is called; `at` where it begins, `size` what libbcc says that it has. */
static int lay_desc(struct desc *d, const char *text, const char *lone, uint32_t at, uint32_t size)
{
	json_t *desc = json_loads(text, JSON_DECODE_ANY, NULL);
	uint32_t align = 1, offset = 0;
	size_t first = d->l->nfields;
	int err;

	if (!desc)
		return bad(d, lone);
	err = lay_type(d, lone, desc, 0, &offset, false, &align, 0);
	json_decref(desc);
	if (err)
		return err;
	if (offset > size)
		return bad(d, lone);
	for (size_t i = first; i < d->l->nfields; i++)
		d->l->fields[i].offset += at;
	return 0;
}

int layout_make_table(struct layout *l, const struct object_map *map, struct kernel *k,
		      struct error *e)
{
	struct desc d = {.l = l, .k = k, .table = map->name, .e = e};
	int err;

	memset(l, 0, sizeof(*l));
	err = lay_desc(&d, map->key_desc, "key", 0, map->key_size);
	if (!err)
		err = lay_desc(&d, map->leaf_desc, "value", map->key_size, map->value_size);
	l->size = map->key_size + map->value_size;
	if (err)
		layout_free(l);
	return err;
}

int layout_make_event(struct layout *l, const struct object_map *map, struct kernel *k,
		      struct error *e)
{
	struct desc d = {.l = l, .k = k, .table = map->name, .e = e, .joined = true};
	json_t *desc = json_loads(map->event_desc, JSON_DECODE_ANY, NULL);
	uint32_t align = 1;
	int err;

	memset(l, 0, sizeof(*l));
	err = json_is_array(desc)    ? lay_struct(&d, "its events", desc, &l->size, &align, 0)
	      : json_is_string(desc) ? lay_type(&d, "value", desc, 0, &l->size, false, &align, 0)
				     : bad(&d, "its events");
	/* An array of arrays is described by the inner one's length. */
	if (!err && l->size != map->event_size)
		err = bad(&d, "its events");
	json_decref(desc);
	buf_free(&d.path);
	if (err)
		layout_free(l);
	return err;
}
