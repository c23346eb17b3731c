/* SPDX-License-Identifier: Apache-2.0 */
/* put_csv: cells of CSV as RFC 4180 has them: in quotes if need be, quotes doubled. */
#ifndef BCCHOST_OUTPUT_PUT_CSV_H
#define BCCHOST_OUTPUT_PUT_CSV_H

#include <stddef.h>

#include "base/error.h"
#include "output/writer.h"

/* Text, what is not UTF-8 in it as put_json.h has it. */
void put_csv_text(struct writer *w, const char *text, size_t len);

/* The same of text that is UTF-8 and in place already. */
void put_csv_utf8(struct writer *w, const char *text, size_t len);

/* A cell that others write into: it is quoted, and what they write doubled where need be. */
struct put_csv {
	struct writer *to;
	struct writer *cell; /* owned */
};

int put_csv_init(struct put_csv *c, struct writer *to, struct error *e);
void put_csv_free(struct put_csv *c); /* zeroed: nothing */
struct writer *put_csv_begin(struct put_csv *c);
void put_csv_end(struct put_csv *c);

#endif
