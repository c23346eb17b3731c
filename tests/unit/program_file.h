/* SPDX-License-Identifier: Apache-2.0 */
/* program_file: programs for tests, each a file programs/x.yaml in a directory of the test's own.
 */
#ifndef BCCHOST_TESTS_PROGRAM_FILE_H
#define BCCHOST_TESTS_PROGRAM_FILE_H

#include "tool/program.h"

/* The least file that is a tool. */
#define SUMMARY "summary: s\n"
#define OUTPUT	"output: {stream: events, columns: [{title: A, field: a}]}\n"
#define GOOD	SUMMARY OUTPUT

/* One that has nearly everything. */
extern const char program_sample[];

void program_file_put(const char *path, const char *text, size_t len);

/* The program of that text; the test fails if it is an error. */
struct program *program_file_load(const char *text);

/* The test fails unless that text is this error, "programs/x.yaml:LINE: …". */
void program_file_error(const char *text, const char *expected);

/* Of cmocka's groups: makes the directory and goes there; removes it. */
int program_file_enter(void **state);
int program_file_leave(void **state);

#endif
