/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and what is printed of them every interval: tops, histograms, rates. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "object/layout.h"
#include "object/table.h"
#include "output/histogram.h"
#include "output/rates.h"
#include "output/top.h"

static struct writer w;
static int out_fd[2];
static char out[16384];

static void capture(void)
{
	assert_int_equal(pipe(out_fd), 0);
	writer_init(&w, out_fd[1], NULL);
}

static const char *captured(void)
{
	ssize_t got;

	assert_int_equal(writer_flush(&w), 0);
	close(out_fd[1]);
	got = read(out_fd[0], out, sizeof(out) - 1);
	assert_true(got >= 0);
	out[got] = '\0';
	close(out_fd[0]);
	return out;
}

static void lay_table(struct layout *l, const char *key, uint32_t key_size, const char *leaf,
		      uint32_t leaf_size)
{
	struct object_map m = {
		.name = (char *)"t",
		.key_desc = (char *)key,
		.leaf_desc = (char *)leaf,
		.key_size = key_size,
		.value_size = leaf_size,
	};
	struct error e = {0};

	if (layout_make_table(l, &m, NULL, &e))
		fail_msg("%s", e.text);
}

static void expect_field(const struct layout *l, const char *name, enum layout_kind kind,
			 uint32_t offset, uint32_t size)
{
	const struct layout_field *f = layout_find(l, name);

	if (!f)
		fail_msg("no field %s", name);
	assert_int_equal(f->kind, kind);
	assert_int_equal(f->offset, offset);
	assert_int_equal(f->size, size);
}

static void reads_what_libbcc_says_of_types(void **state)
{
	struct layout l;

	(void)state;
	lay_table(&l, "\"unsigned int\"", 4, "\"unsigned long long\"", 8);
	expect_field(&l, "key", LAYOUT_UNSIGNED, 0, 4);
	expect_field(&l, "value", LAYOUT_UNSIGNED, 4, 8);
	layout_free(&l);

	lay_table(&l,
		  "[\"key\", [[\"pid\",\"unsigned int\"], [\"__pad_1\",\"char\",[4]], "
		  "[\"dev\",\"unsigned long long\"], [\"name\",\"char\", [16]]], "
		  "\"struct_packed\"]",
		  32, "[\"value\", [[\"a\",\"int\"], [\"b\",\"unsigned long long\"]], \"struct\"]",
		  16);
	expect_field(&l, "pid", LAYOUT_UNSIGNED, 0, 4);
	expect_field(&l, "dev", LAYOUT_UNSIGNED, 8, 8);
	expect_field(&l, "name", LAYOUT_CHARS, 16, 16);
	expect_field(&l, "a", LAYOUT_SIGNED, 32, 4);
	expect_field(&l, "b", LAYOUT_UNSIGNED, 40, 8);
	assert_null(layout_find(&l, "__pad_1"));
	assert_int_equal(l.size, 48);
	layout_free(&l);
}

static void a_nested_struct_gives_its_members(void **state)
{
	struct layout l;

	(void)state;
	lay_table(&l, "\"unsigned int\"", 4,
		  "[\"v\", [[\"in\", [\"i\", [[\"x\",\"unsigned int\"], [\"y\",\"unsigned int\"]], "
		  "\"struct_packed\"]], [\"\", [[\"p\",\"unsigned long long\"], "
		  "[\"q\",\"unsigned int\"]], \"union\"]], \"struct_packed\"]",
		  16);
	expect_field(&l, "x", LAYOUT_UNSIGNED, 4, 4);
	expect_field(&l, "y", LAYOUT_UNSIGNED, 8, 4);
	expect_field(&l, "p", LAYOUT_UNSIGNED, 12, 8);
	expect_field(&l, "q", LAYOUT_UNSIGNED, 12, 4);
	layout_free(&l);
}

