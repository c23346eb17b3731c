/* SPDX-License-Identifier: Apache-2.0 */
#include "base/escape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t escape_sequence(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
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

/*
 * Copies what is printable ASCII, at most len bytes, and returns how much that was. Eight bytes are
 * looked at at once: of a byte that is none, the top bit is set in itself (not ASCII), in itself
 * less 0x20 (control) or in itself plus one (DEL). A borrow or a carry from it can only disturb the
 * bytes behind it. out has room for eight bytes wherever eight are left.
 */
static size_t plain(char *out, const unsigned char *in, size_t len)
{
	const uint64_t ones = 0x0101010101010101;
	size_t n = 0;

	for (; len - n >= sizeof(uint64_t); n += sizeof(uint64_t)) {
		uint64_t v, odd;

		memcpy(&v, in + n, sizeof(v));
		memcpy(out + n, &v, sizeof(v));
		odd = (v | (v - 0x20 * ones) | (v + ones)) & 0x80 * ones;
		/* The first byte is the lowest: little-endian, as events are (layout.h). */
		if (odd)
			return n + (size_t)__builtin_ctzll(odd) / 8;
	}
	for (; n < len && in[n] >= 0x20 && in[n] < 0x7f; n++)
		out[n] = (char)in[n];
	return n;
}

size_t escape(char *out, const char *in, size_t len, size_t *width)
{
	const unsigned char *p = (const unsigned char *)in;
	size_t n = 0, chars = 0, i = 0;

	for (;;) {
		size_t seq = plain(out + n, p + i, len - i);

		i += seq;
		n += seq;
		chars += seq;
		if (i == len || !p[i])
			break;
		seq = escape_sequence(in + i, len - i);
		if (seq < 2 || (p[i] == 0xc2 && p[i + 1] < 0xa0)) {
			size_t add = escaped(out + n, p[i++]);

			n += add;
			chars += add;
			continue;
		}
		while (seq--)
			out[n++] = in[i++];
		chars++;
	}
	*width = chars;
	return n;
}

char *escape_message(const char *text)
{
	size_t len = strlen(text), n = 0, one, width;
	char *out = malloc(ESCAPE_MAX * len + 1);

	while (out && len) {
		one = strcspn(text, "\n\t");
		n += escape(out + n, text, one, &width);
		if (one < len)
			out[n++] = text[one++];
		text += one;
		len -= one;
	}
	if (out)
		out[n] = '\0';
	return out;
}
