/* SPDX-License-Identifier: Apache-2.0 */
/*
 * modules: kernel modules that a program lists under `modules:`. What its probes attach to is there
 * only while they are loaded.
 */
#ifndef BCCHOST_TRACE_MODULES_H
#define BCCHOST_TRACE_MODULES_H

#include "base/buf.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "tool/program.h"

/*
 * Loads with modprobe those of them that the running kernel has not, neither loaded nor built in,
 * and adds their names to *loaded (", " between them). Nothing unloads them again. Errors:
 * FAULT_PERMISSION if we are not root, FAULT_KERNEL with what modprobe said, -EINTR as child_run.
 */
int modules_load(const struct program *p, struct kernel *k, struct buf *loaded, struct error *e);

/*
 * Could a run load this module, which is not there? 0, or the error that modules_load would give:
 * asked of /lib/modules, nothing is loaded.
 */
int modules_check(const struct program *p, struct kernel *k, const char *module, struct error *e);

#endif
