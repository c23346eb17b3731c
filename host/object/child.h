/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child: runs a program to its end, with what it prints captured and its time limited; at once, or
 * with something else done while it starts.
 */
#ifndef BCCHOST_OBJECT_CHILD_H
#define BCCHOST_OBJECT_CHILD_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

struct child {
	const char *const *argv; /* argv[0] is the path, or a name to look for in PATH */
	char *const *env;
	int input;	      /* its standard input; -1: /dev/null */
	int object;	      /* its descriptor 3; -1: none */
	unsigned int timeout; /* seconds, for all that shares the deadline */
	/* Called again and again, some 20 ms apart, while it is waited for; NULL: nothing is. */
	void (*idle)(void *ctx);
	void *idle_ctx;
	struct buf output; /* both of its outputs, at most 16 MiB; buf_free */
	int status;	   /* as wait() gives it */

	pid_t pid;   /* from child_start to its end */
	int printed; /* where its output comes from */
};

/*
 * 0 once the child has ended by itself, however. Errors, all FAULT_RUN: it could not be started;
 * -ETIMEDOUT, it was killed after the timeout; -EINTR, it was killed because a signal that would
 * end us came (it is delivered when child_signals_release is called).
 */
int child_run(struct child *c, struct error *e);

/*
 * The same in two steps: what child_start started, child_finish waits for (the timeout counts from
 * there), or child_kill ends, in silence.
 */
int child_start(struct child *c, struct error *e);
int child_finish(struct child *c, struct error *e);
void child_kill(struct child *c);

/*
 * Between these two the signals that end a program (SIGINT, SIGTERM, SIGHUP, SIGQUIT) wait, so
 * that there is time to clean up. Not nested.
 */
void child_signals_hold(void);
void child_signals_release(void);

#endif
