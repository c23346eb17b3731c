/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data: `--output json` and `csv`: records (record.h) as lines. docs/output.md says what they look
 * like; JSON is an object a line, CSV is RFC 4180's.
 */
#ifndef BCCHOST_OUTPUT_DATA_H
#define BCCHOST_OUTPUT_DATA_H

#include "object/table.h"
#include "output/record.h"
#include "output/writer.h"

struct data;

/* Of options that ask for it. Of a program that shows several outputs CSV's lines have the fields
 * of all whose rows go together (program_goes_along), empty where this one has none. What it is
 * given outlives it; data_free. Errors as of record_new. */
int data_new(struct data **d, const struct program *p, const struct options *o,
	     const struct layout *l, struct writer *w, struct error *e);
void data_free(struct data *d); /* d may be NULL */

/* The kernel whose functions `format: ksym` names; NULL: none is known. */
void data_kernel(struct data *d, struct kernel *k);

/* What `format: stack`, `user_stack` and `usym` are read with; NULL: they have no value. */
struct stacks;
void data_stacks(struct data *d, struct stacks *s);
/* record_first. */
void data_first(struct data *d, struct value_first *first);

/* CSV's line of names; nothing of JSON, nor the second time. */
void data_heading(struct data *d);

/* A line for an event, or a row of rates. False if `only:` keeps it out. */
bool data_event(struct data *d, const void *event, size_t size);

/* Of a table's rows that follow: it was read now, and counted in so many ns. */
void data_interval(struct data *d, uint64_t interval_ns);

/* A top: the first `rows` of the table in one object, or a line each. load: /proc/loadavg's text;
 * NULL: not asked for, or not known. */
void data_top(struct data *d, const struct table *t, size_t rows, const char *load);

/* A histogram's rows: what they count, both bounds included. */
struct data_bucket {
	uint64_t low, high, count;
};

/* One interval's histograms in one object, or a line a bucket. unit: what is counted ("usecs");
 * row: one of the table, whose key's members tell the histograms apart. */
void data_histograms_begin(struct data *d, const char *unit);
void data_histogram(struct data *d, const void *row, size_t size, const struct data_bucket *b,
		    size_t n);
void data_histograms_end(struct data *d);

#endif
