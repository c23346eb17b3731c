/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prepare: from a program and its options to an object that can be attached: what the kernel looks
 * like, the C text, the compiled object (from the cache, if it was compiled before), and the next
 * variant where the kernel refuses one.
 */
#ifndef BCCHOST_PREPARE_H
#define BCCHOST_PREPARE_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/progress.h"
#include "kernel/kernel.h"
#include "object/cached.h"
#include "object/compile.h"
#include "object/object.h"
#include "text/plan.h"
#include "tool/find.h"
#include "tool/options.h"
#include "tool/program.h"

struct prepare {
	/* The caller's, and borrowed; they outlive it. */
	const struct find *find;
	const struct program *program;
	const struct options *options;
	const volatile sig_atomic_t *stopped; /* set by a signal: nothing more is begun */
	bool quiet;			      /* no line on a terminal while it takes long */
	const char *template;	 /* the text, where it is not to be read from template_path */
	const char *defines;	 /* … and lines of C before it */
	const char *behind;	 /* … and behind it; or NULL */
	void (*idle)(void *ctx); /* what to do while it compiles (child.h); or NULL */
	void *idle_ctx;

	/* What came of it. */
	struct kernel *kernel;
	struct plan plan;
	char *text;
	struct object *object;	   /* NULL with --print-bpf */
	struct progress *starting; /* until it traces; NULL: not shown */

	/* private */
	bool planned;
	size_t next; /* the variant that is made next */
	struct compile_request request;
	struct compile *begun; /* the compiler, at work already */
	struct cached cached;  /* opened only if it may be used */
	uint64_t last;	       /* when the last step ended, clock_ns */
};

/*
 * Opens the kernel and, unless the text is only to be printed or compiled, asks whether we may
 * trace, loads the program's modules and opens the cache. prepare_free after an error too.
 */
int prepare_begin(struct prepare *p, struct error *e);

/*
 * Makes plan, text and object (with --print-bpf no object) of the first variant for which that can
 * be done; of those after the last one, if it is called again. -EINTR after a signal.
 */
int prepare_make(struct prepare *p, struct error *e);

/*
 * Some kernels list what a variant needs and then refuse it (a virtual machine's kernel may refuse
 * all fentry programs). After an error of making, loading or attaching: may prepare_make find
 * another that works? Not if the kernel is not to blame, nor if --variant asked for one.
 */
bool prepare_more(const struct prepare *p, const struct error *e);

void prepare_free(struct prepare *p);

#endif
