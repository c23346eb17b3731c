/* SPDX-License-Identifier: Apache-2.0 */
/*
 * binary: a program's or a library's file (ELF): where it is, and the functions that it has. Of the
 * host's file system, whatever container asks.
 */
#ifndef BCCHOST_USER_BINARY_H
#define BCCHOST_USER_BINARY_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct binary {
	char *path; /* owned, as the next two */
	int fd;
	Elf *elf;
	unsigned int machine; /* EM_X86_64 … */
	unsigned int word;    /* bytes of an address in it: 4 or 8 */
};

/* A place in the file that a probe can be on. */
struct binary_symbol {
	char *name; /* owned */
	uint64_t offset;
};

struct binary_symbols {
	size_t n;
	struct binary_symbol *v;
};

/*
 * Where it is, in *path, the caller's. A name without a slash is a library's ("c": libc.so.6) or,
 * if there is none, a program's in the usual directories. FAULT_USAGE and -ENOENT if there is no
 * such file, -EACCES if it cannot be read.
 */
int binary_find(const char *name, char **path, struct error *e);

/*
 * Opens the file. FAULT_USAGE, with its path, for one that cannot be read (a negative errno) or is
 * no ELF file (-ENOEXEC). binary_close, also after an error.
 */
int binary_open(struct binary *b, const char *path, struct error *e);
void binary_close(struct binary *b);

/*
 * The functions of that name, of which there are several where it has versions, or of a pattern
 * that begins with '^'; "0x1234" is that place in the file, "name+0x10" one behind the function's
 * beginning. Of a stripped file only those are known that it exports. Sorted by place, each once.
 * -ENOENT and FAULT_USAGE, with near names, if there is none. binary_symbols_free, also after an
 * error.
 */
int binary_functions(const struct binary *b, const char *symbol, struct binary_symbols *out,
		     struct error *e);
void binary_symbols_free(struct binary_symbols *s);

/* The address that a symbol of any kind stands for; false if there is none of that name. */
bool binary_address(const struct binary *b, const char *symbol, uint64_t *addr);

/* The place in the file of an address; code: of one that is run. False if the file has it not. */
bool binary_offset(const struct binary *b, uint64_t addr, bool code, uint64_t *offset);

/* Libraries that are empty since glibc 2.34 took them in: their functions are libc's. */
bool binary_is_in_libc(const char *name);

/*
 * The files that a process runs, its program first: paths through /proc/PID/root, so that they are
 * right in a container, too. The caller's, a NULL behind the last; binary_paths_free. FAULT_USAGE
 * if there is no such process or it cannot be looked at.
 */
int binary_of_process(pid_t pid, char ***paths, struct error *e);
void binary_paths_free(char **paths);

#endif
