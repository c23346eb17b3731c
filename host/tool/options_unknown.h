/* SPDX-License-Identifier: Apache-2.0 */
/* options_unknown: what to say of an option that there is not. */
#ifndef BCCHOST_TOOL_OPTIONS_UNKNOWN_H
#define BCCHOST_TOOL_OPTIONS_UNKNOWN_H

#include "base/error.h"
#include "tool/program.h"

/* "<before><name><after> (see `bcchost TOOL --help`)"; p is NULL before the tool's name. -EINVAL.
 */
int options_usage_error(const struct program *p, struct error *e, const char *before,
			const char *name, const char *after);

/* "unknown option --NAME", with what may have been meant, or where it belongs. -EINVAL. */
int options_unknown(const struct program *p, const char *name, struct error *e);

#endif
