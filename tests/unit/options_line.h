/* SPDX-License-Identifier: Apache-2.0 */
/* options_line: command lines for tests, of a tool that has an option of each kind. */
#ifndef BCCHOST_TESTS_OPTIONS_LINE_H
#define BCCHOST_TESTS_OPTIONS_LINE_H

#include "tool/options.h"

/* The options of the tool's own, in its order. */
enum { FAILED, EXTENDED, FLAG, KIND, MIN_MS, OFFSET, MASK, RATIO, WORD, FILE_, DISK, NVALUES };

/* Tools: t, and one that has neither filters, options nor variants. */
extern struct program *options_line_tool, *options_line_bare;

/*
 * The words of the line that was split last, at spaces; '' is an empty one and ~ a space in one.
 * What options_parse gives points into it.
 */
extern struct options_line {
	char text[512];
	int argc;
	char *argv[32];
} options_line;

void options_line_split(const char *text);

/* The options of that line; the test fails if it is refused. */
struct options options_line_good(const char *text);

/* The test fails unless the line is refused with that error. */
void options_line_bad(const struct program *p, const char *text, const char *expected);

/* Of cmocka's groups: a directory with a file f and a directory dir, and the tools. */
int options_line_enter(void **state);
int options_line_leave(void **state);

#endif
