/* SPDX-License-Identifier: Apache-2.0 */
/* near: function names close to one that is not there. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/near.h"
#include "kernel/internal.h"

#define MAX_SHOWN 8

struct guess {
	const char *name;
	unsigned int rank;
};

/* Keeps the best n, the nearest first. */
static void offer(struct guess *best, size_t n, const char *name, unsigned int rank)
{
	size_t i = n;

	while (i > 0 && best[i - 1].rank > rank)
		i--;
	if (i == n)
		return;
	memmove(&best[i + 1], &best[i], (n - i - 1) * sizeof(*best));
	best[i].name = name;
	best[i].rank = rank;
}

char *kernel_near_functions(struct kernel *k, const char *name, size_t n)
{
	struct guess best[MAX_SHOWN];
	size_t len = strlen(name);
	struct buf b = {0};

	n = n < MAX_SHOWN ? n : MAX_SHOWN;
	for (size_t i = 0; i < n; i++)
		best[i] = (struct guess){NULL, NEAR_FAR};
	if (kernel_symbols_load(k, NULL))
		return strdup("");
	for (size_t i = 0; i < k->nsymbols; i++) {
		const struct symbol *s = &k->symbols[i];
		size_t sl = strlen(s->name);

		/* What is much shorter or longer is no slip of the finger; it is many, too. */
		if (sl + 4 < len || sl > len + 8 || !symbol_is_function(s) ||
		    (i && strcmp(k->symbols[i - 1].name, s->name) == 0))
			continue;
		offer(best, n, s->name, near_rank(name, s->name));
	}
	for (size_t i = 0; i < n && best[i].name; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", best[i].name);
	return buf_take(&b);
}
