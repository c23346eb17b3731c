/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace: when a tool at work has something to do: its buffers are read after a rest, its tables are
 * printed every interval, lost events are looked at every second, and at a deadline it ends. All
 * times are of CLOCK_MONOTONIC, in ns.
 */
#ifndef BCCHOST_TRACE_PACE_H
#define BCCHOST_TRACE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	uint64_t deadline;  /* 0: none */
	uint64_t interval;  /* 0: it prints at the end alone */
	uint64_t next_tick; /* when it prints again */
	uint64_t ticks;
	uint64_t rest;	    /* between two reads while there are events; buffers.h */
	uint64_t next_read; /* before that nothing is read; 0: when there is something */
	uint64_t next_look; /* when the count of lost events is looked at again */
};

enum pace_tick {
	PACE_WAIT,
	PACE_PRINT,
	PACE_LAST, /* the last interval, which is printed when the probes are gone */
};

/* From now on; both in seconds, 0: none. `rest` stays as it is. */
void pace_begin(struct pace *p, double duration, double interval);

/* For poll(2): milliseconds until there is something to do. */
int pace_timeout(const struct pace *p, uint64_t now);

/* Is it time to print? count: of intervals; 0: no end. */
enum pace_tick pace_tick(struct pace *p, uint64_t now, uint64_t count);

/* After a read; came: were there events? More may gather then. */
void pace_read(struct pace *p, bool came);

/* True once a second. */
bool pace_look(struct pace *p, uint64_t now);

static inline bool pace_over(const struct pace *p, uint64_t now)
{
	return p->deadline && now >= p->deadline;
}

/* Was the buffer left alone for long enough? */
static inline bool pace_rested(const struct pace *p, uint64_t now)
{
	return p->next_read && now >= p->next_read;
}

#endif
