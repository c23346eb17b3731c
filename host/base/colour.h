/* SPDX-License-Identifier: Apache-2.0 */
/* colour: whether what goes to a file descriptor may be coloured when nobody said so. */
#ifndef BCCHOST_BASE_COLOUR_H
#define BCCHOST_BASE_COLOUR_H

#include <stdbool.h>

/* Is it a terminal, by TERM, that takes escape sequences? Unset, empty and "dumb" are none. */
bool colour_escapes(int fd);

/* The same, and NO_COLOR is not set (no-color.org: an empty one counts as not set). */
bool colour_wanted(int fd);

/* Has that terminal 256 colours? The Linux console and the VT100s' kin have not; all others that
 * are left today have. */
bool colour_has_256(void);

#endif
