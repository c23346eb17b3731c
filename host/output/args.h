/* SPDX-License-Identifier: Apache-2.0 */
/* args: a list of strings (strlist.h) as the words of a command line. */
#ifndef BCCHOST_OUTPUT_ARGS_H
#define BCCHOST_OUTPUT_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "output/writer.h"

/*
 * Words with a space between them, escaped, in quotes if asked. One that was cut has "..." behind
 * it, one that could not be read is a "?"; " ..." at the end says that there are more. Returns the
 * number of characters.
 */
size_t args_put(struct writer *w, const void *list, size_t size, bool quotes);

/*
 * The same as it came, to be searched: no escapes, no quotes. Up to `room` bytes with the NUL.
 */
void args_join(char *out, size_t room, const void *list, size_t size);

#endif
