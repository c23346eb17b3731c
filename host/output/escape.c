/* SPDX-License-Identifier: Apache-2.0 */
#include "output/escape.h"

/*
 * The length of the UTF-8 sequence at p, or 0 if there is none: overlong forms, surrogates and
 * what is above U+10FFFF are none (RFC 3629).
 */
static size_t sequence(const unsigned char *p, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (len < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static size_t escaped(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	out[0] = '\\';
	switch (c) {
	case '\n':
		out[1] = 'n';
		return 2;
	case '\t':
		out[1] = 't';
		return 2;
	case '\r':
		out[1] = 'r';
		return 2;
	}
	out[1] = 'x';
	out[2] = hex[c >> 4];
	out[3] = hex[c & 15];
	return 4;
}

size_t escape(char *out, const char *in, size_t len, size_t *width)
{
	const unsigned char *p = (const unsigned char *)in;
	size_t n = 0, chars = 0;

	for (size_t i = 0; i < len && p[i];) {
		size_t seq = sequence(p + i, len - i);

		if (seq == 0 || p[i] < 0x20 || p[i] == 0x7f || (p[i] == 0xc2 && p[i + 1] < 0xa0)) {
			size_t add = escaped(out + n, p[i]);

			n += add;
			chars += add;
			i++;
			continue;
		}
		while (seq--)
			out[n++] = in[i++];
		chars++;
	}
	*width = chars;
	return n;
}
