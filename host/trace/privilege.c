/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/privilege.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

int privilege_check(struct kernel *k, const char *tool, struct error *e)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "bcchost_try", 4, 8, 1, NULL);

	if (fd >= 0) {
		close(fd);
		if (strcmp(kernel_lockdown(k), "confidentiality") != 0)
			return 0;
		return error_set(
			e, FAULT_PERMISSION, -EPERM,
			"%s cannot trace: the kernel is locked down (confidentiality, in "
			"/sys/kernel/security/lockdown), so that BPF may not read the "
			"kernel's memory; boot with lockdown=integrity or none, or without "
			"secure boot",
			tool);
	}
	if (errno != EPERM)
		return error_set(e, FAULT_KERNEL, -errno, "kernel %s has no BPF for us: %s",
				 kernel_release(k), strerror(errno));
	return error_set(e, FAULT_PERMISSION, -EPERM,
			 "%s needs root, or CAP_BPF and CAP_PERFMON, to trace (uid %u has not); "
			 "`bcchost --print-bpf %s` needs neither",
			 tool, geteuid(), tool);
}
