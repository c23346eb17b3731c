/* SPDX-License-Identifier: Apache-2.0 */
/* Events as named, typed values. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "output/record.h"
#include "program_file.h"
#include "tool/fields.h"

struct event {
	uint64_t ts_ns;
	uint64_t lat_ns;
	uint32_t pid;
	uint32_t id;
	int32_t fd;
	uint32_t op;
	uint32_t flags;
	char comm[16];
	char name[16];
	char dirs[32];
};

static char *event_fields[] = {(char *)"ts_ns#u64",	(char *)"lat_ns#u64",
			       (char *)"pid#u32",	(char *)"id#u32",
			       (char *)"fd#s32",	(char *)"op#u32",
			       (char *)"flags#u32",	(char *)"comm#char[16]",
			       (char *)"name#char[16]", (char *)"dirs#char[32]"};

/* A program with these columns, read from a file as any other; an event's record of it. */
struct made {
	struct program *p;
	struct options o;
	struct layout l;
	struct record *r;
	struct error e;
	int err;
};

static struct made make(const char *options, const char *columns, int argc, char **argv)
{
	struct object_map map = {.name = (char *)"events", .nfields = 10, .fields = event_fields};
	struct made m = {0};
	char text[4096], *none[] = {(char *)"x", NULL};

	snprintf(text, sizeof(text), SUMMARY "%soutput:\n  stream: events\n  columns:\n%s", options,
		 columns);
	m.p = program_file_load(text);
	if (options_parse(m.p, argv ? argc : 1, argv ? argv : none, NULL, &m.o, &m.e) ||
	    layout_make(&m.l, &map, NULL, &m.e))
		fail_msg("%s", m.e.text);
	m.err = record_new(&m.r, m.p, &m.o, &m.l, NULL, &m.e);
	return m;
}

static void drop(struct made *m)
{
	record_free(m->r);
	layout_free(&m->l);
	options_free(&m->o);
	program_free(m->p);
	error_clear(&m->e);
}

static struct record_value get(struct made *m, const char *name, const struct event *ev,
			       size_t size)
{
	struct record_value v;
	size_t i = record_find(m->r, name);

	if (i == record_count(m->r))
		fail_msg("no field %s", name);
	record_get(m->r, i, ev, size, &v);
	return v;
}

static void check_text(struct made *m, const char *name, const struct event *ev, const char *want)
{
	struct record_value v = get(m, name, ev, sizeof(*ev));
	char text[256];

	assert_int_equal(record_text(&v, text, sizeof(text)), strlen(want));
	assert_memory_equal(text, want, strlen(want));
}

static const char all[] = "    - {title: TIME(s), value: elapsed, field: ts_ns}\n"
			  "    - {title: TIME, value: time}\n"
			  "    - {title: PID, field: pid}\n"
			  "    - {title: FD, field: fd}\n"
			  "    - {title: T, field: op, names: {0: R, 7: W}}\n"
			  "    - {title: LAT(ms), field: lat_ns, unit: milliseconds}\n"
			  "    - {title: FLAGS, field: flags, format: octal, bits: {WR: 1, RDWR: "
			  "2, RD: 0, CR: 0o100}}\n"
			  "    - {title: COMM, field: comm, unknown: '?'}\n"
			  "    - {title: PATH, field: name, as: path, format: path, dirs: dirs}\n";

static void names_are_the_programs(void **state)
{
	static const char *const want[] = {"time",	  "elapsed_ns", "pid",	  "fd",
					   "op",	  "op_name",	"lat_ns", "flags",
					   "flags_names", "comm",	"path"};
	struct made m = make("", all, 1, NULL);

	(void)state;
	assert_int_equal(m.err, 0);
	assert_int_equal(record_count(m.r), sizeof(want) / sizeof(*want));
	for (size_t i = 0; i < record_count(m.r); i++)
		assert_string_equal(record_name(m.r, i), want[i]);
	assert_int_equal(record_find(m.r, "PID"), record_count(m.r));
	drop(&m);
}

