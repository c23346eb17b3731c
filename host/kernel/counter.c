/* SPDX-License-Identifier: Apache-2.0 */
/* counter: what perf counts on this machine. */
#include "kernel/internal.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RARELY (1ULL << 40)

/* It is opened and closed again, for one processor: some events cannot be had of a process. */
enum kernel_can kernel_counts(const struct kernel *k, uint32_t type, uint64_t config)
{
	struct perf_event_attr attr = {
		.type = type,
		.config = config,
		.size = sizeof(attr),
		.sample_period = RARELY,
		.disabled = 1,
	};
	int fd, cpu = sched_getcpu();

	if (!kernel_is_running(k))
		return KERNEL_CAN_UNKNOWN;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu < 0 ? 0 : cpu, -1,
			  PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return KERNEL_CAN_YES;
	}
	return errno == ENOENT || errno == EOPNOTSUPP || errno == EINVAL || errno == ENODEV ||
			       errno == ENOSYS
		       ? KERNEL_CAN_NO
		       : KERNEL_CAN_UNKNOWN;
}
