/* SPDX-License-Identifier: Apache-2.0 */
/* layout: where each field of an event is, from the field list that libbcc gives ("pid#u32"). */
#ifndef BCCHOST_OBJECT_LAYOUT_H
#define BCCHOST_OBJECT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/object.h"

enum layout_kind {
	LAYOUT_UNSIGNED,
	LAYOUT_SIGNED,
	LAYOUT_CHARS, /* an array of char: text up to its first NUL */
	LAYOUT_BYTES, /* anything else: an array, a number of 128 bits, a struct */
};

struct layout_field {
	char *name;
	enum layout_kind kind;
	uint32_t offset;  /* bytes from the event's start */
	uint32_t size;	  /* bytes in all */
	uint32_t element; /* of an array of numbers: bytes of each; else 0 */
	bool element_signed;
};

struct layout {
	size_t nfields;
	struct layout_field *fields;
	uint32_t size; /* of the event; one that is shorter was cut by its template on purpose */
};

/*
 * Lays the fields out as C does. A type that is neither C's nor libbcc's is asked of the kernel's
 * BTF; one that is not known there either is FAULT_TOOL. If the compiler described the event whole
 * (event_desc), that is asked whether it is so, for a struct may be packed, and taken if it is
 * not, or if a type is not known; an event with bit fields is FAULT_TOOL then. layout_free.
 */
int layout_make(struct layout *l, const struct object_map *map, struct kernel *k, struct error *e);
void layout_free(struct layout *l);

/*
 * The same of a table's entries: the fields of its key, then those of its leaf behind it. A key
 * that is no struct is the field "key", a leaf "value". A type that cannot be read is FAULT_TOOL.
 */
int layout_make_table(struct layout *l, const struct object_map *map, struct kernel *k,
		      struct error *e);

/*
 * The same of an event that the compiler described whole (event_desc): members of its structs and
 * unions are fields, too, by their names joined: "addr.v4", "list[2].pid"; an event that is no
 * struct is the field "value". FAULT_TOOL where it was not asked to, or describes less than the
 * event is; of bit fields -ENOTSUP, else -EINVAL.
 */
int layout_make_event(struct layout *l, const struct object_map *map, struct kernel *k,
		      struct error *e);

/* Bytes and alignment of one C type, not an array; -ENOENT if it is not known. k may be NULL. */
int layout_type(const char *type, struct kernel *k, uint32_t *size, uint32_t *align,
		enum layout_kind *kind);

/* Makes a field, laid out as one element of `size` bytes, an array of that type; for layout_desc.
 */
void layout_array(struct layout_field *f, const char *type, uint32_t size);

/* NULL if there is none of that name. */
const struct layout_field *layout_find(const struct layout *l, const char *name);

#endif
