/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heat: the heat map of a histogram's run: drawn anew each interval on a terminal (screen.h),
 * elsewhere once, at the end; or as a picture at the end.
 */
#ifndef BCCHOST_OUTPUT_HEAT_H
#define BCCHOST_OUTPUT_HEAT_H

#include "output/heatmap_draw.h"
#include "output/terminal.h"
#include "output/writer.h"

struct heat;

enum heat_as {
	HEAT_TEXT,
	HEAT_SVG,
};

/*
 * slots: how many a section has; look: its label, bounds, ctx and interval, the rest is filled in
 * here. What they point to, and the writer, outlive it. heat_free.
 */
int heat_new(struct heat **h, size_t slots, const struct heatmap_look *look, enum heat_as as,
	     struct writer *w, struct error *e);
void heat_free(struct heat *h);

/* The first interval begins now. t outlives it. */
int heat_begin(struct heat *h, struct terminal *t, struct error *e);
bool heat_has_screen(const struct heat *h);

/* An interval is over: its sections, then the picture. */
void heat_interval(struct heat *h);
int heat_add(struct heat *h, const char *section, const uint64_t *counts, struct error *e);
int heat_show(struct heat *h, struct error *e);

/* After `what` happened to the terminal. */
void heat_events(struct heat *h, unsigned int what);

/* What stays. */
int heat_end(struct heat *h, struct error *e);

#endif
