/* SPDX-License-Identifier: Apache-2.0 */
/* bits: a number's bits by their names, one after the other. */
#ifndef BCCHOST_OUTPUT_BITS_H
#define BCCHOST_OUTPUT_BITS_H

#include <stddef.h>
#include <stdint.h>

#include "tool/program.h"

struct bits {
	const struct program_value *names;
	size_t n, at;
	uint64_t value;
	uint64_t left; /* bits that no name was given for yet */
	uint64_t seen; /* those of all names so far */
};

static inline struct bits bits_of(uint64_t value, const struct program_value *names, size_t n)
{
	return (struct bits){.names = names, .n = n, .value = value, .left = value};
}

/*
 * The next name, in the order of the file; NULL at the end, when `left` are the bits without one. A
 * name of several bits stands before those of one. A name for 0 holds where none of the bits of
 * those before it are set (O_WRONLY: 1, O_RDWR: 2, O_RDONLY: 0).
 */
static inline const char *bits_next(struct bits *b)
{
	while (b->at < b->n) {
		const struct program_value *name = &b->names[b->at++];
		uint64_t bits = (uint64_t)name->number;
		int holds = bits ? (b->left & bits) == bits : !(b->value & b->seen);

		b->seen |= bits;
		if (!holds)
			continue;
		b->left &= ~bits;
		return name->name;
	}
	return NULL;
}

#endif
