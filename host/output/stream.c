/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/escape.h"
#include "output/number.h"

#define TEXT_MAX 8192 /* bytes of a text field that are shown */

enum cell_kind {
	CELL_TIME,
	CELL_ELAPSED,
	CELL_UNSIGNED,
	CELL_SIGNED,
	CELL_TEXT,
	CELL_PATH,
};

struct cell {
	enum cell_kind kind;
	uint32_t offset, size; /* of the field in the event */
	bool has_field;
	uint32_t dirs_offset, dirs_size;
	unsigned int width;
	bool right;
	bool last;	  /* nothing is padded behind it */
	uint64_t divisor; /* of a number with a unit; 0: it has none */
	unsigned int decimals;
	unsigned int base, digits; /* 10, 8 or 16; padded with zeros to this many */
	size_t nnames;
	struct program_value *names; /* owned, with their names */
	char *title;
};

struct stream {
	struct writer *w;
	size_t ncells;
	struct cell *cells;
	time_t second; /* that `clock` tells */
	char clock[16];
	bool started;
	uint64_t first_ns; /* CLOCK_MONOTONIC, or the events' own clock, of the first event */
	char text[TEXT_MAX * ESCAPE_MAX];
};

static bool shown(const struct program_column *c, const struct program *p, const struct options *o)
{
	if (c->when && !options_given(o, p, c->when))
		return false;
	return !c->unless || !options_given(o, p, c->unless);
}

static uint64_t pow10_of(unsigned int n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* How many of the field's own unit, told by its name, make one of the column's. */
static uint64_t unit_divisor(const struct program_column *c)
{
	unsigned int field = 9, column;

	if (c->unit == PROGRAM_UNIT_NONE)
		return 0;
	if (c->unit == PROGRAM_UNIT_KILOBYTES)
		return 1024;
	if (ends_with(c->field, "_us"))
		field = 6;
	else if (ends_with(c->field, "_ms"))
		field = 3;
	column = c->unit == PROGRAM_UNIT_SECONDS ? 0 : c->unit == PROGRAM_UNIT_MILLISECONDS ? 3 : 6;
	return field > column ? pow10_of(field - column) : 1;
}

static int find_field(const struct program *p, const struct program_column *c, const char *name,
		      const struct layout *l, const struct layout_field **f, struct error *e)
{
	char has[512] = "";
	size_t n = 0;

	*f = layout_find(l, name);
	if (*f)
		return 0;
	for (size_t i = 0; i < l->nfields && n < sizeof(has); i++)
		n += (size_t)snprintf(has + n, sizeof(has) - n, "%s%s", i ? ", " : "",
				      l->fields[i].name);
	return error_set(e, FAULT_TOOL, -ENOENT,
			 "%s:%u: column %s: the event has no field %s (it has: %s)", p->path,
			 c->line, c->title, name, has);
}

static int copy_names(struct cell *cell, const struct program_column *c, struct error *e)
{
	cell->names = calloc(c->nnames ? c->nnames : 1, sizeof(*cell->names));
	if (!cell->names)
		return error_nomem(e);
	for (size_t i = 0; i < c->nnames; i++) {
		cell->names[i].number = c->names[i].number;
		cell->names[i].name = strdup(c->names[i].name);
		if (!cell->names[i].name)
			return error_nomem(e);
		cell->nnames++;
	}
	return 0;
}

static int plan_field(struct cell *cell, const struct program *p, const struct program_column *c,
		      const struct layout *l, struct error *e)
{
	const struct layout_field *f;
	int err = find_field(p, c, c->field, l, &f, e);

	if (err)
		return err;
	cell->has_field = true;
	cell->offset = f->offset;
	cell->size = f->size;
	if (cell->kind == CELL_ELAPSED)
		return 0;
	switch (f->kind) {
	case LAYOUT_UNSIGNED:
		cell->kind = CELL_UNSIGNED;
		break;
	case LAYOUT_SIGNED:
		cell->kind = CELL_SIGNED;
		break;
	case LAYOUT_CHARS:
		cell->kind = c->format == PROGRAM_FORMAT_PATH ? CELL_PATH : CELL_TEXT;
		break;
	case LAYOUT_BYTES:
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s:%u: column %s: the field %s is neither a number nor text",
				 p->path, c->line, c->title, c->field);
	}
	if (cell->kind == CELL_PATH && c->dirs && layout_find(l, c->dirs)) {
		f = layout_find(l, c->dirs);
		cell->dirs_offset = f->offset;
		cell->dirs_size = f->size;
	}
	return copy_names(cell, c, e);
}

