/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stacks: the names of addresses: of kernel functions, of user programs' functions, and of those of
 * a stack that the kernel keeps in a table (BPF_STACK_TRACE), whose number is in an event. The one
 * that text, JSON, CSV and `bcchost run` show is made here.
 */
#ifndef BCCHOST_OUTPUT_STACKS_H
#define BCCHOST_OUTPUT_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "object/object.h"
#include "output/cell.h"
#include "tool/program.h"

struct stacks;

/*
 * For all outputs of an object, which outlives it, as the kernel does. Nothing is read before the
 * first name is asked for. NULL without memory. stacks_free.
 */
struct stacks *stacks_new(struct kernel *k, const struct object *o);
void stacks_free(struct stacks *s); /* s may be NULL */

/* The object's tables are in the kernel: fd gives the descriptor of one by its name, or -1. */
void stacks_tables(struct stacks *s, int (*fd)(const void *ctx, const char *table),
		   const void *ctx);

/* Has the object the tables that the columns name which these options show? FAULT_TOOL with
 * file:line. */
int stacks_check(const struct program *p, const struct options *options, const struct object *o,
		 struct error *e);

/* Has the program columns that take this module: a stack, a user's address, a kernel's with more
 * than its function's name? */
bool stacks_wanted(const struct program *p);

/* Do the program's columns show names of user programs' functions? Of the kernel's? */
bool stacks_show_users(const struct program *p);
bool stacks_show_kernel(const struct program *p);

/*
 * The stack of CELL_STACK: the names of its functions into `names` (which is emptied first), the
 * innermost first, each with its NUL. How many; 0 with *why: a text for people that is
 * STACKS_NONE if there was no stack to take (a kernel thread has none of a user's).
 */
size_t stacks_get(struct stacks *s, const struct cell *c, const char *data, size_t size,
		  struct buf *names, const char **why);
#define STACKS_NONE ""

/*
 * Such names as one text, as flame graphs are made of: the outermost first, with ';' between (and
 * ':' where a name has one). out: of len bytes, the names' own; returns the length, no NUL.
 */
size_t stacks_fold(const char *names, size_t len, char *out);

/* The function of CELL_USYM, or of CELL_KSYM that is to have more than a name, into `name`. False:
 * none is known; the text is the address then. */
bool stacks_name(struct stacks *s, const struct cell *c, const char *data, size_t size,
		 struct buf *name);

/* At the end: how many stacks that were asked for had not been kept, on stderr, if there were any.
 */
void stacks_tell_missed(const struct stacks *s);

#endif
