/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipe_line: one line of tracefs's trace_pipe, taken apart. The kernel prints it as text, for
 * people: "%16s-%-7d [cpu] flags seconds.micros: bpf_trace_printk: message".
 */
#ifndef BCCHOST_TRACE_PIPE_LINE_H
#define BCCHOST_TRACE_PIPE_LINE_H

#include <stddef.h>
#include <stdint.h>

#define PIPE_MESSAGE_MAX 1024 /* what bpf_trace_printk prints at most, with its NUL */

/* What an event of the trace pipe looks like; pipe_layout describes it by its fields' names. */
struct pipe_event {
	uint64_t ts_ns; /* the trace clock, which prints microseconds */
	uint32_t pid;	/* the thread's own, as the trace has it */
	uint32_t cpu;
	char comm[16]; /* "<...>" where the trace does not know it */
	char message[PIPE_MESSAGE_MAX];
};

enum pipe_line {
	PIPE_LINE_PRINTED, /* *ev is filled */
	PIPE_LINE_LOST,	   /* *lost: how many events, at least 1 */
	PIPE_LINE_OTHER,   /* another event's, or anybody's */
	PIPE_LINE_BARE,	   /* has no head of an event: the rest of what the line before began */
};

/*
 * line: without its newline, NUL-terminated. Touches ev only for PIPE_LINE_PRINTED, lost only for
 * PIPE_LINE_LOST. The message is cut to its room, and ended by a NUL.
 */
enum pipe_line pipe_line(const char *line, struct pipe_event *ev, uint64_t *lost);

#endif
