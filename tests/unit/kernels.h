/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels: kernels for tests: real ones, whose facts are under the directory that BCCHOST_KERNELS
 * names (NAME/btf, NAME/kallsyms, NAME/release), and made-up ones, from files of the test's own.
 */
#ifndef BCCHOST_TESTS_KERNELS_H
#define BCCHOST_TESTS_KERNELS_H

#include "kernel/kernel.h"

/* A real kernel ("k510", "bookworm", …), kernel_close; skips the test if it is not here. */
struct kernel *kernels_real(const char *name);

/* The path of one of its files, the caller's to free; skips the test if it is not here. */
char *kernels_file(const char *name, const char *file);

/* A kernel of these sources; the test fails if they are wrong. */
struct kernel *kernels_open(const struct kernel_sources *src);

/* Of cmocka's groups: makes a directory, *state, and removes it. */
int kernels_enter(void **state);
int kernels_leave(void **state);

/* A file in that directory, mode 0600; its path is the caller's to free. */
char *kernels_put(void **state, const char *name, const void *data, size_t len);

/* "struct inode *dir, umode_t mode", as k has it; the test fails if it has not. */
void kernels_assert_params(struct kernel *k, const char *function, const char *result,
			   const char *params);

#endif
