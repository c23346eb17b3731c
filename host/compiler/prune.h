/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prune: the types of a kernel's BTF that a text can reach, as C.
 *
 * All of vmlinux as one header costs half a second to parse, three times over. A struct behind a
 * pointer is needed in full only if the text names one of its members; what is embedded in a
 * needed one is needed as well. Everything else can stay an incomplete type.
 *
 * Names that the text or libbcc's own headers define are kept free: a kernel type of such a name
 * is dumped as bcchost_kernel_NAME.
 */
#ifndef BCCHOST_COMPILER_PRUNE_H
#define BCCHOST_COMPILER_PRUNE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "compiler/words.h"

struct btf;

struct prune {
	struct btf *btf;
	struct words *words;  /* of the text; what was found is noted in them */
	unsigned char *marks; /* by type id */
	unsigned int
		*renamed; /* by slot of words: offset of the string bcchost_kernel_…; 0: none */
};

/* Takes the BTF's bytes over, read from btf_path. No word may be added to w from now on. */
int prune_open(struct prune *p, char *btf, size_t len, const char *btf_path, struct words *w,
	       struct error *e);

/* Marks what the words reach, or all that there is. */
void prune_mark(struct prune *p, bool whole);

/* Writes what is marked as C. */
int prune_dump(struct prune *p, struct buf *out, struct error *e);

/* How many bytes a member has, 0 if there is no such struct or member. */
unsigned int prune_member_size(const struct prune *p, const char *type, const char *member);

void prune_close(struct prune *p);

#endif
