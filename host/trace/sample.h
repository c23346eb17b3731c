/* SPDX-License-Identifier: Apache-2.0 */
/* sample: perf events that a program is run at: every so many of what they count, or so often. */
#ifndef BCCHOST_TRACE_SAMPLE_H
#define BCCHOST_TRACE_SAMPLE_H

#include "base/error.h"
#include "text/sampling.h"

/* Takes a descriptor, which is its own from then on, after an error too. */
typedef int sample_take(int fd, int cpu, void *arg, struct error *e);

/*
 * Opens the event: on each processor that is online, or the one of s; or of a process for each of
 * its threads, and those that they will make. `take` gets each, not counting yet. FAULT_USAGE for a
 * processor or a process that an option names and is not there, and for a frequency above what this
 * kernel allows; else FAULT_KERNEL, or a negative errno without a text.
 */
int sample_open(const struct sampling *s, sample_take *take, void *arg, struct error *e);

/* Opens what an event counts on each processor that is online, counting, for programs to read.
 * Errors as above, always with a text. */
int sample_count(const char *event, sample_take *take, void *arg, struct error *e);

#endif
