/* SPDX-License-Identifier: Apache-2.0 */
/* stacks: the stacks of a BPF_STACK_TRACE table as lines of functions. */
#ifndef BCCHOST_SCRIPT_STACKS_H
#define BCCHOST_SCRIPT_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "object/layout.h"
#include "object/object.h"
#include "output/writer.h"
#include "script/source.h"
#include "trace/load.h"

struct stacks {
	const struct source *source; /* borrowed, as all of it; which fields are stacks' numbers */
	const struct object *object;
	struct kernel *kernel;
	const struct load *load; /* NULL until it is loaded: nothing is printed then */
};

/* Is the field a stack's number, and of which table? NULL if it is none. */
const struct source_stack *stacks_field(const struct stacks *s, const struct layout_field *f);

/*
 * The stacks of an event or a row, each function on a line of its own, innermost first; of a user's
 * stack the addresses. A number that the kernel could not keep (-EEXIST, -EFAULT …) is told as
 * such.
 */
void stacks_print(const struct stacks *s, const struct layout *l, const char *data, size_t size,
		  struct writer *w);

/* The same as members of a JSON object, behind others: `,"FIELD":["function", …]`. */
void stacks_json(const struct stacks *s, const struct layout *l, const char *data, size_t size,
		 struct writer *w);

#endif
