/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aliases: members of the kernel's structs under the names that they had in other kernels, so that
 * a text that was written for those still means the same.
 *
 * What is in the struct itself has both names, in an unnamed union. What went to another struct,
 * behind a pointer, is written into the text: libbcc takes no macro with a pointer in it.
 */
#ifndef BCCHOST_COMPILER_ALIASES_H
#define BCCHOST_COMPILER_ALIASES_H

#include <stddef.h>

#include "base/buf.h"
#include "compiler/words.h"

/* Notes the new names of what the text calls by an old one. */
void aliases_words(struct words *w);

/*
 * `types` has the kernel's types as C, from that offset on: adds old names to those that the text
 * uses. Where a kernel still has the old name, or has not the new one either, nothing happens.
 * -ENOMEM.
 */
int aliases_types(const struct words *w, struct buf *types, size_t from);

/*
 * The text with the ways to members that are in another struct now, as the types tell; its lines
 * stay the same. For the caller to free; NULL: out of memory.
 */
char *aliases_text(const struct words *w, const struct buf *types, size_t from, const char *text);

#endif
