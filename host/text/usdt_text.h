/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usdt_text: how a handler reads a USDT probe's arguments. libbcc makes of bpf_usdt_readarg(N, ctx,
 * &x) in a function `h` a call of _bpf_readarg_h_N(ctx, &x, sizeof(x)), which is written here.
 *
 * The places of a probe have their arguments in different registers. Each way that they differ is a
 * form: the handler is compiled once, with the form as a constant that the loader puts in
 * (FILTER_CONSTANT_FORM), and is loaded once for each; the verifier drops the others.
 */
#ifndef BCCHOST_TEXT_USDT_TEXT_H
#define BCCHOST_TEXT_USDT_TEXT_H

#include <stdint.h>

#include "base/buf.h"
#include "text/plan.h"

/* The functions, for each handler that a USDT probe of the plan runs. */
void usdt_text(const struct plan *plan, struct buf *out);

/* How many arguments a handler can read, USDT_ARGS_MAX if that is not known; -1 if no USDT probe
 * runs it. */
int usdt_text_arguments(const struct plan *plan, const char *handler);

/* The form of this target of a probe's, from 0; 0 if it is no USDT probe. */
uint32_t usdt_text_form(const struct plan *plan, const struct plan_probe *pp,
			const struct plan_target *t);

#endif
