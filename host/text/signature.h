/* SPDX-License-Identifier: Apache-2.0 */
/* signature: SIGNATURE(function, parameter…), a handler's parameters as the kernel has them. */
#ifndef BCCHOST_TEXT_SIGNATURE_H
#define BCCHOST_TEXT_SIGNATURE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "text/plan.h"

/*
 * arguments: what stands between the parentheses, len bytes; probe: what runs the handler, NULL if
 * nothing does. The function is a tracepoint's name if probe is a raw tracepoint. A dot is the
 * function, or the tracepoint, that the probe took; where several run the handler (or a pattern
 * does), the parameters that are named must be the same of each.
 *
 * Appends "struct pt_regs *ctx, …" with the function's parameters up to the last one that is named,
 * so that each is read from its own register; for a raw tracepoint "struct bcchost_args *ctx, …".
 * call becomes ", ctx[0], …": the same parameters as elements of the array that fentry and fexit
 * programs are given. Notes the choice in the plan. *nparams is the number of the function's
 * parameters. FAULT_KERNEL if the function has no such parameter (the message lists those that it
 * has), or one that is in no register.
 */
int signature_expand(struct plan *plan, const struct plan_probe *probe, const char *arguments,
		     size_t len, struct buf *out, struct buf *call, size_t *nparams,
		     struct error *e);

/*
 * struct bcchost_args: what a raw tracepoint's program is given, an array of u64, as a struct whose
 * members have the names of this machine's registers. libbcc takes a handler's parameters from
 * members of these names, and reads kernel memory behind them as it does for a kprobe's.
 */
void signature_args_struct(const char *machine, struct buf *out);

#endif
