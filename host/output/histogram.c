/* SPDX-License-Identifier: Apache-2.0 */
#include "output/histogram.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/data.h"
#include "output/heat.h"
#include "output/stream.h"

#define SLOTS	   65 /* of a 64-bit value's logarithm */
#define LINEAR_MAX 1025
#define STARS	   40
#define WIDE	   32 /* from this slot on the bounds need more than 10 digits, as in BCC */

struct histogram {
	const struct program *program;
	struct writer *w;
	struct stream *stream;
	const char *label;
	bool json;	   /* as BCC's tool has it */
	struct data *data; /* of --output; the stream's */
	uint32_t key_size;
	uint32_t slot_offset, slot_size, count_offset;
	uint64_t counts[LINEAR_MAX];
	struct heat *heat; /* instead of rows; or NULL */
	struct data_bucket buckets[LINEAR_MAX];
	struct writer value;   /* where one value is written to be taken from */
	struct writer section; /* … and a section's name, for a heat map */
};

static int bad_table(const struct program *p, const char *why, struct error *e)
{
	return error_set(e, FAULT_TOOL, -EINVAL, "%s:%u: table %s is no histogram: %s", p->path,
			 p->table_line, p->table, why);
}

static int find_members(struct histogram *h, const struct layout *l, struct error *e)
{
	const char *name = h->program->slot ?: "slot";
	const struct layout_field *slot = layout_find(l, name), *value = layout_find(l, "value");

	if (!slot)
		slot = layout_find(l, "key");
	if (!slot || slot->size > 8)
		return bad_table(h->program, "its key has no number `slot`", e);
	if (!value || value->size != 8)
		return bad_table(h->program, "its value is not a 64-bit count", e);
	h->slot_offset = slot->offset;
	h->slot_size = slot->size;
	h->count_offset = value->offset;
	h->key_size = value->offset;
	return 0;
}

static void choose_label(struct histogram *h, const struct program *p, const struct options *o)
{
	for (size_t i = 0; i < p->nlabels && !h->label; i++)
		if (!p->labels[i].when || options_given(o, p, p->labels[i].when))
			h->label = p->labels[i].text;
	if (!h->label)
		h->label = "value";
}

static size_t slots_of(const struct histogram *h)
{
	return h->program->linear ? LINEAR_MAX : SLOTS;
}

static void bounds(const struct histogram *h, size_t slot, uint64_t *low, uint64_t *high);

static void heat_bounds(const void *h, size_t slot, uint64_t *low, uint64_t *high)
{
	bounds(h, slot, low, high);
}

static int make_heat(struct histogram *h, const struct program *p, const struct options *o,
		     struct error *e)
{
	const struct heatmap_look look = {
		.label = h->label,
		.bounds = heat_bounds,
		.ctx = h,
		.interval = options_interval(o, p),
	};

	if (!options_want_map(o))
		return 0;
	return heat_new(&h->heat, slots_of(h), &look,
			o->output == OPTIONS_OUTPUT_SVG ? HEAT_SVG : HEAT_TEXT, h->w, e);
}

int histogram_new(struct histogram **out, const struct program *p, const struct options *o,
		  const struct layout *l, struct writer *w, struct error *e)
{
	struct histogram *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return error_nomem(e);
	h->program = p;
	h->w = w;
	writer_init(&h->value, -1, NULL);
	writer_init(&h->section, -1, NULL);
	h->json = p->json && options_given(o, p, p->json);
	choose_label(h, p, o);
	err = find_members(h, l, e);
	if (!err)
		err = stream_new(&h->stream, p, o, l, w, e) ?: make_heat(h, p, o, e);
	if (err) {
		histogram_free(h);
		return err;
	}
	h->data = stream_data(h->stream);
	*out = h;
	return err;
}

void histogram_free(struct histogram *h)
{
	if (!h)
		return;
	stream_free(h->stream);
	heat_free(h->heat);
	free(h);
}

