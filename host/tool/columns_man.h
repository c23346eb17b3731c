/* SPDX-License-Identifier: Apache-2.0 */
/* columns_man: what a program's columns are, for its manual page. */
#ifndef BCCHOST_TOOL_COLUMNS_MAN_H
#define BCCHOST_TOOL_COLUMNS_MAN_H

#include "base/buf.h"
#include "tool/program.h"

/* The section COLUMNS, in roff. */
void columns_man(struct buf *b, const struct program *p);

#endif
