/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/reader.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct ring_buffer *ring;
	struct perf_buffer *perf;
	reader_fn fn;
	void *ctx;
	bool stopped;
};

static int ring_sample(void *ctx, void *data, size_t size)
{
	struct reader *r = ctx;

	r->stopped = r->fn(r->ctx, data, size) != 0;
	return r->stopped ? -ECANCELED : 0;
}

/* A perf buffer cannot be left in the middle: the rest is read and dropped. */
static void perf_sample(void *ctx, int cpu, void *data, __u32 size)
{
	struct reader *r = ctx;

	(void)cpu;
	if (!r->stopped)
		r->stopped = r->fn(r->ctx, data, size) != 0;
}

/* The programs count what did not fit, for both kinds of buffer: the kernel's own count, which
 * comes only with the next event that does fit, is not needed. */
static void perf_lost(void *ctx, int cpu, __u64 count)
{
	(void)ctx;
	(void)cpu;
	(void)count;
}

int reader_new(struct reader **out, int map_fd, bool ring, size_t pages, reader_fn fn, void *ctx,
	       struct error *e)
{
	struct reader *r = calloc(1, sizeof(*r));
	int err = 0;

	if (!r)
		return error_nomem(e);
	r->fn = fn;
	r->ctx = ctx;
	if (ring)
		r->ring = ring_buffer__new(map_fd, ring_sample, r, NULL);
	else
		r->perf = perf_buffer__new(map_fd, pages, perf_sample, perf_lost, r, NULL);
	if (!r->ring && !r->perf) {
		err = error_set(e, FAULT_RUN, -errno, "cannot map the %s buffer: %s%s",
				ring ? "ring" : "perf", strerror(errno),
				errno == EPERM || errno == ENOMEM
					? "; a smaller --buffer-pages may help"
					: "");
		free(r);
		return err;
	}
	*out = r;
	return 0;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	ring_buffer__free(r->ring);
	perf_buffer__free(r->perf);
	free(r);
}

int reader_fd(const struct reader *r)
{
	return r->ring ? ring_buffer__epoll_fd(r->ring) : perf_buffer__epoll_fd(r->perf);
}

int reader_consume(struct reader *r)
{
	int n;

	r->stopped = false;
	n = r->ring ? ring_buffer__consume(r->ring) : perf_buffer__consume(r->perf);

	return n < 0 && n != -ECANCELED ? n : 0;
}
