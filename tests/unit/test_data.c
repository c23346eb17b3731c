/* SPDX-License-Identifier: Apache-2.0 */
/* --output json and csv: what comes out, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "output/data.h"
#include "output/histogram.h"
#include "output/put_csv.h"
#include "output/put_json.h"
#include "output/stamp.h"
#include "output/stream.h"
#include "output/top.h"
#include "program_file.h"

#define OUT_MAX (1 << 20)

static struct writer w;
static FILE *file;
static char out[OUT_MAX];

static int make_file(void **state)
{
	file = tmpfile();
	return file ? program_file_enter(state) : -1;
}

/* What was written since the last time. */
static const char *written(void)
{
	size_t n;

	assert_int_equal(writer_flush(&w), 0);
	rewind(file);
	n = fread(out, 1, sizeof(out) - 1, file);
	out[n] = '\0';
	rewind(file);
	assert_int_equal(ftruncate(fileno(file), 0), 0);
	return out;
}

static void begin(void)
{
	rewind(file);
	writer_init(&w, fileno(file), NULL);
}

static void check_json(const char *in, size_t len, const char *want)
{
	begin();
	put_json_string(&w, in, len);
	assert_string_equal(written(), want);
}

static void json_strings(void **state)
{
	(void)state;
	check_json("plain", 5, "\"plain\"");
	check_json("", 0, "\"\"");
	check_json("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
	check_json("\n\r\t\b\f\x01\x1f\x7f", 8, "\"\\n\\r\\t\\b\\f\\u0001\\u001f\x7f\"");
	check_json("a\0b", 3, "\"a\\u0000b\"");
	check_json("caf\xc3\xa9 \xf0\x9f\x98\x80", 10, "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"");
	check_json("\xff", 1, "\"\\\\xff\"");
	check_json("a\xc3", 2, "\"a\\\\xc3\"");			    /* cut off */
	check_json("\xed\xa0\x80", 3, "\"\\\\xed\\\\xa0\\\\x80\""); /* a surrogate */
	check_json("\\xff", 4, "\"\\\\x5cxff\"");		    /* looks like an escape */
	check_json("\\xFf", 4, "\"\\\\x5cxFf\"");
	check_json("\\xf", 3, "\"\\\\xf\"");
	check_json("\\\xff", 2, "\"\\\\\\\\xff\"");
	check_json("\\x5\xc3", 4, "\"\\\\x5\\\\xc3\"");
}

/* As docs/output.md says: \xHH, from left to right, is a byte. */
static size_t unescape(char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; n++) {
		unsigned int byte;

		if (i + 4 <= len && text[i] == '\\' && text[i + 1] == 'x' &&
		    strspn(text + i + 2, "0123456789abcdef") >= 2 &&
		    sscanf(text + i + 2, "%2x", &byte) == 1) {
			text[n] = (char)byte;
			i += 4;
		} else {
			text[n] = text[i++];
		}
	}
	return n;
}

static void there_and_back(const char *in, size_t len)
{
	char text[20000];
	json_t *j;
	size_t n;

	begin();
	put_json_string(&w, in, len);
	written();
	j = json_loads(out, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (!j)
		fail_msg("not JSON: %s", out);
	n = json_string_length(j);
	assert_true(n < sizeof(text));
	memcpy(text, json_string_value(j), n);
	text[n] = '\0';
	json_decref(j);
	assert_int_equal(unescape(text, n), len);
	assert_memory_equal(text, in, len);
}

/* Any bytes come back: each byte at each place; at random, from what makes escapes; and long ones.
 */
static void json_strings_can_be_undone(void **state)
{
	static const char from[] = "\\x5cf\"\n\xc3\xa9\xff"
				   "F\0a";
	static char in[9000];
	uint32_t random = 1;

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		for (size_t at = 0; at < 20; at++) {
			memset(in, 'a', 20);
			in[at] = (char)byte;
			there_and_back(in, 20);
		}
	}
	for (int i = 0; i < 20000; i++) {
		size_t n = (random >> 8) % 16;

		for (size_t at = 0; at < n; at++) {
			random = random * 1664525 + 1013904223;
			in[at] = from[(random >> 16) % (sizeof(from) - 1)];
		}
		random = random * 1664525 + 1013904223;
		there_and_back(in, n);
	}
	for (size_t shift = 0; shift < 3; shift++) { /* characters across the pieces' ends */
		memset(in, 'a', sizeof(in));
		for (size_t at = shift; at + 2 < sizeof(in); at += 3)
			memcpy(in + at, "\xe6\x96\x87", 3);
		there_and_back(in, sizeof(in) - 3);
	}
	memset(in, 0xff, 4000);
	there_and_back(in, 4000);
}

static void json_numbers(void **state)
{
	(void)state;
	begin();
	put_json_unsigned(&w, UINT64_MAX);
	writer_char(&w, ' ');
	put_json_signed(&w, INT64_MIN);
	writer_char(&w, ' ');
	put_json_real(&w, 0.1);
	writer_char(&w, ' ');
	put_json_real(&w, 1e9 / 3);
	assert_string_equal(written(), "18446744073709551615 -9223372036854775808 0.1 "
				       "333333333.333333");
}

static void times(void **state)
{
	struct stamp s = {0};
	char text[STAMP_LEN + 1] = "";

	(void)state;
	stamp_put(&s, text, 0);
	assert_string_equal(text, "1970-01-01T00:00:00.000000000Z");
	stamp_put(&s, text, 1795286571123456789);
	assert_string_equal(text, "2026-11-21T18:42:51.123456789Z");
	stamp_put(&s, text, 1795286571000000001);
	assert_string_equal(text, "2026-11-21T18:42:51.000000001Z");
	stamp_put(&s, text, UINT64_MAX);
	assert_string_equal(text, "2554-07-21T23:34:33.709551615Z");
}

static void check_csv(const char *in, size_t len, const char *want)
{
	begin();
	put_csv_text(&w, in, len);
	assert_string_equal(written(), want);
}

static void csv_cells(void **state)
{
	(void)state;
	check_csv("plain text", 10, "plain text");
	check_csv("a,b", 3, "\"a,b\"");
	check_csv("a\"b", 3, "\"a\"\"b\"");
	check_csv("a\nb\rc", 5, "\"a\nb\rc\"");
	check_csv("\xff,\\", 3, "\"\\xff,\\\"");
	check_csv("\\xff", 4, "\\x5cxff");
}

/* --- events --- */

struct event {
	uint64_t lat_ns;
	uint32_t pid;
	int32_t ret;
	uint32_t op;
	uint32_t flags;
	char comm[16];
	char args[32];
};

static char *event_fields[] = {(char *)"lat_ns#u64",   (char *)"pid#u32",   (char *)"ret#s32",
			       (char *)"op#u32",       (char *)"flags#u32", (char *)"comm#char[16]",
			       (char *)"args#char[32]"};

static const char columns[] =
	"    - {title: TIME, value: time}\n"
	"    - {title: PID, field: pid}\n"
	"    - {title: RET, field: ret}\n"
	"    - {title: T, field: op, names: {0: R, 7: W}}\n"
	"    - {title: LAT(ms), field: lat_ns, unit: milliseconds}\n"
	"    - {title: FLAGS, field: flags, bits: {A: 1, B: 2}, when: extra}\n"
	"    - {title: COMM, field: comm}\n"
	"    - {title: ARGS, field: args, format: args}\n";

struct made {
	struct program *p;
	struct options o;
	struct layout l;
	struct error e;
};

static struct made make(const char *kind, const char *more, char *const *options)
{
	struct object_map map = {.name = (char *)"events", .nfields = 7, .fields = event_fields};
	struct made m = {0};
	char text[4096], *argv[8] = {(char *)"x"};
	int argc = 1;

	snprintf(text, sizeof(text),
		 SUMMARY "options: [{name: extra, help: h}]\noutput:\n  %s\n%s%s", kind,
		 *more == '-' ? "" : "  columns:\n", *more == '-' ? more + 1 : more);
	while (options[argc - 1]) {
		argv[argc] = options[argc - 1];
		argc++;
	}
	m.p = program_file_load(text);
	if (options_parse(m.p, argc, argv, NULL, &m.o, &m.e) || layout_make(&m.l, &map, NULL, &m.e))
		fail_msg("%s", m.e.text);
	return m;
}

static void drop(struct made *m)
{
	layout_free(&m->l);
	options_free(&m->o);
	program_free(m->p);
}

static struct stream *make_stream(struct made *m)
{
	struct stream *s;

	begin();
	if (stream_new(&s, m->p, &m->o, &m->l, &w, &m->e))
		fail_msg("%s", m->e.text);
	return s;
}

/* Puts X for the digits of the first time, which is now's. */
static const char *timeless(const char *text)
{
	char *t = strstr((char *)(uintptr_t)text, "20");

	for (size_t i = 0; t && i < STAMP_LEN; i++)
		if (t[i] >= '0' && t[i] <= '9')
			t[i] = 'X';
	return text;
}

#define X_TIME "XXXX-XX-XXTXX:XX:XX.XXXXXXXXXZ"

static struct event sample(void)
{
	struct event ev = {
		.lat_ns = UINT64_MAX, .pid = 42, .ret = -2, .op = 7, .flags = 10, .comm = "a\"b,c"};

	memcpy(ev.args, "T\2\0ls?\0\0C\3\0a\xff\n+", 15);
	return ev;
}

static void events_as_json(void **state)
{
	char *options[] = {(char *)"--output", (char *)"json", NULL};
	struct made m = make("stream: events", columns, options);
	struct stream *s = make_stream(&m);
	struct event ev = sample();

	(void)state;
	stream_heading(s);
	assert_true(stream_event(s, &ev, sizeof(ev)));
	assert_string_equal(
		timeless(written()),
		"{\"time\":\"" X_TIME "\",\"elapsed_ns\":null,\"pid\":42,\"ret\":-2,\"op\":7,"
		"\"op_name\":\"W\",\"lat_ns\":18446744073709551615,\"flags\":10,\"flags_names\":"
		"[\"B\",\"0x8\"],\"comm\":\"a\\\"b,c\",\"args\":[\"ls\",null,\"a\\\\xff\\n\"],"
		"\"args_cut\":true}\n");
	/* An event that was cut, or says nothing, has nulls, not fewer fields. */
	ev.op = 1;
	stream_event(s, &ev, offsetof(struct event, flags));
	assert_string_equal(timeless(written()),
			    "{\"time\":\"" X_TIME "\",\"elapsed_ns\":null,\"pid\":42,\"ret\":-2,"
			    "\"op\":1,\"op_name\":null,\"lat_ns\":18446744073709551615,\"flags\":"
			    "null,\"flags_names\":null,\"comm\":null,\"args\":null,\"args_cut\":"
			    "null}\n");
	stream_free(s);
	drop(&m);
}

static void events_as_csv(void **state)
{
	char *options[] = {(char *)"--output=csv", NULL};
	struct made m = make("stream: events", columns, options);
	struct stream *s = make_stream(&m);
	struct event ev = sample();

	(void)state;
	stream_heading(s);
	assert_string_equal(written(),
			    "time,elapsed_ns,pid,ret,op,op_name,lat_ns,flags,flags_names,"
			    "comm,args,args_cut\r\n");
	stream_event(s, &ev, sizeof(ev));
	assert_string_equal(timeless(written()), X_TIME
			    ",,42,-2,7,W,18446744073709551615,10,\"[\"\"B\"\",\"\"0x8\"\"]\","
			    "\"a\"\"b,c\",\"[\"\"ls\"\",null,\"\"a\\\\xff\\n\"\"]\",true\r\n");
	stream_free(s);
	drop(&m);
}

static void without_a_heading(void **state)
{
	char *options[] = {(char *)"--output=csv", (char *)"--no-header", NULL};
	struct made m = make("stream: events", columns, options);
	struct stream *s = make_stream(&m);

	(void)state;
	stream_heading(s);
	assert_string_equal(written(), "");
	stream_free(s);
	drop(&m);
}

/* --- tables --- */

static void rates(void **state)
{
	static const char of[] = "    - {title: P/s, field: pid}\n"
				 "    - {title: 'P%', field: op, percent_of: pid}\n";
	char *options[] = {(char *)"--output=json", NULL};
	struct made m = make("rates: events", of, options);
	struct stream *s = make_stream(&m);
	struct event ev = {.pid = 5, .op = 1};

	(void)state;
	stream_elapsed(s, 2000000000);
	stream_event(s, &ev, sizeof(ev));
	assert_string_equal(timeless(written()),
			    "{\"time\":\"" X_TIME "\",\"interval_ns\":2000000000,\"pid\":5,"
			    "\"pid_per_second\":2.5,\"op\":1,\"op_percent\":20}\n");
	ev = (struct event){0};
	stream_event(s, &ev, sizeof(ev));
	assert_non_null(strstr(written(), "\"pid_per_second\":0,\"op\":0,\"op_percent\":null}\n"));
	stream_free(s);
	drop(&m);
}

static void fill(struct table *t, struct layout *l, const uint64_t (*rows)[2], size_t n)
{
	static struct layout_field fields[] = {
		{.name = (char *)"slot", .kind = LAYOUT_UNSIGNED, .offset = 0, .size = 8},
		{.name = (char *)"value", .kind = LAYOUT_UNSIGNED, .offset = 8, .size = 8},
	};

	*l = (struct layout){2, fields, 16};
	table_init(t, 8, 8);
	for (size_t i = 0; i < n; i++)
		memcpy(table_add(t), rows[i], 16);
}

static void tops(void **state)
{
	static const uint64_t rows[][2] = {{7, 10}, {8, 30}, {9, 20}};
	static const char of[] =
		"    - {title: K, field: slot}\n    - {title: V, field: value, as: "
		"v}\n  sort: {v: value}\n  interval: 1\n";
	char *json[] = {(char *)"--output=json", (char *)"-r", (char *)"2", NULL};
	char *csv[] = {(char *)"--output=csv", (char *)"-C", NULL};
	struct made m = make("top: events", of, json);
	struct layout l;
	struct table t;
	struct top *top;

	(void)state;
	begin();
	fill(&t, &l, rows, 3);
	assert_int_equal(top_new(&top, m.p, &m.o, &l, NULL, &w, &m.e), 0);
	top_print(top, &t, 1000000001);
	assert_string_equal(timeless(written()),
			    "{\"time\":\"" X_TIME "\",\"interval_ns\":1000000001,\"entries\":3,"
			    "\"rows\":[{\"slot\":8,\"v\":30},{\"slot\":9,\"v\":20}]}\n");
	t.n = 0;
	top_print(top, &t, 1);
	assert_non_null(strstr(written(), "\"entries\":0,\"rows\":[]}\n"));
	top_free(top);
	table_free(&t);
	drop(&m);
	m = make("top: events", of, csv);
	fill(&t, &l, rows, 1);
	assert_int_equal(top_new(&top, m.p, &m.o, &l, NULL, &w, &m.e), 0);
	top_print(top, &t, 1);
	assert_string_equal(timeless(written()),
			    "time,interval_ns,slot,v\r\n" X_TIME ",1,7,10\r\n");
	top_print(top, &t, 1);
	assert_string_equal(timeless(written()), X_TIME ",1,7,10\r\n");
	top_free(top);
	table_free(&t);
	drop(&m);
}

static void histograms(void **state)
{
	static const uint64_t rows[][2] = {{1, 3}, {3, 4}, {64, 1}};
	static const char of[] = "-  label: usecs\n";
	char *json[] = {(char *)"--output=json", NULL}, *csv[] = {(char *)"--output=csv", NULL};
	struct made m = make("histogram: events", of, json);
	struct histogram *h;
	struct layout l;
	struct table t;

	(void)state;
	begin();
	fill(&t, &l, rows, 2);
	assert_int_equal(histogram_new(&h, m.p, &m.o, &l, &w, &m.e), 0);
	assert_int_equal(histogram_print(h, &t, 5, &m.e), 0);
	assert_string_equal(timeless(written()),
			    "{\"time\":\"" X_TIME "\",\"interval_ns\":5,\"unit\":\"usecs\","
			    "\"histograms\":[{\"count\":7,\"buckets\":[{\"low\":0,\"high\":1,"
			    "\"count\":3},{\"low\":2,\"high\":3,\"count\":0},{\"low\":4,\"high\":7,"
			    "\"count\":4}]}]}\n");
	t.n = 0;
	assert_int_equal(histogram_print(h, &t, 5, &m.e), 0);
	assert_non_null(strstr(written(), "\"unit\":\"usecs\",\"histograms\":[]}\n"));
	table_free(&t);
	fill(&t, &l, rows + 2, 1);
	assert_int_equal(histogram_print(h, &t, 5, &m.e), 0);
	assert_non_null(strstr(written(), "{\"low\":9223372036854775808,\"high\":"
					  "18446744073709551615,\"count\":1}]}]}\n"));
	histogram_free(h);
	table_free(&t);
	drop(&m);
	m = make("histogram: events", of, csv);
	fill(&t, &l, rows, 1);
	assert_int_equal(histogram_new(&h, m.p, &m.o, &l, &w, &m.e), 0);
	assert_int_equal(histogram_print(h, &t, 5, &m.e), 0);
	assert_string_equal(timeless(written()),
			    "time,interval_ns,unit,low,high,count\r\n" X_TIME ",5,usecs,0,1,3\r\n");
	histogram_free(h);
	table_free(&t);
	drop(&m);
}

/* Of two streams, one of which has PID and RET, the other PID and COMM. */
static struct made make_two(char *const *options, struct stream *s[2])
{
	struct made m = make("stream: events",
			     "    - {title: PID, field: pid}\n    - {title: RET, field: ret}\n"
			     "  also:\n  - stream: others\n    columns:\n"
			     "    - {title: PID, field: pid}\n    - {title: COMM, field: comm}\n",
			     options);

	begin();
	for (size_t i = 0; i < 2; i++)
		if (stream_new(&s[i], program_output_at(m.p, i), &m.o, &m.l, &w, &m.e))
			fail_msg("%s", m.e.text);
	assert_false(stream_join(s[1], s[0]));
	return m;
}

static void two_streams(void **state)
{
	char *json[] = {(char *)"--output=json", (char *)"-T", NULL},
	     *csv[] = {(char *)"--output=csv", NULL};
	struct event ev = {.pid = 42, .ret = -2, .comm = "a,b"};
	struct stream *s[2];
	struct made m = make_two(json, s);
	const char *first;

	(void)state;
	stream_event(s[1], &ev, sizeof(ev));
	first = timeless(written());
	assert_string_equal(first, "{\"table\":\"others\",\"time\":\"" X_TIME
				   "\",\"elapsed_ns\":0,\"pid\":42,\"comm\":\"a,b\"}\n");
	/* The time since the first event is since that of the other stream. */
	usleep(1);
	stream_event(s[0], &ev, sizeof(ev));
	first = timeless(written());
	assert_non_null(strstr(first, "{\"table\":\"events\",\"time\":\"" X_TIME "\","));
	assert_null(strstr(first, "\"elapsed_ns\":0,"));
	assert_non_null(strstr(first, ",\"pid\":42,\"ret\":-2}\n"));
	stream_free(s[1]);
	stream_free(s[0]);
	drop(&m);

	m = make_two(csv, s);
	stream_heading(s[0]);
	assert_string_equal(written(), "table,time,elapsed_ns,pid,ret,comm\r\n");
	stream_event(s[0], &ev, sizeof(ev));
	assert_string_equal(timeless(written()), "events," X_TIME ",,42,-2,\r\n");
	stream_event(s[1], &ev, sizeof(ev));
	assert_string_equal(timeless(written()), "others," X_TIME ",,42,,\"a,b\"\r\n");
	stream_free(s[1]);
	stream_free(s[0]);
	drop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_strings),	 cmocka_unit_test(json_strings_can_be_undone),
		cmocka_unit_test(json_numbers),	 cmocka_unit_test(times),
		cmocka_unit_test(csv_cells),	 cmocka_unit_test(events_as_json),
		cmocka_unit_test(events_as_csv), cmocka_unit_test(without_a_heading),
		cmocka_unit_test(rates),	 cmocka_unit_test(tops),
		cmocka_unit_test(histograms),	 cmocka_unit_test(two_streams),
	};

	return cmocka_run_group_tests(tests, make_file, program_file_leave);
}
