/* SPDX-License-Identifier: Apache-2.0 */
#include "output/number.h"

size_t number_base(char *out, uint64_t v, unsigned int base, unsigned int digits)
{
	char reversed[NUMBER_MAX];
	size_t n = 0, len = 0;

	do {
		reversed[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n < digits && n < 32)
		reversed[n++] = '0';
	while (n)
		out[len++] = reversed[--n];
	return len;
}

size_t number_fraction(char *out, uint64_t v, uint64_t divisor, unsigned int decimals)
{
	uint64_t whole = v / divisor, scale = 1, part;
	size_t len;

	for (unsigned int i = 0; i < decimals; i++)
		scale *= 10;
	/* v % divisor is below 10^9 for every unit: times 10^9 and doubled it fits. */
	part = ((v % divisor) * scale * 2 + divisor) / (divisor * 2);
	if (part >= scale) {
		whole++;
		part = 0;
	}
	len = number_base(out, whole, 10, 1);
	if (decimals) {
		out[len++] = '.';
		len += number_base(out + len, part, 10, decimals);
	}
	return len;
}