static void types_that_cannot_be_read_are_errors(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"\"no_such_t\"",
		"[\"k\"]",
		"[\"k\", [[\"b\",\"int\",3]], \"struct\"]",
		"[\"k\", [[\"b\",\"int\",[0]]], \"struct\"]",
		"[\"k\", [[\"b\",\"int\",[9]]], \"struct\"]", /* more than its size */
		"[\"k\", 7, \"struct\"]",
		"[\"k\", [7], \"struct\"]",
		"[]",
		"7",
		"null",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct object_map m = {
			.name = (char *)"t",
			.key_desc = (char *)bad[i],
			.leaf_desc = (char *)"\"int\"",
			.key_size = 4,
			.value_size = 4,
		};
		struct error e = {0};
		struct layout l;

		if (!layout_make_table(&l, &m, NULL, &e))
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(e.fault, FAULT_TOOL);
		error_clear(&e);
	}
}

struct entry {
	uint32_t op, slot;
	uint64_t n;
};

static void fill(struct table *t, const struct entry *v, size_t n)
{
	table_init(t, 8, 8);
	for (size_t i = 0; i < n; i++)
		memcpy(table_add(t), &v[i], sizeof(v[i]));
}

static void what_was_counted_since(void **state)
{
	const struct entry then[] = {{1, 1, 10}, {3, 1, 7}};
	const struct entry now[] = {{3, 1, 7}, {2, 1, 5}, {1, 1, 12}};
	struct table a, b;
	uint64_t n;

	(void)state;
	fill(&a, then, 2);
	fill(&b, now, 3);
	table_sort(&a);
	table_sort(&b);
	table_subtract(&b, &a);
	for (uint32_t op = 1; op <= 3; op++) {
		const uint32_t key[] = {op, 1};

		memcpy(&n, table_find(&b, key) + 8, 8);
		assert_int_equal(n, op == 1 ? 2 : op == 2 ? 5 : 0);
	}
	assert_null(table_find(&b, (uint32_t[]){4, 1}));
	table_free(&a);
	table_free(&b);
}

static const char HIST_KEY[] =
	"[\"key\", [[\"op\",\"unsigned int\"], [\"slot\",\"unsigned int\"]], "
	"\"struct_packed\"]";

static const char *draw(struct program *p, const struct options *o, const struct entry *v, size_t n)
{
	struct error e = {0};
	struct histogram *h;
	struct layout l;
	struct table t;

	lay_table(&l, HIST_KEY, 8, "\"unsigned long long\"", 8);
	capture();
	if (histogram_new(&h, p, o, &l, &w, &e))
		fail_msg("%s", e.text);
	fill(&t, v, n);
	assert_int_equal(histogram_print(h, &t, 1000000000, &e), 0);
	histogram_free(h);
	layout_free(&l);
	table_free(&t);
	return captured();
}

static void draws_histograms_as_bcc_does(void **state)
{
	struct program_value names[] = {{(char *)"read", 0}, {(char *)"write", 1}};
	struct program_column column = {
		.title = (char *)"operation",
		.field = (char *)"op",
		.nnames = 2,
		.names = names,
	};
	struct program_label label = {.text = (char *)"usecs"};
	struct program p = {
		.path = (char *)"x.yaml",
		.table = (char *)"t",
		.output = PROGRAM_HISTOGRAM,
		.ncolumns = 1,
		.columns = &column,
		.nlabels = 1,
		.labels = &label,
	};
	const struct entry v[] = {{1, 1, 1}, {0, 3, 40}, {0, 1, 1}, {0, 2, 20}, {2, 5, 0}};
	struct options o = {0};

	(void)state;
	assert_string_equal(
		draw(&p, &o, v, 5),
		"\n"
		"\noperation = read\n"
		"     usecs               : count     distribution\n"
		"         0 -> 1          : 1        |*                                       |\n"
		"         2 -> 3          : 20       |********************                    |\n"
		"         4 -> 7          : 40       |****************************************|\n"
		"\noperation = write\n"
		"     usecs               : count     distribution\n"
		"         0 -> 1          : 1        |****************************************|\n");
}

