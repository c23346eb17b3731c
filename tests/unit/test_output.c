/* SPDX-License-Identifier: Apache-2.0 */
/* What a user sees of an event: escaping, numbers, columns, paths. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/escape.h"
#include "object/layout.h"
#include "output/number.h"
#include "output/stream.h"
#include "output/writer.h"

static void check_escape(const char *in, size_t len, const char *want, size_t want_width)
{
	char out[256];
	size_t width, n = escape(out, in, len, &width);

	out[n] = '\0';
	assert_string_equal(out, want);
	assert_int_equal(width, want_width);
}

static void check_message(const char *in, const char *want)
{
	char *text = escape_message(in);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void escapes_what_commands_a_terminal(void **state)
{
	(void)state;
	check_message("", "");
	check_message("a\nb\tc\n\n\td", "a\nb\tc\n\n\td");
	check_message("\033]0;x\a\r", "\\x1b]0;x\\x07\\r");
	check_message("\xff caf\xc3\xa9 \xc2\x9b"
		      "2J\n\xc3",
		      "\\xff caf\xc3\xa9 \\xc2\\x9b"
		      "2J\n\\xc3");
}

static void escapes_what_breaks_a_line(void **state)
{
	(void)state;
	check_escape("plain", 5, "plain", 5);
	check_escape("ends\0here", 9, "ends", 4);
	check_escape("a\nb\tc\rd", 7, "a\\nb\\tc\\rd", 10);
	check_escape("\033[31m", 5, "\\x1b[31m", 8);
	check_escape("\x7f", 1, "\\x7f", 4);
	check_escape("caf\xc3\xa9", 5, "caf\xc3\xa9", 4);
	check_escape("\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80", 1);
	check_escape("back\\slash", 10, "back\\slash", 10);
}

static void escapes_what_is_not_utf8(void **state)
{
	(void)state;
	check_escape("\xff\xfe", 2, "\\xff\\xfe", 8);
	check_escape("\xc3", 1, "\\xc3", 4);			/* cut off by the field's end */
	check_escape("\xc0\xaf", 2, "\\xc0\\xaf", 8);		/* overlong */
	check_escape("\xed\xa0\x80", 3, "\\xed\\xa0\\x80", 12); /* a surrogate */
	check_escape("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80", 16); /* above U+10FFFF */
	check_escape("\xc2\x9b", 2, "\\xc2\\x9b", 8);			 /* C1: a terminal's CSI */
}

/* Several bytes are looked at at once: each value at each place, with text before and behind. */
static void escapes_wherever_it_is(void **state)
{
	char in[24], want[96], alone[ESCAPE_MAX + 1];

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		for (size_t at = 0; at < sizeof(in); at++) {
			char c = (char)byte;
			size_t width, n = escape(alone, &c, 1, &width);

			alone[n] = '\0';
			memset(in, 'a', sizeof(in));
			in[at] = c;
			snprintf(want, sizeof(want), "%.*s%s%.*s", (int)at, in, alone,
				 (int)(sizeof(in) - 1 - at), in + at + 1);
			check_escape(in, sizeof(in), want, sizeof(in) - 1 + width);
			in[at] = '\0';
			want[at] = '\0';
			check_escape(in, sizeof(in), want, at);
		}
	}
	check_escape("1234567\xc3\xa9 12\xe6\x96\x87", 15, "1234567\xc3\xa9 12\xe6\x96\x87", 12);
	check_escape("1234567\xc2\x9b", 9, "1234567\\xc2\\x9b", 15);
}

static void check_number(size_t n, const char *text, const char *want)
{
	assert_int_equal(n, strlen(want));
	assert_memory_equal(text, want, n);
}

