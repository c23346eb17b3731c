/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that do the same a number of times, for tools that count. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "steps.h"

static char data[1 << 20];

static long once(char kind, int fd, size_t size)
{
	struct iovec two[2] = {
		{.iov_base = data, .iov_len = size / 2},
		{.iov_base = data, .iov_len = size - size / 2},
	};

	switch (kind) {
	case 'r':
		return pread(fd, data, size, 0);
	case 'w':
		return pwrite(fd, data, size, 0);
	case 'R':
		return preadv(fd, two, 2, 0);
	default:
		return pwritev(fd, two, 2, 0);
	}
}

/* How many of n came short, having moved other than `done` bytes. */
static long repeat(char kind, char **a)
{
	long n = atol(a[0]), bad = 0;
	size_t size = strtoul(a[1], NULL, 0), done = a[3] ? strtoul(a[3], NULL, 0) : size;
	int fd = open(a[2], kind == 'r' || kind == 'R' ? O_RDONLY : O_WRONLY | O_CREAT, 0644);

	if (fd < 0 || size > sizeof(data))
		return -1;
	for (long i = 0; i < n; i++)
		bad += once(kind, fd, size) != (long)done;
	close(fd);
	return bad;
}

/* mkdir, rmdir, open or stat of PREFIX00, PREFIX01 … */
static long each(const char *op, char **a)
{
	long n = atol(a[0]), failed = 0;
	char path[4096];
	struct stat st;

	for (long i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s%02ld", a[1], i);
		if (!strcmp(op, "mkdirs"))
			failed += mkdir(path, 0755) < 0;
		else if (!strcmp(op, "rmdirs"))
			failed += rmdir(path) < 0;
		else if (!strcmp(op, "opens"))
			failed += close(open(path, O_RDONLY)) < 0;
		else
			failed += stat(path, &st) < 0;
	}
	return failed;
}

static long counted(const char *op, char **a)
{
	struct stat st;
	long failed = 0;
	int fd;

	/* COUNT, SIZE, PATH, the bytes that each moves if not SIZE */
	if (!strcmp(op, "reads"))
		return repeat('r', a);
	if (!strcmp(op, "writes"))
		return repeat('w', a);
	if (!strcmp(op, "readvs"))
		return repeat('R', a);
	if (!strcmp(op, "writevs"))
		return repeat('W', a);
	if (!strcmp(op, "fsyncs")) { /* COUNT, PATH */
		fd = open(a[1], O_RDONLY);
		for (long i = 0; i < atol(a[0]); i++)
			failed += fsync(fd) < 0;
		close(fd);
		return failed;
	}
	if (!strcmp(op, "look")) { /* COUNT, PATH */
		for (long i = 0; i < atol(a[0]); i++)
			failed += stat(a[1], &st) < 0;
		return failed;
	}
	if (!strcmp(op, "mkdirs") || !strcmp(op, "rmdirs") || !strcmp(op, "stats") ||
	    !strcmp(op, "opens")) /* COUNT, PREFIX */
		return each(op, a);
	return STEP_UNKNOWN;
}

STEPS(counted)
