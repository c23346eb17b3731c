/* SPDX-License-Identifier: Apache-2.0 */
/* view_program: the program that somebody would have written to show a map: its columns, by the
 * names and types of its fields. */
#ifndef BCCHOST_SCRIPT_VIEW_PROGRAM_H
#define BCCHOST_SCRIPT_VIEW_PROGRAM_H

#include "object/layout.h"
#include "object/object.h"
#include "script/source.h"
#include "tool/program.h"

/*
 * A column for each field, in the layout's order, a stack's number among them: those that the text
 * fills with get_stackid, or whose names say so where the object has a table of stacks; of a
 * histogram (PROGRAM_HISTOGRAM) one for each member of the key but its slot, nkey fields being of
 * the key. path: of the user's file, for messages. NULL without memory; program_free.
 */
struct program *view_program(enum program_output output, const char *path, const char *table,
			     const struct layout *l, size_t nkey, const struct source *s,
			     const struct object *o);

/* Is the field of that name a stack's number? */
bool view_program_is_stack(const struct program *p, const char *field);

/* The trace pipe's, as BCC's trace_print has it. */
struct program *view_program_pipe(const char *path);

/* Does a number of this field stand at the right of its column? */
bool view_program_right(const struct layout_field *f);

#endif
