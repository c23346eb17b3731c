/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words: which identifiers a C text uses and which names it defines, found by reading its tokens
 * (no preprocessor: both sides of an #if count, and so does what a macro's body says).
 */
#ifndef BCCHOST_COMPILER_WORDS_H
#define BCCHOST_COMPILER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum word {
	WORD_USED = 1,		/* occurs, as whatever */
	WORD_TAG = 2,		/* after struct, union or enum */
	WORD_TAG_WHOLE = 4,	/* the same, and not just for a pointer: no * follows */
	WORD_DEFINES_TAG = 8,	/* struct NAME { */
	WORD_DEFINES_NAME = 16, /* an enumerator, a typedef or one of BCC's tables */
	WORD_MEMBER = 128,	/* after . or -> */
	WORD_OWN = 256, /* a variable, or a member of a struct of the text's own, as it seems */
	WORD_DEFINES_FUNCTION = 512, /* NAME(…) { or NAME(…); outside of all braces */
	/* Noted by who looks for what the text needs: */
	WORD_FOUND_TYPEDEF = 32,
	WORD_FOUND_ENUMERATOR = 64,
};

struct words {
	struct word_slot {
		const char *name; /* in the text; not terminated */
		uint32_t len;
		uint32_t hash;
		unsigned int flags; /* bits of enum word */
	} * slots;
	size_t count, cap; /* cap is a power of two */
	bool failed;	   /* out of memory: words are missing */
};

/* Reads a text, which must outlive w. Bits outside of `keep` are not noted. */
void words_scan(struct words *w, const char *text, size_t len, unsigned int keep);

/* Notes a word by hand. */
void words_add(struct words *w, const char *name, unsigned int flags);

/* The bits of a word; 0 if it does not occur. */
unsigned int words_flags(const struct words *w, const char *name);

/* Its slot, NULL if it does not occur; valid until a word is added. */
struct word_slot *words_find(const struct words *w, const char *name);

void words_free(struct words *w);

#endif
