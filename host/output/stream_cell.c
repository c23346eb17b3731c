/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stream_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "output/args.h"
#include "output/call.h"
#include "output/number.h"
#include "output/put_csv.h"

static void pad(struct writer *w, size_t width, size_t have)
{
	if (have < width)
		writer_pad(w, width - have);
}

/* width: in characters; len: in bytes. */
void stream_put(struct stream *s, const struct cell *c, const char *text, size_t len, size_t width)
{
	if (s->csv) {
		put_csv_utf8(s->w, text, len);
		return;
	}
	if (s->plain) {
		writer_add(s->w, text, len);
		return;
	}
	if (c->right)
		pad(s->w, c->width, width);
	writer_add(s->w, text, len);
	if (!c->right && !c->last)
		pad(s->w, c->width, width);
}

void stream_put_clock(struct stream *s, const struct cell *c)
{
	time_t now = time(NULL);
	struct tm tm;

	if (now != s->second) {
		s->second = now;
		localtime_r(&now, &tm);
		strftime(s->clock, sizeof(s->clock), "%H:%M:%S", &tm);
	}
	stream_put(s, c, s->clock, 8, 8);
}

static void put_elapsed(struct stream *s, const struct cell *c, const char *data)
{
	char text[NUMBER_MAX];
	uint64_t now;
	size_t len;

	now = c->has_field ? value_unsigned(data + c->offset, c->size) : clock_ns();
	now = value_elapsed(s->first, now);
	len = number_fraction(text, now, 1000000000, c->decimals);
	stream_put(s, c, text, len, len);
}

/* Of nothing there is no part: "-". */
static void put_percent(struct stream *s, const struct cell *c, const char *data)
{
	uint64_t v = value_unsigned(data + c->offset, c->size),
		 of = value_unsigned(data + c->of_offset, c->of_size);
	char text[NUMBER_MAX];
	size_t len = 1;

	if (of)
		len = number_fraction(text, v * 100, of, c->decimals);
	else
		text[0] = '-';
	stream_put(s, c, text, len, len);
}

static void put_formula(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	double value;
	int len = 1;

	s->text[0] = '-';
	if (value_formula(c, data, size, &value))
		len = snprintf(s->text, sizeof(s->text), "%.*f", (int)c->decimals, value);
	stream_put(s, c, s->text, (size_t)len, (size_t)len);
}

static void put_ksym(struct stream *s, const struct cell *c, const char *data)
{
	char name[2 + VALUE_FUNCTION_MAX] = "0x";
	uint64_t addr;
	bool known = value_function(c, data, s->kernel, name, &addr);
	size_t len;

	if (c->kind == CELL_KADDR)
		name[number_base(name, addr, 16, 0)] = '\0';
	else if (!known)
		name[2 + number_base(name + 2, addr, 16, 0)] = '\0';
	len = strlen(name);
	stream_put(s, c, name, len, len);
}

/* A function's name, with where in it, or of a user's program. */
static void put_address(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	size_t width, len;

	stacks_name(s->stacks, c, data, size, &s->names);
	len = s->names.len < TEXT_MAX ? s->names.len : TEXT_MAX;
	len = escape(s->text, s->names.data, len, &width);
	stream_put(s, c, s->text, len, width);
}

static void put_number(struct stream *s, const struct cell *c, const char *data)
{
	uint64_t v = value_unsigned(data + c->offset, c->size);
	bool negative = c->kind == CELL_SIGNED && value_signed(data + c->offset, c->size) < 0;
	char text[NUMBER_MAX];
	size_t len = 0;

	if (c->kind == CELL_SIGNED)
		v = (uint64_t)value_signed(data + c->offset, c->size);
	for (size_t i = 0; i < c->nnames; i++) {
		if ((uint64_t)c->names[i].number == v) {
			len = strlen(c->names[i].name);
			stream_put(s, c, c->names[i].name, len, len);
			return;
		}
	}
	if (c->other) {
		stream_put(s, c, c->other, strlen(c->other), strlen(c->other));
		return;
	}
	if (negative && c->base == 10) {
		text[len++] = '-';
		v = -v;
	}
	if (c->rate && s->elapsed_ns)
		len += number_fraction(text + len, v * 1000000000, s->elapsed_ns, c->decimals);
	else if (c->divisor && c->down)
		len += number_fraction(text + len, v - v % c->divisor, c->divisor, 0);
	else if (c->divisor)
		len += number_fraction(text + len, v, c->divisor, c->decimals);
	else
		len += number_base(text + len, v, c->base, c->digits);
	stream_put(s, c, text, len, len);
}

/* How many bytes of the text its first characters are. */
static size_t first(const char *text, size_t len, size_t characters, size_t *width)
{
	size_t i = 0;

	for (*width = 0; i < len; i++) {
		bool begins = ((unsigned char)text[i] & 0xc0) != 0x80;

		if (begins && *width == characters)
			break;
		*width += begins;
	}
	return i;
}

