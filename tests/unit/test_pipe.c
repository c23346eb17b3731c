/* SPDX-License-Identifier: Apache-2.0 */
/* What bpf_trace_printk prints, taken out of the trace pipe's text. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "trace/pipe.h"
#include "trace/pipe_line.h"

static void check(const char *line, const char *comm, uint32_t pid, uint32_t cpu, uint64_t ts_ns,
		  const char *message)
{
	struct pipe_event ev;
	uint64_t lost = 0;

	memset(&ev, 0xee, sizeof(ev));
	if (pipe_line(line, &ev, &lost) != PIPE_LINE_PRINTED)
		fail_msg("not taken: %s", line);
	assert_string_equal(ev.comm, comm);
	assert_int_equal(ev.pid, pid);
	assert_int_equal(ev.cpu, cpu);
	assert_int_equal(ev.ts_ns, ts_ns);
	assert_string_equal(ev.message, message);
	assert_int_equal(lost, 0);
}

static void check_kind(const char *line, enum pipe_line want)
{
	struct pipe_event ev;
	uint64_t lost;

	if (pipe_line(line, &ev, &lost) != want)
		fail_msg("of another kind: %s", line);
}

static void takes_a_line_apart(void **state)
{
	(void)state;
	/* 5.10, 6.1: four flags; 6.12: five; 7.2: six. */
	check("             cat-1234    [001] d...   123.456789: bpf_trace_printk: open "
	      "/etc/passwd",
	      "cat", 1234, 1, 123456789000, "open /etc/passwd");
	check("             cat-1234    [001] d...1 123.456789: bpf_trace_printk: a: b", "cat",
	      1234, 1, 123456789000, "a: b");
	check("             cat-1234    [000] ..s21 99123.000001: bpf_trace_printk: x", "cat", 1234,
	      0, 99123000001000, "x");
	check("             cat-4194304 [123] dNs2.     0.000000: bpf_trace_printk: x", "cat",
	      4194304, 123, 0, "x");
	check("          <idle>-0       [000] d.h..  12.000345: bpf_trace_printk: ", "<idle>", 0, 0,
	      12000345000, "");
	check("           <...>-77      [000] d...1   1.500000: bpf_trace_printk: x", "<...>", 77,
	      0, 1500000000, "x");
}

static void takes_what_options_of_the_trace_change(void **state)
{
	(void)state;
	/* record-tgid */
	check("             cat-1234    (   1200) [001] d...1 1.000001: bpf_trace_printk: x", "cat",
	      1234, 1, 1000001000, "x");
	check("             cat-1234    (-------) [001] d...1 1.000001: bpf_trace_printk: x", "cat",
	      1234, 1, 1000001000, "x");
	/* noirq-info; a clock that does not count seconds */
	check("             cat-1234    [001] 1.000001: bpf_trace_printk: x", "cat", 1234, 1,
	      1000001000, "x");
	check("             cat-1234    [001] d...1     8812345: bpf_trace_printk: x", "cat", 1234,
	      1, 8812345, "x");
}

static void takes_the_older_names(void **state)
{
	(void)state;
	check("             cat-1234  [001] d...1 1.000001: 0: x", "cat", 1234, 1, 1000001000, "x");
	check("             cat-1234  [001] d...1 1.000001: 0x1: x", "cat", 1234, 1, 1000001000,
	      "x");
	check("             cat-1234  [001] d...1 1.000001: 0x00000001: x y", "cat", 1234, 1,
	      1000001000, "x y");
}

static void a_comm_may_hold_anything(void **state)
{
	(void)state;
	check("  tmux: server 1-55      [000] d...1 1.000001: bpf_trace_printk: x",
	      "tmux: server 1", 55, 0, 1000001000, "x");
	check("     kworker/0:1-55      [000] d...1 1.000001: bpf_trace_printk: x", "kworker/0:1",
	      55, 0, 1000001000, "x");
	check("  a-1 [000] d 1:-55      [002] d...1 1.000001: bpf_trace_printk: x",
	      "a-1 [000] d 1:", 55, 2, 1000001000, "x");
	check("           [b]-c-55      [000] d...1 1.000001: bpf_trace_printk: x", "[b]-c", 55, 0,
	      1000001000, "x");
	check("         (sd-pam-55      [000] d...1 1.000001: bpf_trace_printk: x", "(sd-pam", 55,
	      0, 1000001000, "x");
	check("                -55      [000] d...1 1.000001: bpf_trace_printk: x", "", 55, 0,
	      1000001000, "x");
	check(" 123456789012345-55      [000] d...1 1.000001: bpf_trace_printk: -1 [0] d 1: 0: y",
	      "123456789012345", 55, 0, 1000001000, "-1 [0] d 1: 0: y");
}

static void passes_others_over(void **state)
{
	(void)state;
	check_kind("             cat-1234    [001] d...1 1.000001: tracing_mark_write: "
		   "bpf_trace_printk: x",
		   PIPE_LINE_OTHER);
	check_kind("             cat-1234    [001] d...1 1.000001: sys_openat(dfd: ffffff9c)",
		   PIPE_LINE_OTHER);
	check_kind("             cat-1234    [001] d...1 1.000001: 0x2: x", PIPE_LINE_OTHER);
	check_kind("             cat-1234    [001] d...1 1.000001: bpf_trace_printk",
		   PIPE_LINE_OTHER);
	check_kind("", PIPE_LINE_BARE);
	check_kind(" => do_sys_openat2", PIPE_LINE_BARE);
	check_kind("bpf_trace_printk: x", PIPE_LINE_BARE);
	check_kind("             cat-1234    [001] d...1 1.000001", PIPE_LINE_BARE);
	check_kind("             cat-1234    [0", PIPE_LINE_BARE);
	check_kind("# tracer: nop", PIPE_LINE_BARE);
}

