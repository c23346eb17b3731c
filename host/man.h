/* SPDX-License-Identifier: Apache-2.0 */
/* man: `bcchost man`, the manual pages. */
#ifndef BCCHOST_MAN_H
#define BCCHOST_MAN_H

#include "base/error.h"
#include "tool/find.h"

/*
 * The page of that tool, or bcchost's own if it is NULL: through man(1) where stdout is a terminal
 * and there is one, else in roff to stdout. FAULT_USAGE for an unknown tool.
 */
int man_print(const struct find *f, const char *tool, struct error *e);

#endif