static void writes_numbers(void **state)
{
	char b[NUMBER_MAX];

	(void)state;
	check_number(number_base(b, 0, 10, 1), b, "0");
	check_number(number_base(b, UINT64_MAX, 10, 1), b, "18446744073709551615");
	check_number(number_base(b, 9, 10, 0), b, "9");
	check_number(number_base(b, 7, 10, 3), b, "007");
	check_number(number_base(b, 99, 10, 1), b, "99");
	check_number(number_base(b, 100, 10, 1), b, "100");
	check_number(number_base(b, 10203, 10, 6), b, "010203");
	check_number(number_base(b, UINT64_MAX, 10, 22), b, "0018446744073709551615");
	check_number(number_base(b, UINT64_MAX, 8, 1), b, "1777777777777777777777");
	check_number(number_base(b, UINT64_MAX, 16, 17), b, "0ffffffffffffffff");
	check_number(number_base(b, 0, 16, 0), b, "0");
	check_number(number_base(b, 1, 8, 32), b, "00000000000000000000000000000001");
	check_number(number_base(b, 0100101, 8, 8), b, "00100101");
	check_number(number_base(b, 0xdeadbeef, 16, 1), b, "deadbeef");
	check_number(number_fraction(b, 1500000000, 1000000000, 2), b, "1.50");
	check_number(number_fraction(b, 999999999, 1000000000, 2), b, "1.00");
	check_number(number_fraction(b, 4999999, 1000000000, 2), b, "0.00");
	check_number(number_fraction(b, 5000000, 1000000000, 2), b, "0.01");
	check_number(number_fraction(b, 12, 1, 0), b, "12");
	check_number(number_fraction(b, UINT64_MAX, 1000000000, 9), b, "18446744073.709551615");
	check_number(number_fraction(b, 1536, 1024, 1), b, "1.5");
	for (uint64_t v = 1, i = 0; i < 64; v <<= 1, i++) { /* as printf has them */
		for (uint64_t near = v - 1; near - v + 1 < 3; near++) {
			char want[32];

			snprintf(want, sizeof(want), "%" PRIu64, near);
			check_number(number_base(b, near, 10, 1), b, want);
			snprintf(want, sizeof(want), "%" PRIx64, near);
			check_number(number_base(b, near, 16, 1), b, want);
			snprintf(want, sizeof(want), "%" PRIo64, near);
			check_number(number_base(b, near, 8, 1), b, want);
		}
	}
}

static void lay_out(struct layout *l, char **fields, size_t n)
{
	struct object_map map = {.name = (char *)"events", .nfields = n, .fields = fields};
	struct error e = {0};

	if (layout_make(l, &map, NULL, &e))
		fail_msg("%s", e.text);
}

static void lays_fields_out_as_c_does(void **state)
{
	char *fields[] = {(char *)"a#u8",      (char *)"b#u64",		(char *)"c#char [16]",
			  (char *)"d#char[3]", (char *)"e#s32",		(char *)"f#enum kind",
			  (char *)"g#void *",  (char *)"h#bool",	(char *)"i#u32[2]",
			  (char *)"j#__u16",   (char *)"k#const char *"};
	uint32_t offsets[] = {0, 8, 16, 32, 36, 40, 48, 56, 60, 68, 72};
	uint32_t sizes[] = {1, 8, 16, 3, 4, 4, 8, 1, 8, 2, 8};
	struct layout l;

	(void)state;
	lay_out(&l, fields, 11);
	for (size_t i = 0; i < 11; i++) {
		assert_int_equal(l.fields[i].offset, offsets[i]);
		assert_int_equal(l.fields[i].size, sizes[i]);
	}
	assert_int_equal(l.fields[2].kind, LAYOUT_CHARS);
	assert_int_equal(l.fields[4].kind, LAYOUT_SIGNED);
	assert_int_equal(l.fields[8].kind, LAYOUT_BYTES);
	assert_int_equal(l.size, 80);
	layout_free(&l);
}

static void an_unknown_type_is_an_error(void **state)
{
	char *fields[] = {(char *)"x#my_own_t"};
	struct object_map map = {.name = (char *)"events", .nfields = 1, .fields = fields};
	struct error e = {0};
	struct layout l;

	(void)state;
	assert_int_not_equal(layout_make(&l, &map, NULL, &e), 0);
	assert_int_equal(e.fault, FAULT_TOOL);
	assert_non_null(strstr(e.text, "field x is of type my_own_t"));
	error_clear(&e);
}

struct event {
	uint32_t pid;
	int32_t fd;
	uint64_t age_ns;
	char comm[16];
	char name[16];
	char dirs[32];
};

static char *event_fields[] = {(char *)"pid#u32",	(char *)"fd#s32",
			       (char *)"age_ns#u64",	(char *)"comm#char[16]",
			       (char *)"name#char[16]", (char *)"dirs#char[32]"};

