/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counting: a tool's metrics at work: what is taken from each event, or from its table, and which
 * series it goes to.
 */
#ifndef BCCHOST_EXPORT_COUNTING_H
#define BCCHOST_EXPORT_COUNTING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "export/registry.h"
#include "kernel/kernel.h"
#include "object/layout.h"
#include "object/table.h"
#include "tool/metrics.h"
#include "tool/options.h"
#include "tool/program.h"

struct counting;

/* What a counting is made of; all of it but the array of layouts outlives it. */
struct counting_of {
	const struct metrics *metrics; /* checked (metrics_check) */
	const char *path;	       /* of the file that they are in, for errors */
	const struct program *program;
	const struct options *options;
	const struct layout *const *layouts; /* of each of the program's outputs */
	struct kernel *kernel;
	struct budget *budget;
};

/* FAULT_TOOL with path:line if a field is not there with these options, or is no number where one
 * is wanted. */
int counting_new(struct counting **c, const struct counting_of *of, struct error *e);
void counting_free(struct counting *c); /* c may be NULL */

size_t counting_count(const struct counting *c);
const struct family *counting_family(const struct counting *c, size_t i);

/* An event of an output whose rows go along with the first's (program_goes_along); a label that it
 * has no field for is empty, and a metric `from` such a field does not count it. False if `only:`
 * passes over it. */
bool counting_event(struct counting *c, size_t output, const void *data, size_t size);

/*
 * What was read of a periodic program's table: of a top, which was emptied, all of it; of the
 * others, what came since the last time. interval_ns: how long that was. Sorts the table.
 */
int counting_table(struct counting *c, struct table *t, uint64_t interval_ns, struct error *e);

/* What was read of the table of sums that metric i names (metrics_get). Sorts the table. */
int counting_sums(struct counting *c, size_t i, struct table *t, struct error *e);

#endif
