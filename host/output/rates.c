/* SPDX-License-Identifier: Apache-2.0 */
#include "output/rates.h"

void rates_print(struct stream *s, const struct table *counted, uint64_t elapsed_ns)
{
	stream_elapsed(s, elapsed_ns ? elapsed_ns : 1);
	for (size_t i = 0; i < counted->n; i++)
		stream_event(s, table_row(counted, i), table_row_size(counted));
}