static void draws_wide_and_slot_zero(void **state)
{
	struct program_label label = {.text = (char *)"ns"};
	struct program p = {
		.path = (char *)"x.yaml",
		.table = (char *)"t",
		.output = PROGRAM_HISTOGRAM,
		.nlabels = 1,
		.labels = &label,
	};
	const struct entry v[] = {{0, 0, 2}, {0, 64, 4}};
	struct options o = {0};
	const char *text;

	(void)state;
	text = draw(&p, &o, v, 2);
	assert_non_null(strstr(text, "\n               ns                            : count     "
				     "distribution\n"));
	assert_non_null(strstr(text, "                   0 -> 1                    : 2        "
				     "|**********          |\n"));
	assert_non_null(strstr(text, " 9223372036854775808 -> 18446744073709551615 : 4        "
				     "|********************|\n"));
}

static void histograms_as_json(void **state)
{
	struct program_option json = {.name = (char *)"json", .short_name = 'j'};
	struct program_column column = {.title = (char *)"disk", .field = (char *)"op"};
	struct program_label label = {.text = (char *)"usecs"};
	struct program p = {
		.path = (char *)"x.yaml",
		.table = (char *)"t",
		.output = PROGRAM_HISTOGRAM,
		.json = (char *)"json",
		.noptions = 1,
		.options = &json,
		.ncolumns = 1,
		.columns = &column,
		.nlabels = 1,
		.labels = &label,
	};
	const struct entry v[] = {{7, 2, 3}};
	struct option_value given = {.given = true};
	struct options o = {.values = &given, .nvalues = 1};
	const char *text;

	(void)state;
	text = draw(&p, &o, v, 1);
	assert_non_null(strstr(text, "\"val_type\":\"usecs\",\"data\":[{\"interval-start\":0,"
				     "\"interval-end\":1,\"count\":0},{\"interval-start\":2,"
				     "\"interval-end\":3,\"count\":3}],\"disk\":\"7\"}\n"));
	assert_int_equal(text[0], '{');
}

static void a_table_that_is_no_histogram_is_an_error(void **state)
{
	struct program p = {.path = (char *)"x.yaml", .table_line = 7, .table = (char *)"t"};
	struct options o = {0};
	struct error e = {0};
	struct histogram *h;
	struct layout l;

	(void)state;
	lay_table(&l, "[\"k\", [[\"a\",\"unsigned int\"]], \"struct_packed\"]", 4,
		  "\"unsigned long long\"", 8);
	assert_int_equal(histogram_new(&h, &p, &o, &l, &w, &e), -EINVAL);
	assert_string_equal(e.text,
			    "x.yaml:7: table t is no histogram: its key has no number `slot`");
	error_clear(&e);
	layout_free(&l);
}

/* 150 of the one and 50 of the other in half a second. */
static void rates_are_a_second(void **state)
{
	struct program_column columns[] = {
		{.title = (char *)"A/s", .field = (char *)"a", .width = 6, .align = 1},
		{.title = (char *)"B/s", .field = (char *)"b", .width = 6, .align = 1},
		{.title = (char *)"B%",
		 .field = (char *)"b",
		 .percent_of = (char *)"a",
		 .decimals = 2,
		 .width = 7,
		 .align = 1},
	};
	struct program p = {.path = (char *)"x.yaml",
			    .output = PROGRAM_RATES,
			    .ncolumns = 3,
			    .columns = columns};
	const uint64_t counted[] = {150, 50};
	struct options o = {0};
	struct error e = {0};
	struct stream *s;
	struct layout l;
	struct table t;

	(void)state;
	lay_table(&l, "\"int\"", 4,
		  "[\"v\", [[\"a\",\"unsigned long long\"], [\"b\",\"unsigned long long\"]], "
		  "\"struct_packed\"]",
		  16);
	table_init(&t, 4, 16);
	memcpy(table_add(&t) + 4, counted, 16);
	capture();
	assert_int_equal(stream_new(&s, &p, &o, &l, &w, &e), 0);
	stream_heading(s);
	rates_print(s, &t, 500000000);
	memset(table_row(&t, 0), 0, 20);
	rates_print(s, &t, 500000000);
	assert_string_equal(captured(), "   A/s    B/s      B%\n"
					"   300    100   33.33\n"
					"     0      0       -\n");
	stream_free(s);
	layout_free(&l);
	table_free(&t);
}

