/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that have files written to disk. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

static long by_descriptor(const char *op, int fd)
{
	if (!strcmp(op, "fsync"))
		return fsync(fd);
	if (!strcmp(op, "fdatasync"))
		return fdatasync(fd);
	if (!strcmp(op, "syncfs"))
		return syncfs(fd);
	if (!strcmp(op, "sync_file_range"))
		return sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WRITE);
#ifdef __x86_64__
	if (!strcmp(op, "fsync32")) {
		long result;

		asm volatile("int $0x80"
			     : "=a"(result)
			     : "a"(118L), "b"((long)fd)
			     : "memory", "r8", "r9", "r10", "r11");
		return (int)result;
	}
#endif
	return STEP_UNKNOWN;
}

static long map_and_sync(int fd, int flags)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
	long result;

	if (page == MAP_FAILED)
		return -1;
	memset(page, 1, 4096);
	result = msync(page, 4096, flags);
	munmap(page, 4096);
	return result;
}

/* PATH of a file that is there */
static const char *const of_file[] = {
	"fsync", "fsync32", "fdatasync", "syncfs", "sync_file_range", "msync", "msync-async",
};

static long syncs(const char *op, char **a)
{
	long result;
	int fd;

	if (!strcmp(op, "sync")) {
		sync();
		return 0;
	}
	if (!strcmp(op, "fsync-bad")) /* FD that is not open */
		return fsync(atoi(a[0]));
	if (!strcmp(op, "msync-memory"))
		return map_and_sync(-1, MS_SYNC);
	if (!a[0] || !STEP_IS(op, of_file))
		return STEP_UNKNOWN;
	fd = open(a[0], O_RDWR);
	if (fd < 0)
		return -1;
	if (!strcmp(op, "msync") || !strcmp(op, "msync-async"))
		result = ftruncate(fd, 4096) ?: map_and_sync(fd, op[5] ? MS_ASYNC : MS_SYNC);
	else
		result = by_descriptor(op, fd);
	close(fd);
	return result;
}

STEPS(syncs)
