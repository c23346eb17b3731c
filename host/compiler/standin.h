/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standin: functions that take the place of libbcc's and libbpf's own, so that compiling touches
 * no kernel and needs no privilege. libbcc calls its own exported functions through the dynamic
 * linker, which prefers the executable's (it is linked with -rdynamic): creating a map, loading
 * BTF or a program then only notes what was asked for.
 */
#ifndef BCCHOST_COMPILER_STANDIN_H
#define BCCHOST_COMPILER_STANDIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object/object.h"

/* A map that libbcc asked for, in the order of asking. */
struct standin_map {
	int fd; /* what libbcc took for the map's: /dev/null */
	uint32_t type, key_size, value_size, max_entries, flags;
	int inner_fd; /* 0: none */
};

/* What has been noted so far; there is one libbcc in a process. */
struct standin {
	struct standin_map *maps;
	size_t nmaps;
	void *btf;
	size_t btf_size;
	bool failed;   /* out of memory or descriptors */
	bool old_load; /* set before compiling: libbcc gives bcc_prog_load_xattr a libbcc_old_load
			*/
	bool probe_read_kernel; /* set before compiling: the kernel has bpf_probe_read_kernel */
	struct object_prog *loading; /* where the next bcc_func_load puts func_info and line_info */
};

extern struct standin standin;

#endif
