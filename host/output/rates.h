/* SPDX-License-Identifier: Apache-2.0 */
/* rates: a line of counters a second, as often as is asked. */
#ifndef BCCHOST_OUTPUT_RATES_H
#define BCCHOST_OUTPUT_RATES_H

#include "object/table.h"
#include "output/stream.h"

/*
 * The table's entries, each a line: what was counted (table_subtract) in elapsed_ns. The stream is
 * of a program whose output is `rates`.
 */
void rates_print(struct stream *s, const struct table *counted, uint64_t elapsed_ns);

#endif
