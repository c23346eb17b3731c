/* SPDX-License-Identifier: Apache-2.0 */
/* buckets: the upper bounds of a histogram's buckets, in base units, without +Inf. */
#ifndef BCCHOST_EXPORT_BUCKETS_H
#define BCCHOST_EXPORT_BUCKETS_H

#include <stddef.h>
#include <stdint.h>

#include "tool/metrics.h"
#include "tool/options.h"
#include "tool/program.h"

/* Each of these writes at most METRICS_BUCKETS bounds and returns how many. */

/* Of events: those of the file, or some for times or for sizes, as the field's name tells. */
size_t buckets_of_values(const struct metric *m, double *bounds);

/* Of a table's slots of powers of two, what they count being multiplied by scale. */
size_t buckets_of_slots(double scale, double *bounds);

/* What makes base units of the values that slots count: the metric's own scale, or by the label
 * that these options choose ("usecs"). */
double buckets_slot_scale(const struct metric *m, const struct program *p, const struct options *o);

/* A value that a slot of bpf_log2l stands for: the middle of those that it counts. */
double buckets_slot_value(uint64_t slot);

#endif
