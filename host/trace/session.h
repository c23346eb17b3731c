/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: a tool at work, from its compiled object to the last line: load, attach, read, print,
 * detach.
 */
#ifndef BCCHOST_TRACE_SESSION_H
#define BCCHOST_TRACE_SESSION_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/progress.h"
#include "object/object.h"
#include "text/plan.h"

struct session_stop {
	volatile sig_atomic_t stopped; /* set by the signal handler */
	int fd;			       /* readable once it is set: an eventfd, or a pipe's end */
};

/*
 * Runs until it is stopped, the duration is over, enough events were printed, or nobody reads
 * stdout any more: all of these are success. What was traced so far is printed in each case; lost
 * events are told on stderr, during the run at most once a second, and in all at the end. *attached
 * tells whether an error came after the probes were all attached: if not, another variant may do.
 * *starting is ended, and NULL, once they are.
 */
int session_run(const struct plan *plan, const struct object *o, const struct session_stop *stop,
		struct progress **starting, bool *attached, struct error *e);

#endif