static void values_are_what_the_event_has(void **state)
{
	struct event ev = {.ts_ns = 5,
			   .lat_ns = UINT64_MAX,
			   .pid = UINT32_MAX,
			   .fd = INT32_MIN,
			   .op = 7,
			   .flags = 0110102,
			   .comm = "c\xff",
			   .name = "n",
			   .dirs = "d\0/"};
	struct made m = make("", all, 1, NULL);
	struct record_value v;

	(void)state;
	v = get(&m, "lat_ns", &ev, sizeof(ev));
	assert_int_equal(v.kind, RECORD_UNSIGNED);
	assert_true(v.u == UINT64_MAX);
	v = get(&m, "pid", &ev, sizeof(ev));
	assert_int_equal(v.kind, RECORD_UNSIGNED);
	assert_int_equal(v.u, UINT32_MAX);
	v = get(&m, "fd", &ev, sizeof(ev));
	assert_int_equal(v.kind, RECORD_SIGNED);
	assert_true(v.i == INT32_MIN);
	check_text(&m, "fd", &ev, "-2147483648");
	v = get(&m, "op", &ev, sizeof(ev));
	assert_int_equal(v.u, 7);
	check_text(&m, "op_name", &ev, "W");
	v = get(&m, "flags", &ev, sizeof(ev));
	assert_int_equal(v.u, 0110102);
	check_text(&m, "flags_names", &ev, "RDWR|CR|0x9000");
	check_text(&m, "path", &ev, "/d/n");
	v = get(&m, "comm", &ev, sizeof(ev));
	assert_int_equal(v.kind, RECORD_TEXT);
	assert_int_equal(v.text.len, 2);
	assert_memory_equal(v.text.data, "c\xff", 2);
	ev.flags = 0;
	check_text(&m, "flags_names", &ev, "RD");
	drop(&m);
}

static void what_is_not_known_is_none(void **state)
{
	struct event ev = {.op = 3, .comm = "?"};
	struct made m = make("", all, 1, NULL);

	(void)state;
	assert_int_equal(get(&m, "op_name", &ev, sizeof(ev)).kind, RECORD_NONE);
	assert_int_equal(get(&m, "comm", &ev, sizeof(ev)).kind, RECORD_NONE); /* `unknown:` */
	ev.comm[0] = '\0';
	assert_int_equal(get(&m, "comm", &ev, sizeof(ev)).kind, RECORD_NONE);
	assert_int_equal(get(&m, "op", &ev, sizeof(ev)).kind, RECORD_UNSIGNED);
	/* An event that ends before the field; one that ends in it. */
	assert_int_equal(get(&m, "op", &ev, offsetof(struct event, op) + 3).kind, RECORD_NONE);
	assert_int_equal(get(&m, "op_name", &ev, offsetof(struct event, op)).kind, RECORD_NONE);
	strcpy(ev.name, "abc");
	assert_int_equal(get(&m, "path", &ev, offsetof(struct event, name) + 2).text.len, 2);
	assert_int_equal(get(&m, "path", &ev, offsetof(struct event, name)).kind, RECORD_NONE);
	drop(&m);
}

static int64_t realtime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

static void the_time_is_the_events_own(void **state)
{
	struct made m = make("", all, 1, NULL);
	int64_t before = realtime(), after;
	struct event ev = {.ts_ns = clock_ns() - 5000000000};
	struct record_value v;

	(void)state;
	after = realtime();
	v = get(&m, "time", &ev, sizeof(ev));
	assert_int_equal(v.kind, RECORD_TIME);
	assert_true(v.i > before - 5100000000 && v.i < after - 4900000000);
	ev.ts_ns += 123;
	assert_int_equal(get(&m, "time", &ev, sizeof(ev)).i - v.i, 123);
	assert_int_equal(get(&m, "elapsed_ns", &ev, sizeof(ev)).u, 0);
	ev.ts_ns += 1000;
	assert_int_equal(get(&m, "elapsed_ns", &ev, sizeof(ev)).u, 1000);
	ev.ts_ns -= 2000; /* another CPU's */
	assert_int_equal(get(&m, "elapsed_ns", &ev, sizeof(ev)).u, 0);
	drop(&m);
}

static const char options[] = "options:\n"
			      "  - {name: tid, help: h}\n"
			      "  - {name: extra, help: h}\n"
			      "  - {name: line, type: regex, help: h}\n";

static void columns_not_shown_have_values_too(void **state)
{
	static const char columns[] = "    - {title: TID, field: id, as: tid, when: tid}\n"
				      "    - {title: PID, field: id, as: pid, unless: tid}\n"
				      "    - {title: FD, field: fd, when: extra}\n"
				      "    - {title: X, field: not_there, when: extra}\n";
	char *argv[] = {(char *)"x", (char *)"--tid", (char *)"--extra", NULL};
	struct made m = make(options, columns, 1, NULL);
	struct event ev = {.id = 42, .fd = 3};

	(void)state;
	assert_int_equal(get(&m, "fd", &ev, sizeof(ev)).i, 3);
	assert_int_equal(get(&m, "not_there", &ev, sizeof(ev)).kind, RECORD_NONE);
	assert_int_equal(record_kind(m.r, record_find(m.r, "not_there")), RECORD_NONE);
	/* One field, two names: the one that is shown holds. */
	assert_int_equal(get(&m, "pid", &ev, sizeof(ev)).u, 42);
	assert_int_equal(get(&m, "tid", &ev, sizeof(ev)).kind, RECORD_NONE);
	drop(&m);
	m = make(options, columns, 2, argv);
	assert_int_equal(get(&m, "tid", &ev, sizeof(ev)).u, 42);
	assert_int_equal(get(&m, "pid", &ev, sizeof(ev)).kind, RECORD_NONE);
	drop(&m);
	m = make(options, columns, 3, argv);
	assert_int_equal(m.err, -ENOENT);
	assert_non_null(strstr(m.e.text, "x.yaml:12: column X: the event has no field not_there"));
	drop(&m);
}

