/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile: C text to object, in a process of its own (bcchost-compile, the only binary that libbcc
 * and LLVM are linked with).
 */
#ifndef BCCHOST_OBJECT_COMPILE_H
#define BCCHOST_OBJECT_COMPILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "object/object.h"

enum compile_headers {
	COMPILE_HEADERS_BTF,	  /* a tree made from btf_path */
	COMPILE_HEADERS_DIR,	  /* a directory with include/linux/kconfig.h */
	COMPILE_HEADERS_KHEADERS, /* an archive like kheaders.tar.xz, unpacked for this run */
};

/* Bits of --debug. */
enum compile_debug {
	COMPILE_DEBUG_IR = 1,		/* LLVM's */
	COMPILE_DEBUG_PREPROCESSED = 2, /* what libbcc's rewriter made of the text */
	COMPILE_DEBUG_SOURCE = 4,	/* instructions between the lines of the source */
	COMPILE_DEBUG_ASM = 8,		/* the instructions alone */
};

struct compile_request {
	/* BPF C, complete; #line directives name the files of the user. compile_begin needs it not.
	 */
	const char *text;
	enum compile_headers headers;
	const char *headers_path; /* the BTF file, the directory or the archive */
	uint32_t kernel_version;  /* LINUX_VERSION_CODE, where headers do not say it */
	unsigned int debug;	  /* bits of enum compile_debug; the output goes to stdout */
	bool verbose;		  /* the compiler's warnings to stderr, also when all is well */
	const char *helper;	  /* path of bcchost-compile */
	unsigned int timeout;	  /* seconds until a helper that does not answer is killed */
	void (*idle)(void *ctx);  /* what to do while it is at work, as in child.h; or NULL */
	void *idle_ctx;
};

/*
 * Compiles. On success *o is the caller's (object_free). Errors: FAULT_TOOL with the compiler's
 * diagnostics (file:line:column of the user's file, LLVM's colours and libbcc's noise taken off);
 * FAULT_RUN if the helper is missing, died (which signal), or was killed after the timeout.
 * Leaves no process and no file behind.
 */
int compile(const struct compile_request *req, struct object **o, struct error *e);

/*
 * The same in two steps: compile_begin starts the helper, which loads LLVM and reads the types
 * while the caller makes the text. Then one of the two others, which free *c: compile_end, with a
 * request that has the text now and is the same otherwise; or compile_drop (c may be NULL), if no
 * object is wanted. In between, signals that end a program wait.
 */
struct compile;
int compile_begin(const struct compile_request *req, struct compile **c, struct error *e);
int compile_end(struct compile *c, const struct compile_request *req, struct object **o,
		struct error *e);
void compile_drop(struct compile *c);

/* The version of the libbcc that the helper is linked with, "0.26.0"; the caller's to free. */
int compile_version(const char *helper, char **version, struct error *e);

#endif
