/* SPDX-License-Identifier: Apache-2.0 */
/* verifier: what the kernel's verifier says of a program, in terms of the template. */
#ifndef BCCHOST_TRACE_VERIFIER_H
#define BCCHOST_TRACE_VERIFIER_H

#include <bpf/bpf.h>

#include "base/buf.h"
#include "base/error.h"
#include "object/object.h"

/*
 * Loads a rejected program once more for the verifier's log and makes the error of it: the
 * template's line that the last instruction comes from, that line's text, and the log's last lines.
 * `as`: how it was to be loaded; insns are p's with real map descriptors. Returns err.
 */
int verifier_explain(const struct object *o, const struct object_prog *p, enum bpf_prog_type type,
		     const struct bpf_prog_load_opts *as, const struct bpf_insn *insns, int err,
		     struct error *e);

/* Appends the whole log of a program that the kernel accepts, with a line that names it. */
int verifier_log_of(const struct object *o, const struct object_prog *p, enum bpf_prog_type type,
		    const struct bpf_prog_load_opts *as, const struct bpf_insn *insns,
		    struct buf *log, struct error *e);

#endif
