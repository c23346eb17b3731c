/* SPDX-License-Identifier: Apache-2.0 */
/*
 * substitute: a template becomes plain BPF C in BCC's dialect. Only words of the code are looked
 * at, never those in comments and strings:
 *
 *   FILTER, FILTER(dentry)          what the filter options ask for; returns 0 from the function
 *   FILTER_TASK(task)               the same of another task than the current one
 *   TASK_CGROUP(task)               the id of a task's cgroup, for an event's cgroup_id (--show)
 *   SIGNATURE(function, parameter…) the handler's parameters, as this kernel's function has them;
 *                                   a raw tracepoint's too; "." is whatever the probe took
 *   RESULT                          what the function returned, in the handler of its return
 *   the program's own words         `substitute:`
 *   BPF_PERF_OUTPUT(events)         a ring buffer where the kernel has it
 *   events.perf_submit(ctx, &e, n)  the same call for either; what does not fit is counted
 *   BPF_RINGBUF_OUTPUT(ring, n)     as it is; what ringbuf_output and ringbuf_reserve find no room
 *                                   for is counted, too
 *   #include "piece.h"              a file of templates/include, with its own words replaced
 *
 * Line numbers stay those of the template, by #line.
 */
#ifndef BCCHOST_TEXT_SUBSTITUTE_H
#define BCCHOST_TEXT_SUBSTITUTE_H

#include <stdbool.h>

#include "base/error.h"
#include "text/plan.h"

/* The array of one u64 that counts events that found no room, and what counts one. */
#define SUBSTITUTE_LOST_MAP   "bcchost_lost"
#define SUBSTITUTE_COUNT_LOST "bcchost_count_lost()"

/* What the program that fentry or fexit runs is called: its handler's name and this. */
#define SUBSTITUTE_WRAPPER "_trampoline"

/*
 * *text is the caller's: what is compiled, complete. btf: the compiler has all types of the kernel
 * (BCCHOST_BTF is defined then). Adds to the plan's notes the signatures that were chosen. Errors:
 * FAULT_TOOL with file:line of the template for one that is not as it must be; FAULT_KERNEL for a
 * parameter that the kernel's function has not.
 */
int substitute(struct plan *plan, bool btf, char **text, struct error *e);

/* The same of a template that was read already, by the name of the program's template_path. */
int substitute_text(struct plan *plan, bool btf, const char *template, char **text,
		    struct error *e);

/* The comment that --print-bpf puts before the text; the caller's to free, NULL without memory. */
char *substitute_comment(const struct plan *plan);

#endif
