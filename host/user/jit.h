/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jit: functions that a process compiled while it runs, as it tells of them itself in
 * /tmp/perf-PID.map (java, node, …: "START SIZE name" in hexadecimal). The file is believed only if
 * the process's own user has it.
 */
#ifndef BCCHOST_USER_JIT_H
#define BCCHOST_USER_JIT_H

#include <stddef.h>
#include <stdint.h>

#define JIT_BYTES_MAX ((size_t)64 << 20)

struct jit {
	size_t n;
	struct jit_function *v;
	char *text;
	int64_t size, mtime_ns; /* of the file when it was read */
};

/* Reads it anew if it has changed. One that is not there, or is not believed, has no functions. */
void jit_read(struct jit *j, uint32_t pid);

/* The file's text, which is j's from then on. */
void jit_parse(struct jit *j, char *text);
void jit_free(struct jit *j);

/* The function that the address is in, *into bytes behind its beginning; NULL: none. */
const char *jit_function(const struct jit *j, uint64_t addr, uint64_t *into);

#endif
