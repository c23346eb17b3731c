/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees on a terminal: lines, screens, heat maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "object/layout.h"
#include "output/heatmap_draw.h"
#include "output/median.h"
#include "output/screen.h"
#include "output/stream.h"

static void the_median_is_what_is_usual(void **state)
{
	struct median m = {0};

	(void)state;
	for (int i = 0; i < 15; i++)
		median_add(&m, 100);
	assert_int_equal(median_get(&m), 0); /* too few */
	median_add(&m, 0);
	assert_int_equal(median_get(&m), 0); /* that was none */
	median_add(&m, 1000000);
	assert_in_range(median_get(&m), 88, 100);
	for (uint64_t i = 0; i < 10000; i++)
		median_add(&m, 5000 + i % 100);
	assert_in_range(median_get(&m), 4400, 5100); /* the newer ones count */
	median_add(&m, UINT64_MAX);
	median_add(&m, 1);
	m = (struct median){0};
	for (int i = 0; i < 20; i++)
		median_add(&m, UINT64_MAX);
	assert_true(median_get(&m) >= 15ULL << 60);
}

static void characters_have_a_width(void **state)
{
	struct terminal t;

	(void)state;
	assert_int_equal(terminal_width("plain", 5), 5);
	assert_int_equal(terminal_width("M\xc3\xbcll", 5), 4);
	t = (struct terminal){.locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0)};
	assert_true(t.locale != (locale_t)0);
	uselocale(t.locale);
	assert_int_equal(terminal_width("\xe6\x96\x87\xe4\xbb\xb6.txt", 10), 8); /* two, each */
	assert_int_equal(terminal_width("e\xcc\x81", 3), 1); /* an accent over what is before it */
	uselocale(LC_GLOBAL_LOCALE);
	freelocale(t.locale);
}

struct event {
	uint32_t pid;
	int32_t err;
	uint64_t lat;
	char name[40];
};

static struct layout_field fields[] = {
	{.name = (char *)"pid", .kind = LAYOUT_UNSIGNED, .offset = 0, .size = 4},
	{.name = (char *)"err", .kind = LAYOUT_SIGNED, .offset = 4, .size = 4},
	{.name = (char *)"lat", .kind = LAYOUT_UNSIGNED, .offset = 8, .size = 8},
	{.name = (char *)"name", .kind = LAYOUT_CHARS, .offset = 16, .size = 40},
};
static const struct layout layout = {4, fields, sizeof(struct event)};

static struct program_column columns[] = {
	{.title = (char *)"PID", .field = (char *)"pid", .width = 4},
	{.title = (char *)"ERR",
	 .field = (char *)"err",
	 .width = 3,
	 .align = PROGRAM_ALIGN_RIGHT,
	 .highlight = PROGRAM_HIGHLIGHT_NEGATIVE},
	{.title = (char *)"LAT",
	 .field = (char *)"lat",
	 .width = 5,
	 .align = PROGRAM_ALIGN_RIGHT,
	 .unit = PROGRAM_UNIT_MICROSECONDS,
	 .highlight = PROGRAM_HIGHLIGHT_OVER,
	 .highlight_than = 50},
	{.title = (char *)"NAME", .field = (char *)"name"},
};
static const struct program program = {.path = (char *)"x.yaml", .ncolumns = 4, .columns = columns};

static struct writer w;

static const char *written(void)
{
	writer_char(&w, '\0');
	w.len = 0;
	return w.data;
}

static struct stream *stream_on(const struct terminal *t)
{
	struct options o = {0};
	struct error e = {0};
	struct stream *s;

	writer_init(&w, -1, NULL);
	if (stream_new(&s, &program, &o, &layout, &w, &e))
		fail_msg("%s", e.text);
	stream_terminal(s, t, true);
	return s;
}

static const char *line(struct stream *s, uint32_t pid, int32_t err, uint64_t lat, const char *name)
{
	struct event ev = {.pid = pid, .err = err, .lat = lat};

	strncpy(ev.name, name, sizeof(ev.name) - 1);
	assert_true(stream_event(s, &ev, sizeof(ev)));
	return written();
}

