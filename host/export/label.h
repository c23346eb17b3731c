/* SPDX-License-Identifier: Apache-2.0 */
/* label: any bytes as a label's value. */
#ifndef BCCHOST_EXPORT_LABEL_H
#define BCCHOST_EXPORT_LABEL_H

#include <stddef.h>

/*
 * Copies to out, which has room for REGISTRY_VALUE_MAX bytes, what is valid UTF-8; a byte that is
 * not becomes \xHH (two hexadecimal digits), and so does a NUL. What has no room is left out, never
 * half of a character. Returns the length; no NUL.
 */
size_t label_text(char *out, const char *data, size_t len);

#endif
