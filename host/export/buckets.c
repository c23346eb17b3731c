/* SPDX-License-Identifier: Apache-2.0 */
#include "export/buckets.h"

#include <string.h>

#define SLOTS	   40
#define SLOT_BOUND 135 /* seconds: no bucket of a table's times ends later */

static const double time_bounds[] = {1e-5, 1e-4, 1e-3, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
				     0.25, 0.5,	 1,    2.5,    5,     10,   30,	   60};
static const double size_bounds[] = {0,	       64,	 256,	    1024,      4096,
				     16384,    65536,	 262144,    1048576,   4194304,
				     16777216, 67108864, 268435456, 1073741824};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

double buckets_slot_value(uint64_t slot)
{
	/* Slot 1 counts 0 and 1: times from 0 up to 2. */
	return slot <= 1 ? 1 : 0.75 * (double)(1ULL << (slot < 63 ? slot : 63));
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

size_t buckets_of_values(const struct metric *m, double *bounds)
{
	bool is_time =
		ends_with(m->from, "_ns") || ends_with(m->from, "_us") || ends_with(m->from, "_ms");
	const double *from = m->nbuckets ? m->buckets : is_time ? time_bounds : size_bounds;
	size_t n = m->nbuckets ? m->nbuckets : is_time ? COUNT(time_bounds) : COUNT(size_bounds);

	memcpy(bounds, from, n * sizeof(*bounds));
	return n;
}

double buckets_slot_scale(const struct metric *m, const struct program *p, const struct options *o)
{
	static const struct {
		const char *label;
		double scale;
	} units[] = {
		{"secs", 1}, {"msecs", 1e-3}, {"usecs", 1e-6}, {"nsecs", 1e-9}, {"kbytes", 1024},
	};
	const char *label = "";

	for (size_t i = 0; i < p->nlabels && !*label; i++)
		if (!p->labels[i].when || options_given(o, p, p->labels[i].when))
			label = p->labels[i].text;
	for (size_t i = 0; i < COUNT(units) && !(m->scale > 0); i++)
		if (!strcmp(label, units[i].label))
			return units[i].scale;
	return m->scale > 0 ? m->scale : 1;
}

/* A slot ends below 2^slot. What is scaled down is a time. */
size_t buckets_of_slots(double scale, double *bounds)
{
	size_t n = 0;

	for (unsigned int slot = 1; slot <= SLOTS; slot++) {
		double bound = (double)(1ULL << slot) * scale;

		if (scale < 1 && bound > SLOT_BOUND)
			break;
		bounds[n++] = bound;
	}
	return n;
}
