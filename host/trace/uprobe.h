/* SPDX-License-Identifier: Apache-2.0 */
/* uprobe: a perf event at a function of a program or a library, in whichever process runs it. */
#ifndef BCCHOST_TRACE_UPROBE_H
#define BCCHOST_TRACE_UPROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Where "/path:symbol" is: *path, the caller's, and the offset in the file. A name without a slash
 * is a library's ("c": libc.so.6) or, if there is none, a program's in PATH; "0x1234" an offset.
 * FAULT_USAGE if there is no such file or symbol (of a stripped file only those that it exports are
 * known).
 */
int uprobe_find(const char *target, char **path, uint64_t *offset, struct error *e);

/* Opens it. A descriptor, or a negative errno; errors as above. */
int uprobe_open(const char *target, bool returns, struct error *e);

#endif