/* Prints one event of `size` bytes through the columns; what came is in out. */
static void print_event(struct program_column *columns, size_t n, const struct event *ev,
			size_t size, char *out, size_t out_size)
{
	struct program p = {.path = (char *)"test.yaml", .columns = columns, .ncolumns = n};
	struct options o = {0};
	static struct writer w;
	struct error e = {0};
	struct stream *s;
	struct layout l;
	int fds[2];
	ssize_t got;

	lay_out(&l, event_fields, 6);
	assert_int_equal(pipe(fds), 0);
	writer_init(&w, fds[1], NULL);
	if (stream_new(&s, &p, &o, &l, &w, &e))
		fail_msg("%s", e.text);
	stream_heading(s);
	stream_event(s, ev, size);
	assert_int_equal(writer_flush(&w), 0);
	close(fds[1]);
	got = read(fds[0], out, out_size - 1);
	assert_true(got >= 0);
	out[got] = '\0';
	close(fds[0]);
	stream_free(s);
	layout_free(&l);
}

static void prints_columns(void **state)
{
	struct program_value names[] = {{(char *)"R", 0}, {(char *)"W", 3}};
	struct program_column columns[] = {
		{.title = (char *)"PID", .field = (char *)"pid", .width = 7},
		{.title = (char *)"FD",
		 .field = (char *)"fd",
		 .width = 4,
		 .align = PROGRAM_ALIGN_RIGHT},
		{.title = (char *)"T",
		 .field = (char *)"fd",
		 .width = 1,
		 .names = names,
		 .nnames = 2},
		{.title = (char *)"AGE(s)",
		 .field = (char *)"age_ns",
		 .width = 7,
		 .unit = PROGRAM_UNIT_SECONDS,
		 .decimals = 2},
		{.title = (char *)"COMM", .field = (char *)"comm", .width = 6},
		{.title = (char *)"FILE", .field = (char *)"name"},
	};
	struct event ev = {
		.pid = 42, .fd = 3, .age_ns = 1234567890, .comm = "caf\xc3\xa9", .name = "a\nb"};
	char out[512];

	(void)state;
	print_event(columns, 6, &ev, sizeof(ev), out, sizeof(out));
	assert_string_equal(out, "PID       FD T AGE(s)  COMM   FILE\n"
				 "42         3 W 1.23    caf\xc3\xa9   a\\nb\n");
	ev.fd = -1;
	ev.pid = 4194304;
	print_event(columns, 6, &ev, sizeof(ev), out, sizeof(out));
	assert_string_equal(strchr(out, '\n') + 1, "4194304   -1 -1 1.23    caf\xc3\xa9   a\\nb\n");
}

/* The extremes of each size, on both sides of their column's width. */
static void prints_extremes(void **state)
{
	struct program_column columns[] = {
		{.title = (char *)"PID", .field = (char *)"pid", .width = 12},
		{.title = (char *)"FD",
		 .field = (char *)"fd",
		 .width = 12,
		 .align = PROGRAM_ALIGN_RIGHT},
		{.title = (char *)"N", .field = (char *)"age_ns", .width = 2},
		{.title = (char *)"NAME",
		 .field = (char *)"name",
		 .width = 10,
		 .align = PROGRAM_ALIGN_RIGHT},
		{.title = (char *)"COMM", .field = (char *)"comm", .width = 4},
	};
	struct event ev = {.pid = UINT32_MAX,
			   .fd = INT32_MIN,
			   .age_ns = UINT64_MAX,
			   .comm = "0123456789abcdef", /* without a NUL */
			   .name = "\xe6\x96\x87\xe4\xbb\xb6\t."};
	char out[512];

	(void)state;
	print_event(columns, 5, &ev, sizeof(ev), out, sizeof(out));
	assert_string_equal(out, "PID                    FD N        NAME COMM\n"
				 "4294967295    -2147483648 18446744073709551615      "
				 "\xe6\x96\x87\xe4\xbb\xb6\\t. 0123456789abcdef\n");
	ev = (struct event){.fd = INT32_MAX, .comm = "0123", .name = "0123456789"};
	print_event(columns, 5, &ev, sizeof(ev), out, sizeof(out));
	assert_string_equal(strchr(out, '\n') + 1,
			    "0              2147483647 0  0123456789 0123\n");
}

