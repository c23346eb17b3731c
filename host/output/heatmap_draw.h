/* SPDX-License-Identifier: Apache-2.0 */
/* heatmap_draw: a heat map in characters, or in the colours of a terminal; or as an SVG picture. */
#ifndef BCCHOST_OUTPUT_HEATMAP_DRAW_H
#define BCCHOST_OUTPUT_HEATMAP_DRAW_H

#include "base/buf.h"
#include "output/heatmap.h"

struct heatmap_look {
	const char *label; /* what the slots are of: "usecs" */
	/* The values that a slot counts, from *low to *high. */
	void (*bounds)(const void *ctx, size_t slot, uint64_t *low, uint64_t *high);
	const void *ctx;
	double interval;      /* seconds */
	unsigned int columns; /* of the terminal */
	unsigned int rows;    /* at most so many lines, slots drawn together if need be; 0: any */
	bool colours;	      /* 256 */
	/* Of a picture: what was run, and on which machine and kernel. Any bytes. */
	const char *title, *where;
};

/*
 * The newest columns that there is room for: a map for each section, the highest slot on top, time
 * from left to right, and what the characters stand for. Nothing but a line that says so if there
 * is no column yet.
 */
void heatmap_text(struct buf *b, const struct heatmap *m, const struct heatmap_look *look);

/*
 * All columns, as one SVG element that needs nothing else: it can stand in a file or in a page.
 * Each field of the map tells its time, its values and its count as a tooltip.
 */
void heatmap_svg(struct buf *b, const struct heatmap *m, const struct heatmap_look *look);

/* "18:43:05", of ns since the epoch; the format as strftime has it. */
void heatmap_time(char *text, size_t size, uint64_t ns, const char *format);

#endif
