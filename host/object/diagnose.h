/* SPDX-License-Identifier: Apache-2.0 */
/* diagnose: sorts what bcchost-compile printed: clang's errors, its warnings, and the rest. */
#ifndef BCCHOST_OBJECT_DIAGNOSE_H
#define BCCHOST_OBJECT_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct diagnosis {
	struct buf errors;   /* with their notes and source lines; the first few */
	size_t nerrors;	     /* all of them */
	struct buf warnings; /* whole */
	struct buf helper;   /* what the helper itself said, without its name */
	struct buf rest;     /* of which libbcc's known noise is left out */
	bool in_headers;     /* the first error is in the generated headers */
	bool incomplete;     /* a type is missing: more of the kernel's may be of use */
	char missing[64];    /* the first struct that is, as "struct NAME"; "": none */
	bool no_format;	     /* a tracepoint's struct is missing: its format was not found */
};

/* False if there is no memory. diagnose_free in any case. */
bool diagnose(struct diagnosis *d, const char *output);

/* What to tell the user: the errors, or if there are none, the last lines of the rest. */
void diagnose_report(const struct diagnosis *d, struct buf *text);

void diagnose_free(struct diagnosis *d);

#endif
