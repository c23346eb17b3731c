/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "output/heatmap_draw.h"

#define TICK  10 /* columns from one time to the next: one is 8 wide */
#define PLAIN "\033[0m"

static const char shades[] = " .:-=+*#%@";
#define LEVELS (sizeof(shades) - 2)
/* From dark blue by red to a pale yellow, as background colours of a terminal with 256. */
static const unsigned char colours[LEVELS + 1] = {0, 18, 54, 90, 126, 161, 197, 208, 220, 229};

/* What is drawn of the map. */
struct part {
	const struct heatmap *m;
	const struct heatmap_look *look;
	size_t from; /* the first column */
	size_t step; /* slots in a line */
	size_t sections;
	uint64_t most;
	int digits; /* of the largest bound */
};

void heatmap_time(char *text, size_t size, uint64_t ns, const char *format)
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm tm;

	localtime_r(&seconds, &tm);
	if (!strftime(text, size, format, &tm))
		*text = '\0';
}

static uint64_t count_of(const struct part *p, const struct heatmap_section *s, size_t slot,
			 size_t column)
{
	uint64_t sum = 0;

	for (size_t i = slot; i < slot + p->step && i < p->m->slots; i++)
		sum += heatmap_count(p->m, s, i, column);
	return sum;
}

/* A section's lines; the lowest begins at a slot that all steps begin at. */
static bool range(const struct part *p, const struct heatmap_section *s, size_t *first,
		  size_t *lines)
{
	size_t last;

	if (!heatmap_range(p->m, s, p->from, first, &last))
		return false;
	*first -= *first % p->step;
	*lines = (last - *first) / p->step + 1;
	return true;
}

static void find_most(struct part *p)
{
	size_t first, lines;

	p->most = 0;
	for (size_t i = 0; i < p->sections; i++) {
		const struct heatmap_section *s = &p->m->sections[i];

		if (!range(p, s, &first, &lines))
			continue;
		for (size_t j = 0; j < lines; j++) {
			for (size_t c = p->from; c < p->m->n; c++) {
				uint64_t n = count_of(p, s, first + j * p->step, c);

				p->most = n > p->most ? n : p->most;
			}
		}
	}
}

/* How many lines the first n sections take, with the titles, the times and the legend. */
static size_t height(const struct part *p, size_t n)
{
	size_t all = 4, first, lines;

	for (size_t i = 0; i < n; i++)
		if (range(p, &p->m->sections[i], &first, &lines))
			all += lines + 1 + (*p->m->sections[i].name != '\0');
	return all + (n < p->m->nsections);
}

/* Slots are drawn together until all sections fit; if they never do, as many as fit are drawn. */
static void fit(struct part *p)
{
	unsigned int rows = p->look->rows;

	p->step = 1;
	p->sections = p->m->nsections;
	while (rows && height(p, p->sections) > rows && p->step < 16)
		p->step++;
	while (rows && p->sections > 1 && height(p, p->sections) > rows)
		p->sections--;
}

static void find_digits(struct part *p)
{
	uint64_t low, high;
	size_t first, last;

	p->digits = 1;
	for (size_t i = 0; i < p->m->nsections; i++) {
		char text[24];
		int n;

		if (!heatmap_range(p->m, &p->m->sections[i], 0, &first, &last))
			continue;
		p->look->bounds(p->look->ctx, last, &low, &high);
		n = snprintf(text, sizeof(text), "%" PRIu64, low);
		p->digits = n > p->digits ? n : p->digits;
	}
}

static void add_level(struct buf *b, const struct part *p, unsigned int level, unsigned int *now)
{
	if (!p->look->colours) {
		buf_char(b, shades[level]);
		return;
	}
	if (level != *now && !level)
		buf_str(b, PLAIN);
	else if (level != *now)
		buf_printf(b, "\033[48;5;%um", colours[level]);
	*now = level;
	buf_char(b, ' ');
}

static void end_levels(struct buf *b, unsigned int *now)
{
	if (*now)
		buf_str(b, PLAIN);
	*now = 0;
}

