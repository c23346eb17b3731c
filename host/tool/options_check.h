/* SPDX-License-Identifier: Apache-2.0 */
/* options_check: what the options of a command line want of one another and of the program. */
#ifndef BCCHOST_TOOL_OPTIONS_CHECK_H
#define BCCHOST_TOOL_OPTIONS_CHECK_H

#include "base/error.h"
#include "tool/options.h"

/* Once all are read. FAULT_USAGE, with what there is instead. */
int options_check(const struct program *p, const struct options *o, struct error *e);

#endif