/* Byte for byte what it is without a terminal. */
static void a_dressed_line_is_the_plain_one(void **state)
{
	const struct terminal none = {.rows = 24, .columns = 80},
			      tty = {.tty = true, .rows = 24, .columns = 80};
	struct stream *s[] = {stream_on(NULL), stream_on(&none), stream_on(&tty)};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		stream_heading(s[i]);
		assert_string_equal(written(), "PID  ERR   LAT NAME\n");
		assert_string_equal(line(s[i], 1, 0, 7000, "a"), "1      0     7 a\n");
		assert_string_equal(line(s[i], 9999, -13, 99999000, ""), "9999 -13 99999 \n");
		assert_string_equal(line(s[i], 9, 2, 0, "\033b"), "9      2     0 \\x1bb\n");
	}
	for (size_t i = 0; i < 2; i++) /* a value that is too long moves the rest */
		assert_string_equal(line(s[i], 1234567, 2, 0, "b"), "1234567   2     0 b\n");
	for (size_t i = 0; i < 3; i++)
		stream_free(s[i]);
}

static void columns_grow_up_to_a_bound(void **state)
{
	struct terminal tty = {.tty = true, .rows = 24, .columns = 30};
	struct stream *s = stream_on(&tty);

	(void)state;
	stream_heading(s);
	written();
	assert_string_equal(line(s, 1234567, 0, 0, "a"),
			    "PID     ERR   LAT NAME\n1234567   0     0 a\n");
	assert_string_equal(line(s, 1, 0, 0, "a"), "1         0     0 a\n");
	/* A third of the width is left for the last column: no more. */
	assert_string_equal(line(s, 1, 0, 12345678901000, "a"), "1         0 12345678901 a\n");
	assert_string_equal(line(s, 1, 0, 5000, "a"), "1         0     5 a\n");
	/* The next column that has room takes up what is too much. */
	assert_string_equal(line(s, 4000000000, 0, 0, "a"), "4000000000 0    0 a\n");
	tty.columns = 80;
	assert_string_equal(line(s, 4000000000, 0, 0, "a"),
			    "PID        ERR   LAT NAME\n4000000000   0     0 a\n");
	stream_free(s);
}

static void titles_come_again(void **state)
{
	struct terminal tty = {.tty = true, .rows = 6, .columns = 30};
	struct stream *s = stream_on(&tty);

	(void)state;
	assert_string_equal(line(s, 1, 0, 0, "a"), "1      0     0 a\n"); /* not asked for */
	stream_heading(s);
	written();
	for (int i = 0; i < 4; i++)
		assert_string_equal(line(s, 1, 0, 0, "a"), "1      0     0 a\n");
	assert_string_equal(line(s, 1, 0, 0, "a"), "PID  ERR   LAT NAME\n1      0     0 a\n");
	/* This one takes two lines of the terminal. */
	line(s, 1, 0, 0, "0123456789012345678901");
	assert_string_equal(line(s, 1, 0, 0, "a"), "1      0     0 a\n");
	assert_string_equal(line(s, 1, 0, 0, "a"), "PID  ERR   LAT NAME\n1      0     0 a\n");
	tty.rows = 40;
	assert_string_equal(line(s, 1, 0, 0, "a"), "PID  ERR   LAT NAME\n1      0     0 a\n");
	tty.rows = 3; /* there is no room for such things */
	assert_string_equal(line(s, 1, 0, 0, "a"), "1      0     0 a\n");
	stream_free(s);
}

/* Two streams of the same titles: one column's width, one screenful's titles. */
static void streams_stand_together(void **state)
{
	struct terminal tty = {.tty = true, .rows = 6, .columns = 40};
	struct options o = {0};
	struct stream *s[2];

	(void)state;
	writer_init(&w, -1, NULL);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(stream_new(&s[i], &program, &o, &layout, &w, NULL), 0);
	assert_true(stream_join(s[1], s[0]));
	for (size_t i = 0; i < 2; i++)
		stream_terminal(s[i], &tty, true);
	stream_heading(s[0]);
	written();
	assert_string_equal(line(s[1], 1234567, 0, 0, "a"),
			    "PID     ERR   LAT NAME\n1234567   0     0 a\n");
	assert_string_equal(line(s[0], 1, 0, 0, "a"), "1         0     0 a\n");
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(line(s[i], 1, 0, 0, "a"), "1         0     0 a\n");
	assert_string_equal(line(s[1], 1, 0, 0, "a"),
			    "PID     ERR   LAT NAME\n1         0     0 a\n");
	stream_free(s[1]);
	stream_free(s[0]);
}