static void counts_what_was_lost(void **state)
{
	struct pipe_event ev;
	uint64_t lost = 0;

	(void)state;
	assert_int_equal(pipe_line("CPU:1 [LOST 1234 EVENTS]", &ev, &lost), PIPE_LINE_LOST);
	assert_int_equal(lost, 1234);
	assert_int_equal(pipe_line("CPU:12 [LOST EVENTS]", &ev, &lost), PIPE_LINE_LOST);
	assert_int_equal(lost, 1);
	check_kind("CPU:12 is not lost", PIPE_LINE_BARE);
}

static void a_long_message_is_cut(void **state)
{
	static const char head[] =
		"             cat-1234    [001] d...1 1.000001: bpf_trace_printk: ";
	char line[sizeof(head) + 4096];
	struct pipe_event ev;
	uint64_t lost;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, head, sizeof(head) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(pipe_line(line, &ev, &lost), PIPE_LINE_PRINTED);
	assert_int_equal(strlen(ev.message), PIPE_MESSAGE_MAX - 1);
}

/* --- from a pipe --- */

struct got {
	size_t n, stop_at;
	char text[4096];
};

static int on_message(void *ctx, const void *data, size_t size)
{
	const struct pipe_event *ev = data;
	struct got *g = ctx;

	assert_int_equal(size, offsetof(struct pipe_event, message) + strlen(ev->message) + 1);
	strcat(strcat(g->text, ev->message), "|");
	return ++g->n == g->stop_at;
}

static int begin(struct pipe **p, struct got *g)
{
	struct error e = {0};
	int fds[2];

	memset(g, 0, sizeof(*g));
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	assert_int_equal(pipe_new_fd(p, fds[0], on_message, g, &e), 0);
	return fds[1];
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

#define HEAD	"             cat-1234    [001] d...1 1.000001: "
#define PRINTED HEAD "bpf_trace_printk: "
static void reads_what_comes_in_pieces(void **state)
{
	struct pipe *p;
	struct got g;
	int fd = begin(&p, &g);

	(void)state;
	assert_int_equal(pipe_consume(p), 0);
	put(fd, PRINTED "one\n" PRINTED "tw");
	assert_int_equal(pipe_consume(p), 0);
	put(fd, "o\n" HEAD "sys_close(fd: 3)\n => more of it\nCPU:0 [LOST 5 EVENTS]\n");
	assert_int_equal(pipe_consume(p), 0);
	assert_string_equal(g.text, "one|two|");
	/* Its own newlines: the last makes an empty line, others stay. */
	put(fd, PRINTED "three\n\n" PRINTED "fo\nur\n\n" PRINTED "five\n");
	assert_int_equal(pipe_consume(p), 0);
	assert_string_equal(g.text, "one|two|three|fo\nur|five|");
	assert_int_equal(pipe_lost(p), 5);
	close(fd);
	assert_int_equal(pipe_consume(p), 0);
	pipe_free(p);
}

static void stops_and_goes_on(void **state)
{
	struct pipe *p;
	struct got g;
	int fd = begin(&p, &g);

	(void)state;
	g.stop_at = 2;
	put(fd, PRINTED "1\n" PRINTED "2\n" PRINTED "3\n" PRINTED "4\n");
	assert_int_equal(pipe_consume(p), 0);
	assert_string_equal(g.text, "1|2|");
	assert_int_equal(pipe_consume(p), 0);
	assert_string_equal(g.text, "1|2|3|4|");
	close(fd);
	pipe_free(p);
}

static void passes_over_what_has_no_end(void **state)
{
	char block[1024];
	struct pipe *p;
	struct got g;
	int fd = begin(&p, &g);

	(void)state;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 200; i++) {
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
		assert_int_equal(pipe_consume(p), 0);
	}
	put(fd, "\n" PRINTED "x\n");
	assert_int_equal(pipe_consume(p), 0);
	assert_string_equal(g.text, "x|");
	close(fd);
	pipe_free(p);
}

static void describes_its_events(void **state)
{
	const struct layout_field *f = layout_find(pipe_layout(NULL), "message");

	(void)state;
	assert_int_equal(f->offset, offsetof(struct pipe_event, message));
	assert_int_equal(f->size, PIPE_MESSAGE_MAX);
	assert_int_equal(pipe_layout(NULL)->size, sizeof(struct pipe_event));
	assert_int_equal(layout_find(pipe_layout(NULL), "cpu")->size, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_line_apart),
		cmocka_unit_test(takes_what_options_of_the_trace_change),
		cmocka_unit_test(takes_the_older_names),
		cmocka_unit_test(a_comm_may_hold_anything),
		cmocka_unit_test(passes_others_over),
		cmocka_unit_test(counts_what_was_lost),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(reads_what_comes_in_pieces),
		cmocka_unit_test(stops_and_goes_on),
		cmocka_unit_test(passes_over_what_has_no_end),
		cmocka_unit_test(describes_its_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