static void add_line(struct buf *b, const struct part *p, const struct heatmap_section *s,
		     size_t slot)
{
	unsigned int now = 0;
	uint64_t low, high;

	p->look->bounds(p->look->ctx, slot, &low, &high);
	buf_printf(b, "%*" PRIu64 " |", p->digits, low);
	for (size_t c = p->from; c < p->m->n; c++)
		add_level(b, p, heatmap_level(count_of(p, s, slot, c), p->most, LEVELS), &now);
	end_levels(b, &now);
	buf_char(b, '\n');
}

static void add_section(struct buf *b, const struct part *p, const struct heatmap_section *s)
{
	size_t first, lines, width = p->m->n - p->from;

	if (!range(p, s, &first, &lines))
		return;
	if (*s->name)
		buf_printf(b, "%s\n", s->name);
	while (lines--)
		add_line(b, p, s, first + lines * p->step);
	buf_printf(b, "%*s +", p->digits, "");
	for (size_t i = 0; i < width; i++)
		buf_char(b, i % TICK ? '-' : '+');
	buf_char(b, '\n');
}

static void add_times(struct buf *b, const struct part *p)
{
	char text[16];

	buf_printf(b, "%*s  ", p->digits, "");
	for (size_t i = p->from; i < p->m->n; i += TICK) {
		heatmap_time(text, sizeof(text), p->m->columns[i].begin, "%H:%M:%S");
		buf_printf(b, "%-*s", TICK, text);
	}
	while (b->len && b->data[b->len - 1] == ' ')
		b->data[--b->len] = '\0';
	buf_char(b, '\n');
}

/* "count:  . 1  : 2 to 5 …": each shade that may be there, and the counts it stands for. */
static void add_legend(struct buf *b, const struct part *p)
{
	unsigned int now = 0;

	buf_str(b, "count:");
	for (unsigned int i = 1; i <= LEVELS && p->most; i++) {
		uint64_t least = heatmap_least(i, p->most, LEVELS), next = p->most + 1;

		for (unsigned int j = i + 1; j <= LEVELS && next > p->most; j++)
			next = heatmap_least(j, p->most, LEVELS);
		if (least > p->most || least == next || heatmap_level(least, p->most, LEVELS) != i)
			continue;
		buf_str(b, "  ");
		add_level(b, p, i, &now);
		end_levels(b, &now);
		buf_printf(b, " %" PRIu64, least);
		if (next - 1 > least)
			buf_printf(b, "-%" PRIu64, next - 1);
	}
	buf_char(b, '\n');
}

static void add_head(struct buf *b, const struct part *p)
{
	char since[16], until[16];

	heatmap_time(since, sizeof(since), p->m->columns[p->from].begin, "%H:%M:%S");
	heatmap_time(until, sizeof(until), p->m->columns[p->m->n - 1].end, "%H:%M:%S");
	buf_printf(b, "%s, %s to %s, a column is %g s\n", p->look->label, since, until,
		   p->look->interval * (double)p->m->per);
}

void heatmap_text(struct buf *b, const struct heatmap *m, const struct heatmap_look *look)
{
	struct part p = {.m = m, .look = look};
	size_t room;

	if (!m->n) {
		buf_printf(b, "%s: no interval is over yet\n", look->label);
		return;
	}
	find_digits(&p);
	room = look->columns > (unsigned int)p.digits + 12 ? look->columns - (size_t)p.digits - 2
							   : 10;
	p.from = m->n > room ? m->n - room : 0;
	fit(&p);
	find_most(&p);
	add_head(b, &p);
	for (size_t i = 0; i < p.sections; i++)
		add_section(b, &p, &m->sections[i]);
	if (!p.most)
		buf_str(b, "nothing was counted\n");
	add_times(b, &p);
	if (p.sections < m->nsections)
		buf_printf(b, "%zu more maps: the terminal has too few lines\n",
			   m->nsections - p.sections);
	add_legend(b, &p);
}
