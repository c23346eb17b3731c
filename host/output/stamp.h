/* SPDX-License-Identifier: Apache-2.0 */
/* stamp: times as RFC 3339 has them, in UTC, with nanoseconds. */
#ifndef BCCHOST_OUTPUT_STAMP_H
#define BCCHOST_OUTPUT_STAMP_H

#include <stddef.h>
#include <stdint.h>

#define STAMP_LEN 30 /* "2026-11-21T18:42:51.123456789Z" */

/* The last second that was written: most events share it with the one before. Zeroed: none. */
struct stamp {
	uint64_t second;
	char text[STAMP_LEN + 1];
};

/* ns since the epoch as STAMP_LEN characters; no NUL. */
void stamp_put(struct stamp *s, char *out, uint64_t ns);

/* What time it is, in ns since the epoch. */
uint64_t stamp_now(void);

#endif
