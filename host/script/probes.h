/* SPDX-License-Identifier: Apache-2.0 */
/* probes: what the functions of a compiled text are attached to, by their names and by the command
 * line. */
#ifndef BCCHOST_SCRIPT_PROBES_H
#define BCCHOST_SCRIPT_PROBES_H

#include "base/buf.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "object/object.h"
#include "script/source.h"
#include "tool/options.h"
#include "tool/program.h"

/*
 * Adds p's probes. FAULT_USAGE for an option that names no function of the text (with near names),
 * or that is no such pair; FAULT_TOOL, with file:line, for two handlers of one probe, for a text
 * without functions, and for one of which nothing is attached (it says what could be). What is not
 * attached beside others is told in *notes, a line each.
 */
int probes_make(struct program *p, const struct options *o, const struct object *object,
		const struct source *s, struct kernel *k, struct buf *notes, struct error *e);

/*
 * Adds the probes of --usdt: before the text is compiled, for how their arguments are read is part
 * of it. FAULT_USAGE for what is no such pair.
 */
int probes_usdt(struct program *p, const struct options *o, struct error *e);

#endif
