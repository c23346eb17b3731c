/* SPDX-License-Identifier: Apache-2.0 */
/* sample: perf events that a program is run at: every so many of what they count, or so often. */
#ifndef BCCHOST_TRACE_SAMPLE_H
#define BCCHOST_TRACE_SAMPLE_H

#include <linux/perf_event.h>

#include "base/error.h"

/*
 * "software:cpu-clock@99" (times a second), "hardware:cache-misses:1000" (every thousandth); events
 * by perf's names or by number, as BCC's texts have them ("1:0"). Without either, every millionth.
 * FAULT_USAGE for what is none.
 */
int sample_parse(const char *text, struct perf_event_attr *attr, struct error *e);

/* Opens it for one CPU, all processes; not counting yet. A descriptor, or a negative errno: -ENODEV
 * for a CPU that is not there. */
int sample_open(struct perf_event_attr *attr, int cpu);

#endif