/* Where they differ, each line begins with the stream's name. */
static void named_lines(void **state)
{
	const struct terminal colours = {.colour = true, .rows = 24, .columns = 80};
	const struct terminal *on[] = {NULL, &colours};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stream *s = stream_on(on[i]);

		stream_named(s, "one", 5);
		stream_heading(s);
		assert_string_equal(written(), "one   PID  ERR   LAT NAME\n");
		assert_string_equal(line(s, 1, 0, 7000, "a"), "one   1      0     7 a\n");
		stream_free(s);
	}
}

static void values_are_coloured(void **state)
{
	const struct terminal pipe = {.colour = true, .rows = 24, .columns = 80};
	struct stream *s = stream_on(&pipe);

	(void)state;
	stream_heading(s);
	assert_string_equal(written(), "PID  ERR   LAT NAME\n");
	assert_string_equal(line(s, 1, 2, 50000, "a"), "1      2    50 a\n");
	assert_string_equal(line(s, 1, -2, 50001, "a"),
			    "1     \033[31m-2\033[0m    \033[33m50\033[0m a\n");
	/* In a pipe nothing grows. */
	assert_string_equal(line(s, 1234567, 2, 0, "b"), "1234567   2     0 b\n");
	assert_string_equal(line(s, 1, 2, 0, "b"), "1      2     0 b\n");
	stream_free(s);
}

static void a_screen_is_cut_at_its_edges(void **state)
{
	const struct terminal t = {.tty = true, .escapes = true, .rows = 4, .columns = 5};
	struct screen s = {.w = &w, .t = &t};

	(void)state;
	writer_init(&w, -1, NULL);
	screen_begin(&s);
	screen_add(&s, "1\n12345\n", 8);
	assert_int_equal(screen_left(&s), 1);
	screen_add(&s, "\033[31m123456\033[0m\n4\n", 18);
	screen_end(&s, "q: quit");
	assert_string_equal(written(),
			    "\n\n\n\033[H\033[?7l1\033[K\n12345\n\033[31m12345\033[0m\nq: qu"
			    "\033[J\033[?7h");
	screen_begin(&s);
	screen_end(&s, NULL);
	screen_leave(&s);
	assert_string_equal(written(), "\033[H\033[?7l\033[J\033[?7h");
	screen_begin(&s);
	screen_end(&s, "q");
	screen_leave(&s);
	assert_string_equal(written(), "\n\n\n\033[H\033[?7lq\033[K\033[J\033[?7h\r\033[K");
}

/* --- heat maps --- */

static void map_of(struct heatmap *m, size_t room, bool merge)
{
	struct error e = {0};

	assert_int_equal(heatmap_init(m, 65, room, merge, &e), 0);
}

static void add(struct heatmap *m, const char *section, size_t slot, uint64_t n)
{
	uint64_t counts[65] = {0};
	struct error e = {0};

	counts[slot] = n;
	assert_int_equal(heatmap_add(m, section, counts, &e), 0);
}

static uint64_t sum(const struct heatmap *m, size_t section)
{
	uint64_t all = 0;

	for (size_t slot = 0; slot < m->slots; slot++)
		for (size_t i = 0; i < m->n; i++)
			all += heatmap_count(m, &m->sections[section], slot, i);
	return all;
}

