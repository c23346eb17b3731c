/* SPDX-License-Identifier: Apache-2.0 */
/* counting_parts: what counting_bind.c makes and counting.c counts with; only for those two. */
#ifndef BCCHOST_EXPORT_COUNTING_PARTS_H
#define BCCHOST_EXPORT_COUNTING_PARTS_H

#include <stdbool.h>

#include "export/counting.h"
#include "output/record.h"
#include "output/value.h"

/* Where a metric's values are in a record: its fields, or record_count where it has none. */
struct place {
	size_t from; /* of a histogram's slots not used */
	size_t labels[METRICS_MAX_LABELS];
};

/* A metric, and where its values are. */
struct bound {
	const struct metric *metric;
	struct family *family;
	struct place *places; /* one for each record */
	double scale;
	bool slots;
	struct table sums; /* of slots: what the table of their sums held the last time */
};

struct counting {
	const struct program *program;
	size_t nrecords;
	struct record **records;  /* of the program's outputs; NULL of those that are not counted */
	struct value_first first; /* of all their events */
	const struct layout_field *slot, *value; /* of a histogram's table */
	size_t n;
	struct bound *v;
	struct table before; /* of a table that is never emptied: what it held the last time */
};

#endif
