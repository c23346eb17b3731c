/* SPDX-License-Identifier: Apache-2.0 */
/* fields_man: what a program's fields (fields.h) are, for its manual page. */
#ifndef BCCHOST_TOOL_FIELDS_MAN_H
#define BCCHOST_TOOL_FIELDS_MAN_H

#include "base/buf.h"
#include "tool/program.h"

/* The section FIELDS, in roff. */
void fields_man(struct buf *b, const struct program *p);

#endif