static void joins_paths(void **state)
{
	struct program_column column = {.title = (char *)"PATH",
					.field = (char *)"name",
					.format = PROGRAM_FORMAT_PATH,
					.dirs = (char *)"dirs"};
	struct event ev = {.name = "file"};
	size_t base = offsetof(struct event, dirs);
	char out[256];

	(void)state;
	memcpy(ev.dirs, "b\0aa\0/", 6);
	print_event(&column, 1, &ev, base + 6, out, sizeof(out));
	assert_string_equal(out, "PATH\n/aa/b/file\n");
	memcpy(ev.dirs, "/", 2);
	print_event(&column, 1, &ev, base + 1, out, sizeof(out));
	assert_string_equal(out, "PATH\n/file\n");
	memcpy(ev.dirs, "b\0aa\0", 5); /* the top was not reached */
	print_event(&column, 1, &ev, base + 5, out, sizeof(out));
	assert_string_equal(out, "PATH\n.../aa/b/file\n");
	print_event(&column, 1, &ev, base, out, sizeof(out)); /* nothing is known */
	assert_string_equal(out, "PATH\nfile\n");
	print_event(&column, 1, &ev, offsetof(struct event, name) + 3, out, sizeof(out));
	assert_string_equal(out, "PATH\nfil\n"); /* no more was sent */
	ev.name[0] = '\0';			 /* a directory alone */
	memcpy(ev.dirs, "b\0aa\0/", 6);
	print_event(&column, 1, &ev, base + 6, out, sizeof(out));
	assert_string_equal(out, "PATH\n/aa/b\n");
	memcpy(ev.dirs, "/", 2);
	print_event(&column, 1, &ev, base + 1, out, sizeof(out));
	assert_string_equal(out, "PATH\n/\n");
	memcpy(ev.dirs, "b\0aa\0", 5);
	strcpy(ev.name, "/abs");
	print_event(&column, 1, &ev, base + 5, out, sizeof(out));
	assert_string_equal(out, "PATH\n/abs\n");
}

static void a_cut_event_shows_what_came(void **state)
{
	struct program_column columns[] = {
		{.title = (char *)"PID", .field = (char *)"pid", .width = 3},
		{.title = (char *)"N", .field = (char *)"name"},
	};
	struct event ev = {.pid = 1, .name = "abcdefgh"};
	char out[256];

	(void)state;
	print_event(columns, 2, &ev, offsetof(struct event, name) + 3, out, sizeof(out));
	assert_string_equal(out, "PID N\n1   abc\n");
	print_event(columns, 2, &ev, 2, out, sizeof(out));
	assert_string_equal(out, "PID N\n    \n");
}

static void a_missing_field_names_those_there(void **state)
{
	struct program_column column = {.title = (char *)"X", .field = (char *)"nope", .line = 7};
	struct program p = {.path = (char *)"t.yaml", .columns = &column, .ncolumns = 1};
	static struct writer w;
	struct options o = {0};
	struct error e = {0};
	struct stream *s;
	struct layout l;

	(void)state;
	lay_out(&l, event_fields, 6);
	assert_int_equal(stream_new(&s, &p, &o, &l, &w, &e), -ENOENT);
	assert_string_equal(e.text, "t.yaml:7: column X: the event has no field nope (it has: pid, "
				    "fd, age_ns, comm, name, dirs)");
	error_clear(&e);
	layout_free(&l);
}

/* What is larger than the writer comes out whole and in order. */
static void writes_what_does_not_fit(void **state)
{
	static char text[WRITER_SIZE * 2 + 3], got[sizeof(text) + 1];
	static struct writer w;
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	writer_init(&w, fileno(f), NULL);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
	writer_add(&w, text, 100);
	writer_add(&w, text + 100, WRITER_SIZE + 1);
	for (size_t i = WRITER_SIZE + 101; i < sizeof(text) - 1000; i++)
		writer_char(&w, text[i]);
	writer_pad(&w, 1000);
	memset(text + sizeof(text) - 1000, ' ', 1000);
	assert_int_equal(writer_flush(&w), 0);
	rewind(f);
	assert_int_equal(fread(got, 1, sizeof(got), f), sizeof(text));
	assert_memory_equal(got, text, sizeof(text));
	writer_pad(&w, WRITER_SIZE + 7);
	assert_int_equal(writer_flush(&w), 0);
	assert_int_equal(lseek(fileno(f), 0, SEEK_END), sizeof(text) + WRITER_SIZE + 7);
	fclose(f);
}

