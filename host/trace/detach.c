/* SPDX-License-Identifier: Apache-2.0 */
/* detach: the descriptors that probes hang on are closed, several at a time. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/attach.h"

#define CLOSERS 31 /* threads that help to detach */

/* What several threads close together. */
struct closing {
	const int *fds;
	size_t n;
	atomic_size_t next;
};

static void *close_some(void *arg)
{
	struct closing *c = arg;
	size_t i;

	while ((i = atomic_fetch_add(&c->next, 1)) < c->n)
		close(c->fds[i]);
	return NULL;
}

/*
 * The kernel lets go of a probe when nobody can be in it any more, and makes whoever closes its
 * descriptor wait for that: several who wait at the same time wait for the same.
 */
static void close_together(const int *fds, size_t n)
{
	struct closing c = {.fds = fds, .n = n};
	pthread_t threads[CLOSERS];
	size_t started = 0;

	while (started + 1 < n && started < CLOSERS &&
	       pthread_create(&threads[started], NULL, close_some, &c) == 0)
		started++;
	close_some(&c);
	while (started)
		pthread_join(threads[--started], NULL);
}

void attach_free(struct attach *a)
{
	close_together(a->fds, a->n);
	free(a->fds);
	memset(a, 0, sizeof(*a));
}
