/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int error_set(struct error *e, enum fault fault, int err, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (!e)
		return err;
	va_start(ap, fmt);
	/* The old text may be among the arguments: free it only after formatting. */
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	free(e->text);
	e->text = text;
	e->fault = fault;
	return err;
}

int error_set_at(struct error *e, enum fault fault, int err, const char *path, unsigned int line,
		 const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		return error_nomem(e);
	error_set(e, fault, err, "%s:%u: %s", path, line, text);
	free(text);
	return err;
}

int error_prefix(struct error *e, int err, const char *fmt, ...)
{
	va_list ap;
	char *prefix;
	int n;

	if (!e || !e->text)
		return err;
	va_start(ap, fmt);
	n = vasprintf(&prefix, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err;
	error_set(e, e->fault, err, "%s: %s", prefix, e->text);
	free(prefix);
	return err;
}

int error_nomem(struct error *e)
{
	return error_set(e, FAULT_RUN, -ENOMEM, "out of memory");
}

void error_clear(struct error *e)
{
	free(e->text);
	e->text = NULL;
	e->fault = FAULT_NONE;
}
