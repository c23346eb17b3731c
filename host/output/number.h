/* SPDX-License-Identifier: Apache-2.0 */
/* number: numbers as text, without printf: this runs for every event. */
#ifndef BCCHOST_OUTPUT_NUMBER_H
#define BCCHOST_OUTPUT_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#define NUMBER_MAX 64 /* bytes that any of these may write */

/* v in base 8, 10 or 16, padded with zeros to `digits` (at most 32). Returns the bytes written; no
 * NUL. */
size_t number_base(char *out, uint64_t v, unsigned int base, unsigned int digits);

/* v / divisor with so many decimals (at most 9), rounded half up. */
size_t number_fraction(char *out, uint64_t v, uint64_t divisor, unsigned int decimals);

#endif
