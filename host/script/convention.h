/* SPDX-License-Identifier: Apache-2.0 */
/* convention: what BCC attaches a function to by the function's name alone. */
#ifndef BCCHOST_SCRIPT_CONVENTION_H
#define BCCHOST_SCRIPT_CONVENTION_H

#include <stdbool.h>

#include "tool/program.h"

#define CONVENTION_NAME_MAX 256 /* bytes of a name, its NUL included */

struct convention {
	enum program_probe_kind kind;
	bool syscall;			  /* target is a system call's name: "execve" */
	char target[CONVENTION_NAME_MAX]; /* a function; "category:name"; a raw tracepoint's name */
};

/*
 * kprobe__F, kretprobe__F, syscall__NAME, tracepoint__CATEGORY__EVENT, raw_tracepoint__EVENT,
 * kfunc__[vmlinux__]F, kretfunc__…, lsm__HOOK; false if the name says nothing. kprobe__sys_clone
 * and kprobe____x64_sys_clone are of the system call clone. What a module's kfunc (libbcc 0.31:
 * kfunc__ext4__F) is of is left as it is: whether ext4__F is a function is the kernel's to say.
 */
bool convention_of(const char *function, struct convention *c);

/*
 * The system call of a function's name ("sys_clone", "__x64_sys_clone": "clone"), whatever
 * platform's prefix it has; NULL if it has none.
 */
const char *convention_syscall(const char *function);

/* A kind that the name tells, but that this host does not attach ("kmod_ret__", "bpf_iter__"): what
 * it is called; else NULL. */
const char *convention_unknown(const char *function);

#endif
