/* SPDX-License-Identifier: Apache-2.0 */
#include "output/median.h"

#include <stddef.h>

#define SLOTS (sizeof(((struct median *)0)->counts) / sizeof(uint32_t))

/* Numbers below 16 have a slot each; above, each power of two has eight. */
static size_t slot_of(uint64_t v)
{
	unsigned int power;

	if (v < 16)
		return v;
	power = 63 - (unsigned int)__builtin_clzll(v);
	return (power - 2) * 8 + ((v >> (power - 3)) & 7);
}

static uint64_t least_of(size_t slot)
{
	if (slot < 16)
		return slot;
	return (8 + (uint64_t)slot % 8) << (slot / 8 - 1);
}

void median_add(struct median *m, uint64_t v)
{
	if (!v)
		return;
	m->counts[slot_of(v)]++;
	if (++m->n < MEDIAN_HALVE)
		return;
	m->n = 0;
	for (size_t i = 0; i < SLOTS; i++)
		m->n += m->counts[i] /= 2;
}

uint64_t median_get(const struct median *m)
{
	uint64_t below = 0;
	size_t i = 0;

	if (m->n < MEDIAN_LEAST)
		return 0;
	while (i < SLOTS - 1 && (below += m->counts[i]) * 2 < m->n)
		i++;
	return least_of(i);
}
