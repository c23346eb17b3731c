/* SPDX-License-Identifier: Apache-2.0 */
/* The manual pages' roff: what is escaped, and what stands in which section. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options_line.h"
#include "program_file.h"
#include "tool/options.h"
#include "tool/roff.h"

static void assert_has(const char *text, const char *part)
{
	assert_non_null(text);
	if (strstr(text, part))
		return;
	print_error("%s\nhas not:\n%s\n", text, part);
	fail();
}

static void check_words(const char *s, const char *want)
{
	struct buf b = {0};

	roff_words(&b, s);
	assert_string_equal(b.data, want);
	buf_free(&b);
}

static void check_text(const char *s, const char *want)
{
	struct buf b = {0};

	roff_text(&b, s, ".PP");
	assert_string_equal(b.data, want);
	buf_free(&b);
}

static void escapes_what_roff_would_read(void **state)
{
	(void)state;
	check_words("a -b --c", "a \\-b \\-\\-c");
	check_words("C:\\n", "C:\\(rsn");
	check_words("it's \"so\" `x` ^~", "it\\(aqs \\(dqso\\(dq \\(gax\\(ga \\(ha\\(ti");
	check_words("a\xe2\x80\xa6\xc3\xa9\xf0\x9f\x98\x80", "a\\[u2026]\\[u00E9]\\[u1F600]");
}

static void a_line_begins_with_no_macro(void **state)
{
	(void)state;
	check_text(".so /etc/passwd", "\\&.so /etc/passwd\n");
	check_text("'tis", "\\&\\(aqtis\n");
	check_text("One. .Two", "One. .Two\n");
	check_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa .b",
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
		   "\\&.b\n");
	check_text("", "\n");
}

static void text_flows(void **state)
{
	(void)state;
	check_text("One two. Three, e.g. four.\n", "One two.\nThree, e.g. four.\n");
	check_text("One\ntwo\n\nthree", "One\n.PP\ntwo\n.PP\nthree\n");
	check_text("Say `ls -l` or `rm`.", "Say \\fBls \\-l\\fR or \\fBrm\\fR.\n");
	check_text("`open", "\\fBopen\\fR\n");
}

static void a_tool_has_its_sections(void **state)
{
	static const char *const see[] = {"other", "t"};
	char *page = options_man(options_line_tool, see, 2);

	(void)state;
	assert_has(page, ".SH NAME\nbcchost\\-t \\- a tool for tests, whose");
	assert_has(page, ".SH SYNOPSIS\n\\fBbcchost t\\fR [\\fIoptions\\fR]\n");
	assert_has(page, ".SH DESCRIPTION\nFirst line.\n.PP\nThird.\n.PP\nIt prints until");
	assert_has(page, ".SH OPTIONS\n.SS Its own\n.TP\n\\fB\\-x\\fR, \\fB\\-\\-failed\\fR\n"
			 "Only failed ones.\n");
	assert_has(page, "\\fB\\-\\-kind\\fR \\fIWORD\\fR\nWhich: a, b (default: B).\n");
	assert_has(page, ".TP\n\\fB\\-\\-duration\\fR \\fISECONDS\\fR\n"); /* d is --word's */
	assert_has(page, "Attach in this way, not in the first that the kernel has: kprobe,\n");
	assert_has(page, ".SH COLUMNS\n.TP\n\\fBTIME(s)\\fR\nSeconds since the first event.\nOnly "
			 "with \\fB\\-\\-timestamp\\fR.\n.TP\n\\fBA\\fR\n");
	assert_has(page, ".SH EXAMPLES\n.TP\n\\fBbcchost t \\-p 1\\fR\nOne process.\n");
	assert_has(page, ".SH EXIT STATUS\n.TP\n\\fB0\\fR\nIt went well");
	assert_has(page, ".SH SEE ALSO\n.BR bcchost (8),\n.BR bcchost\\-other (8)\n");
	assert_null(strstr(page, "OVERHEAD")); /* it says nothing of these */
	assert_null(strstr(page, "CAVEATS"));
	free(page);
}

static const char rich[] = "summary: s\n"
			   "overhead: Little.\n"
			   "caveats: |\n"
			   "  None.\n"
			   "  .None\n"
			   "options: [{name: milliseconds, short: m, help: in milliseconds}]\n"
			   "probes: [{kprobe: f, run: f}]\n"
			   "output:\n"
			   "  histogram: dist\n"
			   "  label: [{text: msecs, when: milliseconds}, {text: usecs}]\n"
			   "  columns: [{title: op, field: op, about: which operation}]\n"
			   "examples: [{run: rich, does: all}]\n";

static void a_histogram_has_rows(void **state)
{
	struct program *p = program_file_load(rich);
	char *page = options_man(p, NULL, 0);

	(void)state;
	assert_has(page, "\\fR [\\fIoptions\\fR] [interval [count]]\n");
	assert_has(page, ".SH DESCRIPTION\nS.\n.PP\n");
	assert_has(page, "\\fBop\\fR\nWhich operation.\n");
	assert_has(page, "\\fBmsecs\\fR\nThe values that the row counts, from the first number to "
			 "the second,\nboth included.\nOnly with \\fB\\-\\-milliseconds\\fR.\n");
	assert_has(page, "\\fBcount\\fR\n");
	assert_has(page, ".SH OVERHEAD\nLittle.\n.SH CAVEATS\nNone.\n.PP\n\\&.None\n");
	assert_has(page, ".SH SEE ALSO\n.BR bcchost (8)\n");
	free(page);
	program_free(p);
}

static void bcchost_has_a_page(void **state)
{
	static const struct options_tool tools[] = {
		{"a", "files", "what a does"}, {"b", "files", "b"}, {"c-d", "disks", "-c"}};
	char *page = options_man_global(tools, 3);

	(void)state;
	assert_has(page,
		   ".SS files\n.TP\n\\fBa\\fR\nWhat a does.\n.TP\n\\fBb\\fR\nB.\n.SS disks\n");
	assert_has(page, "\\fB\\-\\-tools\\-dir\\fR \\fIDIR\\fR\n");
	assert_has(page, "\\fBBCCHOST_PATH\\fR\n");
	assert_has(page, ".BR bcchost\\-b (8),\n.BR bcchost\\-c\\-d (8)\n");
	free(page);
	page = options_man_global(NULL, 0);
	assert_has(page, ".SH SEE ALSO\n.BR bpf (2)\n");
	free(page);
}

static int enter(void **state)
{
	return options_line_enter(state) || program_file_enter(state);
}

static int leave(void **state)
{
	return options_line_leave(state) || program_file_leave(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_what_roff_would_read),
		cmocka_unit_test(a_line_begins_with_no_macro),
		cmocka_unit_test(text_flows),
		cmocka_unit_test(a_tool_has_its_sections),
		cmocka_unit_test(a_histogram_has_rows),
		cmocka_unit_test(bcchost_has_a_page),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
