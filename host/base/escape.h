/* SPDX-License-Identifier: Apache-2.0 */
/* escape: names as the kernel has them (any bytes) made fit for one line of a terminal. */
#ifndef BCCHOST_BASE_ESCAPE_H
#define BCCHOST_BASE_ESCAPE_H

#include <stddef.h>

#define ESCAPE_MAX 4 /* an input byte becomes at most this many */

/*
 * Copies up to its first NUL, at most len bytes, to out (room for ESCAPE_MAX * len): valid UTF-8
 * as it is; control characters (C0, DEL, C1) and bytes that are not UTF-8 as \n, \t, \r or \xHH.
 * A backslash is left as it is. Returns the bytes written; *width is the number of characters.
 */
size_t escape(char *out, const char *in, size_t len, size_t *width);

/*
 * The same of a whole text whose newlines and tabs stay: a message that names what others named (a
 * cgroup, a container), which must not command a terminal. The caller's to free; NULL without
 * memory.
 */
char *escape_message(const char *text);

/* The bytes of the character of UTF-8 at p, of which there are len (at least one); 0: it is none,
 * as overlong forms, surrogates and what is above U+10FFFF are none (RFC 3629). */
size_t escape_sequence(const char *p, size_t len);

#endif
