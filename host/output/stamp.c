/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stamp.h"

#include <string.h>
#include <time.h>

#include "output/number.h"

#define SECOND	   1000000000
#define BEFORE_DOT 20 /* "2026-11-21T18:42:51." */

void stamp_put(struct stamp *s, char *out, uint64_t ns)
{
	uint64_t second = ns / SECOND;
	time_t t = (time_t)second;
	struct tm tm;

	if (!*s->text || second != s->second) {
		s->second = second;
		gmtime_r(&t, &tm);
		strftime(s->text, sizeof(s->text), "%Y-%m-%dT%H:%M:%S.", &tm);
	}
	memcpy(out, s->text, BEFORE_DOT);
	number_base(out + BEFORE_DOT, ns % SECOND, 10, 9);
	out[STAMP_LEN - 1] = 'Z';
}

uint64_t stamp_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}
