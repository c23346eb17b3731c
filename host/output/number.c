/* SPDX-License-Identifier: Apache-2.0 */
#include "output/number.h"

#include <string.h>

#define DIGITS_MAX 32

/* The digits of v before `end`, two at a time: a division by a constant is a multiplication. */
static char *decimal(char *end, uint64_t v)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";

	for (; v >= 100; v /= 100)
		memcpy(end -= 2, pairs + 2 * (v % 100), 2);
	if (v >= 10)
		memcpy(end -= 2, pairs + 2 * v, 2);
	else
		*--end = (char)('0' + v);
	return end;
}

static char *power_of_two(char *end, uint64_t v, unsigned int bits)
{
	do {
		*--end = "0123456789abcdef"[v & ((1u << bits) - 1)];
		v >>= bits;
	} while (v);
	return end;
}

size_t number_base(char *out, uint64_t v, unsigned int base, unsigned int digits)
{
	char text[DIGITS_MAX], *end = text + DIGITS_MAX, *p;
	size_t len;

	if (base == 10 && v < 10 && digits < 2) {
		*out = (char)('0' + v);
		return 1;
	}
	p = base == 10 ? decimal(end, v) : power_of_two(end, v, base == 16 ? 4 : 3);
	while (p > text && (size_t)(end - p) < digits)
		*--p = '0';
	len = (size_t)(end - p);
	memcpy(out, p, len);
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
