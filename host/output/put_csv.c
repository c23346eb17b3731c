/* SPDX-License-Identifier: Apache-2.0 */
#include "output/put_csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output/put_json.h"

static bool wants_quotes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r')
			return true;
	return false;
}

static void put_doubled(struct writer *w, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			writer_char(w, '"');
		writer_char(w, text[i]);
	}
}

void put_csv_utf8(struct writer *w, const char *text, size_t len)
{
	if (!wants_quotes(text, len)) {
		writer_add(w, text, len);
		return;
	}
	writer_char(w, '"');
	put_doubled(w, text, len);
	writer_char(w, '"');
}

/* Is there nothing to be quoted, and nothing that might be escaped? */
static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] == ',' || text[i] == '"' || text[i] == '\\')
			return false;
	return true;
}

void put_csv_text(struct writer *w, const char *text, size_t len)
{
	bool quoted = wants_quotes(text, len);
	char escape[4];
	size_t seq;

	if (is_plain(text, len)) {
		writer_add(w, text, len);
		return;
	}
	if (quoted)
		writer_char(w, '"');
	for (size_t i = 0; i < len; i += seq) {
		if (put_json_escape(text + i, len - i, escape, &seq)) {
			writer_add(w, escape, sizeof(escape));
			seq = 1;
		} else {
			put_doubled(w, text + i, seq);
		}
	}
	if (quoted)
		writer_char(w, '"');
}

static void from_cell(void *to, const char *text, size_t len)
{
	put_doubled(to, text, len);
}

int put_csv_init(struct put_csv *c, struct writer *to, struct error *e)
{
	c->to = to;
	c->cell = malloc(sizeof(*c->cell));
	if (!c->cell)
		return error_nomem(e);
	writer_init_sink(c->cell, from_cell, to);
	return 0;
}

void put_csv_free(struct put_csv *c)
{
	free(c->cell);
}

struct writer *put_csv_begin(struct put_csv *c)
{
	writer_char(c->to, '"');
	return c->cell;
}

void put_csv_end(struct put_csv *c)
{
	writer_flush(c->cell);
	writer_char(c->to, '"');
}
