/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/columns_man.h"

#include <string.h>

#include "tool/options_table.h"
#include "tool/roff.h"

static void shown(struct buf *text, const struct program_column *c)
{
	if (c->when)
		buf_printf(text, " Only with `--%s`.", c->when);
	if (c->unless)
		buf_printf(text, " Not with `--%s`.", c->unless);
}

static void highlighted(struct buf *text, const struct program_column *c)
{
	switch (c->highlight) {
	case PROGRAM_HIGHLIGHT_NONE:
		break;
	case PROGRAM_HIGHLIGHT_NONZERO:
		buf_str(text, " Red on a terminal if it is not 0.");
		break;
	case PROGRAM_HIGHLIGHT_NEGATIVE:
		buf_printf(text, " Red on a terminal if %s is negative.",
			   c->format == PROGRAM_FORMAT_CALL ? "the result" : "it");
		break;
	case PROGRAM_HIGHLIGHT_OVER:
		buf_printf(text, " Yellow on a terminal if it is over %g.", c->highlight_than);
		break;
	case PROGRAM_HIGHLIGHT_TIMES:
		buf_printf(text, " Yellow on a terminal if it is more than %g times what is usual.",
			   c->highlight_than);
		break;
	}
}

/* The fields of a column's parts. */
static void of_parts(struct buf *text, const struct program_column *c)
{
	unsigned int n = 0;

	for (size_t i = 1; i <= c->nparts; i++)
		if (c[i].field)
			buf_printf(text, "%s%s",
				   n++ ? ", " : "what the template has in its fields ", c[i].field);
	if (!n)
		buf_str(text, "always the same");
}

static void column(struct buf *b, const struct program_column *c)
{
	struct buf text = {0};

	if (c->about)
		buf_str(&text, c->about);
	else if (c->value == PROGRAM_COLUMN_TIME)
		buf_str(&text, "the time of day when the line was printed");
	else if (c->value == PROGRAM_COLUMN_ELAPSED)
		buf_str(&text, "seconds since the first event");
	else if (c->formula)
		buf_str(&text, "worked out of several fields of the template's");
	else if (c->nparts)
		of_parts(&text, c);
	else
		buf_printf(&text, "what the template has in its field %s", c->field);
	if (text.len && !strchr(".?!", text.data[text.len - 1]))
		buf_char(&text, '.');
	roff_capital(&text);
	shown(&text, c);
	highlighted(&text, c);
	roff_tagged(b, c->title, text.data ?: "");
	b->failed |= buf_failed(&text);
	buf_free(&text);
}

/* A histogram's own, beside the sections that it may have. */
static void histogram_columns(struct buf *b, const struct program *p)
{
	for (size_t i = 0; i < p->nlabels; i++) {
		struct buf text = {0};

		buf_str(&text, p->linear ? "The value that the row counts."
					 : "The values that the row counts, from the first number "
					   "to the second, both included.");
		if (p->labels[i].when)
			buf_printf(&text, " Only with `--%s`.", p->labels[i].when);
		roff_tagged(b, p->labels[i].text, text.data ?: "");
		b->failed |= buf_failed(&text);
		buf_free(&text);
	}
	roff_tagged(b, "count", "How many there were.");
	roff_tagged(b, "distribution", "The same as a bar: the row that has most fills it.");
}

static void output_columns(struct buf *b, const struct program *p)
{
	if (p->output == PROGRAM_HISTOGRAM && p->ncolumns)
		roff_text(b, "Each of these, with each of its values, has a histogram of its own:",
			  ".PP");
	for (size_t i = 0; i < p->ncolumns; i++)
		if (!p->columns[i].part)
			column(b, &p->columns[i]);
	if (p->output == PROGRAM_HISTOGRAM)
		histogram_columns(b, p);
}

static bool have_titles_of(const struct program *a, const struct program *b)
{
	bool same = a->output == b->output && a->output != PROGRAM_HISTOGRAM &&
		    a->ncolumns == b->ncolumns;

	for (size_t i = 0; i < a->ncolumns && same; i++)
		same = strcmp(a->columns[i].title, b->columns[i].title) == 0;
	return same;
}

void columns_man(struct buf *b, const struct program *p)
{
	const struct options_entry *timestamp = options_table_find(p, "timestamp");
	bool own = false;

	roff_heading(b, ".SH", "COLUMNS");
	for (size_t i = 0; i < p->ncolumns; i++)
		own |= p->columns[i].when && strcmp(p->columns[i].when, "timestamp") == 0;
	if (timestamp && !own)
		roff_tagged(b, "TIME(s)",
			    "Seconds since the first event. Only with `--timestamp`.");
	for (size_t i = 0; i < program_noutputs(p); i++) {
		const struct program *one = program_output_at(p, i);

		if (i && have_titles_of(one, p))
			continue;
		if (i)
			roff_heading(b, ".SS", one->table);
		output_columns(b, one);
	}
}
