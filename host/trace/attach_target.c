/* SPDX-License-Identifier: Apache-2.0 */
/* attach_target: one program onto one target, by the descriptor that carries it. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "trace/attach_parts.h"
#include "trace/sample.h"
#include "trace/uprobe.h"

#define KPROBE_PMU "/sys/bus/event_source/devices/kprobe"

int attach_keep(struct attach *a, int fd, struct error *e)
{
	int *fds = realloc(a->fds, (a->n + 1) * sizeof(*fds));

	if (!fds) {
		close(fd);
		return error_nomem(e);
	}
	a->fds = fds;
	fds[a->n++] = fd;
	return 0;
}

static int read_number(const char *path, unsigned int *number, struct error *e)
{
	char *text;
	int err = file_read(path, &text, NULL, e);

	if (err)
		return err;
	/* A PMU's type is a number; its format is "config:0". */
	if (strncmp(text, "config:", 7) == 0)
		*number = (unsigned int)strtoul(text + 7, NULL, 10);
	else
		*number = (unsigned int)strtoul(text, NULL, 10);
	free(text);
	return 0;
}

/* A perf event for one CPU carries the program for all: a kprobe or tracepoint is not per CPU. */
static int open_event(struct perf_event_attr *attr)
{
	attr->size = sizeof(*attr);
	return (int)syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static int set_program(int event, int prog)
{
	if (ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) < 0)
		return -errno;
	return ioctl(event, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -errno : 0;
}

static int read_pmu(struct attach *a, struct error *e)
{
	int err;

	if (a->pmu_read)
		return 0;
	err = read_number(KPROBE_PMU "/type", &a->pmu_type, e)
		      ?: read_number(KPROBE_PMU "/format/retprobe", &a->pmu_retprobe_bit, e);
	a->pmu_read = !err;
	return err;
}

/*
 * Documentation/ABI/testing/sysfs-bus-event_source-devices-kprobe… : config1 is the function's name
 * (or 0, with the address in config2), the retprobe bit is where the format file says.
 */
static int open_kprobe(struct attach *a, const struct plan_target *t, bool retprobe,
		       struct error *e)
{
	struct perf_event_attr attr = {0};
	int err;

	if (!t->addr && !t->unique)
		return -EADDRNOTAVAIL;
	err = read_pmu(a, e);
	if (err)
		return err;
	attr.type = a->pmu_type;
	if (retprobe)
		attr.config |= 1ULL << a->pmu_retprobe_bit;
	/* By its name the kernel looks through all symbols (before 6.2), or finds several. */
	if (t->addr)
		attr.kprobe_addr = t->addr;
	else
		attr.kprobe_func = (__u64)(uintptr_t)t->name;
	err = open_event(&attr);
	return err < 0 ? -errno : err;
}

static int open_tracepoint(struct kernel *k, const struct plan_target *t, struct error *e)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT};
	const char *tracefs = kernel_tracefs(k);
	char path[512];
	unsigned int id;
	int err;

	if (!tracefs)
		return error_set(e, FAULT_PERMISSION, -EACCES,
				 "cannot read tracefs (/sys/kernel/tracing): it takes root, or "
				 "CAP_DAC_READ_SEARCH, or tracefs mounted for this user's group");
	snprintf(path, sizeof(path), "%s/events/%s/%s/id", tracefs, t->category, t->name);
	err = read_number(path, &id, e);
	if (err)
		return err;
	attr.config = id;
	err = open_event(&attr);
	return err < 0 ? -errno : err;
}

static const char *why(int err)
{
	switch (err) {
	case -ENOENT:
		return "the kernel does not find it";
	case -EINVAL:
		return "the kernel does not let it be probed (notrace or blacklisted)";
	case -EADDRNOTAVAIL:
		return "several functions have this name, or it is a module's, and their addresses "
		       "are hidden (kernel.kptr_restrict; CAP_SYSLOG shows them)";
	case -EACCES:
	case -EPERM:
		return "no permission; it takes root, or CAP_BPF and CAP_PERFMON, and "
		       "CAP_SYS_ADMIN where kernel.perf_event_paranoid is above 2";
	case -EMFILE:
		return "too many open files; raise `ulimit -n`";
	default:
		return strerror(-err);
	}
}

/* What the failed step said of itself, if it did, or else what its errno means. */
static int explain(const struct plan_probe *pp, const struct plan_target *t, int err,
		   struct error *e)
{
	const char *category = t->category && *t->category ? t->category : NULL;

	if (!e->text)
		error_set(e, err == -EPERM || err == -EACCES ? FAULT_PERMISSION : FAULT_KERNEL, err,
			  "%s", why(err));
	return error_prefix(e, err, "cannot attach the %s %s%s%s to %s",
			    program_probe_kind_name(pp->probe->kind), category ? category : "",
			    category ? ":" : "", t->name, pp->probe->run);
}

struct sampled {
	struct attach *a;
	int prog;
};

static int keep_sample(int fd, int cpu, void *arg, struct error *e)
{
	struct sampled *s = arg;
	int err = set_program(fd, s->prog);

	(void)cpu;
	if (!err)
		return attach_keep(s->a, fd, e);
	close(fd);
	return err;
}

int attach_target(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
		  const struct plan_target *t, int prog, struct error *e)
{
	enum program_probe_kind kind = pp->probe->kind;
	bool link = kind == PROGRAM_RAW_TRACEPOINT || program_probe_is_fentry(kind);
	int fd, err = 0;

	error_clear(e);
	if (kind == PROGRAM_PERF_EVENT) {
		struct sampled s = {a, prog};

		err = sample_open(&t->sampling, keep_sample, &s, e);
		return err ? explain(pp, t, err, e) : 0;
	}
	if (link) {
		fd = bpf_raw_tracepoint_open(kind == PROGRAM_RAW_TRACEPOINT ? t->name : NULL, prog);
		if (fd < 0)
			fd = -errno;
	} else if (kind == PROGRAM_TRACEPOINT) {
		fd = open_tracepoint(plan->kernel, t, e);
	} else if (program_probe_is_uprobe(kind)) {
		fd = uprobe_open(t, kind == PROGRAM_URETPROBE, pp->pid, e);
	} else {
		fd = open_kprobe(a, t, kind == PROGRAM_KRETPROBE, e);
	}
	if (fd >= 0 && !link)
		err = set_program(fd, prog);
	if (fd >= 0 && !err)
		return attach_keep(a, fd, e);
	if (fd >= 0)
		close(fd);
	return explain(pp, t, err ? err : fd, e);
}
