/* SPDX-License-Identifier: Apache-2.0 */
/* symbol_at: from an address to the function that it is in. */
#include <errno.h>
#include <stdio.h>

#include "kernel/internal.h"

int symbols_at(struct kernel *k, uint64_t addr, char *name, size_t size, uint64_t *start)
{
	const struct symbols *s = &k->symbols;
	const struct symbol *best = NULL;

	if (symbols_read(k, NULL) != 0)
		return -ENOENT;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].function && s->v[i].addr && s->v[i].addr <= addr &&
		    (!best || s->v[i].addr > best->addr))
			best = &s->v[i];
	if (!best)
		return -ENOENT;
	snprintf(name, size, "%s", symbol_name(s, best));
	if (start)
		*start = best->addr;
	return 0;
}
