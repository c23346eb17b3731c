/* SPDX-License-Identifier: Apache-2.0 */
/* fact: what `facts:` of a program asks of a kernel. */
#ifndef BCCHOST_TEXT_FACT_H
#define BCCHOST_TEXT_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "text/plan.h"
#include "tool/program.h"

/* -ENODATA with FAULT_KERNEL: a type or a field without BTF, which cannot be told. */
int fact_holds(const struct program *p, const struct program_fact *f, struct kernel *k, bool *holds,
	       struct error *e);

/*
 * Defines the macro of a fact that holds. An address is a marked constant (text/filter.h), so that
 * the text, and what was compiled of it, are good for any boot; for --print-bpf it is a number (0
 * if this user may not see addresses). FAULT_PERMISSION if the tool is to run and it is hidden.
 */
int fact_define(struct plan *plan, const struct program_fact *f, struct buf *out, struct error *e);

/* The value of that constant, for the loader; false if it is none of a fact. */
bool fact_constant(uint32_t which, const struct plan *plan, uint64_t *value);

/*
 * Of a text that did not compile with the error err: if it is for want of an address, that is said
 * first, and it is FAULT_KERNEL. Returns the error to be returned.
 */
int fact_explain(const struct plan *plan, int err, struct error *e);

#endif
