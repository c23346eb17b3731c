/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histogram: a table of counts by slot as rows of stars, one histogram for each value that the
 * other members of the key have ("operation = read"). A slot of a log2 histogram is what bpf_log2l
 * gives: slot 1 counts 0 and 1, slot n the values from 2^(n-1) to 2^n - 1.
 */
#ifndef BCCHOST_OUTPUT_HISTOGRAM_H
#define BCCHOST_OUTPUT_HISTOGRAM_H

#include "base/error.h"
#include "object/layout.h"
#include "object/table.h"
#include "output/terminal.h"
#include "output/writer.h"
#include "tool/options.h"
#include "tool/program.h"

struct histogram;

/*
 * The key is the slot, or a struct with a member `slot`; the value a 64-bit count. FAULT_TOOL with
 * file:line if it is not, or a column names a field that the key has not. The program, the options
 * and the writer outlive it; histogram_free.
 */
int histogram_new(struct histogram **h, const struct program *p, const struct options *o,
		  const struct layout *l, struct writer *w, struct error *e);
void histogram_free(struct histogram *h);

/*
 * Prints what was counted in elapsed_ns (table_subtract), which it sorts. With the tool's own flag
 * for JSON, an object a line for each histogram: {"ts": "2026-11-21 10:48:00", "val_type": "usecs",
 * "data": [{"interval-start": 0, "interval-end": 1, "count": 3}, …], "operation": "read"}.
 */
int histogram_print(struct histogram *h, struct table *counted, uint64_t elapsed_ns,
		    struct error *e);

/*
 * With a heat map asked for (heat.h), histogram_print adds to the map instead: the first interval
 * begins with histogram_begin, what stays of it is printed by histogram_end. The terminal outlives
 * it.
 */
int histogram_begin(struct histogram *h, struct terminal *t, struct error *e);
bool histogram_has_screen(const struct histogram *h);
void histogram_events(struct histogram *h, unsigned int what);
int histogram_end(struct histogram *h, struct error *e);

#endif
