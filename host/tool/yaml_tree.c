/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and mappings of a schema: what holds other values. */
#define _GNU_SOURCE
#include "tool/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/find.h"

static int check_size(const struct yaml_value *v, struct error *e)
{
	if (yaml_size(v) <= YAML_MAX_ITEMS)
		return 0;
	return yaml_error(v, e, "%s has over %d entries", v->key ?: "the file", YAML_MAX_ITEMS);
}

static int check_key(const struct yaml_value *map, size_t i, struct error *e)
{
	struct yaml_value key, value, other;

	yaml_pair(map, i, &key, &value);
	if (!yaml_scalar(&key) || yaml_has_nul(&key))
		return yaml_error(&key, e, "a key is to be a word");
	for (size_t j = 0; j < i; j++) {
		yaml_pair(map, j, &other, &value);
		if (!strcmp(yaml_scalar(&key), yaml_scalar(&other)))
			return yaml_error(&key, e, "`%s` is given twice (first in line %u)",
					  yaml_scalar(&key), yaml_line_of(&other));
	}
	return 0;
}

int yaml_check_map(const struct yaml_value *v, struct error *e)
{
	int err;

	if (yaml_kind(v) != YAML_IS_MAP)
		return yaml_error_type(v, v->item ? "a list of mappings" : "a mapping", e);
	err = check_size(v, e);
	for (size_t i = 0; !err && i < yaml_size(v); i++)
		err = check_key(v, i, e);
	return err;
}

static const struct yaml_field *find_field(const struct yaml_schema *schema, const char *key)
{
	for (size_t i = 0; i < schema->nfields; i++)
		if (!strcmp(schema->fields[i].key, key))
			return &schema->fields[i];
	return NULL;
}

static int unknown_key(const struct yaml_value *key, const struct yaml_schema *schema,
		       struct error *e)
{
	const char *known[32];
	struct buf b = {0};
	char *near;
	size_t n = 0;

	for (; n < schema->nfields && n < 32; n++) {
		known[n] = schema->fields[n].key;
		buf_printf(&b, "%s%s", n ? ", " : "", known[n]);
	}
	near = find_near(yaml_scalar(key), known, n);
	if (!near || buf_failed(&b))
		error_nomem(e);
	else
		yaml_error(key, e, "unknown key `%s`%s%s%s; %s%sknown here: %s", yaml_scalar(key),
			   key->key ? " in `" : "", key->key ?: "", key->key ? "`" : "", near,
			   *near ? " " : "", b.data);
	free(near);
	buf_free(&b);
	return -EINVAL;
}

static int missing_key(const struct yaml_value *map, const char *key, struct error *e)
{
	if (map->key)
		return yaml_error(map, e, "`%s` wants a key `%s`", map->key, key);
	return yaml_error(map, e, "the file wants a key `%s`", key);
}

int yaml_struct(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const struct yaml_schema *schema = arg;
	struct yaml_value key, value;
	uint64_t seen = 0;
	int err;

	if (schema->line)
		*(unsigned int *)((char *)to + schema->line) = yaml_line_of(v);
	err = yaml_check_map(v, e);
	for (size_t i = 0; !err && i < yaml_size(v); i++) {
		const struct yaml_field *f;

		yaml_pair(v, i, &key, &value);
		f = find_field(schema, yaml_scalar(&key));
		if (!f)
			return unknown_key(&key, schema, e);
		seen |= 1ULL << (f - schema->fields);
		err = yaml_count(&value, e) ?: f->read(&value, (char *)to + f->offset, f->arg, e);
	}
	for (size_t i = 0; !err && i < schema->nfields; i++)
		if (schema->fields[i].required && !(seen & 1ULL << i))
			err = missing_key(v, schema->fields[i].key, e);
	return err;
}

/* An array whose count and pointer stand one after the other in a struct. */
static char *make_array(void *to, size_t n, size_t size, struct error *e)
{
	char *array = calloc(n ? n : 1, size);

	if (!array) {
		error_nomem(e);
		return NULL;
	}
	/* All are counted before they are read, so that half a list can be freed. */
	memcpy(to, &n, sizeof(n));
	memcpy((char *)to + sizeof(n), &array, sizeof(array));
	return array;
}

int yaml_list(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const struct yaml_items *items = arg;
	bool lone = items->may_be_lone && yaml_kind(v) != YAML_IS_LIST;
	size_t n = lone ? 1 : yaml_size(v);
	struct yaml_value item;
	char *array;
	int err;

	if (!lone && yaml_kind(v) != YAML_IS_LIST)
		return yaml_error_type(v, items->what, e);
	if (!n)
		return yaml_error(v, e, "`%s` is empty; leave it out, or give it %s", v->key,
				  items->what);
	err = check_size(v, e);
	if (err)
		return err;
	array = make_array(to, n, items->size, e);
	if (!array)
		return -ENOMEM;
	for (size_t i = 0; !err && i < n; i++) {
		item = lone ? *v : yaml_item(v, i);
		err = yaml_count(&item, e)
			      ?: items->read(&item, array + i * items->size, items->arg, e);
	}
	return err;
}

int yaml_pairs(const struct yaml_value *v, void *to, size_t size, yaml_read_pair *read,
	       const char *what, struct error *e)
{
	struct yaml_value key, value;
	char *array;
	int err;

	if (yaml_kind(v) != YAML_IS_MAP)
		return yaml_error_type(v, what, e);
	err = yaml_check_map(v, e);
	if (err)
		return err;
	array = make_array(to, yaml_size(v), size, e);
	if (!array)
		return -ENOMEM;
	for (size_t i = 0; !err && i < yaml_size(v); i++) {
		yaml_pair(v, i, &key, &value);
		err = yaml_count(&value, e) ?: read(&key, &value, array + i * size, e);
	}
	return err;
}

bool yaml_has_key(const struct yaml_value *map, const char *name)
{
	struct yaml_value key, value;

	for (size_t i = 0; i < yaml_size(map); i++) {
		yaml_pair(map, i, &key, &value);
		if (!strcmp(yaml_scalar(&key), name))
			return true;
	}
	return false;
}