static int plan_cell(struct stream *s, const struct program *p, const struct program_column *c,
		     const struct layout *l, struct error *e)
{
	struct cell *cell = &s->cells[s->ncells++];

	cell->title = strdup(c->title);
	if (!cell->title)
		return error_nomem(e);
	cell->width = c->width;
	cell->right = c->align == PROGRAM_ALIGN_RIGHT;
	cell->divisor = unit_divisor(c);
	cell->decimals = c->decimals;
	cell->digits = c->digits;
	cell->base = c->format == PROGRAM_FORMAT_HEX	 ? 16
		     : c->format == PROGRAM_FORMAT_OCTAL ? 8
							 : 10;
	cell->kind = c->value == PROGRAM_COLUMN_TIME ? CELL_TIME : CELL_ELAPSED;
	if (c->value == PROGRAM_COLUMN_FIELD) {
		cell->kind = CELL_TEXT;
		return plan_field(cell, p, c, l, e);
	}
	return c->field ? plan_field(cell, p, c, l, e) : 0;
}

/* --timestamp where the program has no column of its own for it. */
static int plan_timestamp(struct stream *s, const struct program *p, const struct options *o,
			  const struct layout *l, struct error *e)
{
	const struct program_column column = {
		.title = (char *)"TIME(s)",
		.value = PROGRAM_COLUMN_ELAPSED,
		.width = 14,
	};

	if (!o->timestamp)
		return 0;
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].when && strcmp(p->columns[i].when, "timestamp") == 0)
			return 0;
	return plan_cell(s, p, &column, l, e);
}

int stream_new(struct stream **out, const struct program *p, const struct options *o,
	       const struct layout *l, struct writer *w, struct error *e)
{
	struct stream *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return error_nomem(e);
	s->w = w;
	s->second = -1;
	s->cells = calloc(p->ncolumns + 1, sizeof(*s->cells));
	err = s->cells ? plan_timestamp(s, p, o, l, e) : error_nomem(e);
	for (size_t i = 0; i < p->ncolumns && !err; i++)
		if (shown(&p->columns[i], p, o))
			err = plan_cell(s, p, &p->columns[i], l, e);
	if (!err && !s->ncells)
		err = error_set(e, FAULT_TOOL, -EINVAL, "%s: no column is shown", p->path);
	if (err) {
		stream_free(s);
		return err;
	}
	s->cells[s->ncells - 1].last = true;
	*out = s;
	return 0;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	for (size_t i = 0; s->cells && i < s->ncells; i++) {
		for (size_t j = 0; j < s->cells[i].nnames; j++)
			free(s->cells[i].names[j].name);
		free(s->cells[i].names);
		free(s->cells[i].title);
	}
	free(s->cells);
	free(s);
}

static void pad(struct writer *w, size_t width, size_t have)
{
	while (have++ < width)
		writer_char(w, ' ');
}

/* width: in characters; len: in bytes. */
static void put(struct stream *s, const struct cell *c, const char *text, size_t len, size_t width)
{
	if (c->right)
		pad(s->w, c->width, width);
	writer_add(s->w, text, len);
	if (!c->right && !c->last)
		pad(s->w, c->width, width);
}

void stream_heading(struct stream *s)
{
	for (size_t i = 0; i < s->ncells; i++) {
		const struct cell *c = &s->cells[i];
		size_t len = strlen(c->title);

		if (i)
			writer_char(s->w, ' ');
		put(s, c, c->title, len, len);
	}
	writer_char(s->w, '\n');
}

static void put_clock(struct stream *s, const struct cell *c)
{
	time_t now = time(NULL);
	struct tm tm;

	if (now != s->second) {
		s->second = now;
		localtime_r(&now, &tm);
		strftime(s->clock, sizeof(s->clock), "%H:%M:%S", &tm);
	}
	put(s, c, s->clock, 8, 8);
}

static uint64_t read_unsigned(const char *p, uint32_t size)
{
	uint64_t v = 0;

	memcpy(&v, p, size < 8 ? size : 8); /* BPF on little-endian machines; see layout.h */
	return v;
}

static int64_t read_signed(const char *p, uint32_t size)
{
	uint64_t v = read_unsigned(p, size);
	unsigned int shift = size < 8 ? 64 - 8 * size : 0;

	return (int64_t)(v << shift) >> shift;
}

