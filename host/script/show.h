/* SPDX-License-Identifier: Apache-2.0 */
/* show: a text at work that nobody described: load, attach, and print all that comes back, until it
 * is stopped. What session.h is for a tool with one output. */
#ifndef BCCHOST_SCRIPT_SHOW_H
#define BCCHOST_SCRIPT_SHOW_H

#include "base/error.h"
#include "base/progress.h"
#include "object/object.h"
#include "script/source.h"
#include "text/plan.h"
#include "trace/session.h"

/* As session_run; what is printed is what views.h and the trace pipe give. */
int show_run(const struct plan *plan, const struct object *o, const struct source *s,
	     const struct session_stop *stop, struct progress **starting, struct error *e);

#endif
