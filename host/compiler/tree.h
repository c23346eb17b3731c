/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: a directory that libbcc takes for a kernel's headers, made from BTF.
 *
 * libbcc runs clang inside of the directory that BCC_KERNEL_SOURCE names, with its -I relative to
 * it and include/linux/kconfig.h included first. So kconfig.h carries everything (the types that
 * the text reaches and the macros that BTF has not), and whatever the text or libbcc's own headers
 * #include is an empty file.
 */
#ifndef BCCHOST_COMPILER_TREE_H
#define BCCHOST_COMPILER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct tree_request {
	const char *dir;      /* exists, is empty */
	const char *btf_path; /* for messages */
	char *btf;	      /* its bytes; tree_write takes them over */
	size_t btf_len;
	const char *text; /* that is to be compiled */
	char *suited; /* result: the same as this kernel's types want it; the caller's to free */
	uint32_t kernel_version;
	bool whole; /* all types, not just what the text seems to need */
};

int tree_write(struct tree_request *req, struct error *e);

#endif
