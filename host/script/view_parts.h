/* SPDX-License-Identifier: Apache-2.0 */
/* view_parts: what view.c, which shows one map, and views.c, which chooses them, share; only for
 * those two. */
#ifndef BCCHOST_SCRIPT_VIEW_PARTS_H
#define BCCHOST_SCRIPT_VIEW_PARTS_H

#include "object/layout.h"
#include "output/histogram.h"
#include "output/stream.h"
#include "script/view.h"

struct view {
	enum view_kind kind;
	const struct object_map *map;
	struct program *program; /* owned; the plan's */
	struct plan plan;	 /* borrows all but the program */
	struct layout layout;
	size_t nkey; /* fields of the key */
	struct stream *stream;
	struct histogram *histogram;
	struct rows *rows;
	uint64_t since;	     /* when what is printed began to be counted, clock_ns */
	struct table before; /* of what is never emptied: what it held the last time */
	uint32_t word;	     /* bytes of each number of a per-CPU map's value */
	bool counters;	     /* all of the value's numbers are 64-bit ones */
};

/* What the steps of views_make hand on to each other. */
struct view_making {
	struct views *vs;
	const struct plan *plan;
	const struct object *object;
	const struct source *s;
	struct writer *w;
	struct buf *notes;
	struct error *e;
};

/*
 * Adds a view of that map to m->vs. One that cannot be shown is a note, or, if the user named
 * tables to be shown, FAULT_TOOL.
 */
int view_make(struct view_making *m, const struct object_map *map, enum view_kind kind);
void view_free(struct view *v); /* v may be NULL */

/* Does an option that lists tables (command.h) name this one; any? */
bool view_asked(const struct view_making *m, const char *option, const char *table);
bool view_any_asked(const struct view_making *m, const char *option);

/* Has it a value for each processor? */
bool view_is_per_cpu(const struct object_map *m);

#endif