static void a_closed_pipe_is_told(void **state)
{
	static struct writer w;
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	writer_init(&w, fds[1], NULL);
	writer_add(&w, "x", 1);
	assert_int_equal(writer_flush(&w), -EPIPE);
	for (int i = 0; i < WRITER_SIZE * 2; i++) /* dropped, not kept */
		writer_char(&w, 'y');
	assert_int_equal(writer_flush(&w), -EPIPE);
	close(fds[1]);
}

static volatile sig_atomic_t stopped;

static void on_alarm(int sig)
{
	(void)sig;
	stopped = 1;
}

/* A pipe that nobody empties holds us up only until we are to stop. */
static void a_full_pipe_is_given_up(void **state)
{
	struct sigaction sa = {.sa_handler = on_alarm}, old;
	/* Again and again: the first may come before the pipe is full. */
	const struct itimerval often = {{0, 300000}, {0, 300000}}, never = {0};
	static struct writer w;
	int fds[2];

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &sa, &old), 0);
	assert_int_equal(pipe(fds), 0);
	writer_init(&w, fds[1], &stopped);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (int i = 0; i < 1 << 20; i++)
		writer_char(&w, 'y');
	assert_int_equal(writer_flush(&w), -EINTR);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	close(fds[0]);
	close(fds[1]);
	sigaction(SIGALRM, &old, NULL);
}

/* Lines of all lengths into a pipe that nobody empties: what is in it when we stop are whole lines,
 * however full it was before. */
static void no_line_is_half_written(void **state)
{
	struct sigaction sa = {.sa_handler = on_alarm}, old;
	const struct itimerval often = {{0, 300000}, {0, 300000}}, never = {0};
	static char line[4000], got[1 << 20];
	static struct writer w;
	ssize_t n, all = 0;
	int fds[2];

	(void)state;
	memset(line, 'x', sizeof(line));
	assert_int_equal(sigaction(SIGALRM, &sa, &old), 0);
	for (size_t before = 0; before < 20000; before += 3999) {
		stopped = 0;
		all = 0;
		assert_int_equal(pipe(fds), 0);
		for (size_t i = 0; i < before; i += 1000)
			assert_int_equal(write(fds[1], line, 1000), 1000);
		writer_init(&w, fds[1], &stopped);
		assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
		for (size_t i = 0; i < 200000 && !w.err; i++) {
			writer_add(&w, line, i * 7919 % sizeof(line));
			writer_char(&w, '\n');
			if (i % 41 == 0)
				writer_flush(&w);
		}
		assert_int_equal(writer_flush(&w), -EINTR);
		assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
		close(fds[1]);
		while ((n = read(fds[0], got + all, sizeof(got) - (size_t)all)) > 0)
			all += n;
		assert_true(all > 30000);
		assert_int_equal(got[all - 1], '\n');
		close(fds[0]);
	}
	sigaction(SIGALRM, &old, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_what_breaks_a_line),
		cmocka_unit_test(escapes_what_commands_a_terminal),
		cmocka_unit_test(escapes_what_is_not_utf8),
		cmocka_unit_test(escapes_wherever_it_is),
		cmocka_unit_test(writes_numbers),
		cmocka_unit_test(lays_fields_out_as_c_does),
		cmocka_unit_test(an_unknown_type_is_an_error),
		cmocka_unit_test(prints_columns),
		cmocka_unit_test(prints_extremes),
		cmocka_unit_test(joins_paths),
		cmocka_unit_test(a_cut_event_shows_what_came),
		cmocka_unit_test(a_missing_field_names_those_there),
		cmocka_unit_test(writes_what_does_not_fit),
		cmocka_unit_test(a_closed_pipe_is_told),
		cmocka_unit_test(a_full_pipe_is_given_up),
		cmocka_unit_test(no_line_is_half_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
