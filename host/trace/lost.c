/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/lost.h"

#include <inttypes.h>
#include <stdio.h>

void lost_tell(uint64_t *told, uint64_t lost, const char *why, bool at_end, const uint64_t *printed)
{
	if (lost > *told)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events%s%s\n", lost - *told,
			*told ? "" : ": ", *told ? "" : why);
	if (at_end && lost && printed)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events in all, printed %" PRIu64 "\n",
			lost, *printed);
	else if (at_end && lost)
		fprintf(stderr, "bcchost: lost %" PRIu64 " events in all\n", lost);
	*told = lost;
}