static const char *rank(struct program *p, struct options *o, const struct entry *v, size_t n)
{
	struct error e = {0};
	struct layout l;
	struct table t;
	struct top *top;

	lay_table(&l, HIST_KEY, 8, "\"unsigned long long\"", 8);
	capture();
	if (top_new(&top, p, o, &l, NULL, &w, &e))
		fail_msg("%s", e.text);
	fill(&t, v, n);
	top_print(top, &t, 1000000000);
	top_print(top, &t, 1000000000);
	top_free(top);
	layout_free(&l);
	table_free(&t);
	return captured();
}

static void tops_are_sorted_and_cut(void **state)
{
	struct program_column columns[] = {
		{.title = (char *)"OP", .field = (char *)"op", .width = 4},
		{.title = (char *)"N", .field = (char *)"value"},
	};
	char *value[] = {(char *)"value"}, *both[] = {(char *)"op", (char *)"value"};
	struct program_sort sorts[] = {
		{.name = (char *)"count", .nfields = 1, .fields = value},
		{.name = (char *)"all", .nfields = 2, .fields = both},
	};
	struct program p = {
		.path = (char *)"x.yaml",
		.output = PROGRAM_TOP,
		.interval = 1,
		.nsorts = 2,
		.sorts = sorts,
		.ncolumns = 2,
		.columns = columns,
	};
	const struct entry v[] = {{1, 0, 5}, {9, 0, 1}, {2, 0, 6}, {3, 0, 5}};
	struct options o = {0};

	(void)state;
	assert_string_equal(rank(&p, &o, v, 4), "OP   N\n2    6\n1    5\n3    5\n9    1\n"
						"\nOP   N\n2    6\n1    5\n3    5\n9    1\n");
	o.sort = "all";
	o.maxrows = 2;
	o.no_header = true;
	assert_string_equal(rank(&p, &o, v, 4), "9    1\n2    6\n\n9    1\n2    6\n");
}

/* `table:` has no end, and may begin with the smallest. */
static void tables_have_all_rows(void **state)
{
	struct program_column columns[] = {
		{.title = (char *)"OP", .field = (char *)"op", .width = 4},
		{.title = (char *)"N", .field = (char *)"value"},
	};
	char *value[] = {(char *)"value"};
	struct program_sort sort = {.name = (char *)"all", .nfields = 1, .fields = value};
	struct program p = {
		.path = (char *)"x.yaml",
		.output = PROGRAM_TOP,
		.all_rows = true,
		.ascending = true,
		.interval = 1,
		.nsorts = 1,
		.sorts = &sort,
		.ncolumns = 2,
		.columns = columns,
	};
	struct entry v[50];
	struct options o = {0};
	const char *text;
	size_t lines = 0;

	(void)state;
	for (uint32_t i = 0; i < 50; i++)
		v[i] = (struct entry){i, 0, 100 - i};
	text = rank(&p, &o, v, 50);
	assert_int_equal(strncmp(text, "OP   N\n49   51\n48   52\n", 22), 0);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 2 * 51 + 1);
	o.maxrows = 1;
	p.ascending = false;
	o.no_header = true;
	assert_string_equal(rank(&p, &o, v, 50), "0    100\n\n0    100\n");
}

