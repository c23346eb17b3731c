/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion_offer: the lines of `bcchost completion words`, each a word as completion.h says. Of
 * `word`, the one under the cursor, the first `keep` bytes ("--sort=") stay before what is offered.
 */
#ifndef BCCHOST_COMPLETION_OFFER_H
#define BCCHOST_COMPLETION_OFFER_H

#include "tool/find.h"
#include "tool/options_match.h"

void offer(const char *word, size_t len, const char *text, bool described);

/* The tools, with their summaries. */
void offer_tools(const struct find *f, size_t keep, const char *word, bool described);

/* The long options, and the letters where wanted, of a tool, or (p is NULL) before its name. */
void offer_names(const struct program *p, bool letters, bool described);

/* What the value of an option may be. */
void offer_values(const struct program *p, const struct options_match *m, size_t keep,
		  const char *word, bool described);

/* What stands for a value in a placeholder or a command's syntax: "auto|ring|perf" are words, FILE,
 * DIR, PATH, SCRIPT, PID, UID and TOOL what they say, TOOL:OPTION both; others nothing that is
 * known. */
void offer_syntax(const struct find *f, const char *syntax, size_t len, size_t keep,
		  const char *word, bool described);

#endif
