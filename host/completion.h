/* SPDX-License-Identifier: Apache-2.0 */
/* completion: `bcchost completion`: scripts for shells, and the words that these ask for. */
#ifndef BCCHOST_COMPLETION_H
#define BCCHOST_COMPLETION_H

#include <stdbool.h>

#include "base/error.h"
#include "tool/find.h"

/*
 * argv[0] is "completion". `bash`, `zsh`: the script, from the shipped completion/. `words WORD…`,
 * for these scripts: what the last WORD, of those typed behind "bcchost" up to the cursor, may
 * become; it may be empty. `described WORD…`: the same with what each means. See completion_words.
 */
int completion(const struct find *f, int argc, char **argv, struct error *e);

/*
 * Prints what the last word of argv, whose first is none, may become, one a line, each whole
 * ("--sort=reads", if
 * "--sort=r" was begun): commands, tools and options before a tool's name, then the tool's options
 * or the values of one. Those that do not begin as the last word are among them; the shell chooses.
 * With `described`, a tab and what it means behind each. Where a value is something that the shell
 * knows better, the line is ":files", ":directories" or ":users". Of a tool that is not there, or
 * has an error in its file, nothing: a shell is no place to tell it.
 */
void completion_words(const struct find *f, int argc, char **argv, bool described);

#endif
