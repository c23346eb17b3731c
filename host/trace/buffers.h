/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buffers: how large the buffer that events come through is, and how long it may be left alone.
 *
 * A reader that is woken for each event costs more than the event does, the kernel included. So
 * what has just read lets events gather for a while: not so long that anybody would notice, nor
 * that the buffer could fill up meanwhile. An event after a pause is read at once.
 */
#ifndef BCCHOST_TRACE_BUFFERS_H
#define BCCHOST_TRACE_BUFFERS_H

#include <stdint.h>

struct buffers_machine {
	uint64_t memory; /* bytes */
	uint64_t page;	 /* bytes */
	uint64_t cpus;
};

/* The one that we run on. */
void buffers_machine(struct buffers_machine *m);

/*
 * The bytes of the one ring of all CPUs, a power of two. pages: of each CPU, as in BCC
 * (--buffer-pages), at most 2 GB in all; 0: 2 MB for each, but no more than 64 MB or a 256th of the
 * memory in all.
 */
uint32_t buffers_ring_bytes(const struct buffers_machine *m, uint32_t pages);

/* The pages of each CPU's perf buffer, a power of two; pages: as above. */
uint32_t buffers_perf_pages(const struct buffers_machine *m, uint32_t pages);

/* Nanoseconds that buffers of so many bytes in all may be left alone; 0: not at all. */
uint64_t buffers_rest(uint64_t bytes);

#endif