static void a_field_may_be_the_clock(void **state)
{
	struct made m = make("", "    - {title: PID, field: pid}\n  clock: lat_ns\n", 1, NULL);
	struct event ev = {.lat_ns = clock_ns()};
	struct record_value v = get(&m, "time", &ev, sizeof(ev));

	(void)state;
	ev.lat_ns += 7;
	assert_int_equal(get(&m, "time", &ev, sizeof(ev)).i - v.i, 7);
	drop(&m);
	m = make("", "    - {title: PID, field: pid}\n  clock: pid\n", 1, NULL);
	assert_string_equal(m.e.text,
			    "programs/x.yaml:3: `clock`: the event has no u64 in a field pid");
	drop(&m);
}

static void elapsed_wants_timestamp(void **state)
{
	char *argv[] = {(char *)"x", (char *)"-T", NULL};
	struct made m = make("", "    - {title: PID, field: pid}\n", 1, NULL);
	struct event ev = {0};

	(void)state;
	assert_int_equal(get(&m, "elapsed_ns", &ev, sizeof(ev)).kind, RECORD_NONE);
	drop(&m);
	m = make("", "    - {title: PID, field: pid}\n", 2, argv);
	assert_int_equal(get(&m, "elapsed_ns", &ev, sizeof(ev)).u, 0);
	assert_int_equal(get(&m, "elapsed_ns", &ev, sizeof(ev)).kind, RECORD_UNSIGNED);
	drop(&m);
}

static void events_are_chosen(void **state)
{
	static const char columns[] = "    - {title: COMM, field: comm}\n"
				      "  only: [{option: line, field: comm}]\n";
	char *argv[] = {(char *)"x", (char *)"--line", (char *)"^b", NULL};
	struct made m = make(options, columns, 3, argv);
	struct event ev = {.comm = "bash"};

	(void)state;
	assert_true(record_wanted(m.r, &ev, sizeof(ev)));
	strcpy(ev.comm, "cat");
	assert_false(record_wanted(m.r, &ev, sizeof(ev)));
	drop(&m);
}

static void two_of_one_name_are_an_error(void **state)
{
	(void)state;
	program_file_error(
		SUMMARY "output:\n  stream: events\n  columns:\n"
			"    - {title: A, field: a}\n"
			"    - {title: B, field: b, as: a}\n",
		"programs/x.yaml:6: column B: its field a is there already; `as` gives it "
		"another name");
	program_file_error(
		SUMMARY "output:\n  stream: events\n  columns:\n"
			"    - {title: A, field: time}\n",
		"programs/x.yaml:5: column A: its field time is there already; `as` gives "
		"it another name");
	program_file_error(
		SUMMARY "output:\n  stream: events\n  columns:\n"
			"    - {title: A, value: time, as: a}\n",
		"programs/x.yaml:5: column A: `as`, `unknown` and `bits` want a `field`");
	program_file_error(SUMMARY "output:\n  stream: events\n  columns:\n"
				   "    - {title: A, field: a, format: ksym, bits: {X: 1}}\n",
			   "programs/x.yaml:5: column A: `bits` are of a plain number");
}

static void unknown_is_of_the_fields_type(void **state)
{
	struct made m = make("",
			     "    - {title: FD, field: fd, unknown: -1}\n"
			     "    - {title: PID, field: pid, unknown: 0}\n",
			     1, NULL);
	struct event ev = {.fd = -1};

	(void)state;
	assert_int_equal(get(&m, "fd", &ev, sizeof(ev)).kind, RECORD_NONE);
	assert_int_equal(get(&m, "pid", &ev, sizeof(ev)).kind, RECORD_NONE);
	ev.fd = 0;
	ev.pid = 1;
	assert_int_equal(get(&m, "fd", &ev, sizeof(ev)).i, 0);
	assert_int_equal(get(&m, "pid", &ev, sizeof(ev)).u, 1);
	drop(&m);
	m = make("", "    - {title: FD, field: fd, unknown: none}\n", 1, NULL);
	assert_string_equal(m.e.text, "programs/x.yaml:5: column FD: `unknown: none`, but fd is a "
				      "number");
	drop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_the_programs),
		cmocka_unit_test(values_are_what_the_event_has),
		cmocka_unit_test(what_is_not_known_is_none),
		cmocka_unit_test(the_time_is_the_events_own),
		cmocka_unit_test(columns_not_shown_have_values_too),
		cmocka_unit_test(a_field_may_be_the_clock),
		cmocka_unit_test(elapsed_wants_timestamp),
		cmocka_unit_test(events_are_chosen),
		cmocka_unit_test(two_of_one_name_are_an_error),
		cmocka_unit_test(unknown_is_of_the_fields_type),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
