/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/attach.h"

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

#define KPROBE_PMU "/sys/bus/event_source/devices/kprobe"

static int keep(struct attach *a, int fd, struct error *e)
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

/*
 * Documentation/ABI/testing/sysfs-bus-event_source-devices-kprobe… : config1 is the function's name
 * (or 0, with the address in config2), the retprobe bit is where the format file says.
 */
static int open_kprobe(const struct plan_target *t, bool retprobe, struct error *e)
{
	struct perf_event_attr attr = {0};
	unsigned int type, bit;
	int err;

	err = read_number(KPROBE_PMU "/type", &type, e);
	if (!err && retprobe)
		err = read_number(KPROBE_PMU "/format/retprobe", &bit, e);
	if (err)
		return err;
	attr.type = type;
	if (retprobe)
		attr.config |= 1ULL << bit;
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
				 "cannot read tracefs: mount it on /sys/kernel/tracing, or run as "
				 "root");
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
		return "several functions have this name";
	case -EACCES:
	case -EPERM:
		return "no permission; bcchost needs root, or CAP_BPF and CAP_PERFMON";
	case -EMFILE:
		return "too many open files; raise `ulimit -n`";
	default:
		return strerror(-err);
	}
}

static int attach_target(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
			 const struct plan_target *t, int prog, struct error *e)
{
	enum program_probe_kind kind = pp->probe->kind;
	bool link = kind == PROGRAM_RAW_TRACEPOINT || program_probe_is_fentry(kind);
	int fd, err = 0;

	if (link) {
		fd = bpf_raw_tracepoint_open(kind == PROGRAM_RAW_TRACEPOINT ? t->name : NULL, prog);
		if (fd < 0)
			fd = -errno;
	} else if (kind == PROGRAM_TRACEPOINT) {
		fd = open_tracepoint(plan->kernel, t, e);
	} else {
		fd = open_kprobe(t, kind == PROGRAM_KRETPROBE, e);
	}
	if (fd >= 0 && !link)
		err = set_program(fd, prog);
	if (fd >= 0 && !err)
		return keep(a, fd, e);
	if (fd >= 0)
		close(fd);
	err = err ? err : fd;
	return error_set(e, err == -EPERM || err == -EACCES ? FAULT_PERMISSION : FAULT_KERNEL, err,
			 "cannot attach the %s %s%s%s to %s: %s", program_probe_kind_name(kind),
			 t->category && *t->category ? t->category : "",
			 t->category && *t->category ? ":" : "", t->name, pp->probe->run, why(err));
}

static int attach_probe(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
			const struct load *l, struct error *e)
{
	int prog = load_prog_fd(l, pp->probe->run), err = 0;
	bool pattern = pp->function[0] == '^';
	size_t before = a->n;

	for (size_t i = 0; i < pp->ntargets; i++) {
		err = attach_target(a, plan, pp, &pp->targets[i], prog, e);
		if (err &&
		    (!pattern || (err != -EINVAL && err != -ENOENT && err != -EADDRNOTAVAIL)))
			return err;
	}
	if (a->n == before)
		return err;
	error_clear(e);
	return 0;
}

int attach_plan(struct attach *a, const struct plan *plan, const struct load *l, struct error *e)
{
	int err = 0;

	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < plan->nprobes && !err; i++)
		if (plan->probes[i].ntargets)
			err = attach_probe(a, plan, &plan->probes[i], l, e);
	return err;
}

void attach_free(struct attach *a)
{
	for (size_t i = 0; i < a->n; i++)
		close(a->fds[i]);
	free(a->fds);
	memset(a, 0, sizeof(*a));
}
