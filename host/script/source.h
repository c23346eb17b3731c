/* SPDX-License-Identifier: Apache-2.0 */
/* source: the user's C text: read, its placeholders replaced, and what can be seen in it without a
 * compiler. */
#ifndef BCCHOST_SCRIPT_SOURCE_H
#define BCCHOST_SCRIPT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define SOURCE_MAX ((size_t)4 << 20) /* bytes of a text */

/* A field that a stack's number is put into: `key.stack_id = stacks.get_stackid(ctx, flags)`. */
struct source_stack {
	char *field, *table;
	bool user; /* flags say BPF_F_USER_STACK */
};

struct source {
	char *path; /* as it was named; "<stdin>" */
	char *text;
	/* What source_look found: */
	bool filter;	    /* the word FILTER */
	bool log2;	    /* bpf_log2 or bpf_log2l is called */
	bool skb;	    /* perf_submit_skb, which a ring buffer has not */
	char *output;	    /* the first table of BPF_PERF_OUTPUT; NULL: none */
	size_t nhistograms; /* tables declared as histograms */
	char **histograms;
	size_t nscratch; /* tables that the text deletes from */
	char **scratch;
	size_t nstacks;
	struct source_stack *stacks;
};

/*
 * Reads a file as file_read_trusted does, or for "-" standard input (which is whoever calls us).
 * FAULT_USAGE if it is empty, too large or holds a NUL. source_free, after an error too.
 */
int source_read(struct source *s, const char *path, struct error *e);
void source_free(struct source *s);

/*
 * Puts `with` in the place of `word`: of the identifier, if it is one, else wherever these
 * characters stand, comments and strings too. Lines behind one that grew keep their number (a
 * #line). FAULT_USAGE if there is no such word, with near ones.
 */
int source_replace(struct source *s, const char *word, const char *with, struct error *e);

/* Finds what it can. To be called when all is replaced. */
int source_look(struct source *s, struct error *e);

/* Is the word in the text, outside of comments and strings? */
bool source_has_word(const struct source *s, const char *word);

/* Does it use what a "NAME=VALUE" text defines? */
bool source_has_define(const struct source *s, const char *define);

/* The line, from 1, of the word's first place; 0: it is not there. */
unsigned int source_line(const struct source *s, const char *word);

/* Is `name` one of them? */
bool source_listed(char *const *names, size_t n, const char *name);

/* Does the definition of this function read parameters: has it more than its context, or does it
 * take PT_REGS_PARM…? */
bool source_reads_parameters(const struct source *s, const char *function);

/* Does it read arguments of a USDT probe? */
bool source_reads_usdt(const struct source *s, const char *function);

/* #define lines of "NAME=VALUE" texts, the caller's. FAULT_USAGE for what is no name, or no value
 * that may stand there. */
int source_defines(char *const *texts, size_t n, char **out, struct error *e);

/* Adds macros of BCC's to them that the text uses and older versions of libbcc have not. */
int source_macros(const struct source *s, char **defines, struct error *e);

/* What a compiler's error says of a placeholder that was not replaced: a line of advice, the
 * caller's; NULL if there is nothing to say. */
char *source_advice(const struct source *s, const char *errors);

#endif
