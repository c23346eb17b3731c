/* SPDX-License-Identifier: Apache-2.0 */
/* run: one tool, from its name to its end: the steps of the way in their order. */
#ifndef BCCHOST_RUN_H
#define BCCHOST_RUN_H

#include "base/error.h"
#include "prepare.h"
#include "tool/find.h"
#include "tool/options.h"
#include "trace/session.h"

/*
 * argv[0] is the tool's name. global: the options that stood before it. Prints what was asked for:
 * the tool's help, its C text, or what it traces.
 */
int run_tool(const struct find *find, int argc, char **argv, const struct options *global,
	     const struct session_stop *stop, struct error *e);

/* Its parts, which `bcchost run` has too: to stdout go what --print-bpf shows, what --compile-only
 * says, and the help of a program. */
int run_print_text(const struct prepare *p, struct error *e);
void run_report_object(const struct prepare *p);
int run_print_help(const struct program *p, struct error *e);

#endif
