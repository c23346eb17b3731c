/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users: names of the functions of user programs: (process, address) → the function, and the file
 * that it is in. Processes are looked at when somebody asks: the maps of one that has ended are
 * known if it was asked about while it lived, and stay. Memory is bounded: of processes, of files
 * (images.h), of names.
 *
 * Other users' processes take CAP_SYS_PTRACE; their files, where they are not for all to read,
 * CAP_DAC_READ_SEARCH; deleted ones CAP_CHECKPOINT_RESTORE: trace/privilege.h.
 */
#ifndef BCCHOST_USER_USERS_H
#define BCCHOST_USER_USERS_H

#include <stdbool.h>
#include <stdint.h>

#define USERS_PROCESSES_MAX 512
#define USERS_NAME_MAX	    512
#define USERS_MODULE_MAX    128

struct users;

struct users_symbol {
	char name[USERS_NAME_MAX]; /* "": no function is known there; cut if it is longer */
	/* The file's name, without its directory, "[vdso]", "[JIT]", "[heap]" …; "": none known */
	char module[USERS_MODULE_MAX];
	uint64_t offset; /* bytes into the function; without one, into the file, or the address */
};

/* debug_dir: of separate debug files; NULL: the usual place. NULL without memory. */
struct users *users_new(const char *debug_dir);
void users_free(struct users *u); /* u may be NULL */

/*
 * What is at the address of that process (or thread) now. after: the address is the one behind a
 * call, as all but the first of a stack are, and what called is asked for. 0, or what stands
 * in the way of knowing where the address is: -ESRCH: the process has ended, or never was; -EACCES:
 * it may not be looked at; -ENOENT: it has no code there. *s is filled either way.
 */
int users_symbol(struct users *u, uint32_t pid, uint64_t addr, bool after, struct users_symbol *s);

#endif
