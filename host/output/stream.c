/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "output/args.h"
#include "output/call.h"
#include "output/cell.h"
#include "output/data.h"
#include "output/dress.h"
#include "output/escape.h"
#include "output/number.h"
#include "output/only.h"
#include "output/put_csv.h"
#include "output/stacks.h"
#include "output/value.h"

#define TEXT_MAX VALUE_TEXT_MAX

struct stream {
	struct writer *w;
	struct cells cells;
	struct only only;
	struct data *data; /* instead of all below; NULL: text */
	time_t second;	   /* that `clock` tells */
	char clock[16];
	bool csv, plain;      /* plain: without padding, for stream_section */
	bool headless;	      /* no titles above the text */
	struct writer *parts; /* a column's parts, put together; NULL: no column has any */
	struct dress *dress;  /* on a terminal; or NULL */
	uint64_t elapsed_ns;
	struct kernel *kernel;
	struct stacks *stacks;
	struct buf names;
	struct writer *folded; /* of `folded:`: where a value is written first; else NULL */
	struct buf line;
	struct value_first own_first, *first; /* CLOCK_MONOTONIC, or the events' own clock */
	struct stream *with;		      /* that it is joined to and has the titles of */
	const char *name;		      /* that lines begin with; NULL: none */
	unsigned int name_width;
	char text[TEXT_MAX * ESCAPE_MAX];
};

static int make_folded(struct stream *s, struct error *e)
{
	if (!s->cells.folded)
		return 0;
	s->folded = malloc(sizeof(*s->folded));
	if (!s->folded)
		return error_nomem(e);
	writer_init(s->folded, -1, NULL);
	return 0;
}

static int make_room_for_parts(struct stream *s, struct error *e)
{
	bool any = false;

	for (size_t i = 0; i < s->cells.n; i++)
		any = any || s->cells.v[i].kind == CELL_PARTS;
	if (!any)
		return 0;
	s->parts = malloc(sizeof(*s->parts));
	if (!s->parts)
		return error_nomem(e);
	writer_init(s->parts, -1, NULL);
	return 0;
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
	s->first = &s->own_first;
	s->csv = p->csv && options_given(o, p, p->csv);
	s->headless = p->headless;
	err = cells_make(&s->cells, p, o, l, e)
		      ?: only_make(&s->only, p, o, l, e)
		      ?: make_room_for_parts(s, e)
		      ?: make_folded(s, e);
	if (!err && options_want_data(o))
		err = data_new(&s->data, p, o, l, w, e);
	if (!err && s->data)
		data_first(s->data, s->first);
	if (err)
		stream_free(s);
	else
		*out = s;
	return err;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	dress_free(s->dress);
	cells_free(&s->cells);
	only_free(&s->only);
	data_free(s->data);
	buf_free(&s->names);
	buf_free(&s->line);
	free(s->folded);
	free(s->parts);
	free(s);
}

static void pad(struct writer *w, size_t width, size_t have)
{
	if (have < width)
		writer_pad(w, width - have);
}

/* width: in characters; len: in bytes. */
static void put(struct stream *s, const struct cell *c, const char *text, size_t len, size_t width)
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

static void put_name(struct stream *s)
{
	size_t len = s->name ? strlen(s->name) : 0;

	if (!s->name)
		return;
	if (s->csv) {
		put_csv_utf8(s->w, s->name, len);
		writer_char(s->w, ',');
		return;
	}
	writer_add(s->w, s->name, len);
	writer_pad(s->w, s->name_width - (len < s->name_width ? len : s->name_width) + 1);
}

void stream_named(struct stream *s, const char *name, unsigned int width)
{
	s->name = name;
	s->name_width = width;
}

static bool same_titles(const struct cells *a, const struct cells *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = strcmp(a->v[i].title, b->v[i].title) == 0;
	return same;
}

bool stream_join(struct stream *s, struct stream *first)
{
	bool same = same_titles(&s->cells, &first->cells);

	s->first = first->first;
	if (s->data)
		data_first(s->data, s->first);
	s->with = same ? first : NULL;
	return same;
}

