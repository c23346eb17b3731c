/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"

#define WORD_MAX 64 /* longer ones are near nothing */

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Insertions, removals, replacements and swaps of neighbours that make one word of the other. */
static unsigned int distance(const char *a, size_t la, const char *b, size_t lb)
{
	unsigned int rows[3][WORD_MAX + 1]; /* row i of the table is rows[i % 3] */

	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned int *row = rows[i % 3], *up = rows[(i - 1) % 3], *up2 = rows[(i + 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = min3(up[j] + 1, row[j - 1] + 1,
				      up[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = min3(row[j], up2[j - 2] + 1, NEAR_FAR);
		}
	}
	return rows[la % 3][lb];
}

unsigned int near_rank(const char *word, const char *candidate)
{
	size_t lw, lc, shorter;
	unsigned int d;

	word += strspn(word, "-");
	candidate += strspn(candidate, "-");
	lw = strlen(word);
	lc = strlen(candidate);
	shorter = lw < lc ? lw : lc;
	if (!shorter || lw > WORD_MAX || lc > WORD_MAX)
		return NEAR_FAR;
	d = distance(word, lw, candidate, lc);
	if (d <= 1 + shorter / 4 && d < shorter)
		return d;
	if (shorter >= 2 && !strncasecmp(word, candidate, shorter))
		return 20;
	if (shorter >= 3 && (strcasestr(candidate, word) || strcasestr(word, candidate)))
		return 30;
	return NEAR_FAR;
}