/* Two thousand intervals in eight columns: none is lost. */
static void a_full_map_merges(void **state)
{
	struct heatmap m;
	size_t first, last;

	(void)state;
	map_of(&m, 8, true);
	for (uint64_t i = 0; i < 2000; i++) {
		heatmap_interval(&m, i, i + 1);
		add(&m, "", 3 + i % 2, 1);
		if (i == 1000)
			add(&m, "late", 9, 7);
	}
	assert_int_equal(m.per, 256);
	assert_int_equal(m.n, 8);
	assert_int_equal(sum(&m, 0), 2000);
	assert_int_equal(heatmap_count(&m, &m.sections[0], 3, 0), 128);
	assert_int_equal(heatmap_count(&m, &m.sections[1], 9, 1000 / 256), 7);
	assert_int_equal(m.columns[0].begin, 0);
	assert_int_equal(m.columns[0].end, 256);
	assert_int_equal(m.columns[7].end, 2000);
	assert_true(heatmap_range(&m, &m.sections[0], 0, &first, &last));
	assert_int_equal(first, 3);
	assert_int_equal(last, 4);
	assert_false(heatmap_range(&m, &m.sections[1], 4, &first, &last));
	heatmap_free(&m);
}

static void a_full_map_drops_the_oldest(void **state)
{
	struct heatmap m;

	(void)state;
	map_of(&m, 4, false);
	for (uint64_t i = 0; i < 10; i++) {
		heatmap_interval(&m, i, i + 1);
		add(&m, "", 1, i);
	}
	assert_int_equal(m.per, 1);
	assert_int_equal(sum(&m, 0), 6 + 7 + 8 + 9);
	assert_int_equal(m.columns[0].begin, 6);
	heatmap_free(&m);
}

static void sections_have_an_end(void **state)
{
	struct heatmap m;
	char name[16];

	(void)state;
	map_of(&m, 4, false);
	heatmap_interval(&m, 0, 1);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "%d", i);
		add(&m, name, 1, 1);
	}
	assert_int_equal(m.nsections, HEATMAP_SECTIONS + 1);
	assert_string_equal(m.sections[HEATMAP_SECTIONS].name, HEATMAP_OTHERS);
	assert_int_equal(sum(&m, HEATMAP_SECTIONS), 200 - HEATMAP_SECTIONS);
	heatmap_free(&m);
}

static void levels_rise(void **state)
{
	static const uint64_t mosts[] = {1, 5, 9, 10, 100, 12345, 1ULL << 40};

	(void)state;
	for (size_t i = 0; i < sizeof(mosts) / sizeof(mosts[0]); i++) {
		uint64_t most = mosts[i], step = most / 5000 + 1;
		unsigned int before = 0;

		assert_int_equal(heatmap_level(0, most, 9), 0);
		assert_int_equal(heatmap_level(1, most, 9), 1);
		assert_int_equal(heatmap_level(most, most, 9), most < 9 ? most : 9);
		for (uint64_t n = 1; n <= most; n += step) {
			unsigned int level = heatmap_level(n, most, 9);

			assert_true(level >= before && level <= 9);
			assert_true(heatmap_least(level, most, 9) <= n);
			before = level;
		}
		assert_true(heatmap_least(9, most, 9) <= most + 1);
	}
}

static void bounds(const void *ctx, size_t slot, uint64_t *low, uint64_t *high)
{
	(void)ctx;
	*low = slot <= 1 ? 0 : 1ULL << (slot - 1);
	*high = slot >= 64 ? UINT64_MAX : (1ULL << slot) - 1;
}

static struct heatmap_look look = {
	.label = "usecs",
	.bounds = bounds,
	.interval = 1,
	.columns = 80,
	.title = "bcchost x 'a<b>&\"c'",
	.where = "host, Linux 6.1",
};

static void small_map(struct heatmap *m)
{
	map_of(m, 60, true);
	for (uint64_t i = 0; i < 12; i++) {
		heatmap_interval(m, (1700000000 + i) * 1000000000, (1700000001 + i) * 1000000000);
		add(m, "op = read", 4, i == 3 ? 100 : 1);
		if (i == 11)
			add(m, "op = <w>\001", 6, 10);
	}
}

