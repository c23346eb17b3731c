/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/pace.h"

#include "base/clock.h"

#define SECOND 1000000000

void pace_begin(struct pace *p, double duration, double interval)
{
	uint64_t now = clock_ns();

	if (duration > 0)
		p->deadline = now + (uint64_t)(duration * 1e9);
	p->interval = (uint64_t)(interval * 1e9);
	p->next_tick = now + p->interval;
	p->next_look = now + SECOND;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return b && b < a ? b : a;
}

int pace_timeout(const struct pace *p, uint64_t now)
{
	uint64_t until = earlier(p->next_look, p->deadline);

	if (p->interval)
		until = earlier(until, p->next_tick);
	until = earlier(until, p->next_read);
	return until <= now ? 0 : (int)((until - now + 999999) / 1000000);
}

enum pace_tick pace_tick(struct pace *p, uint64_t now, uint64_t count)
{
	if (!p->interval || now < p->next_tick)
		return PACE_WAIT;
	if (count && p->ticks + 1 >= count)
		return PACE_LAST;
	/* The end comes so soon that what is left is of the last interval. */
	if (p->deadline && p->deadline < p->next_tick + p->interval / 2) {
		p->next_tick = p->deadline + p->interval;
		return PACE_WAIT;
	}
	p->ticks++;
	/* A machine that slept, or a writer that waited, makes one long interval, not many short.
	 */
	while (p->next_tick <= now)
		p->next_tick += p->interval;
	return PACE_PRINT;
}

void pace_read(struct pace *p, bool came)
{
	p->next_read = p->rest && came ? clock_ns() + p->rest : 0;
}

bool pace_look(struct pace *p, uint64_t now)
{
	if (now < p->next_look)
		return false;
	p->next_look = now + SECOND;
	return true;
}
