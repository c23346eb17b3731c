/* SPDX-License-Identifier: Apache-2.0 */
#include "output/heatmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int heatmap_init(struct heatmap *m, size_t slots, size_t room, bool merge, struct error *e)
{
	*m = (struct heatmap){.slots = slots, .room = room, .merge = merge, .per = 1};
	m->columns = calloc(room, sizeof(*m->columns));
	m->sections = calloc(HEATMAP_SECTIONS + 1, sizeof(*m->sections));
	return m->columns && m->sections ? 0 : error_nomem(e);
}

void heatmap_free(struct heatmap *m)
{
	for (size_t i = 0; i < m->nsections; i++) {
		free(m->sections[i].name);
		free(m->sections[i].counts);
	}
	free(m->sections);
	free(m->columns);
	*m = (struct heatmap){0};
}

/* Only slots that ever counted are touched: the others have no memory yet. */
static void each_slot(struct heatmap *m, void (*change)(struct heatmap *m, uint64_t *row))
{
	for (size_t i = 0; i < m->nsections; i++)
		for (size_t s = m->sections[i].first; s <= m->sections[i].last; s++)
			change(m, m->sections[i].counts + s * m->room);
}

static void merge_row(struct heatmap *m, uint64_t *row)
{
	for (size_t i = 0; i < m->room / 2; i++)
		row[i] = row[2 * i] + row[2 * i + 1];
	memset(row + m->room / 2, 0, m->room / 2 * sizeof(*row));
}

static void shift_row(struct heatmap *m, uint64_t *row)
{
	memmove(row, row + 1, (m->room - 1) * sizeof(*row));
	row[m->room - 1] = 0;
}

static void merge(struct heatmap *m)
{
	each_slot(m, merge_row);
	for (size_t i = 0; i < m->room / 2; i++)
		m->columns[i] =
			(struct heatmap_column){m->columns[2 * i].begin, m->columns[2 * i + 1].end};
	m->n = m->room / 2;
	m->per *= 2;
	m->in_last = m->per;
}

static void shift(struct heatmap *m)
{
	each_slot(m, shift_row);
	memmove(m->columns, m->columns + 1, (m->room - 1) * sizeof(*m->columns));
	m->n--;
}

void heatmap_interval(struct heatmap *m, uint64_t begin, uint64_t end)
{
	if (m->n && m->in_last < m->per) {
		m->columns[m->n - 1].end = end;
		m->in_last++;
		return;
	}
	if (m->n == m->room && m->merge)
		merge(m);
	else if (m->n == m->room)
		shift(m);
	m->columns[m->n++] = (struct heatmap_column){begin, end};
	m->in_last = 1;
}

static struct heatmap_section *find_section(struct heatmap *m, const char *name, struct error *e)
{
	struct heatmap_section *s;

	for (size_t i = 0; i < m->nsections; i++)
		if (!strcmp(m->sections[i].name, name))
			return &m->sections[i];
	if (m->nsections >= HEATMAP_SECTIONS && strcmp(name, HEATMAP_OTHERS) != 0)
		return find_section(m, HEATMAP_OTHERS, e);
	s = &m->sections[m->nsections];
	s->name = strdup(name);
	s->counts = calloc(m->slots * m->room, sizeof(*s->counts));
	if (!s->name || !s->counts) {
		free(s->name);
		free(s->counts);
		error_nomem(e);
		return NULL;
	}
	s->first = m->slots;
	s->last = 0;
	m->nsections++;
	return s;
}

int heatmap_add(struct heatmap *m, const char *section, const uint64_t *counts, struct error *e)
{
	struct heatmap_section *s = find_section(m, section, e);

	if (!s)
		return -ENOMEM;
	for (size_t i = 0; i < m->slots && m->n; i++) {
		if (!counts[i])
			continue;
		s->counts[i * m->room + m->n - 1] += counts[i];
		s->first = i < s->first ? i : s->first;
		s->last = i > s->last ? i : s->last;
	}
	return 0;
}

static bool counted(const struct heatmap *m, const struct heatmap_section *s, size_t slot,
		    size_t from)
{
	for (size_t i = from; i < m->n; i++)
		if (heatmap_count(m, s, slot, i))
			return true;
	return false;
}

bool heatmap_range(const struct heatmap *m, const struct heatmap_section *s, size_t from,
		   size_t *first, size_t *last)
{
	size_t low = s->first, high = s->last;

	while (low <= high && low < m->slots && !counted(m, s, low, from))
		low++;
	if (low > high || low == m->slots)
		return false;
	while (!counted(m, s, high, from))
		high--;
	*first = low;
	*last = high;
	return true;
}

/* The binary logarithm, in units of 1/65536, straight between two powers: it only has to rise. */
static uint64_t logarithm(uint64_t v)
{
	unsigned int power = 63 - (unsigned int)__builtin_clzll(v);

	return ((uint64_t)power << 16) + ((v << (63 - power)) << 1 >> 48);
}

unsigned int heatmap_level(uint64_t count, uint64_t most, unsigned int levels)
{
	if (!count)
		return 0;
	if (most <= levels)
		return (unsigned int)count;
	return 1 + (unsigned int)(logarithm(count) * (levels - 1) / logarithm(most));
}

uint64_t heatmap_least(unsigned int level, uint64_t most, unsigned int levels)
{
	uint64_t low = 1, high = most + 1;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (heatmap_level(middle, most, levels) >= level)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