/* Text at the event's end may be cut short by its template: what was not sent is not read. */
static void put_text(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	size_t max = value_bytes(c, size), width, len;

	max = max < TEXT_MAX ? max : TEXT_MAX;
	if (s->csv || c->right || c->cut) {
		len = escape(s->text, data + c->offset, max, &width);
		if (c->cut && c->cut < width)
			len = first(s->text, len, c->cut, &width);
		stream_put(s, c, s->text, len, width);
		return;
	}
	len = escape(writer_room(s->w, max * ESCAPE_MAX), data + c->offset, max, &width);
	writer_took(s->w, len);
	if (!s->plain && !c->last)
		pad(s->w, c->width, width);
}

static void put_path(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	char path[TEXT_MAX];
	size_t width, len = value_path(c, data, size, path);

	len = escape(s->text, path, len, &width);
	stream_put(s, c, s->text, len, width);
}

static void put_args(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	size_t width = args_put(s->w, data + c->offset, value_bytes(c, size), c->quote);

	if (!s->plain && !c->last)
		pad(s->w, c->width, width);
}

static void put_cgroup(struct stream *s, const struct cell *c, const char *data)
{
	char room[CELL_LABEL_MAX];
	uint64_t id = value_unsigned(data + c->offset, c->size);
	bool known;
	const char *text = cells_cgroup(&s->cells, c, id, room, &known);
	size_t width, len;

	text = text ?: "-";
	len = escape(s->text, text, strnlen(text, TEXT_MAX), &width);
	stream_put(s, c, s->text, len, width);
}

static void put_call(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	size_t width = call_put(c->call, s->w, data, size);

	if (!s->plain && !c->last)
		pad(s->w, c->width, width);
}

static void put_bytes(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	size_t len = value_bytes_text(c, data, size, s->text, sizeof(s->text));

	stream_put(s, c, s->text, len, len);
}

static bool is_there(const struct cell *c, const char *data, size_t size)
{
	int64_t v;

	if (!c->nif)
		return true;
	if ((size_t)c->if_offset + c->if_size > size)
		return false;
	v = c->if_signed ? value_signed(data + c->if_offset, c->if_size)
			 : (int64_t)value_unsigned(data + c->if_offset, c->if_size);
	for (size_t i = 0; i < c->nif; i++)
		if (v == c->if_is[i])
			return true;
	return false;
}

/* Each as a column of its own would be, side by side; then all of it as one value. */
static void put_parts(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	struct writer *w = s->w;
	bool csv = s->csv, plain = s->plain;

	s->parts->len = 0;
	s->parts->err = 0;
	s->w = s->parts;
	s->csv = s->plain = false;
	for (size_t i = 0; i < c->nparts; i++)
		if (is_there(&c->parts[i], data, size))
			stream_put_cell(s, &c->parts[i], data, size);
	s->w = w;
	s->csv = csv;
	s->plain = plain;
	stream_put(s, c, s->parts->data, s->parts->len,
		   terminal_width(s->parts->data, s->parts->len));
}

void stream_put_cell(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	if (!value_came(c, size)) {
		stream_put(s, c, "", 0, 0);
		return;
	}
	switch (c->kind) {
	case CELL_TIME:
		stream_put_clock(s, c);
		break;
	case CELL_ELAPSED:
		put_elapsed(s, c, data);
		break;
	case CELL_UNSIGNED:
	case CELL_SIGNED:
		if (c->percent)
			put_percent(s, c, data);
		else
			put_number(s, c, data);
		break;
	case CELL_FORMULA:
		put_formula(s, c, data, size);
		break;
	case CELL_KSYM:
	case CELL_USYM:
	case CELL_KADDR:
		if (s->stacks && c->kind != CELL_KADDR)
			put_address(s, c, data, size);
		else
			put_ksym(s, c, data);
		break;
	case CELL_STACK: /* on lines of their own */
		break;
	case CELL_IP:
	case CELL_BYTES:
		put_bytes(s, c, data, size);
		break;
	case CELL_TEXT:
		put_text(s, c, data, size);
		break;
	case CELL_PATH:
		put_path(s, c, data, size);
		break;
	case CELL_ARGS:
		put_args(s, c, data, size);
		break;
	case CELL_CONTAINER:
	case CELL_POD:
	case CELL_CGROUP:
		put_cgroup(s, c, data);
		break;
	case CELL_CALL:
		put_call(s, c, data, size);
		break;
	case CELL_PARTS:
		put_parts(s, c, data, size);
		break;
	case CELL_LITERAL:
		stream_put(s, c, c->text, strlen(c->text),
			   terminal_width(c->text, strlen(c->text)));
		break;
	}
}
