/* SPDX-License-Identifier: Apache-2.0 */
#include "object/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t size;
	enum layout_kind kind;
} types[] = {
	{"u8", 1, LAYOUT_UNSIGNED},
	{"u16", 2, LAYOUT_UNSIGNED},
	{"u32", 4, LAYOUT_UNSIGNED},
	{"u64", 8, LAYOUT_UNSIGNED},
	{"s8", 1, LAYOUT_SIGNED},
	{"s16", 2, LAYOUT_SIGNED},
	{"s32", 4, LAYOUT_SIGNED},
	{"s64", 8, LAYOUT_SIGNED},
	{"bool", 1, LAYOUT_UNSIGNED},
	{"_Bool", 1, LAYOUT_UNSIGNED},
	{"char", 1, LAYOUT_SIGNED},
	{"signed char", 1, LAYOUT_SIGNED},
	{"unsigned char", 1, LAYOUT_UNSIGNED},
	{"short", 2, LAYOUT_SIGNED},
	{"unsigned short", 2, LAYOUT_UNSIGNED},
	{"int", 4, LAYOUT_SIGNED},
	{"unsigned int", 4, LAYOUT_UNSIGNED},
	{"long", 8, LAYOUT_SIGNED},
	{"unsigned long", 8, LAYOUT_UNSIGNED},
	{"long long", 8, LAYOUT_SIGNED},
	{"unsigned long long", 8, LAYOUT_UNSIGNED},
	{"size_t", 8, LAYOUT_UNSIGNED},
	{"ssize_t", 8, LAYOUT_SIGNED},
	{"pid_t", 4, LAYOUT_SIGNED},
	{"dev_t", 4, LAYOUT_UNSIGNED}, /* the kernel's own, not libc's */
	{"umode_t", 2, LAYOUT_UNSIGNED},
	{"loff_t", 8, LAYOUT_SIGNED},
	{"sector_t", 8, LAYOUT_UNSIGNED},
	{"__int128", 16, LAYOUT_BYTES},
	{"unsigned __int128", 16, LAYOUT_BYTES},
	{"int128_t", 16, LAYOUT_BYTES},
	{"uint128_t", 16, LAYOUT_BYTES},
	{"float", 4, LAYOUT_BYTES},
	{"double", 8, LAYOUT_BYTES},
};

/* "__u32" and "__kernel_pid_t" are as "u32" and "pid_t" are. */
static const char *plain_name(const char *type)
{
	static const char *const prefixes[] = {"const ", "volatile ", "__kernel_", "__"};

	if (strcmp(type, "__int128") == 0)
		return type;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(type, prefixes[i], len) == 0)
			type += len;
	}
	return type;
}

/* Cuts "char[4][16]" to its element and multiplies the numbers; libbcc 0.26 writes "char [16]". */
static int cut_array(char *type, uint64_t *count)
{
	char *bracket = strchr(type, '['), *p = bracket, *end;

	*count = 1;
	while (p && *p == '[') {
		*count *= strtoul(p + 1, &end, 10);
		if (*end != ']' || *count > 1 << 20)
			return -EINVAL;
		p = end + 1;
	}
	if (bracket) {
		while (bracket > type && bracket[-1] == ' ')
			bracket--;
		*bracket = '\0';
	}
	return 0;
}

int layout_type(const char *type, struct kernel *k, uint32_t *size, uint32_t *align,
		enum layout_kind *kind)
{
	const char *name = plain_name(type);

	if (*type && type[strlen(type) - 1] == '*')
		name = "u64";
	else if (strncmp(name, "enum ", 5) == 0 &&
		 (!k || kernel_type_size(k, name, size, align) != 0))
		name = "u32"; /* the template's own */
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i].name, name) == 0) {
			*size = *align = types[i].size;
			*kind = types[i].kind;
			return 0;
		}
	}
	if (!k || kernel_type_size(k, name, size, align) != 0 || !*size || !*align)
		return -ENOENT;
	*kind = strncmp(name, "struct ", 7) == 0 || strncmp(name, "union ", 6) == 0
			? LAYOUT_BYTES
			: LAYOUT_UNSIGNED;
	return 0;
}

void layout_array(struct layout_field *f, const char *type, uint32_t size)
{
	if (f->kind == LAYOUT_UNSIGNED || f->kind == LAYOUT_SIGNED) {
		f->element = size;
		f->element_signed = f->kind == LAYOUT_SIGNED;
	}
	f->kind = strcmp(plain_name(type), "char") == 0 ? LAYOUT_CHARS : LAYOUT_BYTES;
}