static void a_map_in_characters(void **state)
{
	struct heatmap m;
	struct buf b = {0};

	(void)state;
	setenv("TZ", "UTC", 1);
	small_map(&m);
	heatmap_text(&b, &m, &look);
	assert_string_equal(b.data,
			    "usecs, 22:13:20 to 22:13:32, a column is 1 s\n"
			    "op = read\n"
			    " 8 |...@........\n"
			    "   ++---------+-\n"
			    "op = <w>\001\n"
			    "32 |           =\n"
			    "   ++---------+-\n"
			    "    22:13:20  22:13:30\n"
			    "count:  . 1  : 2-3  - 4-5  = 6-10  + 11-17  * 18-30  # 31-55  % "
			    "56-99  @ 100\n");
	buf_free(&b);
	look.columns = 16; /* the newest that there is room for */
	heatmap_text(&b, &m, &look);
	assert_non_null(strstr(b.data, "\n 8 |...@........\n"));
	buf_free(&b);
	look.columns = 80;
	look.colours = true;
	heatmap_text(&b, &m, &look);
	assert_non_null(strstr(b.data, "\n 8 |\033[48;5;18m   \033[48;5;229m \033[48;5;18m        "
				       "\033[0m\n"));
	look.colours = false;
	buf_free(&b);
	heatmap_free(&m);
}

/* However few lines there are: never more than that. */
static void a_map_fits_its_lines(void **state)
{
	struct heatmap m;

	(void)state;
	map_of(&m, 8, true);
	heatmap_interval(&m, 0, 1000000000);
	for (size_t i = 1; i < 30; i++)
		add(&m, "a", i, i);
	for (size_t i = 5; i < 30; i++)
		add(&m, "b", i, i);
	for (look.rows = 9; look.rows < 80; look.rows++) {
		struct buf b = {0};
		unsigned int lines = 0;

		heatmap_text(&b, &m, &look);
		for (const char *s = b.data; (s = strchr(s, '\n')); s++)
			lines++;
		if (lines > look.rows)
			fail_msg("%u lines of %u:\n%s", lines, look.rows, b.data);
		buf_free(&b);
	}
	look.rows = 0;
	heatmap_free(&m);
}

static void an_empty_map(void **state)
{
	struct buf b = {0};
	struct heatmap m;

	(void)state;
	map_of(&m, 8, true);
	heatmap_text(&b, &m, &look);
	assert_string_equal(b.data, "usecs: no interval is over yet\n");
	buf_free(&b);
	heatmap_svg(&b, &m, &look);
	assert_non_null(strstr(b.data, "nothing was counted</text>"));
	buf_free(&b);
	heatmap_interval(&m, 0, 1000000000);
	heatmap_text(&b, &m, &look);
	assert_non_null(strstr(b.data, "nothing was counted\n"));
	buf_free(&b);
	heatmap_free(&m);
}

static void a_picture(void **state)
{
	const char *path = getenv("TEST_PICTURE"); /* to look at it */
	struct heatmap m;
	struct buf b = {0};

	(void)state;
	setenv("TZ", "UTC", 1);
	small_map(&m);
	heatmap_svg(&b, &m, &look);
	assert_int_equal(strncmp(b.data, "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 40), 0);
	assert_non_null(
		strstr(b.data, "<title>bcchost x &#39;a&lt;b&gt;&amp;&quot;c&#39;</title>"));
	assert_non_null(strstr(b.data, ">op = &lt;w&gt;\\x01: 10 counted</text>"));
	assert_non_null(strstr(b.data, "<title>22:13:23 to 22:13:24, 8 to 15 usecs: 100</title>"));
	assert_non_null(strstr(b.data, ">time (a column is 1 s)</text>"));
	assert_null(strchr(b.data, '\001'));
	if (path) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(b.data, f);
		fclose(f);
	}
	buf_free(&b);
	heatmap_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_median_is_what_is_usual),
		cmocka_unit_test(characters_have_a_width),
		cmocka_unit_test(a_dressed_line_is_the_plain_one),
		cmocka_unit_test(columns_grow_up_to_a_bound),
		cmocka_unit_test(titles_come_again),
		cmocka_unit_test(streams_stand_together),
		cmocka_unit_test(named_lines),
		cmocka_unit_test(values_are_coloured),
		cmocka_unit_test(a_screen_is_cut_at_its_edges),
		cmocka_unit_test(a_full_map_merges),
		cmocka_unit_test(a_full_map_drops_the_oldest),
		cmocka_unit_test(sections_have_an_end),
		cmocka_unit_test(levels_rise),
		cmocka_unit_test(a_map_in_characters),
		cmocka_unit_test(a_map_fits_its_lines),
		cmocka_unit_test(an_empty_map),
		cmocka_unit_test(a_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