void stream_heading(struct stream *s)
{
	if (s->data) {
		data_heading(s->data);
		return;
	}
	if (s->cells.folded) /* lines for flame graphs have none */
		return;
	if (s->headless && !s->csv)
		return;
	put_name(s);
	for (size_t i = 0; i < s->cells.n; i++) {
		const struct cell *c = &s->cells.v[i];
		size_t len = strlen(c->title);

		if (i)
			writer_char(s->w, s->csv ? ',' : ' ');
		put(s, c, c->title, len, len);
	}
	if (s->cells.n && !s->cells.folded)
		writer_char(s->w, '\n');
	if (s->dress)
		dress_titles_written(s->dress);
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

static void put_elapsed(struct stream *s, const struct cell *c, const char *data)
{
	char text[NUMBER_MAX];
	uint64_t now;
	size_t len;

	now = c->has_field ? value_unsigned(data + c->offset, c->size) : clock_ns();
	now = value_elapsed(s->first, now);
	len = number_fraction(text, now, 1000000000, c->decimals);
	put(s, c, text, len, len);
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
	put(s, c, text, len, len);
}

static void put_formula(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	double value;
	int len = 1;

	s->text[0] = '-';
	if (value_formula(c, data, size, &value))
		len = snprintf(s->text, sizeof(s->text), "%.*f", (int)c->decimals, value);
	put(s, c, s->text, (size_t)len, (size_t)len);
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
	put(s, c, name, len, len);
}

/* A function's name, with where in it, or of a user's program. */
static void put_address(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	size_t width, len;

	stacks_name(s->stacks, c, data, size, &s->names);
	len = s->names.len < TEXT_MAX ? s->names.len : TEXT_MAX;
	len = escape(s->text, s->names.data, len, &width);
	put(s, c, s->text, len, width);
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
			put(s, c, c->names[i].name, len, len);
			return;
		}
	}
	if (c->other) {
		put(s, c, c->other, strlen(c->other), strlen(c->other));
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
	put(s, c, text, len, len);
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
		put(s, c, s->text, len, width);
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
	put(s, c, s->text, len, width);
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
	put(s, c, s->text, len, width);
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

	put(s, c, s->text, len, len);
}

static void put_cell(struct stream *s, const struct cell *c, const char *data, size_t size);

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
			put_cell(s, &c->parts[i], data, size);
	s->w = w;
	s->csv = csv;
	s->plain = plain;
	put(s, c, s->parts->data, s->parts->len, terminal_width(s->parts->data, s->parts->len));
}

static void put_cell(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	if (!value_came(c, size)) {
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
		put(s, c, c->text, strlen(c->text), terminal_width(c->text, strlen(c->text)));
		break;
	}
}

static void put_indented(struct writer *w, unsigned int indent, const char *text)
{
	size_t width, len = strlen(text);

	writer_pad(w, indent);
	len = escape(writer_room(w, len * ESCAPE_MAX), text, len, &width);
	writer_took(w, len);
	writer_char(w, '\n');
}

/* With its title above it, where there are several. How many lines. */
static unsigned int put_stack(struct stream *s, const struct cell *c, bool titled, const char *data,
			      size_t size, struct writer *to)
{
	const char *why, *name;
	unsigned int indent = titled ? 8 : 4;
	size_t n;

	if (!value_came(c, size))
		return 0;
	n = stacks_get(s->stacks, c, data, size, &s->names, &why);
	if (titled) {
		writer_pad(to, 4);
		writer_add(to, c->title, strlen(c->title));
		writer_add(to, ":\n", 2);
	}
	if (!n)
		put_indented(to, indent,
			     *why      ? why
			     : c->user ? "[no user stack]"
				       : "[no kernel stack]");
	name = s->names.data;
	for (size_t i = 0; i < n; i++, name += strlen(name) + 1)
		put_indented(to, indent, name);
	return (unsigned int)(n ? n : 1) + titled;
}

struct data *stream_data(struct stream *s)
{
	return s->data;
}

void stream_terminal(struct stream *s, const struct terminal *t, bool repeat)
{
	if (!s->csv && !s->data && !s->cells.folded)
		s->dress = dress_new(t, &s->cells, repeat && !s->headless,
				     s->with ? s->with->dress : NULL);
}

/* The values of an event, side by side in the dress's text. */
static void measure(struct stream *s, const void *data, size_t size, bool judge)
{
	struct dress *d = s->dress;
	struct writer *w = s->w;

	s->w = &d->text;
	s->plain = true;
	dress_begin(d);
	for (size_t i = 0; i < s->cells.n; i++) {
		size_t at = d->text.len;

		put_cell(s, &s->cells.v[i], data, size);
		dress_value(d, at, judge ? data : NULL, size);
	}
	s->plain = false;
	s->w = w;
	dress_fit(d);
}

void stream_fit(struct stream *s, const void *data, size_t size)
{
	if (s->dress && only_passes(&s->only, data, size))
		measure(s, data, size, false);
}

static void put_dressed(struct stream *s, const void *data, size_t size)
{
	measure(s, data, size, true);
	if (dress_wants_titles(s->dress))
		stream_heading(s);
	put_name(s);
	dress_line(s->dress, s->w);
	stream_below(s, data, size, s->w);
}

void stream_below(struct stream *s, const void *data, size_t size, struct writer *to)
{
	bool several = s->cells.nbelow > 1;
	unsigned int lines = 0;

	for (size_t i = 0; i < s->cells.nbelow && s->stacks; i++)
		lines += put_stack(s, &s->cells.v[s->cells.n + i], several, data, size, to);
	if (s->dress)
		dress_below(s->dress, lines);
}

