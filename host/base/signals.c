/* SPDX-License-Identifier: Apache-2.0 */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int signals_catch(const int *which, size_t n, void (*on)(int), int *fd, struct error *e)
{
	struct sigaction sa = {.sa_handler = on};

	*fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (*fd < 0)
		return error_set(e, FAULT_RUN, -errno, "eventfd: %s", strerror(errno));
	for (size_t i = 0; i < n; i++)
		sigaction(which[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

void signals_wake(int fd)
{
	uint64_t one = 1;
	int saved = errno;

	if (write(fd, &one, sizeof(one)) < 0)
		errno = saved; /* it is full: readable already */
	errno = saved;
}