static void entries_of_zeros_are_left_out(void **state)
{
	const uint32_t rows[][2] = {{1, 0}, {2, 7}, {3, 0}, {4, 9}};
	struct table t, before;

	(void)state;
	table_init(&t, 4, 4);
	table_init(&before, 4, 4);
	for (size_t i = 0; i < 4; i++)
		memcpy(table_add(&t), rows[i], 8);
	memcpy(table_add(&before), ((uint32_t[]){4, 2}), 8);
	/* A counter of 4 bytes, too. */
	table_subtract(&t, &before);
	table_drop_zeros(&t);
	assert_int_equal(t.n, 2);
	assert_memory_equal(table_row(&t, 0), ((uint32_t[]){2, 7}), 8);
	assert_memory_equal(table_row(&t, 1), ((uint32_t[]){4, 7}), 8);
	table_free(&t);
	table_free(&before);
}

static void a_sort_of_what_is_not_there_is_an_error(void **state)
{
	char *fields[] = {(char *)"nothing"};
	struct program_sort sort = {.name = (char *)"x", .nfields = 1, .fields = fields, .line = 9};
	struct program p = {
		.path = (char *)"x.yaml", .table = (char *)"t", .nsorts = 1, .sorts = &sort};
	struct options o = {0};
	struct error e = {0};
	struct layout l;
	struct top *top;

	(void)state;
	lay_table(&l, HIST_KEY, 8, "\"unsigned long long\"", 8);
	assert_int_equal(top_new(&top, &p, &o, &l, NULL, &w, &e), -EINVAL);
	assert_string_equal(e.text, "x.yaml:9: `sort`: table t has no number nothing");
	error_clear(&e);
	layout_free(&l);
}

/* As RFC 4180 has it. */
static void csv_is_quoted_where_it_must_be(void **state)
{
	struct program_option csv = {.name = (char *)"csv"};
	struct program_column columns[] = {
		{.title = (char *)"N", .field = (char *)"value", .width = 9},
		{.title = (char *)"NAME", .field = (char *)"key", .width = 9},
	};
	struct program p = {
		.path = (char *)"x.yaml",
		.csv = (char *)"csv",
		.noptions = 1,
		.options = &csv,
		.ncolumns = 2,
		.columns = columns,
	};
	struct layout_field fields[] = {
		{.name = (char *)"value", .kind = LAYOUT_UNSIGNED, .size = 8},
		{.name = (char *)"key", .kind = LAYOUT_CHARS, .offset = 8, .size = 16},
	};
	struct layout l = {.nfields = 2, .fields = fields, .size = 24};
	struct {
		uint64_t value;
		char key[16];
	} ev[] = {{1, "plain"}, {2, "a,b"}, {3, "say \"x\""}};
	struct option_value given = {.given = true};
	struct options o = {.values = &given, .nvalues = 1};
	struct error e = {0};
	struct stream *s;

	(void)state;
	capture();
	assert_int_equal(stream_new(&s, &p, &o, &l, &w, &e), 0);
	stream_heading(s);
	for (size_t i = 0; i < 3; i++)
		stream_event(s, &ev[i], sizeof(ev[i]));
	assert_string_equal(captured(), "N,NAME\n1,plain\n2,\"a,b\"\n3,\"say \"\"x\"\"\"\n");
	stream_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_libbcc_says_of_types),
		cmocka_unit_test(a_nested_struct_gives_its_members),
		cmocka_unit_test(types_that_cannot_be_read_are_errors),
		cmocka_unit_test(what_was_counted_since),
		cmocka_unit_test(draws_histograms_as_bcc_does),
		cmocka_unit_test(draws_wide_and_slot_zero),
		cmocka_unit_test(histograms_as_json),
		cmocka_unit_test(a_table_that_is_no_histogram_is_an_error),
		cmocka_unit_test(rates_are_a_second),
		cmocka_unit_test(tops_are_sorted_and_cut),
		cmocka_unit_test(tables_have_all_rows),
		cmocka_unit_test(entries_of_zeros_are_left_out),
		cmocka_unit_test(a_sort_of_what_is_not_there_is_an_error),
		cmocka_unit_test(csv_is_quoted_where_it_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
