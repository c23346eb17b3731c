/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that read and write files, each with one system call, whose result they give. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "steps.h"

static char room[1 << 20];

static long shut(long result, int fd)
{
	int err = errno;

	close(fd);
	errno = err;
	return result;
}

/* Of two buffers, the first takes a third. */
static long one_file(const char *op, int fd, size_t n)
{
	struct iovec v[] = {{room, n / 3}, {room + n / 3, n - n / 3}};

	if (!strcmp(op, "read"))
		return read(fd, room, n);
	if (!strcmp(op, "pread"))
		return pread(fd, room, n, 0);
	if (!strcmp(op, "write"))
		return write(fd, room, n);
	if (!strcmp(op, "pwrite"))
		return pwrite(fd, room, n, 0);
	if (!strcmp(op, "readv"))
		return readv(fd, v, 2);
	if (!strcmp(op, "preadv"))
		return preadv(fd, v, 2, 0);
	if (!strcmp(op, "writev"))
		return writev(fd, v, 2);
	if (!strcmp(op, "pwritev"))
		return pwritev(fd, v, 2, 0);
	return STEP_UNKNOWN;
}

/* Through a pipe, which has room for it. */
static long spliced(const char *op, int fd, size_t n)
{
	long result = STEP_UNKNOWN;
	int pipes[2];

	if (pipe(pipes))
		return -1;
	if (!strcmp(op, "splice-from"))
		result = splice(fd, NULL, pipes[1], NULL, n, 0);
	else if (vmsplice(pipes[1], &(struct iovec){room, n}, 1, 0) == (ssize_t)n)
		result = splice(pipes[0], NULL, fd, NULL, n, 0);
	close(pipes[1]);
	return shut(result, pipes[0]);
}

static long two_files(const char *op, int from, int to, size_t n)
{
	if (!strcmp(op, "sendfile"))
		return sendfile(to, from, NULL, n);
	return copy_file_range(from, NULL, to, NULL, n, 0);
}

static void *late_writer(void *fd)
{
	nap(1.5);
	if (write(*(int *)fd, room, 100) < 0)
		return fd;
	return NULL;
}

/* A read that has to wait for more than a second, of a pipe or a socket. */
static long late(const char *op)
{
	pthread_t t;
	long result;
	int fds[2];

	if (!strcmp(op, "late-socket") ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds))
		return -1;
	if (pthread_create(&t, NULL, late_writer, &fds[1]))
		return -1;
	result = read(fds[0], room, sizeof(room));
	pthread_join(t, NULL);
	close(fds[1]);
	return shut(result, fds[0]);
}

/* PATH, BYTES */
static const char *const of_one_file[] = {
	"read",	  "pread",  "write",   "pwrite",      "readv",
	"preadv", "writev", "pwritev", "splice-from", "splice-to",
};

static long io(const char *op, char **a)
{
	size_t n;
	int fd, to;
	long result;

	if (!strcmp(op, "late-pipe") || !strcmp(op, "late-socket"))
		return late(op);
	if (!a[0] || !a[1])
		return STEP_UNKNOWN;
	if (!strcmp(op, "sendfile") || !strcmp(op, "copy_file_range")) { /* FROM, TO, BYTES */
		n = a[2] ? (size_t)atol(a[2]) : 0;
		fd = open(a[0], O_RDONLY);
		to = open(a[1], O_WRONLY);
		if (fd < 0 || to < 0)
			return -1;
		return shut(shut(two_files(op, fd, to, n), to), fd);
	}
	if (!STEP_IS(op, of_one_file))
		return STEP_UNKNOWN;
	n = (size_t)atol(a[1]) < sizeof(room) ? (size_t)atol(a[1]) : sizeof(room);
	fd = open(a[0], O_RDWR);
	if (fd < 0)
		return -1;
	result = op[0] == 's' ? spliced(op, fd, n) : one_file(op, fd, n);
	return shut(result, fd);
}

STEPS(io)