/* The last that is no stack: what is counted. */
static size_t counter_of(const struct cells *cells)
{
	for (size_t i = cells->n; i > 0; i--)
		if (cells->v[i - 1].kind != CELL_STACK)
			return i - 1;
	return 0;
}

/* A part of the line; ';' is what stands between them. */
static void fold_cell(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	struct writer *w = s->w, *cell = s->folded;

	cell->len = 0;
	s->w = cell;
	put_cell(s, c, data, size);
	s->w = w;
	for (size_t i = 0; i < cell->len; i++)
		if (cell->data[i] == ';')
			cell->data[i] = ':';
	if (cell->len && s->line.len)
		buf_char(&s->line, ';');
	buf_add(&s->line, cell->data, cell->len);
}

/* A stack that was not kept is told of; one that is none leaves nothing. */
static void fold_stack(struct stream *s, const struct cell *c, const char *data, size_t size)
{
	const char *why = STACKS_NONE;
	size_t n = 0, width, len;
	char *folded, *text;

	if (s->stacks && value_came(c, size))
		n = stacks_get(s->stacks, c, data, size, &s->names, &why);
	if ((n || *why) && s->line.len)
		buf_char(&s->line, ';');
	if (!n) {
		buf_str(&s->line, why);
		return;
	}
	folded = malloc(s->names.len);
	text = malloc(s->names.len * ESCAPE_MAX);
	if (folded && text) {
		len = stacks_fold(s->names.data, s->names.len, folded);
		len = escape(text, folded, len, &width);
		buf_add(&s->line, text, len);
	}
	free(folded);
	free(text);
}

/* "comm;outermost;…;innermost 42". */
static void put_folded(struct stream *s, const void *data, size_t size)
{
	size_t counter = counter_of(&s->cells);

	s->line.len = 0;
	s->plain = true;
	for (size_t i = 0; i < s->cells.n; i++)
		if (s->cells.v[i].kind != CELL_STACK && i != counter)
			fold_cell(s, &s->cells.v[i], data, size);
	/* A program calls the kernel. */
	for (int user = 1; user >= 0; user--)
		for (size_t i = 0; i < s->cells.n; i++)
			if (s->cells.v[i].kind == CELL_STACK && s->cells.v[i].user == user)
				fold_stack(s, &s->cells.v[i], data, size);
	if (s->line.data)
		writer_add(s->w, s->line.data, s->line.len);
	if (s->cells.v[counter].kind != CELL_STACK) {
		writer_char(s->w, ' ');
		put_cell(s, &s->cells.v[counter], data, size);
	}
	s->plain = false;
}

bool stream_event(struct stream *s, const void *data, size_t size)
{
	if (s->data)
		return data_event(s->data, data, size);
	if (!only_passes(&s->only, data, size))
		return false;
	if (s->dress && !s->cells.folded) {
		put_dressed(s, data, size);
		return true;
	}
	if (s->cells.folded)
		put_folded(s, data, size);
	else
		put_name(s);
	for (size_t i = 0; i < s->cells.n && !s->cells.folded; i++) {
		if (i)
			writer_char(s->w, s->csv ? ',' : ' ');
		put_cell(s, &s->cells.v[i], data, size);
	}
	if (s->cells.n)
		writer_char(s->w, '\n');
	stream_below(s, data, size, s->w);
	return true;
}

void stream_elapsed(struct stream *s, uint64_t ns)
{
	s->elapsed_ns = ns;
	if (s->data)
		data_interval(s->data, ns);
}

void stream_kernel(struct stream *s, struct kernel *k)
{
	s->kernel = k;
	if (s->data)
		data_kernel(s->data, k);
}

void stream_stacks(struct stream *s, struct stacks *stacks)
{
	s->stacks = stacks;
	if (s->data)
		data_stacks(s->data, stacks);
}

const char *stream_value(struct stream *s, size_t i, const void *data, size_t size,
			 struct writer *to)
{
	struct writer *w = s->w;

	for (size_t at = 0; at < s->cells.n; at++) {
		const struct cell *c = &s->cells.v[at];

		if (c->kind == CELL_TIME || i--)
			continue;
		s->w = to;
		s->plain = true;
		put_cell(s, c, data, size);
		s->plain = false;
		s->w = w;
		return c->title;
	}
	return NULL;
}

void stream_clock_line(struct stream *s)
{
	for (size_t i = 0; i < s->cells.n; i++) {
		if (s->cells.v[i].kind != CELL_TIME)
			continue;
		s->plain = true;
		put_clock(s, &s->cells.v[i]);
		s->plain = false;
		writer_char(s->w, '\n');
		return;
	}
}
