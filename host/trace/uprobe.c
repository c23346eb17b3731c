/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/uprobe.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

#define UPROBE_PMU     "/sys/bus/event_source/devices/uprobe"
#define SEMAPHORE_BITS 32 /* where its place is in attr.config: format/ref_ctr_offset */

/* "8", or "config:0". */
static int read_number(const char *path, unsigned int *number, struct error *e)
{
	char *text;
	int err = file_read(path, &text, NULL, e);

	if (err)
		return err;
	*number = (unsigned int)strtoul(strncmp(text, "config:", 7) ? text : text + 7, NULL, 10);
	free(text);
	return 0;
}

int uprobe_open(const struct plan_target *t, bool returns, pid_t pid, struct error *e)
{
	struct perf_event_attr attr = {.size = sizeof(attr)};
	unsigned int type, bit;
	int fd, err = read_number(UPROBE_PMU "/type", &type, e)
			      ?: read_number(UPROBE_PMU "/format/retprobe", &bit, e);

	if (err)
		return error_prefix(e, err, "this kernel has no uprobes (CONFIG_UPROBE_EVENTS)");
	if (t->semaphore > UINT32_MAX)
		return error_set(e, FAULT_KERNEL, -E2BIG,
				 "the counter of its users is over 4 GB into the file");
	attr.type = type;
	attr.config = (returns ? 1ULL << bit : 0) | t->semaphore << SEMAPHORE_BITS;
	attr.uprobe_path = (__u64)(uintptr_t)t->file;
	attr.probe_offset = t->offset;
	/* On one CPU it is one for all; of a process it is on whichever that is on. */
	fd = (int)syscall(SYS_perf_event_open, &attr, pid, pid < 0 ? 0 : -1, -1,
			  PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == ESRCH)
		return error_set(e, FAULT_USAGE, -ESRCH, "there is no process %d", (int)pid);
	if (errno == EINVAL || errno == EOPNOTSUPP || errno == EIO)
		return error_set(e, FAULT_KERNEL, -errno,
				 "the kernel does not let that place be probed (0x%llx in the "
				 "file, an instruction that it cannot do, or the middle of one)",
				 (unsigned long long)t->offset);
	return -errno;
}
