/* SPDX-License-Identifier: Apache-2.0 */
/* errno_name: the names of errors. The C library's strerrorname_np is of 2.32, later than
 * Debian 11. */
#ifndef BCCHOST_BASE_ERRNO_NAME_H
#define BCCHOST_BASE_ERRNO_NAME_H

#include <stdint.h>

/* "ENOENT"; NULL if no error has that number. */
const char *errno_name(int64_t number);

#endif