static void put_elapsed(struct stream *s, const struct cell *c, const char *data)
{
	struct timespec ts;
	char text[NUMBER_MAX];
	uint64_t now;
	size_t len;

	if (c->has_field) {
		now = read_unsigned(data + c->offset, c->size);
	} else {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		now = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	}
	if (!s->started)
		s->first_ns = now;
	s->started = true;
	/* Events of two CPUs may come a little out of order: the second is then before the first.
	 */
	now = now > s->first_ns ? now - s->first_ns : 0;
	len = number_fraction(text, now, 1000000000, 9);
	put(s, c, text, len, len);
}

static void put_number(struct stream *s, const struct cell *c, const char *data)
{
	uint64_t v = read_unsigned(data + c->offset, c->size);
	bool negative = c->kind == CELL_SIGNED && read_signed(data + c->offset, c->size) < 0;
	char text[NUMBER_MAX];
	size_t len = 0;

	if (c->kind == CELL_SIGNED)
		v = (uint64_t)read_signed(data + c->offset, c->size);
	for (size_t i = 0; i < c->nnames; i++) {
		if ((uint64_t)c->names[i].number == v) {
			len = strlen(c->names[i].name);
			put(s, c, c->names[i].name, len, len);
			return;
		}
	}
	if (negative && c->base == 10) {
		text[len++] = '-';
		v = -v;
	}
	if (c->divisor)
		len += number_fraction(text + len, v, c->divisor, c->decimals);
	else
		len += number_base(text + len, v, c->base, c->digits);
	put(s, c, text, len, len);
}

/* Text at the event's end may be cut short by its template: what was not sent is not read. */
static void put_text(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	size_t max = size - c->offset, width, len;

	max = max < c->size ? max : c->size;
	len = escape(s->text, data + c->offset, max < TEXT_MAX ? max : TEXT_MAX, &width);
	put(s, c, s->text, len, width);
}

/*
 * The directories came from the file's own upwards, each ended by a NUL, "/" after the topmost:
 * they are written from the last to the first. Without that "/" the top was out of reach.
 */
static void put_path(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	const char *name = data + c->offset, *dirs = data + c->dirs_offset, *end;
	size_t width = 0, len = 0, have = 0, w;

	if (c->dirs_size && size > c->dirs_offset)
		have = size - c->dirs_offset < c->dirs_size ? size - c->dirs_offset : c->dirs_size;
	while (have && dirs[have - 1] == '\0')
		have--;
	if (*name == '/' || !have) {
		put_text(s, c, data, size);
		return;
	}
	end = dirs + have;
	if (end[-1] == '/' && (have == 1 || end[-2] == '\0')) {
		end = have == 1 ? dirs : end - 2;
	} else {
		memcpy(s->text, "...", 3);
		width = len = 3;
	}
	while (end > dirs && len < TEXT_MAX * ESCAPE_MAX / 2) {
		const char *start = end;

		while (start > dirs && start[-1] != '\0')
			start--;
		s->text[len++] = '/';
		len += escape(s->text + len, start, (size_t)(end - start), &w);
		width += w + 1;
		end = start > dirs ? start - 1 : dirs;
	}
	s->text[len++] = '/';
	len += escape(s->text + len, name, c->size < TEXT_MAX / 2 ? c->size : TEXT_MAX / 2, &w);
	put(s, c, s->text, len, width + w + 1);
}

static void put_cell(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	if (c->has_field && (size_t)c->offset + (c->kind == CELL_TEXT ? 0 : c->size) > size) {
		put(s, c, "", 0, 0);
		return;
	}
	switch (c->kind) {
	case CELL_TIME:
		put_clock(s, c);
		break;
	case CELL_ELAPSED:
		put_elapsed(s, c, data);
		break;
	case CELL_UNSIGNED:
	case CELL_SIGNED:
		put_number(s, c, data);
		break;
	case CELL_TEXT:
		put_text(s, c, data, size);
		break;
	case CELL_PATH:
		put_path(s, c, data, size);
		break;
	}
}

void stream_event(struct stream *s, const void *data, size_t size)
{
	for (size_t i = 0; i < s->ncells; i++) {
		if (i)
			writer_char(s->w, ' ');
		put_cell(s, &s->cells[i], data, size);
	}
	writer_char(s->w, '\n');
}
