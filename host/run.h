/* SPDX-License-Identifier: Apache-2.0 */
/* run: one tool, from its name to its end: the steps of the way in their order. */
#ifndef BCCHOST_RUN_H
#define BCCHOST_RUN_H

#include "base/error.h"
#include "tool/find.h"
#include "tool/options.h"
#include "trace/session.h"

/*
 * argv[0] is the tool's name. global: the options that stood before it. Prints what was asked for:
 * the tool's help, its C text, or what it traces.
 */
int run_tool(const struct find *find, int argc, char **argv, const struct options *global,
	     const struct session_stop *stop, struct error *e);

#endif
