/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of strings as words of a command line and as a call's arguments; rows that are chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "object/layout.h"
#include "output/args.h"
#include "output/quote.h"
#include "output/stream.h"
#include "output/strlist.h"
#include "program_file.h"
#include "tool/option_value.h"
#include "tool/options.h"

/* A list of strings with its end, of so many bytes without the literal's own NUL. */
#define LIST(s) (s), sizeof(s) - 1

static void reads_lists(void **state)
{
	struct strlist_item item;
	struct strlist l;

	(void)state;
	strlist_init(&l, LIST("T\2\0abN\0\0C\1\0x\0garbage"));
	item = strlist_next(&l);
	assert_int_equal(item.kind, STRLIST_TEXT);
	assert_int_equal(item.len, 2);
	assert_memory_equal(item.text, "ab", 2);
	assert_int_equal(strlist_next(&l).kind, STRLIST_NULL);
	assert_int_equal(strlist_next(&l).kind, STRLIST_CUT);
	for (int i = 0; i < 3; i++)
		assert_int_equal(strlist_next(&l).kind, STRLIST_END);
	strlist_init(&l, LIST("?\0\0+"));
	assert_int_equal(strlist_next(&l).kind, STRLIST_UNREADABLE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(strlist_next(&l).kind, STRLIST_MORE);
}

static void does_not_read_behind_a_list(void **state)
{
	struct strlist_item item;
	struct strlist l;

	(void)state;
	strlist_init(&l, LIST("T\377\377abc"));
	item = strlist_next(&l);
	assert_int_equal(item.len, 3);
	assert_int_equal(strlist_next(&l).kind, STRLIST_END);
	strlist_init(&l, LIST("T\2"));
	assert_int_equal(strlist_next(&l).kind, STRLIST_END);
	strlist_init(&l, LIST(""));
	assert_int_equal(strlist_next(&l).kind, STRLIST_END);
}

/* What a function that writes has written, and the number of characters that it said. */
static struct writer out;

static void check_written(size_t width, const char *want)
{
	size_t chars = 0;

	writer_char(&out, '\0');
	assert_string_equal(out.data, want);
	for (const char *s = want; *s; s++)
		chars += (*s & 0xc0) != 0x80;
	assert_int_equal(width, chars);
	out.len = 0;
}

static void check_quote(const char *text, size_t len, enum quote how, const char *want)
{
	writer_init(&out, -1, NULL);
	check_written(quote_add(&out, text, len, how), want);
}

static void quotes(void **state)
{
	char long_text[600], want[602];

	(void)state;
	check_quote(LIST("plain"), QUOTE_NONE, "plain");
	check_quote(LIST("a\"b\\c\n"), QUOTE_NONE, "a\"b\\c\\n");
	check_quote(LIST("a\"b\\c\n"), QUOTE_WORDS, "\"a\\\"b\\c\\n\"");
	check_quote(LIST("a\"b\\c\n"), QUOTE_C, "\"a\\\"b\\\\c\\n\"");
	check_quote(LIST(""), QUOTE_C, "\"\"");
	check_quote(LIST("\0a\0"), QUOTE_C, "\"\\x00a\\x00\"");
	check_quote(LIST("\0a\0"), QUOTE_NONE, "\\x00a\\x00");
	/* A character of several bytes stays one wherever pieces end. */
	for (size_t shift = 0; shift < 4; shift++) {
		memset(long_text, 'x', sizeof(long_text));
		memcpy(long_text + 253 + shift, "\xf0\x9f\x98\x80", 4);
		memcpy(want, long_text, sizeof(long_text));
		want[sizeof(long_text)] = '\0';
		check_quote(long_text, sizeof(long_text), QUOTE_NONE, want);
	}
	memset(long_text, 0x80, 300); /* no UTF-8, however long */
	for (size_t i = 0; i < 100; i++)
		memcpy(want + 4 * i, "\\x80", 5);
	check_quote(long_text, 100, QUOTE_NONE, want);
}

static void check_args(const char *list, size_t size, bool with_quotes, const char *want)
{
	writer_init(&out, -1, NULL);
	check_written(args_put(&out, list, size, with_quotes), want);
}

#define WORDS "T\7\0/bin/shT\2\0-cT\3\0a b"
static void writes_words(void **state)
{
	(void)state;
	check_args(LIST(""), false, "");
	check_args(LIST(WORDS "\0"), false, "/bin/sh -c a b");
	check_args(LIST(WORDS "\0"), true, "\"/bin/sh\" \"-c\" \"a b\"");
	check_args(LIST(WORDS "+"), false, "/bin/sh -c a b ...");
	check_args(LIST(WORDS "+"), true, "\"/bin/sh\" \"-c\" \"a b\" ...");
	check_args(LIST("C\3\0abcT\0\0T\1\0x\0"), false, "abc...  x");
	check_args(LIST("C\3\0abcT\0\0T\1\0x\0"), true, "\"abc\"... \"\" \"x\"");
	check_args(LIST("?\0\0N\0\0T\2\0\n\"\0"), false, "? NULL \\n\"");
}

static void joins_words(void **state)
{
	char line[16];

	(void)state;
	args_join(line, sizeof(line), LIST(WORDS "+"));
	assert_string_equal(line, "/bin/sh -c a b");
	args_join(line, 10, LIST(WORDS "+"));
	assert_string_equal(line, "/bin/sh -");
	args_join(line, 3, LIST(WORDS));
	assert_string_equal(line, "/b");
	args_join(line, 1, LIST(WORDS));
	assert_string_equal(line, "");
}

struct event {
	uint32_t call;
	int32_t fd;
	uint32_t flags;
	int32_t big; /* so that none has the padding's place */
	uint64_t attr;
	int64_t result;
	char comm[16];
	char strings[64];
};

static char *event_fields[] = {
	(char *)"call#u32",	 (char *)"fd#s32",	     (char *)"flags#u32",
	(char *)"big#s32",	 (char *)"attr#u64",	     (char *)"result#s64",
	(char *)"comm#char[16]", (char *)"strings#char[64]",
};

static void lay_out(struct layout *l)
{
	struct object_map map = {.name = (char *)"events", .nfields = 8, .fields = event_fields};
	struct error e = {0};

	if (layout_make(l, &map, NULL, &e))
		fail_msg("%s", e.text);
}

static struct stream *stream_of(const struct program *p, const struct options *o)
{
	struct error e = {0};
	struct stream *s;
	struct layout l;

	lay_out(&l);
	writer_init(&out, -1, NULL);
	if (stream_new(&s, p, o, &l, &out, &e))
		fail_msg("%s", e.text);
	layout_free(&l);
	return s;
}

static const char calls[] =
	SUMMARY "output:\n"
		"  stream: events\n"
		"  columns:\n"
		"    - title: CALL\n"
		"      field: call\n"
		"      format: call\n"
		"      strings: strings\n"
		"      result: result\n"
		"      calls:\n"
		"        1: {name: mount, arguments: [string, string, {flags: flags, of: ms}]}\n"
		"        2: {name: config, arguments: [{fd: fd}, {word: flags, of: cmd}, string]}\n"
		"        3: {name: setattr, arguments: [{struct: [{flags: attr, of: ms},\n"
		"           {number: fd}]}, {number: big}]}\n"
		"        0x7: {name: none}\n"
		"      flags:\n"
		"        ms: {MS_BOTH: 6, MS_RDONLY: 1, MS_NOSUID: 2, MS_NODEV: 4}\n"
		"        cmd: {SET: 0, CREATE: 6}\n";

static void check_call(const struct event *ev, size_t strings, const char *want)
{
	struct program *p = program_file_load(calls);
	struct options o = {0};
	struct stream *s = stream_of(p, &o);

	assert_true(stream_event(s, ev, offsetof(struct event, strings) + strings));
	writer_char(&out, '\0');
	assert_string_equal(out.data, want);
	stream_free(s);
	program_free(p);
}

static void writes_calls(void **state)
{
	struct event ev = {.call = 1};

	(void)state;
	memcpy(ev.strings, LIST("T\3\0src?\0\0"));
	check_call(&ev, 10, "mount(\"src\", ?, 0) = 0\n");
	ev.flags = 0x80000007;
	ev.result = -EBUSY;
	memcpy(ev.strings, LIST("N\0\0C\2\0a\"\0"));
	check_call(&ev, 9, "mount(NULL, \"a\\\"\"..., MS_BOTH|MS_RDONLY|0x80000000) = -EBUSY\n");
	ev.flags = 0x10;
	check_call(&ev, 0, "mount(?, ?, 0x10) = -EBUSY\n");
	ev = (struct event){.call = 2, .fd = AT_FDCWD, .flags = 6, .result = 3};
	memcpy(ev.strings, LIST("T\3\0\1\0x\0"));
	check_call(&ev, 7, "config(AT_FDCWD, CREATE, \"\\x01\\x00x\") = 3\n");
	ev.flags = 5;
	ev.fd = -1;
	ev.result = -4000;
	check_call(&ev, 7, "config(-1, 5, \"\\x01\\x00x\") = -4000\n");
	ev = (struct event){.call = 3, .attr = 4, .fd = 9, .big = INT32_MIN};
	memcpy(ev.strings, LIST("T\0\0\0"));
	check_call(&ev, 4, "setattr({attr=MS_NODEV, fd=9}, -2147483648) = 0\n");
	memcpy(ev.strings, LIST("N\0\0\0"));
	check_call(&ev, 4, "setattr(NULL, -2147483648) = 0\n");
	ev.call = 7;
	check_call(&ev, 4, "none() = 0\n");
	ev.call = 8;
	check_call(&ev, 4, "8() = 0\n");
}

static const char searched[] =
	SUMMARY "options:\n"
		"  - {name: line, short: l, type: regex, help: h}\n"
		"  - {name: name, short: n, type: regex, help: h}\n"
		"  - {name: quote, short: q, help: h}\n"
		"  - {name: timestamp, short: t, help: h}\n"
		"output:\n"
		"  stream: events\n"
		"  only: [{option: line, field: strings}, {option: name, field: comm}]\n"
		"  columns:\n"
		"    - {title: TIME(s), value: elapsed, field: attr, decimals: 3, width: 8, when: "
		"timestamp}\n"
		"    - {title: ARGS, field: strings, format: args, quote: quote, width: 12}\n"
		"    - {title: COMM, field: comm}\n";

/* The event's line with these options; "" if it is not shown. */
static void check_only(const char *word, const char *value, const char *want)
{
	struct event ev = {.comm = "true"};
	char *argv[] = {(char *)"x", (char *)word, (char *)value, NULL};
	struct program *p = program_file_load(searched);
	struct error e = {0};
	struct options o;
	struct stream *s;

	if (options_parse(p, word ? value ? 3 : 2 : 1, argv, NULL, &o, &e))
		fail_msg("%s", e.text);
	s = stream_of(p, &o);
	memcpy(ev.strings, LIST("T\4\0trueT\3\0a\nb\0"));
	assert_int_equal(stream_event(s, &ev, offsetof(struct event, strings) + 14), !!*want);
	writer_char(&out, '\0');
	assert_string_equal(out.data, want);
	stream_free(s);
	options_free(&o);
	program_free(p);
}

static void shows_only_what_matches(void **state)
{
	(void)state;
	check_only(NULL, NULL, "true a\\nb    true\n");
	check_only("-q", NULL, "\"true\" \"a\\nb\" true\n");
	check_only("-l", "^true a.b$", "true a\\nb    true\n");
	check_only("-l", "^a", "");
	check_only("-n", "^(tr|x)ue$", "true a\\nb    true\n");
	check_only("-n", "x", "");
	/* A timestamp of the tool's own: no column of the host's beside it. */
	check_only("--timestamp", NULL, "0.000    true a\\nb    true\n");
}

static void a_regex_is_checked(void **state)
{
	const struct program_option o = {.name = (char *)"line", .type = PROGRAM_OPTION_REGEX};
	struct option_value v = {0};
	struct error e = {0};
	char text[300];

	(void)state;
	assert_int_equal(option_value_set(&o, "a|b", false, &v, &e), 0);
	assert_string_equal(v.text, "a|b");
	assert_int_equal(option_value_set(&o, "(", false, &v, &e), -EINVAL);
	assert_non_null(strstr(e.text, "wants a POSIX extended regular expression (regex(7)): "));
	assert_int_equal(option_value_set(&o, "", false, &v, &e), -EINVAL);
	memset(text, 'a', sizeof(text));
	text[256] = '\0';
	assert_int_equal(option_value_set(&o, text, false, &v, &e), -EINVAL);
	assert_string_equal(e.text,
			    "wants a regular expression of 1 to 255 bytes, with one {…} at most");
	text[255] = '\0';
	assert_int_equal(option_value_set(&o, text, false, &v, &e), 0);
	error_clear(&e);
	free(v.text);
}

#define COLUMN(keys) SUMMARY "output: {stream: events, columns: [{title: A, field: a" keys "}]}\n"
#define CALL(keys)   COLUMN(", format: call, result: r" keys)
static void what_is_wrong_is_told(void **state)
{
	static const struct {
		const char *text, *expected;
	} files[] = {
		{COLUMN(", quote: q"), "2: column A: `quote` wants `format: args`"},
		{COLUMN(", format: args, quote: q"),
		 "2: `quote` of column A: this tool has no option q"},
		{COLUMN(", strings: s"), "2: column A: `strings` wants `format: call`"},
		{CALL(""), "2: column A: `format: call` wants `calls` and `result`"},
		{CALL(", calls: {1: {name: f, arguments: [string]}}"),
		 "2: call f has strings: column A wants a key `strings`"},
		{CALL(", calls: {1: {name: f, arguments: [text]}}"),
		 "2: `arguments` is to be `string`, or {flags: FIELD, of: NAMES} and the like, "
		 "not \"text\""},
		{CALL(", calls: {1: {name: f, arguments: [{flags: x}]}}"),
		 "2: `flags` and `word`, and no others, want `of`"},
		{CALL(", calls: {1: {name: f, arguments: [{fd: x, of: y}]}}"),
		 "2: `flags` and `word`, and no others, want `of`"},
		{CALL(", calls: {1: {name: f, arguments: [{fd: x, number: y}]}}"),
		 "2: an argument is of one kind"},
		{CALL(", calls: {1: {name: f, arguments: [{of: y}]}}"),
		 "2: an argument wants one of `flags`, `word`, `number`, `fd` and `struct`"},
		{CALL(", calls: {1: {name: f, arguments: [{struct: [string]}]}}"),
		 "2: a struct's members are fields"},
		{CALL(", calls: {1: {name: f, arguments: [{flags: x, of: y}]}}, flags: {z: {A: "
		      "1}}"),
		 "2: `flags` has no y"},
		{CALL(", calls: {x: {name: f}}"),
		 "2: `calls` is to be a whole number (64 bits), not \"x\""},
		{SUMMARY "options: [{name: csv, help: h}]\noutput: {stream: e, csv: csv,\n"
			 " columns: [{title: A, field: a, format: args}]}\n",
		 "4: column A: `csv` has no `format: args` or `call`"},
		{SUMMARY "output: {stream: e, only: [{option: x, field: a}],\n"
			 " columns: [{title: A, field: a}]}\n",
		 "2: `only`: this tool has no option x of type regex"},
	};
	char expected[256];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(expected, sizeof(expected), "programs/x.yaml:%s", files[i].expected);
		program_file_error(files[i].text, expected);
	}
}

