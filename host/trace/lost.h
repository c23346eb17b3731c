/* SPDX-License-Identifier: Apache-2.0 */
/* lost: what is said of events that were lost. */
#ifndef BCCHOST_TRACE_LOST_H
#define BCCHOST_TRACE_LOST_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Tells stderr how many events were lost since it was told last, the first time with the reason.
 * told: how many it knows of; becomes `lost`, which is all until now. At the end also how many in
 * all, beside how many were printed; printed: NULL where events are not printed one by one.
 */
void lost_tell(uint64_t *told, uint64_t lost, const char *why, bool at_end,
	       const uint64_t *printed);

#endif
