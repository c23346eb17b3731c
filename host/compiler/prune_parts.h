/* SPDX-License-Identifier: Apache-2.0 */
/* prune_parts: what prune.c, which marks types, and prune_dump.c, which writes them, share; only
 * for those two. */
#ifndef BCCHOST_COMPILER_PRUNE_PARTS_H
#define BCCHOST_COMPILER_PRUNE_PARTS_H

#include <stdint.h>

#include "compiler/prune.h"

struct btf_type;

/* The string at that offset; "" if there is none. */
const char *prune_name(const struct prune *p, unsigned int off);

/* The offset of an enumerator's name, to read and to change. */
uint32_t *prune_enumerator(struct btf_type *t, int i);

#endif
