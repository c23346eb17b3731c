/* SPDX-License-Identifier: Apache-2.0 */
/*
 * median: what is usual of the numbers that come, the newer ones counting more. It is told to
 * within an eighth of its value, in a fixed room.
 */
#ifndef BCCHOST_OUTPUT_MEDIAN_H
#define BCCHOST_OUTPUT_MEDIAN_H

#include <stdint.h>

#define MEDIAN_LEAST 16	  /* numbers before there is anything usual */
#define MEDIAN_HALVE 4096 /* numbers after which all that came counts half */

struct median {
	uint32_t n;
	uint32_t counts[62 * 8];
};

/* Zeroed, it has seen none. A zero is no number that anything took: it does not count. */
void median_add(struct median *m, uint64_t v);

/* The middle one (the lower bound of its eighth); 0 while there are too few. */
uint64_t median_get(const struct median *m);

#endif
