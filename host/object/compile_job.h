/* SPDX-License-Identifier: Apache-2.0 */
/* compile_job: what the files that compile share while they do it. Nobody else includes it. */
#ifndef BCCHOST_OBJECT_COMPILE_JOB_H
#define BCCHOST_OBJECT_COMPILE_JOB_H

#include "object/child.h"
#include "object/compile.h"
#include "object/diagnose.h"

/* One compilation; everything in it is freed at its end. */
struct compile {
	const struct compile_request *req;
	char *dir; /* private to this compilation */
	char *env[4];
	int object; /* a descriptor of memory */
	int text;   /* what the helper reads comes from here; -1 if none runs */
	struct child helper;
	struct diagnosis d;
	int status; /* of the helper's last run */
};

/* --- compile_helper.c --- */

/* A descriptor above those that the helper gets, in the place of fd, which is closed. */
int helper_high_fd(int fd);

/* Starts it; it waits for the text. whole: with all of the kernel's types. */
int helper_start(struct compile *j, bool whole, struct error *e);

/* Gives it the text of j->req, and waits. 0 if it ended by itself; j->status and j->d say how. */
int helper_finish(struct compile *j, struct error *e);

/* Kills one that runs. */
void helper_stop(struct compile *j);

/* Adds to e what to do about a helper that could not be started; returns err. */
int helper_explain_start(const char *path, int err, struct error *e);

#endif
