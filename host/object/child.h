/* SPDX-License-Identifier: Apache-2.0 */
/* child: runs a program to its end, with what it prints captured and its time limited. */
#ifndef BCCHOST_OBJECT_CHILD_H
#define BCCHOST_OBJECT_CHILD_H

#include "base/buf.h"
#include "base/error.h"

struct child {
	const char *const *argv; /* argv[0] is the path, or a name to look for in PATH */
	char *const *env;
	int input;	      /* its standard input; -1: /dev/null */
	int object;	      /* its descriptor 3; -1: none */
	unsigned int timeout; /* seconds, for all that shares the deadline */
	struct buf output;    /* both of its outputs, at most 16 MiB; buf_free */
	int status;	      /* as wait() gives it */
};

/*
 * 0 once the child has ended by itself, however. Errors, all FAULT_RUN: it could not be started;
 * -ETIMEDOUT, it was killed after the timeout; -EINTR, it was killed because a signal that would
 * end us came (it is delivered when child_signals_release is called).
 */
int child_run(struct child *c, struct error *e);

/*
 * Between these two the signals that end a program (SIGINT, SIGTERM, SIGHUP, SIGQUIT) wait, so
 * that there is time to clean up. Not nested.
 */
void child_signals_hold(void);
void child_signals_release(void);

#endif
