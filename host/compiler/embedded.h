/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embedded: the headers that libbcc carries as strings and includes into every text it compiles
 * (bcc/bpf.h, its copy of the kernel's uapi header, bcc/helpers.h and bcc/proto.h). libbcc has no
 * function that gives them, so they are looked for in its read-only memory, by include guard.
 */
#ifndef BCCHOST_COMPILER_EMBEDDED_H
#define BCCHOST_COMPILER_EMBEDDED_H

#include <stddef.h>

enum embedded_header {
	EMBEDDED_BPF,
	EMBEDDED_HELPERS,
	EMBEDDED_PROTO,
	EMBEDDED_COUNT,
};

/* libbcc's own texts, NUL-terminated; NULL for one that was not found. */
struct embedded {
	const char *text[EMBEDDED_COUNT];
};

void embedded_find(struct embedded *found);

#endif
