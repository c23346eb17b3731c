/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view: what is shown of one map of a text that nobody described: a line for each event of a
 * buffer, rows of stars for a histogram, the rows of another table. Columns are the fields that
 * libbcc tells of.
 */
#ifndef BCCHOST_SCRIPT_VIEW_H
#define BCCHOST_SCRIPT_VIEW_H

#include "base/buf.h"
#include "base/error.h"
#include "object/object.h"
#include "output/stacks.h"
#include "output/writer.h"
#include "script/source.h"
#include "text/plan.h"
#include "trace/load.h"

enum view_kind {
	VIEW_EVENTS,
	VIEW_HISTOGRAM,
	VIEW_TABLE,
};

struct view;

/* All of a text; they live as long as what they were made of. */
struct views {
	size_t n;
	struct view **v;	       /* owned */
	const struct program *command; /* what the options are of */
	struct stacks *stacks;	       /* owned */
};

/*
 * Those of the object's maps that are shown: buffers; the tables that --table names; else
 * histograms and all tables but the scratch ones (source.h), these too if there is nothing else.
 * trace_pipe: bpf_trace_printk's lines are shown, too. *notes gets a line for what is not shown,
 * and for what is shown only as bytes. FAULT_USAGE if an option names a table that is not there.
 */
int views_make(struct views *vs, const struct plan *plan, const struct object *o,
	       const struct source *s, bool trace_pipe, struct writer *w, struct buf *notes,
	       struct error *e);
void views_free(struct views *vs);

/* Does any of them show what this is true of (stacks_show_kernel, stacks_show_users)? */
bool views_show(const struct views *vs, bool (*what)(const struct program *p));

enum view_kind view_kind(const struct view *v);
const struct object_map *view_map(const struct view *v);

/* The line of titles of a buffer's events. */
void view_heading(struct view *v);

/* One event. */
void view_event(struct view *v, const void *data, size_t size);

/*
 * Prints a histogram or a table; what was printed is taken out of it, or told from what comes
 * later, unless --keep says otherwise. FAULT_RUN if it cannot be read.
 */
int view_print(struct views *vs, struct view *v, const struct load *l, struct error *e);

#endif
