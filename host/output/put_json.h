/* SPDX-License-Identifier: Apache-2.0 */
/*
 * put_json: values as JSON (RFC 8259), written in place: this runs for every event. Elsewhere
 * jansson does it.
 *
 * Bytes that are not UTF-8 become \xHH, two lower-case digits of hexadecimal, in the text itself
 * ("\\xff" in JSON). A backslash that stands in the text before x and two such digits (of either
 * case) becomes \x5c, so that what is not an escape does not look like one; all other text is as
 * it is. To undo it: replace each \xHH, from left to right, by its byte.
 */
#ifndef BCCHOST_OUTPUT_PUT_JSON_H
#define BCCHOST_OUTPUT_PUT_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "output/writer.h"

#define PUT_JSON_BYTE_MAX 6 /* an input byte becomes at most so many */

void put_json_string(struct writer *w, const char *text, size_t len); /* in quotes; may have NULs */
void put_json_unsigned(struct writer *w, uint64_t v);
void put_json_signed(struct writer *w, int64_t v);
void put_json_real(struct writer *w, double v);	       /* finite */
void put_json_raw(struct writer *w, const char *text); /* JSON, as it is */

/* Strings as strlist.h has them: an array, null for one that is NULL or could not be read. */
void put_json_list(struct writer *w, const void *list, size_t size);

struct program_value;
/* What the bits are called: an array; those without a name last, as one "0x…". */
void put_json_bits(struct writer *w, uint64_t v, const struct program_value *names, size_t n);

/* How many of the text's first bytes (at most len) escape in the way of \xHH would change; the
 * escape is put into out, of 4 bytes. 0: the first stays as it is; *seq is how many bytes its
 * character has. */
size_t put_json_escape(const char *text, size_t len, char out[4], size_t *seq);

#endif
