/* SPDX-License-Identifier: Apache-2.0 */
/* symbol_at: from an address to the function that it is in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/internal.h"

#define FEW 32 /* questions that are answered without an order, which takes 5 bytes a symbol */

static int compare(const void *a, const void *b, void *arg)
{
	const struct symbol *v = arg, *x = &v[*(const uint32_t *)a], *y = &v[*(const uint32_t *)b];

	/* Of several names the first in kallsyms' order is taken, here as without the order. */
	return x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) : x < y ? 1 : -1;
}

static void make_order(struct symbols *s)
{
	s->by_addr = malloc(s->n * sizeof(*s->by_addr));
	for (size_t i = 0; i < s->n && s->by_addr; i++)
		if (s->v[i].code && s->v[i].addr)
			s->by_addr[s->nby_addr++] = (uint32_t)i;
	if (s->nby_addr)
		qsort_r(s->by_addr, s->nby_addr, sizeof(*s->by_addr), compare, s->v);
}

/* The last that begins at or before the address. */
static const struct symbol *find_ordered(const struct symbols *s, uint64_t addr)
{
	size_t low = 0, high = s->nby_addr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->v[s->by_addr[middle]].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &s->v[s->by_addr[low - 1]] : NULL;
}

static const struct symbol *find(const struct symbols *s, uint64_t addr)
{
	const struct symbol *best = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].code && s->v[i].addr && s->v[i].addr <= addr &&
		    (!best || s->v[i].addr > best->addr))
			best = &s->v[i];
	return best;
}

int symbols_at(struct kernel *k, uint64_t addr, char *name, size_t size, uint64_t *start)
{
	struct symbols *s = &k->symbols;
	const struct symbol *best;

	if (symbols_read(k, NULL) != 0)
		return -ENOENT;
	if (++s->asked == FEW)
		make_order(s);
	best = s->by_addr ? find_ordered(s, addr) : find(s, addr);
	if (!best)
		return -ENOENT;
	snprintf(name, size, "%s", symbol_name(s, best));
	if (start)
		*start = best->addr;
	return 0;
}
