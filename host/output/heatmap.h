/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heatmap: histograms over time: for each section ("operation = read") how many there were in each
 * slot in each interval. Its room is fixed: a map that is full drops its oldest column, or makes
 * two columns one, so that all of a run is in it however long it is.
 */
#ifndef BCCHOST_OUTPUT_HEATMAP_H
#define BCCHOST_OUTPUT_HEATMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define HEATMAP_SECTIONS 64 /* what comes beyond them is counted under HEATMAP_OTHERS */
#define HEATMAP_OTHERS	 "(others)"

struct heatmap_section {
	char *name;	    /* "" if there is but one */
	size_t first, last; /* slots that ever counted */
	uint64_t *counts;   /* [slot * room + column]; a page is touched only where something is */
};

struct heatmap_column {
	uint64_t begin, end; /* ns since the epoch, by a clock that may be set */
};

struct heatmap {
	size_t slots, room;
	bool merge; /* full: columns become one; else the oldest goes */
	size_t n;   /* columns */
	size_t per; /* intervals in one */
	size_t in_last;
	struct heatmap_column *columns; /* owned, as all */
	size_t nsections;
	struct heatmap_section *sections;
};

/* room: columns, even. heatmap_free, also after an error. */
int heatmap_init(struct heatmap *m, size_t slots, size_t room, bool merge, struct error *e);
void heatmap_free(struct heatmap *m);

/* The next interval; what is added belongs to it. */
void heatmap_interval(struct heatmap *m, uint64_t begin, uint64_t end);

/* Counts of a section by slot, as many as the map has slots. */
int heatmap_add(struct heatmap *m, const char *section, const uint64_t *counts, struct error *e);

static inline uint64_t heatmap_count(const struct heatmap *m, const struct heatmap_section *s,
				     size_t slot, size_t column)
{
	return s->counts[slot * m->room + column];
}

/* The slots that counted something from column `from` on; false if none did. */
bool heatmap_range(const struct heatmap *m, const struct heatmap_section *s, size_t from,
		   size_t *first, size_t *last);

/*
 * How dark: 0 for none, 1 to levels; by the count itself if there are no more than levels, else by
 * its logarithm, so that a single outlier is seen beside thousands.
 */
unsigned int heatmap_level(uint64_t count, uint64_t most, unsigned int levels);

/* The least count of that level (1 to levels); most + 1 if there is none. */
uint64_t heatmap_least(unsigned int level, uint64_t most, unsigned int levels);

#endif
