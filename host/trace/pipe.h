/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipe: what bpf_trace_printk prints, read from tracefs's trace_pipe, as events of one layout.
 *
 * The pipe is the whole machine's: what another program's bpf_trace_printk prints is read too, and
 * what is read here no other reader sees (from 6.6 on, and in stable kernels, only one
 * can open it).
 */
#ifndef BCCHOST_TRACE_PIPE_H
#define BCCHOST_TRACE_PIPE_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/layout.h"
#include "trace/reader.h"

struct pipe;

/*
 * Opens it, non-blocking, and drops what is in it. FAULT_PERMISSION if this user may not,
 * FAULT_KERNEL if there is none or tracing is switched off, FAULT_RUN if another has it open. fn is
 * called for each message (trace/reader.h). *p is the caller's; pipe_free.
 */
int pipe_new(struct pipe **p, struct kernel *k, reader_fn fn, void *ctx, struct error *e);

/* The same from a descriptor that is open for reading, non-blocking, and now the pipe's. */
int pipe_new_fd(struct pipe **p, int fd, reader_fn fn, void *ctx, struct error *e);

void pipe_free(struct pipe *p); /* p may be NULL */

/*
 * The fields: comm (text), pid (the thread's id), cpu, ts_ns (the trace clock, in whole
 * microseconds), message (text without its last newline; one inside it stays). As long as p.
 */
const struct layout *pipe_layout(const struct pipe *p);

/* Readable when there is something. */
int pipe_fd(const struct pipe *p);

/* Hands over what is there now. 0, or a negative errno. A line of which a part is still to come is
 * kept for the next call, and so is what is behind the message that fn wanted to stop at. */
int pipe_consume(struct pipe *p);

/* How many lines, anybody's, the kernel had no room for since pipe_new. */
uint64_t pipe_lost(const struct pipe *p);

#endif
