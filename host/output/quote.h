/* SPDX-License-Identifier: Apache-2.0 */
/* quote: text into a writer, escaped as escape.h has it, with or without quotes around it. */
#ifndef BCCHOST_OUTPUT_QUOTE_H
#define BCCHOST_OUTPUT_QUOTE_H

#include <stddef.h>

#include "output/writer.h"

enum quote {
	QUOTE_NONE,  /* no quotes; a NUL is \x00 */
	QUOTE_WORDS, /* in double quotes; those inside with a backslash */
	QUOTE_C,     /* as in C: backslashes with a backslash, too */
};

/* These return the number of characters, for padding. */
size_t quote_add(struct writer *w, const char *text, size_t len, enum quote how);
size_t quote_str(struct writer *w, const char *s); /* s as it is, which is ASCII */

#endif
