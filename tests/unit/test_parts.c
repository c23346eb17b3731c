/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of several parts, and lines without a heading: what a user sees, and what programs get.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "output/stream.h"
#include "program_file.h"
#include "tool/fields.h"

struct event {
	uint32_t saddr, pid;
	int32_t ret;
	uint32_t kind;
	uint16_t port;
	char comm[14];
};

static char *event_fields[] = {(char *)"saddr#u32", (char *)"pid#u32",	(char *)"ret#s32",
			       (char *)"kind#u32",  (char *)"port#u16", (char *)"comm#char[14]"};

static const struct event a = {.saddr = 0x0100007f, .pid = 7, .port = 80, .comm = "nginx-worker"},
			  b = {.saddr = 0x0200000a,
			       .pid = 4194304,
			       .ret = -2,
			       .kind = 2,
			       .port = 65535,
			       .comm = "\xc3\xa9t\xc3\xa9"};

/* What both events are as text, or with an argument ("json"). */
static void print(const char *columns, const char *output, char *out, size_t room)
{
	struct object_map map = {.name = (char *)"events", .nfields = 6, .fields = event_fields};
	char text[4096], *argv[] = {(char *)"x", (char *)"--output", (char *)output, NULL};
	struct options o;
	struct layout l;
	struct writer w;
	struct error e = {0};
	struct program *p;
	struct stream *s;
	int fds[2];
	ssize_t got;

	snprintf(text, sizeof(text), SUMMARY "output:\n  stream: events\n%s", columns);
	p = program_file_load(text);
	assert_int_equal(pipe(fds), 0);
	writer_init(&w, fds[1], NULL);
	if (options_parse(p, output ? 3 : 1, argv, NULL, &o, &e) ||
	    layout_make(&l, &map, NULL, &e) || stream_new(&s, p, &o, &l, &w, &e))
		fail_msg("%s", e.text);
	if (!output || strcmp(output, "csv") == 0)
		stream_heading(s);
	stream_event(s, &a, sizeof(a));
	stream_event(s, &b, sizeof(b));
	assert_int_equal(writer_flush(&w), 0);
	close(fds[1]);
	got = read(fds[0], out, room - 1);
	assert_true(got > 0);
	out[got] = '\0';
	close(fds[0]);
	stream_free(s);
	layout_free(&l);
	options_free(&o);
	program_free(p);
}

static void check(const char *columns, const char *want)
{
	char out[1024];

	print(columns, NULL, out, sizeof(out));
	assert_string_equal(out, want);
}

static const char sockets[] =
	"  columns:\n"
	"    - {title: 'SADDR:PORT', width: 16, parts: [{field: saddr, format: ip}, ':', {field: "
	"port}]}\n"
	"    - {title: '>', parts: ['>']}\n"
	"    - {title: PID, field: pid, width: 7, align: right}\n";

static void parts_stand_side_by_side(void **state)
{
	(void)state;
	check(sockets, "SADDR:PORT       >     PID\n"
		       "127.0.0.1:80     >       7\n"
		       "10.0.0.2:65535   > 4194304\n");
}

/* Their own widths hold within the column's. */
static void parts_have_widths(void **state)
{
	(void)state;
	check("  columns:\n"
	      "    - {title: WHO, width: 14, align: right,\n"
	      "       parts: [{field: comm, width: 6}, '/', {field: ret, width: 3, align: "
	      "right}]}\n"
	      "    - {title: 'RET', parts: [{field: ret, names: {0: ok}}]}\n",
	      "           WHO RET\n"
	      "nginx-worker/  0 ok\n"
	      "    \xc3\xa9t\xc3\xa9   / -2 -2\n");
}

static void a_part_may_be_there_sometimes(void **state)
{
	(void)state;
	check("  columns:\n"
	      "    - title: FILE\n"
	      "      parts:\n"
	      "        - {field: comm}\n"
	      "        - {text: ' -> ', if: {kind: 2}}\n"
	      "        - {field: pid, if: {kind: 2}}\n"
	      "        - {text: '!', if: {ret: -2}}\n"
	      "        - {text: '.', if: {kind: [0, 2]}}\n"
	      "        - {text: '?', if: {kind: [1, 3]}}\n",
	      "FILE\nnginx-worker.\n\xc3\xa9t\xc3\xa9 -> 4194304!.\n");
}

static void texts_are_cut_and_numbers_have_other_names(void **state)
{
	(void)state;
	check("  columns:\n"
	      "    - {title: C, field: comm, width: 5, cut: 2}\n"
	      "    - {title: K, field: kind, names: {2: two}, other: '?'}\n",
	      "C     K\nng    ?\n\xc3\xa9t    two\n");
}