/* The values that a slot counts. */
static void bounds(const struct histogram *h, size_t slot, uint64_t *low, uint64_t *high)
{
	if (h->program->linear) {
		*low = *high = slot;
		return;
	}
	*low = slot <= 1 ? 0 : 1ULL << (slot - 1);
	*high = slot >= 64 ? UINT64_MAX : (1ULL << slot) - 1;
}

static void put(struct histogram *h, const char *text)
{
	writer_add(h->w, text, strlen(text));
}

/* The last slot that counted anything; 0 if none did. */
static size_t last_slot(const struct histogram *h, size_t n)
{
	while (n > 1 && !h->counts[n - 1])
		n--;
	return n - 1;
}

static void put_row(struct histogram *h, size_t slot, uint64_t most, int digits, int stars)
{
	uint64_t low, high, n = h->counts[slot];
	int filled = most ? (int)((double)n * stars / (double)most) : 0;
	char bar[STARS + 1], line[160];

	bounds(h, slot, &low, &high);
	memset(bar, ' ', (size_t)stars);
	memset(bar, '*', (size_t)filled);
	bar[stars] = '\0';
	if (h->program->linear)
		snprintf(line, sizeof(line), "        %-10" PRIu64 "  : %-8" PRIu64 " |%s|\n", low,
			 n, bar);
	else
		snprintf(line, sizeof(line), "%*" PRIu64 " -> %-*" PRIu64 " : %-8" PRIu64 " |%s|\n",
			 digits, low, digits, high, n, bar);
	put(h, line);
}

static void put_rows(struct histogram *h, size_t last)
{
	bool wide = !h->program->linear && last > WIDE;
	uint64_t most = 0;
	char line[96];

	for (size_t i = 0; i <= last; i++)
		most = h->counts[i] > most ? h->counts[i] : most;
	if (wide)
		snprintf(line, sizeof(line), "               %-29s : count     distribution\n",
			 h->label);
	else
		snprintf(line, sizeof(line), "     %-19s : count     distribution\n", h->label);
	put(h, line);
	for (size_t i = h->program->linear ? 0 : 1; i <= last; i++)
		put_row(h, i, most, wide ? 20 : 10, wide ? STARS / 2 : STARS);
}

static void add_members(struct histogram *h, const char *row, size_t size, json_t *to)
{
	const char *title;

	for (size_t i = 0; (title = stream_value(h->stream, i, row, size, &h->value)); i++) {
		json_object_set_new(to, title, json_stringn(h->value.data, h->value.len));
		h->value.len = 0;
	}
}

/* "operation = read, disk = sda"; nothing if the key is the slot alone, and false. */
static bool put_section(struct histogram *h, const char *row, size_t size, struct writer *to)
{
	const char *title;
	size_t i;

	for (i = 0; (title = stream_value(h->stream, i, row, size, &h->value)); i++) {
		writer_add(to, ", ", i ? 2 : 0);
		writer_add(to, title, strlen(title));
		writer_add(to, " = ", 3);
		writer_add(to, h->value.data, h->value.len);
		h->value.len = 0;
	}
	return i > 0;
}

static int add_heat(struct histogram *h, const char *row, size_t size, struct error *e)
{
	h->section.len = 0;
	put_section(h, row, size, &h->section);
	writer_char(&h->section, '\0');
	return heat_add(h->heat, h->section.data, h->counts, e);
}

static int put_json(struct histogram *h, const char *row, size_t size, size_t last, struct error *e)
{
	json_t *o = json_object(), *data = json_array();
	char ts[32], *text;
	time_t now = time(NULL);
	struct tm tm;
	int err = 0;

	localtime_r(&now, &tm);
	strftime(ts, sizeof(ts), "%Y-%m-%d %H:%M:%S", &tm);
	json_object_set_new(o, "ts", json_string(ts));
	json_object_set_new(o, "val_type", json_string(h->label));
	for (size_t i = h->program->linear ? 0 : 1; i <= last; i++) {
		uint64_t low, high;

		bounds(h, i, &low, &high);
		json_array_append_new(data,
				      json_pack("{s:I, s:I, s:I}", "interval-start",
						(json_int_t)low, "interval-end",
						(json_int_t)(high > INT64_MAX ? INT64_MAX : high),
						"count", (json_int_t)h->counts[i]));
	}
	json_object_set_new(o, "data", data);
	add_members(h, row, size, o);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (!text)
		return error_nomem(e);
	put(h, text);
	put(h, "\n");
	free(text);
	return err;
}

