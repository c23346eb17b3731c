/* SPDX-License-Identifier: Apache-2.0 */
/* fact: what `facts:` of a program asks of a kernel. */
#ifndef BCCHOST_TEXT_FACT_H
#define BCCHOST_TEXT_FACT_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "tool/program.h"

/* -ENODATA with FAULT_KERNEL: a type or a field without BTF, which cannot be told. */
int fact_holds(const struct program *p, const struct program_fact *f, struct kernel *k, bool *holds,
	       struct error *e);

#endif
