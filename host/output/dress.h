/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dress: how lines look where a person reads them. On a terminal a column grows with its values and
 * stays so, as long as what stands before the last column leaves it a third of the width; a value
 * that is longer still pushes what follows only as far as it must, and the next column that has
 * room is in its place again. The titles are written again after each screenful, after a resize and
 * when a column grew. Values are coloured as their column's `highlight` says.
 *
 * Lines that go elsewhere have no dress: they are written as they always were (stream.c).
 */
#ifndef BCCHOST_OUTPUT_DRESS_H
#define BCCHOST_OUTPUT_DRESS_H

#include "output/cells.h"
#include "output/terminal.h"
#include "output/writer.h"

struct dress {
	const struct terminal *t;
	struct cells *cells; /* widths grow */
	struct dress *sheet; /* that its lines are on; itself, unless it is joined to another */
	bool repeat;	     /* titles again */
	struct dress_value {
		size_t at, len, width; /* in `text`; bytes, and columns */
		enum highlight_as as;
	} * values;		/* of the line, one a cell */
	struct median *medians; /* one a cell; NULL without colours */
	size_t n;		/* values so far */
	/* Of the sheet: */
	unsigned int lines;	    /* since the titles, as the terminal wraps them */
	unsigned int rows, columns; /* when they were written; 0: not yet */
	bool grown;
	struct writer text;
};

/* NULL if there is no terminal and no colour, or no memory. What it is given outlives it. with: of
 * lines that stand among these, under the same titles; or NULL. */
struct dress *dress_new(const struct terminal *t, struct cells *cells, bool repeat,
			struct dress *with);
void dress_free(struct dress *d);

/* A line begins. Then for each cell its text, written into d->text as it is. */
void dress_begin(struct dress *d);
void dress_value(struct dress *d, size_t at, const char *data, size_t size);

/* Columns grow to hold the line, which is not written. */
void dress_fit(struct dress *d);

/* Are the titles to be written before this line? */
bool dress_wants_titles(const struct dress *d);
void dress_titles_written(struct dress *d);

/* So many lines were written below it. */
void dress_below(struct dress *d, unsigned int lines);

/* Writes the line, with its newline. */
void dress_line(struct dress *d, struct writer *w);

#endif
