/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number: numbers as people type them, strictly: the whole text is the number, without spaces, a
 * plus sign or text after it, and one that does not fit is none.
 */
#ifndef BCCHOST_TOOL_NUMBER_H
#define BCCHOST_TOOL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal, or hexadecimal after 0x. */
bool number_u64(const char *s, uint64_t *n);

/* The same, and a minus sign may stand before it. */
bool number_i64(const char *s, int64_t *n);

/* As number_i64, and octal after 0o or a leading 0 (as C has it). */
bool number_i64_c(const char *s, int64_t *n);

/* Digits, and maybe a point with digits after it (the point in every locale). */
bool number_real(const char *s, double *n);

#endif