static void a_missing_field_is_told(void **state)
{
	static const char *const texts[][2] = {
		{CALL(", calls: {1: {name: f}}"), "column A: the event has no number in a field a"},
		{COLUMN(", format: args"), "column A: the event has no field a"},
	};
	struct options o = {0};
	struct layout l;

	(void)state;
	lay_out(&l);
	for (size_t i = 0; i < 2; i++) {
		struct program *p = program_file_load(texts[i][0]);
		struct error e = {0};
		struct stream *s;

		assert_int_equal(stream_new(&s, p, &o, &l, &out, &e), -ENOENT);
		assert_non_null(strstr(e.text, texts[i][1]));
		error_clear(&e);
		program_free(p);
	}
	layout_free(&l);
}

/* The same as data: the fields behind the time. */
static void check_json(const struct event *ev, size_t strings, const char *want)
{
	struct program *p = program_file_load(calls);
	struct options o = {.output = OPTIONS_OUTPUT_JSON};
	struct stream *s = stream_of(p, &o);
	const char *from;

	assert_true(stream_event(s, ev, offsetof(struct event, strings) + strings));
	writer_char(&out, '\0');
	from = strstr(out.data, "\"call\":");
	assert_non_null(from);
	assert_string_equal(from, want);
	stream_free(s);
	program_free(p);
}