/* Do two keys differ in nothing but their slots? */
static bool same_section(const struct histogram *h, const char *a, const char *b)
{
	uint32_t behind = h->slot_offset + h->slot_size;

	return memcmp(a, b, h->slot_offset) == 0 &&
	       memcmp(a + behind, b + behind, h->key_size - behind) == 0;
}

static void count(struct histogram *h, const char *row, size_t slots)
{
	uint64_t slot = 0, n;

	memcpy(&slot, row + h->slot_offset, h->slot_size);
	memcpy(&n, row + h->count_offset, sizeof(n));
	if (!h->program->linear && slot == 0)
		slot = 1; /* a log2 that was not made by bpf_log2l */
	h->counts[slot < slots ? slot : slots - 1] += n;
}

static void put_buckets(struct histogram *h, const char *row, size_t size, size_t last)
{
	size_t n = 0;

	for (size_t i = h->program->linear ? 0 : 1; i <= last; i++, n++) {
		struct data_bucket *b = &h->buckets[n];

		bounds(h, i, &b->low, &b->high);
		b->count = h->counts[i];
	}
	data_histogram(h->data, row, size, h->buckets, n);
}

static int print_section(struct histogram *h, const char *row, size_t size, size_t slots,
			 struct error *e)
{
	size_t last = last_slot(h, slots);

	if (!last && !h->counts[0])
		return 0;
	if (h->heat)
		return add_heat(h, row, size, e);
	if (h->data) {
		put_buckets(h, row, size, last);
		return 0;
	}
	if (h->json)
		return put_json(h, row, size, last, e);
	put(h, "\n");
	if (put_section(h, row, size, h->w))
		put(h, "\n");
	put_rows(h, last);
	return 0;
}

int histogram_print(struct histogram *h, struct table *counted, uint64_t elapsed_ns,
		    struct error *e)
{
	size_t slots = slots_of(h), size = table_row_size(counted);
	bool *done = calloc(counted->n ? counted->n : 1, sizeof(*done));
	int err = 0;

	if (!done)
		return error_nomem(e);
	table_sort(counted);
	if (h->heat) {
		heat_interval(h->heat);
	} else if (h->data) {
		data_interval(h->data, elapsed_ns);
		data_histograms_begin(h->data, h->label);
	} else if (!h->json) {
		put(h, "\n");
		stream_clock_line(h->stream);
	}
	for (size_t i = 0; i < counted->n && !err; i++) {
		const char *row = table_row(counted, i);

		if (done[i])
			continue;
		memset(h->counts, 0, sizeof(h->counts));
		for (size_t j = i; j < counted->n; j++) {
			if (!done[j] && same_section(h, row, table_row(counted, j))) {
				done[j] = true;
				count(h, table_row(counted, j), slots);
			}
		}
		err = print_section(h, row, size, slots, e);
	}
	if (h->data)
		data_histograms_end(h->data);
	free(done);
	return !err && h->heat ? heat_show(h->heat, e) : err;
}

int histogram_begin(struct histogram *h, struct terminal *t, struct error *e)
{
	return h->heat ? heat_begin(h->heat, t, e) : 0;
}

bool histogram_has_screen(const struct histogram *h)
{
	return h->heat && heat_has_screen(h->heat);
}

void histogram_events(struct histogram *h, unsigned int what)
{
	if (h->heat)
		heat_events(h->heat, what);
}

int histogram_end(struct histogram *h, struct error *e)
{
	return h->heat ? heat_end(h->heat, e) : 0;
}
