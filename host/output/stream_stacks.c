/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stream_parts.h"

#include <stdlib.h>
#include <string.h>

#include "output/dress.h"

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
	stream_put_cell(s, c, data, size);
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
void stream_put_folded(struct stream *s, const void *data, size_t size)
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
		stream_put_cell(s, &s->cells.v[counter], data, size);
	}
	s->plain = false;
}
