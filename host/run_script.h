/* SPDX-License-Identifier: Apache-2.0 */
/* run_script: `bcchost run FILE.c`, from its command line to its last line. */
#ifndef BCCHOST_RUN_SCRIPT_H
#define BCCHOST_RUN_SCRIPT_H

#include "base/error.h"
#include "tool/find.h"
#include "tool/options.h"
#include "trace/session.h"

/* As run_tool (run.h); argv[0] is "run". */
int run_script(const struct find *find, int argc, char **argv, const struct options *global,
	       const struct session_stop *stop, struct error *e);

#endif
