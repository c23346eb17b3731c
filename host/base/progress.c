/* SPDX-License-Identifier: Apache-2.0 */
#include "base/progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/colour.h"

#define ERASE "\r\033[K"

struct progress {
	int fd;
	const char *doing, *what;
	bool ended, shown;
	pthread_mutex_t lock; /* of all above but fd and what */
	pthread_cond_t changed;
	pthread_t thread;
};

static void show(struct progress *p, unsigned int seconds)
{
	char line[128];
	int len = snprintf(line, sizeof(line), ERASE "bcchost: %s %.60s, %u s\r", p->doing, p->what,
			   seconds);

	p->shown = len > 0 && (size_t)len < sizeof(line) && write(p->fd, line, (size_t)len) == len;
}

static void *show_each_second(void *arg)
{
	struct progress *p = arg;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&p->lock);
	for (unsigned int seconds = 1; !p->ended; seconds++) {
		next.tv_sec++;
		while (!p->ended && pthread_cond_timedwait(&p->changed, &p->lock, &next) == 0)
			;
		if (!p->ended)
			show(p, seconds);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Signals are for the thread that waits for events. */
static int start_thread(struct progress *p)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&p->thread, NULL, show_each_second, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void init(struct progress *p)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &attr);
	pthread_condattr_destroy(&attr);
}

static void destroy(struct progress *p)
{
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

struct progress *progress_begin(int fd, const char *doing, const char *what)
{
	struct progress *p;

	if (!colour_escapes(fd))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->fd = fd;
	p->doing = doing;
	p->what = what;
	init(p);
	if (start_thread(p)) {
		destroy(p);
		return NULL;
	}
	return p;
}

void progress_step(struct progress *p, const char *doing)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->doing = doing;
	pthread_mutex_unlock(&p->lock);
}

void progress_end(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->ended = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	if (p->shown && write(p->fd, ERASE, strlen(ERASE)) < 0)
		p->shown = false;
	destroy(p);
}
