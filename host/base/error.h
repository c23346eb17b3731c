/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error: what went wrong, carried up to main, which prints it once.
 *
 * A function that can fail takes a `struct error *` as its last parameter, fills it and returns a
 * negative errno. The text says what was tried, on what, why it failed and what to do. Nobody
 * below main prints an error. A caller that tries one thing after another clears it between tries.
 */
#ifndef BCCHOST_BASE_ERROR_H
#define BCCHOST_BASE_ERROR_H

#include <stdarg.h>

/* The exit codes, as `bcchost --help` and the man page document them. */
enum fault {
	FAULT_NONE = 0,
	FAULT_RUN = 1,	      /* a system call failed, a file could not be read or written */
	FAULT_USAGE = 2,      /* the command line */
	FAULT_PERMISSION = 3, /* not root, locked down, or a file that others can write */
	FAULT_KERNEL = 4,     /* this kernel has not what the tool needs */
	FAULT_TOOL = 5, /* the tool's own files: YAML, template, a program the verifier rejects */
};

struct error {
	enum fault fault;
	char *text; /* owned; NULL while there is none; no newline at its end, may have some inside
		     */
};

/*
 * Replaces what the error said. Returns err (a negative errno), so that a caller can write
 * `return error_set(e, FAULT_KERNEL, -ENOENT, "…", …)`. e may be NULL: then only err is returned.
 */
int error_set(struct error *e, enum fault fault, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same with "path:line: " before the text. */
int error_set_at(struct error *e, enum fault fault, int err, const char *path, unsigned int line,
		 const char *fmt, va_list ap) __attribute__((format(printf, 6, 0)));

/* Puts "<text>: " before what the error says; nothing if it says nothing. Returns err. */
int error_prefix(struct error *e, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* -ENOMEM with its message. */
int error_nomem(struct error *e);

/* Frees the text; the error says nothing afterwards and can be used again. */
void error_clear(struct error *e);

#endif
