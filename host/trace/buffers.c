/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/buffers.h"

#include <unistd.h>

#define RING_BYTES_MIN	   ((uint64_t)64 << 10)
#define RING_BYTES_MAX	   ((uint64_t)64 << 20)
#define RING_BYTES_ASKED   ((uint64_t)2 << 30) /* the largest power of two that a map may have */
#define RING_BYTES_PER_CPU ((uint64_t)2 << 20)
#define MEMORY_PART	   256

/*
 * One page less than what the kernel lets a user who is not root lock for each CPU
 * (kernel.perf_event_mlock_kb): the buffer's head takes that one.
 */
#define PERF_BYTES_MAX ((uint64_t)512 << 10)

#define REST_NS_MIN 1000000 /* poll(2) counts in milliseconds */
#define REST_NS_MAX 10000000
/* What fills a buffer of 4 MB in that time: five million events a second of 80 bytes. */
#define BYTES_PER_US 400

void buffers_machine(struct buffers_machine *m)
{
	m->page = (uint64_t)sysconf(_SC_PAGESIZE);
	m->memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * m->page;
	m->cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The power of two that is v or next below. */
static uint64_t power_below(uint64_t v)
{
	return (uint64_t)1 << (63 - __builtin_clzll(v | 1));
}

static uint64_t default_bytes(const struct buffers_machine *m)
{
	uint64_t want = lesser(m->cpus * RING_BYTES_PER_CPU, m->memory / MEMORY_PART);

	want = lesser(want, RING_BYTES_MAX);
	return want > RING_BYTES_MIN ? want : RING_BYTES_MIN;
}

uint32_t buffers_ring_bytes(const struct buffers_machine *m, uint32_t pages)
{
	uint64_t want = pages ? m->cpus * pages * m->page : default_bytes(m);
	uint64_t bytes = power_below(lesser(want, RING_BYTES_ASKED));

	/* Not less than what was asked for. */
	return (uint32_t)(pages && bytes < want && bytes < RING_BYTES_ASKED ? bytes * 2 : bytes);
}

uint32_t buffers_perf_pages(const struct buffers_machine *m, uint32_t pages)
{
	return pages ? pages
		     : (uint32_t)power_below(lesser(default_bytes(m) / m->cpus, PERF_BYTES_MAX) /
					     m->page);
}

uint64_t buffers_rest(uint64_t bytes)
{
	uint64_t ns = lesser(bytes * 1000 / BYTES_PER_US, REST_NS_MAX);

	return ns < REST_NS_MIN ? 0 : ns;
}
