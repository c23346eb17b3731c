/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on disks and file systems: reads and writes of known sizes, past the page cache or not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

#define BATCH_MAX 32

static int kept = -1;

static char *aligned(size_t size)
{
	void *p = NULL;

	if (posix_memalign(&p, 4096, size))
		return NULL;
	memset(p, 'x', size);
	return p;
}

/* PATH, OFFSET, BYTES, COUNT, STRIDE: past the page cache, one after another. */
static long direct(int write, char **a)
{
	long offset = atol(a[1]), bytes = atol(a[2]), n = atol(a[3]), stride = atol(a[4]);
	int fd = open(a[0], (write ? O_WRONLY : O_RDONLY) | O_DIRECT);
	char *buf = aligned((size_t)bytes);
	long done = fd < 0 || !buf ? -1 : 0;

	for (long i = 0; done >= 0 && i < n; i++) {
		ssize_t r = write ? pwrite(fd, buf, (size_t)bytes, offset + i * stride)
				  : pread(fd, buf, (size_t)bytes, offset + i * stride);

		done = r == bytes ? done + 1 : -1;
	}
	free(buf);
	if (fd >= 0)
		close(fd);
	return done;
}

/* PATH, OFFSET, BYTES, COUNT, `front`: adjacent reads, submitted at once; `front`: the last first.
 */
static long batch(char **a)
{
	long offset = atol(a[1]), bytes = atol(a[2]), n = atol(a[3]), done = -1;
	struct iocb cb[BATCH_MAX] = {0}, *cbs[BATCH_MAX];
	struct io_event events[BATCH_MAX];
	char *buf = n <= BATCH_MAX ? aligned((size_t)(bytes * n)) : NULL;
	int fd = open(a[0], O_RDONLY | O_DIRECT);
	aio_context_t context = 0;

	if (fd < 0 || !buf || syscall(SYS_io_setup, BATCH_MAX, &context))
		goto out;
	for (long i = 0; i < n; i++) {
		cb[i].aio_fildes = (unsigned int)fd;
		cb[i].aio_lio_opcode = IOCB_CMD_PREAD;
		cb[i].aio_buf = (unsigned long)(buf + i * bytes);
		cb[i].aio_nbytes = (unsigned long)bytes;
		cb[i].aio_offset = offset + i * bytes;
		cbs[a[4] ? n - 1 - i : i] = &cb[i];
	}
	if (syscall(SYS_io_submit, context, n, cbs) == n)
		done = syscall(SYS_io_getevents, context, n, n, events, NULL);
	syscall(SYS_io_destroy, context);
out:
	free(buf);
	if (fd >= 0)
		close(fd);
	return done;
}

static long keep(char **a)
{
	if (kept >= 0)
		close(kept);
	return kept = open(a[0], (int)strtol(a[1], NULL, 0), 0644);
}

/* BYTES: to or from the file that was kept. */
static long transfer(int write_it, char **a)
{
	size_t bytes = (size_t)atol(a[0]);
	char *buf = aligned(bytes);
	long n = write_it ? write(kept, buf, bytes) : read(kept, buf, bytes);

	free(buf);
	return n;
}

static long to_null(char **a)
{
	int fd = open("/dev/null", O_WRONLY);
	long n = sendfile(fd, kept, NULL, (size_t)atol(a[0]));

	close(fd);
	return n;
}

static long disk(const char *op, char **a)
{
	if (!strcmp(op, "direct-read"))
		return direct(0, a);
	if (!strcmp(op, "direct-write"))
		return direct(1, a);
	if (!strcmp(op, "batch-read"))
		return batch(a);
	if (!strcmp(op, "keep")) /* PATH, FLAGS: of the steps that follow */
		return keep(a);
	if (!strcmp(op, "kept-write")) /* BYTES */
		return transfer(1, a);
	if (!strcmp(op, "kept-read")) /* BYTES */
		return transfer(0, a);
	if (!strcmp(op, "kept-sendfile")) /* BYTES */
		return to_null(a);
	if (!strcmp(op, "kept-seek")) /* OFFSET */
		return lseek(kept, atol(a[0]), SEEK_SET);
	if (!strcmp(op, "kept-fsync"))
		return fsync(kept);
	return STEP_UNKNOWN;
}

STEPS(disk)
