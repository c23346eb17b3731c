/* SPDX-License-Identifier: Apache-2.0 */
/* clock: the time that never steps, in nanoseconds. */
#ifndef BCCHOST_BASE_CLOCK_H
#define BCCHOST_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC, which is also bpf_ktime_get_ns's (bpf-helpers(7)). */
static inline uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

#endif
