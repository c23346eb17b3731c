/* SPDX-License-Identifier: Apache-2.0 */
#include "output/put_json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "output/bits.h"
#include "output/number.h"
#include "output/strlist.h"

#define PIECE 4096 /* bytes that room is made for at once */

void put_json_raw(struct writer *w, const char *text)
{
	writer_add(w, text, strlen(text));
}

void put_json_unsigned(struct writer *w, uint64_t v)
{
	writer_took(w, number_base(writer_room(w, NUMBER_MAX), v, 10, 1));
}

void put_json_signed(struct writer *w, int64_t v)
{
	if (v < 0)
		writer_char(w, '-');
	put_json_unsigned(w, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void put_json_real(struct writer *w, double v)
{
	char text[NUMBER_MAX];

	writer_add(w, text, (size_t)snprintf(text, sizeof(text), "%.15g", v));
}

/*
 * Copies what needs no escape in JSON and is ASCII, at most len bytes, eight at once; returns how
 * much that was. As in escape.c: of a byte that is none the top bit is set, and a borrow from it
 * only disturbs those behind it.
 */
static size_t plain(char *out, const char *in, size_t len)
{
	const uint64_t ones = 0x0101010101010101;
	size_t n = 0;

	for (; len - n >= sizeof(uint64_t); n += sizeof(uint64_t)) {
		uint64_t v, quote, backslash, odd;

		memcpy(&v, in + n, sizeof(v));
		memcpy(out + n, &v, sizeof(v));
		quote = v ^ '"' * ones;
		backslash = v ^ '\\' * ones;
		odd = (v | (v - 0x20 * ones) | ((quote - ones) & ~quote) |
		       ((backslash - ones) & ~backslash)) &
		      0x80 * ones;
		if (odd)
			return n + (size_t)__builtin_ctzll(odd) / 8;
	}
	for (; n < len && in[n] >= 0x20 && in[n] != '"' && in[n] != '\\'; n++)
		out[n] = in[n];
	return n;
}

static void hex_of(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	out[0] = hex[c >> 4];
	out[1] = hex[c & 15];
}

size_t put_json_escape(const char *text, size_t len, char out[4], size_t *seq)
{
	bool looks = *text == '\\' && len >= 4 && text[1] == 'x' &&
		     isxdigit((unsigned char)text[2]) && isxdigit((unsigned char)text[3]);

	*seq = escape_sequence(text, len);
	if (*seq && !looks)
		return 0;
	out[0] = '\\';
	out[1] = 'x';
	hex_of(out + 2, (unsigned char)*text);
	return 1;
}

/* A character that is no plain one; *taken bytes of text. Returns the bytes written. */
static size_t special(char *out, const char *text, size_t len, size_t *taken)
{
	static const char letters[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
	unsigned char c = (unsigned char)*text;
	size_t seq;

	*taken = 1;
	out[0] = '\\';
	if (put_json_escape(text, len, out + 1, &seq))
		return 5; /* the backslash of \xHH is one in JSON, too */
	if (c >= 0x80) {
		memcpy(out, text, seq);
		return *taken = seq;
	}
	if (c >= 0x20 || letters[c]) {
		out[1] = c >= 0x20 ? *text : letters[c];
		return 2;
	}
	memcpy(out + 1, "u00", 3);
	hex_of(out + 4, c);
	return 6;
}

void put_json_string(struct writer *w, const char *text, size_t len)
{
	size_t taken, piece;
	char *out;

	writer_char(w, '"');
	while (len) {
		piece = len < PIECE ? len : PIECE;
		out = writer_room(w, (piece + 1) * PUT_JSON_BYTE_MAX);
		/* A character that the piece's end would part belongs to this one. */
		for (size_t n; piece; text += n, len -= n, piece -= n < piece ? n : piece) {
			n = plain(out, text, piece);
			out += n;
			if (n == piece)
				continue;
			out += special(out, text + n, len - n, &taken);
			n += taken;
		}
		w->len = (size_t)(out - w->data);
	}
	writer_char(w, '"');
}

void put_json_list(struct writer *w, const void *list, size_t size)
{
	struct strlist_item item;
	struct strlist l;

	strlist_init(&l, list, size);
	writer_char(w, '[');
	for (bool first = true;; first = false) {
		item = strlist_next(&l);
		if (item.kind == STRLIST_END || item.kind == STRLIST_MORE)
			break;
		if (!first)
			writer_char(w, ',');
		if (item.kind == STRLIST_TEXT || item.kind == STRLIST_CUT)
			put_json_string(w, item.text, item.len);
		else
			put_json_raw(w, "null");
	}
	writer_char(w, ']');
}

void put_json_bits(struct writer *w, uint64_t v, const struct program_value *names, size_t n)
{
	struct bits b = bits_of(v, names, n);
	const char *name;
	bool first = true;

	writer_char(w, '[');
	for (; (name = bits_next(&b)); first = false) {
		put_json_raw(w, first ? "\"" : ",\"");
		put_json_raw(w, name);
		writer_char(w, '"');
	}
	if (b.left) {
		put_json_raw(w, first ? "\"0x" : ",\"0x");
		writer_took(w, number_base(writer_room(w, NUMBER_MAX), b.left, 16, 1));
		writer_char(w, '"');
	}
	writer_char(w, ']');
}
