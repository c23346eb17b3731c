/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "output/heatmap_draw.h"

/* In units of the picture, which a browser shows as pixels. */
#define WIDE	  900 /* the map itself, at most */
#define CELL_MAX  24
#define CELL_HIGH 14
#define LEFT	  150
#define RIGHT	  30
#define TOP	  70
#define NAME	  32 /* above a map, for its section's name */
#define TIMES	  56 /* below it, for the times */
#define LEGEND	  60
#define TICK	  70  /* from one time to the next, at least */
#define TITLE_MAX 110 /* characters that fit */

/* From pale yellow to dark red: light where there are few, as on paper. */
static const char *const colours[] = {"#ffffff", "#fff3c4", "#ffe08f", "#fec561", "#fda243",
				      "#f97b33", "#ee4e28", "#d42a22", "#a91220", "#6e0018"};
#define LEVELS (sizeof(colours) / sizeof(colours[0]) - 1)

struct picture {
	struct buf *b;
	const struct heatmap *m;
	const struct heatmap_look *look;
	double cell; /* width of a column */
	uint64_t most;
	double y;
};

/* XML knows no control characters, and an escape is what others see of them, too. */
static void text(struct buf *b, const char *s)
{
	char out[256 * ESCAPE_MAX];
	size_t len = strlen(s), width;

	while (len) {
		size_t n = len < 256 ? len : 256, got;

		/* Not within a character. */
		while (n < len && n > 250 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		got = escape(out, s, n, &width);
		for (size_t i = 0; i < got; i++) {
			const char *entity = out[i] == '&'    ? "&amp;"
					     : out[i] == '<'  ? "&lt;"
					     : out[i] == '>'  ? "&gt;"
					     : out[i] == '"'  ? "&quot;"
					     : out[i] == '\'' ? "&#39;"
							      : NULL;

			if (entity)
				buf_str(b, entity);
			else
				buf_char(b, out[i]);
		}
		s += n;
		len -= n;
	}
}

static void label(struct picture *p, double x, double y, const char *anchor, const char *s)
{
	buf_printf(p->b, "<text x=\"%g\" y=\"%g\" text-anchor=\"%s\">", x, y, anchor);
	text(p->b, s);
	buf_str(p->b, "</text>\n");
}

static void line(struct picture *p, double x1, double y1, double x2, double y2)
{
	buf_printf(p->b,
		   "<line x1=\"%g\" y1=\"%g\" x2=\"%g\" y2=\"%g\" stroke=\"#444\" "
		   "stroke-width=\"1\"/>\n",
		   x1, y1, x2, y2);
}

static void field(struct picture *p, size_t slot, size_t column, uint64_t n, double y)
{
	const struct heatmap_column *c = &p->m->columns[column];
	char since[32], until[16];
	uint64_t low, high;

	p->look->bounds(p->look->ctx, slot, &low, &high);
	heatmap_time(since, sizeof(since), c->begin, "%H:%M:%S");
	heatmap_time(until, sizeof(until), c->end, "%H:%M:%S");
	buf_printf(p->b, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%d\" fill=\"%s\"><title>",
		   LEFT + (double)column * p->cell, y, p->cell, CELL_HIGH,
		   colours[heatmap_level(n, p->most, LEVELS)]);
	buf_printf(p->b, "%s to %s, %" PRIu64, since, until, low);
	if (high != low)
		buf_printf(p->b, " to %" PRIu64, high);
	buf_char(p->b, ' ');
	text(p->b, p->look->label);
	buf_printf(p->b, ": %" PRIu64 "</title></rect>\n", n);
}

/* The values stand at the lines between the slots; of slots that are one value, beside it. */
static void slot_label(struct picture *p, size_t slot, double y)
{
	uint64_t low, high;
	char s[24];

	p->look->bounds(p->look->ctx, slot, &low, &high);
	snprintf(s, sizeof(s), "%" PRIu64, low);
	label(p, LEFT - 8, low == high ? y + CELL_HIGH - 3 : y + CELL_HIGH + 4, "end", s);
}

/* Where the topmost slot ends. */
static void top_label(struct picture *p, size_t slot, double y)
{
	uint64_t low, high;
	char s[24];

	p->look->bounds(p->look->ctx, slot, &low, &high);
	if (low == high)
		return;
	snprintf(s, sizeof(s), "%" PRIu64, high == UINT64_MAX ? high : high + 1);
	label(p, LEFT - 8, y + 4, "end", s);
}

static void times(struct picture *p, double width)
{
	size_t every = 1;

	while ((double)every * p->cell < TICK)
		every++;
	for (size_t i = 0; i < p->m->n; i += every) {
		double x = LEFT + (double)i * p->cell;
		char s[16];

		heatmap_time(s, sizeof(s), p->m->columns[i].begin, "%H:%M:%S");
		line(p, x, p->y, x, p->y + 5);
		label(p, x, p->y + 18, "middle", s);
	}
	{
		char s[64];

		snprintf(s, sizeof(s), "time (a column is %g s)",
			 p->look->interval * (double)p->m->per);
		label(p, LEFT + width / 2, p->y + 36, "middle", s);
	}
}

static void map(struct picture *p, const struct heatmap_section *s)
{
	double width = (double)p->m->n * p->cell, top, high;
	size_t first, last;
	uint64_t all = 0;
	struct buf name = {0};

	if (!heatmap_range(p->m, s, 0, &first, &last))
		return;
	top = p->y + NAME;
	high = (double)(last - first + 1) * CELL_HIGH;
	buf_str(p->b, "<g>\n");
	for (size_t slot = first; slot <= last; slot++) {
		double y = top + (double)(last - slot) * CELL_HIGH;

		for (size_t c = 0; c < p->m->n; c++) {
			uint64_t n = heatmap_count(p->m, s, slot, c);

			all += n;
			if (n)
				field(p, slot, c, n, y);
		}
		slot_label(p, slot, y);
	}
	top_label(p, last, top);
	buf_printf(&name, "%s%s%" PRIu64 " counted", s->name, *s->name ? ": " : "", all);
	label(p, LEFT, top - 14, "start", name.data ?: "");
	p->b->failed |= buf_failed(&name);
	buf_free(&name);
	label(p, LEFT - 8, top - 14, "end", p->look->label);
	line(p, LEFT, top, LEFT, top + high);
	line(p, LEFT, top + high, LEFT + width, top + high);
	p->y = top + high;
	times(p, width);
	p->y += TIMES;
	buf_str(p->b, "</g>\n");
}

static void legend(struct picture *p)
{
	double x = LEFT;

	label(p, LEFT - 8, p->y + 12, "end", "count");
	for (unsigned int i = 1; i <= LEVELS && p->most; i++) {
		uint64_t least = heatmap_least(i, p->most, LEVELS);
		char s[24];

		if (least > p->most || heatmap_level(least, p->most, LEVELS) != i)
			continue;
		buf_printf(p->b,
			   "<rect x=\"%g\" y=\"%g\" width=\"80\" height=\"14\" fill=\"%s\"/>\n", x,
			   p->y, colours[i]);
		snprintf(s, sizeof(s), "%" PRIu64 "%s", least, p->most > LEVELS ? "+" : "");
		label(p, x, p->y + 28, "start", s);
		x += 80;
	}
}

static void find_most(struct picture *p, double *height)
{
	size_t first, last;

	*height = TOP + LEGEND;
	for (size_t i = 0; i < p->m->nsections; i++) {
		const struct heatmap_section *s = &p->m->sections[i];

		if (!heatmap_range(p->m, s, 0, &first, &last))
			continue;
		*height += NAME + (double)(last - first + 1) * CELL_HIGH + TIMES;
		for (size_t slot = first; slot <= last; slot++)
			for (size_t c = 0; c < p->m->n; c++)
				if (heatmap_count(p->m, s, slot, c) > p->most)
					p->most = heatmap_count(p->m, s, slot, c);
	}
}

static void when(struct picture *p)
{
	char since[48] = "", until[48] = "";
	struct buf s = {0};

	if (p->m->n) {
		heatmap_time(since, sizeof(since), p->m->columns[0].begin, "%Y-%m-%d %H:%M:%S %z");
		heatmap_time(until, sizeof(until), p->m->columns[p->m->n - 1].end,
			     "%Y-%m-%d %H:%M:%S %z");
		buf_printf(&s, "%s, %s to %s", p->look->where, since, until);
	}
	if (!p->most)
		buf_printf(&s, "%snothing was counted", s.len ? ", " : "");
	label(p, 16, 46, "start", s.data ?: "");
	p->b->failed |= buf_failed(&s);
	buf_free(&s);
}

/* A long command line is made narrower, not cut. */
static void heading(struct picture *p, double width)
{
	buf_str(p->b, "<text x=\"16\" y=\"26\" font-size=\"15\"");
	if (strlen(p->look->title) > TITLE_MAX)
		buf_printf(p->b, " textLength=\"%g\" lengthAdjust=\"spacingAndGlyphs\"",
			   width - 32);
	buf_char(p->b, '>');
	text(p->b, p->look->title);
	buf_str(p->b, "</text>\n");
}

void heatmap_svg(struct buf *b, const struct heatmap *m, const struct heatmap_look *look)
{
	struct picture p = {.b = b, .m = m, .look = look, .y = TOP};
	double height, width = LEFT + WIDE + RIGHT;

	p.cell = m->n ? (double)WIDE / (double)m->n : CELL_MAX;
	p.cell = p.cell > CELL_MAX ? CELL_MAX : p.cell;
	find_most(&p, &height);
	buf_printf(b,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" "
		   "viewBox=\"0 0 %g %g\" role=\"img\" font-family=\"sans-serif\" "
		   "font-size=\"12\" fill=\"#222\">\n<title>",
		   width, height, width, height);
	text(b, look->title);
	buf_printf(b, "</title>\n<rect width=\"%g\" height=\"%g\" fill=\"#ffffff\"/>\n", width,
		   height);
	heading(&p, width);
	when(&p);
	for (size_t i = 0; i < m->nsections; i++)
		map(&p, &m->sections[i]);
	legend(&p);
	buf_str(b, "</svg>\n");
}
