/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine: before the compiler looks at the text it gives up what it does not need for it, which is
 * all but reading headers and writing into its own directory: a mistake in LLVM's parser is then
 * not one that root makes.
 */
#ifndef BCCHOST_COMPILER_CONFINE_H
#define BCCHOST_COMPILER_CONFINE_H

#include <stdbool.h>

#include "base/error.h"

/*
 * No capabilities, no_new_privs; and where root started us, a user that is nobody else's, so that
 * not even root's own files can be written, and nobody can trace us or write what we read. dir
 * (may be NULL): the directory of the headers, which is opened before: *path, the caller's, names
 * it as it can be reached afterwards. ours: it is empty, becomes that user's, and is all that
 * is written to. Otherwise it is somebody's, and CAP_DAC_READ_SEARCH is kept to read it; so it is
 * if formats: the text wants those of tracepoints, which tracefs shows to root alone.
 */
int confine(const char *dir, bool ours, bool formats, char **path, struct error *e);

#endif