static void writes_calls_as_json(void **state)
{
	struct event ev = {.call = 1, .flags = 7 | 64, .result = -16};

	(void)state;
	memcpy(ev.strings, "T\2\0a\"N\0\0", 8);
	check_json(&ev, 8,
		   "\"call\":1,\"call_name\":\"mount\",\"arguments\":[\"a\\\"\",null,{\"value\":71,"
		   "\"names\":[\"MS_BOTH\",\"MS_RDONLY\",\"0x40\"]}],\"arguments_cut\":false,"
		   "\"result\":-16,\"result_name\":\"EBUSY\"}\n");
	ev = (struct event){.call = 2, .fd = -100, .flags = 6, .result = 3};
	memcpy(ev.strings, "C\1\0x", 4);
	check_json(
		&ev, 4,
		"\"call\":2,\"call_name\":\"config\",\"arguments\":[-100,{\"value\":6,\"name\":"
		"\"CREATE\"},\"x\"],\"arguments_cut\":true,\"result\":3,\"result_name\":null}\n");
	ev = (struct event){.call = 3, .attr = UINT64_MAX, .fd = 5, .big = -1};
	memcpy(ev.strings, "T\0\0", 3);
	check_json(&ev, 3,
		   "\"call\":3,\"call_name\":\"setattr\",\"arguments\":[{\"attr\":{\"value\":"
		   "18446744073709551615,\"names\":[\"MS_BOTH\",\"MS_RDONLY\","
		   "\"0xfffffffffffffff8\"]},"
		   "\"fd\":5},-1],\"arguments_cut\":false,\"result\":0,\"result_name\":null}\n");
	ev = (struct event){.call = 9};
	check_json(&ev, 0,
		   "\"call\":9,\"call_name\":null,\"arguments\":[],\"arguments_cut\":false,"
		   "\"result\":0,\"result_name\":null}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lists),
		cmocka_unit_test(does_not_read_behind_a_list),
		cmocka_unit_test(quotes),
		cmocka_unit_test(writes_words),
		cmocka_unit_test(joins_words),
		cmocka_unit_test(writes_calls),
		cmocka_unit_test(shows_only_what_matches),
		cmocka_unit_test(a_regex_is_checked),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(a_missing_field_is_told),
		cmocka_unit_test(writes_calls_as_json),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
