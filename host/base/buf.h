/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: a string that grows. Always NUL-terminated once anything was added; data is NULL before.
 * An allocation that fails marks the buffer and later additions do nothing, so that a caller
 * checks buf_failed() once, at the end.
 */
#ifndef BCCHOST_BASE_BUF_H
#define BCCHOST_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* owned; buf_free, or taken with buf_take */
	size_t len; /* bytes, the NUL not counted */
	size_t cap;
	bool failed;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

static inline bool buf_failed(const struct buf *b)
{
	return b->failed;
}

/* The text ("" if nothing was added), now the caller's to free; NULL if an allocation failed. */
char *buf_take(struct buf *b);

void buf_free(struct buf *b);

#endif
