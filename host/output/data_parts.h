/* SPDX-License-Identifier: Apache-2.0 */
/* data_parts: what data.c, which writes events, and data_table.c, which writes tables, share; only
 * for those two. */
#ifndef BCCHOST_OUTPUT_DATA_PARTS_H
#define BCCHOST_OUTPUT_DATA_PARTS_H

#include "output/data.h"
#include "output/put_csv.h"
#include "output/stamp.h"
#include "tool/fields.h"

struct data {
	struct record *record;
	struct writer *w;
	bool csv, no_header, loadavg, headed, histogram;
	struct fields all; /* of CSV: its columns, and which field of the record each is; n: none */
	size_t *columns;
	size_t n;
	char **keys; /* `"pid":`, `,"comm":` and so on: what stands before each value */
	const char *unit;
	const char *origin; /* the program's; NULL: not to be told */
	bool any;	    /* of an array's items: is there one already? */
	struct stamp stamp;
	struct put_csv cell; /* of CSV: where JSON in a cell is written through */
};

/* The brace of an object, and which of a text's tables it is. */
void data_begin_object(struct data *d);

/* The fields of an object from `from` up to `to`, with commas between. */
void data_put_fields(struct data *d, const void *event, size_t size, size_t from, size_t to);

/* A line of CSV, all but its end. */
void data_put_row(struct data *d, const void *event, size_t size);

#endif