static void a_quotient_may_be_rounded_down(void **state)
{
	(void)state;
	check("  columns:\n"
	      "    - {title: A, field: port, width: 3, divide_by: 3}\n"
	      "    - {title: B, field: port, width: 5, divide_by: 3, round: down}\n"
	      "    - {title: C, field: pid, unit: milliseconds, round: down}\n",
	      "A   B     C\n27  26    0\n21845 21845 4\n");
}

static void there_may_be_no_heading(void **state)
{
	char out[1024];

	(void)state;
	check("  heading: false\n"
	      "  columns:\n"
	      "    - {title: EVENT, parts: ['process ', {field: pid}, ' ended']}\n",
	      "process 7 ended\nprocess 4194304 ended\n");
	/* Tables for programs have theirs. */
	print("  heading: false\n  columns: [{title: PID, field: pid}]\n", "csv", out, sizeof(out));
	assert_non_null(strstr(out, ",pid\r\n"));
}

static void programs_get_the_fields_apart(void **state)
{
	char out[1024];

	(void)state;
	print(sockets, "json", out, sizeof(out));
	assert_non_null(strstr(out, "\"saddr\":\"127.0.0.1\",\"port\":80,\"pid\":7}"));
	print(sockets, "csv", out, sizeof(out));
	assert_non_null(strstr(out, ",saddr,port,pid\r\n"));
	assert_non_null(strstr(out, "10.0.0.2,65535,4194304\r\n"));
}

static void an_option_shows_all_of_a_column(void **state)
{
	struct program *p = program_file_load(
		SUMMARY "options: [{name: o, help: h}]\n"
			"output: {stream: e, columns: [{title: A, field: a}, {title: B, when: o, "
			"parts: [{field: b}, x]}]}\n");

	(void)state;
	assert_int_equal(p->ncolumns, 4);
	assert_int_equal(p->columns[1].nparts, 2);
	assert_string_equal(p->columns[2].when, "o");
	assert_string_equal(p->columns[3].when, "o");
	assert_true(p->columns[3].part);
	assert_string_equal(p->columns[3].text, "x");
	assert_string_equal(p->columns[2].title, "B");
	program_free(p);
}

static void what_parts_cannot_have(void **state)
{
	static const struct {
		const char *columns, *error;
	} bad[] = {
		{"{title: A, parts: [{field: a, when: o}]}", "5: unknown key `when`"},
		{"{title: A, parts: []}", "5: `parts` is empty"},
		{"{title: A, parts: x}", "5: `parts` is to be a list"},
		{"{title: A, parts: [{width: 3}]}",
		 "5: column of `parts` wants a key `field`, `value` or `formula` (or `text`)"},
		{"{title: A, parts: [x], field: a}", "5: column A: `field` is not for `parts`"},
		{"{title: A, parts: [{text: x, unit: seconds}]}",
		 "5: column of `parts`: `unit` is not for `text`"},
		{"{title: A, parts: [{text: x, if: a}]}",
		 "5: `if` is to be a field and its number, {kind: 1}, not \"a\""},
		{"{title: A, parts: [{text: x, if: {a: [1, b]}}]}",
		 "5: `if` is to be a whole number (64 bits), not \"b\""},
		{"{title: A, field: a, round: down}",
		 "5: column A: `round` wants a `unit` or `divide_by`"},
		{"{title: A, field: a, unit: seconds, round: up}", "5: \"up\" is no way to round"},
		{"{title: A, text: x}", "5: unknown key `text`"},
		{"{title: A, parts: [[x]]}", "5: "},
		{"{title: A, field: a, other: x}", "5: column A: `other` wants `names`"},
		{"{title: A, field: a, cut: 3, format: hex}",
		 "5: column A: `cut` is of a plain text"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[512];
		struct program *p = NULL;
		struct error e = {0};

		snprintf(text, sizeof(text), SUMMARY "output:\n stream: e\n columns:\n - %s\n",
			 bad[i].columns);
		program_file_put("programs/x.yaml", text, strlen(text));
		assert_int_equal(program_load("programs/x.yaml", &p, &e), -22);
		if (!strstr(e.text, bad[i].error))
			fail_msg("%s: %s", bad[i].columns, e.text);
		error_clear(&e);
	}
	program_file_error(SUMMARY
			   "output: {histogram: d, label: [{text: t}], columns: [{title: A, "
			   "parts: [x]}]}\n",
			   "programs/x.yaml:2: column A: a histogram has no `parts`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_stand_side_by_side),
		cmocka_unit_test(parts_have_widths),
		cmocka_unit_test(a_part_may_be_there_sometimes),
		cmocka_unit_test(texts_are_cut_and_numbers_have_other_names),
		cmocka_unit_test(a_quotient_may_be_rounded_down),
		cmocka_unit_test(there_may_be_no_heading),
		cmocka_unit_test(programs_get_the_fields_apart),
		cmocka_unit_test(an_option_shows_all_of_a_column),
		cmocka_unit_test(what_parts_cannot_have),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
