/* SPDX-License-Identifier: Apache-2.0 */
/* sampling: a perf event that a program is run at, as its probe and the options have it. */
#ifndef BCCHOST_TEXT_SAMPLING_H
#define BCCHOST_TEXT_SAMPLING_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "tool/options.h"
#include "tool/perf_event.h"
#include "tool/program.h"

struct sampling {
	struct perf_event event; /* its rate is one that counts */
	int pid;		 /* a process' id, or 0: of all; its threads are all meant */
	bool thread;		 /* … but a thread's own id, and that thread alone */
	int cpu;		 /* -1: all */
	const char *pid_option, *cpu_option; /* that they are from, borrowed; or NULL */
};

/*
 * `target` is the name of an event, as of tool/perf_event.h; without a rate anywhere it is at every
 * millionth. FAULT_USAGE for a rate that is none, or two, from options.
 */
int sampling_make(struct sampling *s, const struct program *p, const struct options *o,
		  const struct program_probe *probe, const char *target, struct error *e);

/* Appends ", 99 times a second, on processor 2, of process 12". */
void sampling_note(const struct sampling *s, struct buf *notes);

/* Why there may be none of a probe's events, and what to do: appends ": …". */
void sampling_missing(const struct program_probe *probe, struct buf *out);

/* The process that the probe's `pid:` names; 0 or less: none. */
int64_t sampling_pid(const struct program *p, const struct options *o,
		     const struct program_probe *probe);

#endif
