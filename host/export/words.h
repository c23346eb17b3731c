/* SPDX-License-Identifier: Apache-2.0 */
/* words: a tool's command line, as the exporter's configuration has it, and the options of it. */
#ifndef BCCHOST_EXPORT_WORDS_H
#define BCCHOST_EXPORT_WORDS_H

#include <stddef.h>

#include "base/error.h"
#include "export/config.h"
#include "tool/metrics.h"
#include "tool/options.h"
#include "tool/program.h"

struct words {
	size_t n;
	char **v; /* owned */
};

/*
 * The words that it was asked for with, and the flags that its metrics want; *o points into them
 * (options_free). Options that print, or end the trace, are FAULT_USAGE, as wrong ones are.
 * words_free, also after an error.
 */
int words_parse(struct words *w, const struct config_program *wanted, const struct metrics *m,
		const struct program *p, const struct options *global, struct options *o,
		struct error *e);
void words_free(struct words *w);

#endif
