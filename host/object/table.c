/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "object/table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void table_init(struct table *t, uint32_t key_size, uint32_t value_size)
{
	memset(t, 0, sizeof(*t));
	t->key_size = key_size;
	t->value_size = value_size;
}

void table_free(struct table *t)
{
	free(t->data);
	t->data = NULL;
	t->n = t->room = 0;
}

char *table_add(struct table *t)
{
	size_t room = t->room ? t->room * 2 : 64;
	char *data;

	if (t->n == t->room) {
		data = reallocarray(t->data, room, table_row_size(t));
		if (!data)
			return NULL;
		t->data = data;
		t->room = room;
	}
	memset(table_row(t, t->n), 0, table_row_size(t));
	return table_row(t, t->n++);
}

static int compare_keys(const void *a, const void *b, void *key_size)
{
	return memcmp(a, b, *(uint32_t *)key_size);
}

void table_sort(struct table *t)
{
	if (t->n)
		qsort_r(t->data, t->n, table_row_size(t), compare_keys, &t->key_size);
}

char *table_find(const struct table *t, const void *key)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(table_row(t, middle), key, t->key_size);

		if (order == 0)
			return table_row(t, middle);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void table_subtract(struct table *t, const struct table *before)
{
	uint32_t word = t->value_size < 8 ? t->value_size : 8;

	for (size_t i = 0; i < t->n && word; i++) {
		char *row = table_row(t, i), *old = table_find(before, row);

		for (uint32_t at = t->key_size; old && at + word <= table_row_size(t); at += word) {
			uint64_t now = 0, then = 0;

			memcpy(&now, row + at, word);
			memcpy(&then, old + at, word);
			now -= then;
			memcpy(row + at, &now, word);
		}
	}
}

void table_drop_zeros(struct table *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++) {
		const char *row = table_row(t, i);
		bool any = false;

		for (uint32_t at = t->key_size; at < table_row_size(t) && !any; at++)
			any = row[at] != 0;
		if (any)
			memmove(table_row(t, kept++), row, table_row_size(t));
	}
	t->n = kept;
}

int table_since(struct table *now, struct table *before)
{
	struct table copy;

	table_init(&copy, now->key_size, now->value_size);
	table_sort(now);
	for (size_t i = 0; i < now->n; i++) {
		char *row = table_add(&copy);

		if (!row) {
			table_free(&copy);
			return -ENOMEM;
		}
		memcpy(row, table_row(now, i), table_row_size(now));
	}
	table_subtract(now, before);
	table_free(before);
	*before = copy;
	return 0;
}
