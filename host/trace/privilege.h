/* SPDX-License-Identifier: Apache-2.0 */
/* privilege: may this user use BPF here, and may BPF read the kernel? */
#ifndef BCCHOST_TRACE_PRIVILEGE_H
#define BCCHOST_TRACE_PRIVILEGE_H

#include "base/error.h"
#include "kernel/kernel.h"

/*
 * Tried, not read from somewhere. 0, or FAULT_PERMISSION or FAULT_KERNEL with what to do; tool is
 * who wants it. Under lockdown the verifier would only say that it does not know
 * bpf_probe_read_kernel.
 */
int privilege_check(struct kernel *k, const char *tool, struct error *e);

#endif
