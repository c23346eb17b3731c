/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that ask about files. Those by descriptor give the descriptor. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

static long or_fd(long result, long fd)
{
	int err = errno;

	close((int)fd);
	errno = err;
	return result < 0 ? result : fd;
}

static long by_path(const char *op, const char *path)
{
	struct statfs fs;
	struct statx stx;
	struct stat st;

	if (!strcmp(op, "stat"))
		return syscall(SYS_stat, path, &st);
	if (!strcmp(op, "lstat"))
		return syscall(SYS_lstat, path, &st);
	if (!strcmp(op, "newfstatat"))
		return syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0);
	if (!strcmp(op, "statx"))
		return syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &stx);
	if (!strcmp(op, "statfs"))
		return syscall(SYS_statfs, path, &fs);
	return STEP_UNKNOWN;
}

static long by_descriptor(const char *op, int fd)
{
	struct statfs fs;
	struct statx stx;
	struct stat st;

	if (!strcmp(op, "fstat"))
		return syscall(SYS_fstat, fd, &st);
	if (!strcmp(op, "fstatfs"))
		return syscall(SYS_fstatfs, fd, &fs);
	if (!strcmp(op, "newfstatat-fd"))
		return syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
	if (!strcmp(op, "statx-fd"))
		return syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx);
	return STEP_UNKNOWN;
}

/* The path of a stat is on a page that the process has not touched yet: a file's, which has it. */
static long stat_untouched(const char *op, const char *path)
{
	char name[] = "/tmp/untouched.XXXXXX", *page;
	int fd = mkstemp(name), err;
	long result;

	unlink(name);
	if (fd < 0 || ftruncate(fd, 4096) || pwrite(fd, path, strlen(path), 0) < 0)
		return -1;
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return -1;
	result = by_path(op, page);
	err = errno;
	munmap(page, 4096);
	errno = err;
	return result;
}

#ifdef __x86_64__
/* As a 32-bit program does it; what it points to has to be below 4 GB. */
static long call32(long number, long a, long b, long c, long d)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
		     : "memory", "r8", "r9", "r10", "r11");
	result = (int)result;
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

static long stat32(const char *op, const char *path)
{
	char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (low == MAP_FAILED)
		return -1;
	strncpy(low, path, 4095);
	if (!strcmp(op, "stat64"))
		return call32(195, (long)low, (long)low + 4096, 0, 0);
	if (!strcmp(op, "fstatat64"))
		return call32(300, AT_FDCWD, (long)low, (long)low + 4096, 0);
	if (!strcmp(op, "statfs64"))
		return call32(268, (long)low, 84, (long)low + 4096, 0);
	return STEP_UNKNOWN;
}
#endif

/* PATH, also of those by path; for a descriptor it is opened */
static const char *const narrow[] = {"stat64", "fstatat64", "statfs64"};
static const char *const of_descriptor[] = {"fstat", "fstatfs", "newfstatat-fd", "statx-fd"};

static long stats(const char *op, char **a)
{
	long result, fd;

	if (!strcmp(op, "untouched")) /* OPERATION, PATH */
		return stat_untouched(a[0], a[1]);
	if (!strcmp(op, "fstat-bad")) { /* FD that is not open */
		struct stat st;

		return syscall(SYS_fstat, atoi(a[0]), &st);
	}
	if (!strcmp(op, "fstat-pipe")) {
		int pipes[2];
		struct stat st;

		if (pipe(pipes))
			return -1;
		close(pipes[1]);
		return or_fd(syscall(SYS_fstat, pipes[0], &st), pipes[0]);
	}
	if (!a[0])
		return STEP_UNKNOWN;
#ifdef __x86_64__
	if (STEP_IS(op, narrow))
		return stat32(op, a[0]);
#endif
	if (!STEP_IS(op, of_descriptor))
		return by_path(op, a[0]);
	fd = open(a[0], O_RDONLY);
	if (fd < 0)
		return fd;
	result = by_descriptor(op, (int)fd);
	return or_fd(result, fd);
}

STEPS(stats)
