/* SPDX-License-Identifier: Apache-2.0 */
/* completion: `bcchost completion`: scripts for shells, and the words that these ask for. */
#ifndef BCCHOST_COMPLETION_H
#define BCCHOST_COMPLETION_H

#include "base/error.h"
#include "tool/find.h"

/*
 * argv[0] is "completion". `bash`, `zsh`: the script. `words [TOOL [OPTION]]`, for these scripts:
 * what may come next, a word a line: commands, tools and options before a tool's name; the tool's
 * options; or the values of its option, if it has a list of them. Of a tool that is not there, or
 * has an error in its file, nothing: a shell is no place to tell it.
 */
int completion(const struct find *f, int argc, char **argv, struct error *e);

#endif
