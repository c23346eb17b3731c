/* SPDX-License-Identifier: Apache-2.0 */
/* demangle: names of C++ (and of Rust's older kind) as people write them, through libstdc++. */
#ifndef BCCHOST_USER_DEMANGLE_H
#define BCCHOST_USER_DEMANGLE_H

#include <stdbool.h>
#include <stddef.h>

struct demangler {
	bool tried;
	void *library; /* dlopen's; it is loaded when the first such name comes */
	char *(*demangle)(const char *name, char *out, size_t *len, int *status);
};

/*
 * The name into `out`, cut to its size: as people write it if it is one of C++ and libstdc++ is
 * there, else as it is.
 */
void demangle(struct demangler *d, const char *name, char *out, size_t size);
void demangle_end(struct demangler *d);

#endif
