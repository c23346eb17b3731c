/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: what was asked of a kernel and what it answered, kept between runs as JSON, so that a
 * second run need read neither BTF nor kallsyms. Two kinds: those that hold as long as the kernel
 * is the same (what its BTF says), and those that hold as long as it runs with the same modules at
 * the same places (addresses, what modules have). Only host/kernel/ includes it.
 */
#ifndef BCCHOST_KERNEL_FACTS_H
#define BCCHOST_KERNEL_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct facts;

enum facts_kind {
	FACTS_OF_KERNEL,
	FACTS_OF_BOOT,
	FACTS_NKINDS,
};

struct facts_question {
	enum facts_kind kind;
	const char *what; /* "field" */
	const char *a;
	const char *b; /* NULL: none */
};

/* With those that text (of facts_text) holds and that still hold; NULL without memory. */
struct facts *facts_new(const char *text, size_t len);
void facts_free(struct facts *f);

/* Borrowed; NULL: not known. f may be NULL: nothing is known then. */
const json_t *facts_get(const struct facts *f, const struct facts_question *q);

/* Takes the answer over (NULL: there was no memory for it; it is not kept then). f may be NULL. */
void facts_put(struct facts *f, const struct facts_question *q, json_t *answer);

/* Numbers. False: not known. */
bool facts_number(const struct facts *f, const struct facts_question *q, int64_t *answer);

/* All as text, the caller's; NULL if there are none that facts_new did not have. */
char *facts_text(struct facts *f);

#endif
