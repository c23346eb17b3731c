/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody meant who typed a word that there is not. */
#include "base/buf.h"
#include "base/near.h"
#include "tool/find.h"

#define SHOWN_MAX 3

char *find_near(const char *word, const char *const *candidates, size_t n)
{
	unsigned int best = NEAR_FAR;
	size_t left = 0, shown = 0;
	struct buf b = {0};

	for (size_t i = 0; i < n; i++) {
		unsigned int r = near_rank(word, candidates[i]);

		left = r == best ? left + 1 : r < best ? 1 : left;
		best = r < best ? r : best;
	}
	for (size_t i = 0; best < NEAR_FAR && i < n && shown < SHOWN_MAX; i++) {
		if (near_rank(word, candidates[i]) != best)
			continue;
		left = left > SHOWN_MAX ? SHOWN_MAX : left;
		buf_str(&b, !shown ? "did you mean " : shown + 1 == left ? " or " : ", ");
		buf_str(&b, candidates[i]);
		shown++;
	}
	if (shown)
		buf_char(&b, '?');
	return buf_take(&b);
}
