/* SPDX-License-Identifier: Apache-2.0 */
/* only: which rows are shown, by options whose regular expression a field's text is to match. */
#ifndef BCCHOST_OUTPUT_ONLY_H
#define BCCHOST_OUTPUT_ONLY_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "object/layout.h"
#include "tool/options.h"
#include "tool/program.h"

struct only_test {
	regex_t regex;
	uint32_t offset, size; /* of the field */
	bool args;	       /* a list of strings, searched as the words of a line */
};

struct only {
	size_t n;
	struct only_test *v; /* owned */
};

/* Those of the program whose option was given. FAULT_TOOL with file:line if the event has no such
 * field of text. only_free, also after an error. */
int only_make(struct only *only, const struct program *p, const struct options *o,
	      const struct layout *l, struct error *e);
bool only_passes(const struct only *only, const void *data, size_t size);
void only_free(struct only *only);

#endif
