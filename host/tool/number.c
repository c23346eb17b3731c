/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/number.h"

#include <stddef.h>

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static bool digits(const char *s, unsigned int base, uint64_t *n)
{
	uint64_t sum = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned int d = (unsigned int)digit_of(*s);

		if (d >= base || __builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, d, &sum))
			return false;
	}
	*n = sum;
	return true;
}

bool number_u64(const char *s, uint64_t *n)
{
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		return digits(s + 2, 16, n);
	return digits(s, 10, n);
}

static bool number_u64_c(const char *s, uint64_t *n)
{
	if (s[0] == '0' && (s[1] == 'o' || s[1] == 'O'))
		return digits(s + 2, 8, n);
	if (s[0] == '0' && s[1] >= '0' && s[1] <= '9')
		return digits(s + 1, 8, n);
	return number_u64(s, n);
}

static bool signed_number(const char *s, bool (*magnitude)(const char *, uint64_t *), int64_t *n)
{
	bool minus = s[0] == '-';
	uint64_t u;

	if (!magnitude(s + minus, &u))
		return false;
	if (u > (uint64_t)INT64_MAX + minus)
		return false;
	*n = minus ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

bool number_i64(const char *s, int64_t *n)
{
	return signed_number(s, number_u64, n);
}

bool number_i64_c(const char *s, int64_t *n)
{
	return signed_number(s, number_u64_c, n);
}

bool number_real(const char *s, double *n)
{
	double whole = 0, part = 0, scale = 1;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++)
		whole = whole * 10 + (*s - '0');
	if (*s == '.') {
		if (!*++s)
			return false;
		/* Digits beyond what a double holds are read, but do not count. */
		for (; *s >= '0' && *s <= '9'; s++) {
			if (scale < 1e15) {
				part = part * 10 + (*s - '0');
				scale *= 10;
			}
		}
	}
	*n = whole + part / scale;
	return !*s;
}
