/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody meant who typed a word that there is not. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/find.h"

#define WORD_MAX  64 /* longer ones are near nothing */
#define SHOWN_MAX 3
#define FAR	  1000u

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
				row[j] = min3(row[j], up2[j - 2] + 1, FAR);
		}
	}
	return rows[la % 3][lb];
}

/* The lower, the nearer; FAR if it is no guess at all. */
static unsigned int rank(const char *word, const char *candidate)
{
	size_t lw, lc, shorter;
	unsigned int d;

	word += strspn(word, "-");
	candidate += strspn(candidate, "-");
	lw = strlen(word);
	lc = strlen(candidate);
	shorter = lw < lc ? lw : lc;
	if (!shorter || lw > WORD_MAX || lc > WORD_MAX)
		return FAR;
	d = distance(word, lw, candidate, lc);
	if (d <= 1 + shorter / 4 && d < shorter)
		return d;
	if (shorter >= 2 && !strncasecmp(word, candidate, shorter))
		return 20;
	if (shorter >= 3 && (strcasestr(candidate, word) || strcasestr(word, candidate)))
		return 30;
	return FAR;
}

char *find_near(const char *word, const char *const *candidates, size_t n)
{
	unsigned int best = FAR;
	size_t left = 0, shown = 0;
	struct buf b = {0};

	for (size_t i = 0; i < n; i++) {
		unsigned int r = rank(word, candidates[i]);

		left = r == best ? left + 1 : r < best ? 1 : left;
		best = r < best ? r : best;
	}
	for (size_t i = 0; best < FAR && i < n && shown < SHOWN_MAX; i++) {
		if (rank(word, candidates[i]) != best)
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
