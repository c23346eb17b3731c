/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: the entries of a BPF map as they were at one moment, to be sorted, compared and printed.
 * Values of a per-CPU map are sums already.
 */
#ifndef BCCHOST_OBJECT_TABLE_H
#define BCCHOST_OBJECT_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
	size_t n, room;
	uint32_t key_size, value_size; /* bytes; a value follows its key at once */
	uint32_t word; /* bytes of each number of a per-CPU value: 4, or 8 (0 too) */
	char *data;    /* owned */
};

/* An empty one; table_free. */
void table_init(struct table *t, uint32_t key_size, uint32_t value_size);
void table_free(struct table *t);

static inline size_t table_row_size(const struct table *t)
{
	return (size_t)t->key_size + t->value_size;
}

/* The key of entry i, its value behind it. */
static inline char *table_row(const struct table *t, size_t i)
{
	return t->data + i * table_row_size(t);
}

/* Room for one more entry, zeroed; NULL without memory. Rows may move. */
char *table_add(struct table *t);

/* By the bytes of the keys. */
void table_sort(struct table *t);

/* The row of that key in a table that is sorted; NULL if there is none. */
char *table_find(const struct table *t, const void *key);

/*
 * Takes from each value of t the one that `before` has for the key: what was counted since. Values
 * are of 64-bit counters, or one that is smaller; both tables are sorted.
 */
void table_subtract(struct table *t, const struct table *before);

/*
 * The same, and *before becomes what `now`, which it sorts, was. 0, or -ENOMEM: nothing has changed
 * then but the order.
 */
int table_since(struct table *now, struct table *before);

/* Leaves out the entries whose value is nothing but zeros: of an array, those that nobody counted.
 */
void table_drop_zeros(struct table *t);

#endif
