/* SPDX-License-Identifier: Apache-2.0 */
/* made: a tool's text as it is made for a kernel, with all that it is made from. */
#ifndef BCCHOST_TESTS_MADE_H
#define BCCHOST_TESTS_MADE_H

#include <stdbool.h>

#include "text/plan.h"

struct made {
	struct program *program;
	struct options options;
	struct kernel *kernel;
	struct plan plan;
	char *text;
	struct error e;
	int err; /* of the plan or the text; what comes before fails the test */
};

/*
 * Of the program in that file, with these arguments (argv may be NULL) after those of `base`. Takes
 * the kernel over; btf: it has types. made_free.
 */
struct made *made_new(const char *program, struct kernel *k, const struct options *base, int argc,
		      char **argv, bool btf);
void made_free(struct made *m);

#endif
