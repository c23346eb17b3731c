/* SPDX-License-Identifier: Apache-2.0 */
/* uprobe: a perf event at a place in a program or a library, in whichever process runs it. */
#ifndef BCCHOST_TRACE_UPROBE_H
#define BCCHOST_TRACE_UPROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "text/plan.h"

/*
 * Opens it, for one process or (pid: -1) all. While it is open, the counter of a USDT probe's users
 * is one more in each process. A descriptor, or a negative errno, with *e set where that says more.
 */
int uprobe_open(const struct plan_target *t, bool returns, pid_t pid, struct error *e);

#endif