static int lay_field(struct layout *l, const char *text, struct kernel *k, uint32_t *max_align,
		     struct error *e)
{
	struct layout_field *f = &l->fields[l->nfields];
	const char *hash = strchr(text, '#');
	uint32_t size, align;
	uint64_t count;
	char *type;
	int err;

	if (!hash)
		return error_set(e, FAULT_RUN, -EINVAL, "event field \"%s\" has no type", text);
	f->name = strndup(text, (size_t)(hash - text));
	type = strdup(hash + 1);
	if (!f->name || !type) {
		free(type);
		return error_nomem(e);
	}
	l->nfields++;
	err = cut_array(type, &count);
	if (!err)
		err = layout_type(type, k, &size, &align, &f->kind);
	if (err) {
		err = error_set(e, FAULT_TOOL, err,
				"the event's field %s is of type %s, whose size is not known; use "
				"u8…u64, s8…s64, char[] or a type of the kernel's",
				f->name, hash + 1);
	} else {
		f->offset = (l->size + align - 1) / align * align;
		if (strchr(hash, '['))
			layout_array(f, type, size);
		f->size = (uint32_t)(size * count);
		l->size = f->offset + f->size;
		if (align > *max_align)
			*max_align = align;
	}
	free(type);
	return err;
}

/* By the fields' types alone, as C lays them out that has no attributes. */
static int lay_fields(struct layout *l, const struct object_map *map, struct kernel *k,
		      struct error *e)
{
	uint32_t align = 1;
	int err = 0;

	memset(l, 0, sizeof(*l));
	if (!map->nfields)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "nothing is sent through %s: no perf_submit of a struct was found",
				 map->name);
	l->fields = calloc(map->nfields, sizeof(*l->fields));
	if (!l->fields)
		return error_nomem(e);
	for (size_t i = 0; !err && i < map->nfields; i++)
		err = lay_field(l, map->fields[i], k, &align, e);
	l->size = (l->size + align - 1) / align * align;
	if (err)
		layout_free(l);
	return err;
}

static bool has_offset(const struct layout *l, uint32_t offset)
{
	for (size_t i = 0; i < l->nfields; i++)
		if (l->fields[i].offset == offset)
			return true;
	return false;
}

/* A struct that is packed, or has a member that is aligned by an attribute, is another. */
static bool agree(const struct layout *plain, const struct layout *whole)
{
	if (plain->size != whole->size)
		return false;
	for (size_t i = 0; i < plain->nfields; i++)
		if (plain->fields[i].size && !has_offset(whole, plain->fields[i].offset))
			return false;
	return true;
}

/* Is it this event that the description is of? It was found by a variable's name. */
static bool describes(const struct layout *whole, const struct object_map *map)
{
	for (size_t i = 0; i < map->nfields; i++) {
		size_t len = strcspn(map->fields[i], "#");
		bool has = !len || strncmp(map->fields[i], "__pad", 5) == 0;

		for (size_t j = 0; j < whole->nfields && !has; j++)
			has = strncmp(whole->fields[j].name, map->fields[i], len) == 0 &&
			      (!whole->fields[j].name[len] ||
			       strchr(".[", whole->fields[j].name[len]));
		if (!has)
			return false;
	}
	return true;
}

int layout_make(struct layout *l, const struct object_map *map, struct kernel *k, struct error *e)
{
	struct layout whole = {0};
	struct error plain = {0}, other = {0};
	int err = lay_fields(l, map, k, &plain), described;

	if (err == -ENOMEM || !map->event_desc || !*map->event_desc) {
		*e = plain;
		return err;
	}
	described = layout_make_event(&whole, map, k, &other);
	if (!described && !describes(&whole, map)) {
		layout_free(&whole);
	} else if (!described && (err || !agree(l, &whole))) {
		layout_free(l);
		*l = whole;
		err = 0;
	} else if (!described) {
		layout_free(&whole);
	} else if (!err && (described != -EINVAL || l->size != map->event_size)) {
		/* What it says of arrays of arrays cannot be read, and may be done without. */
		layout_free(l);
		err = described;
	}
	if (err)
		*e = plain.text ? plain : other;
	if (!err || plain.text)
		error_clear(&other);
	if (!err)
		error_clear(&plain);
	return err;
}

void layout_free(struct layout *l)
{
	for (size_t i = 0; i < l->nfields; i++)
		free(l->fields[i].name);
	free(l->fields);
	memset(l, 0, sizeof(*l));
}

const struct layout_field *layout_find(const struct layout *l, const char *name)
{
	for (size_t i = 0; i < l->nfields; i++)
		if (strcmp(l->fields[i].name, name) == 0)
			return &l->fields[i];
	return NULL;
}
