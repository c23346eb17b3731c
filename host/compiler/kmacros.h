/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmacros: what kernel headers have and BTF cannot carry: macros, and the few type names that
 * libbcc's headers expect even if a kernel happens not to use them.
 */
#ifndef BCCHOST_COMPILER_KMACROS_H
#define BCCHOST_COMPILER_KMACROS_H

/*
 * C text, to stand after the types: #ifndef NAME, #define NAME, #endif, a line each, and lines of
 * #ifdef around those that not every machine has. The #endif of what is no name of its own but a
 * member of the kernel's structs has KMACROS_MEMBER behind it.
 */
#define KMACROS_MEMBER "/* member */"
extern const char *const kmacros_texts[]; /* NULL ends it */

/* Names that must be there, with what they are where BTF has no such typedef. */
struct kmacros_type {
	const char *name;
	const char *is; /* NULL: only if BTF has it */
};

extern const struct kmacros_type kmacros_types[];
extern const unsigned int kmacros_ntypes;

#endif
