/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/privilege.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/file.h"
#include "trace/multi.h"

#define NO_LOCKED_MAPS (5u << 16 | 11u << 8) /* the version from which on they are not */
#define USUAL_MAPS     (8u << 20)	     /* bytes: a ring buffer and tables */

static const unsigned int to_trace[] = {CAP_BPF, CAP_PERFMON, UINT_MAX};

/* "uid 1000 lacks CAP_PERFMON", or what else stands between us and BPF; NULL: not known. */
static char *obstacle(void)
{
	char *missing = capability_missing(to_trace), *text = NULL;
	struct rlimit lock;

	if (missing && *missing) {
		if (asprintf(&text, "uid %u lacks %s", geteuid(), missing) < 0)
			text = NULL;
	} else if (capability_is_confined()) {
		text = strdup(
			"this is a user namespace (a container that is not privileged, or of a "
			"user's), whose capabilities do not count for BPF");
	} else if (!capability_has(CAP_SYS_RESOURCE) && getrlimit(RLIMIT_MEMLOCK, &lock) == 0 &&
		   lock.rlim_cur != RLIM_INFINITY) {
		if (asprintf(&text,
			     "it has both; kernels before 5.11 count BPF's memory as locked "
			     "memory, of "
			     "which it may have %llu kB: raise that (`ulimit -l unlimited`, "
			     "LimitMEMLOCK=infinity) or give CAP_SYS_RESOURCE",
			     (unsigned long long)lock.rlim_cur >> 10) < 0)
			text = NULL;
	} else {
		text = strdup("it has both; a security module, or a container's seccomp filter, "
			      "refuses bpf(2)");
	}
	free(missing);
	return text;
}

int privilege_refused(const char *what, int err, struct error *e)
{
	char *text = obstacle();

	error_set(e, FAULT_PERMISSION, err,
		  "cannot %s: %s; bcchost needs root, or CAP_BPF and CAP_PERFMON: %s", what,
		  strerror(-err), text ? text : "the kernel refuses it");
	free(text);
	return err;
}

static int not_allowed(const char *tool, struct error *e)
{
	char *text = obstacle();

	error_set(e, FAULT_PERMISSION, -EPERM,
		  "%s needs root, or CAP_BPF and CAP_PERFMON%s: %s%s%s%s", tool ? tool : "tracing",
		  tool ? ", to trace" : "", text ? text : "the kernel refuses BPF",
		  tool ? "; `bcchost --print-bpf " : "", tool ? tool : "",
		  tool ? "` needs neither" : "");
	free(text);
	return -EPERM;
}

/*
 * Where maps are locked memory, and that is limited, a small one says nothing of those that a tool
 * has.
 */
static uint32_t entries_to_try(const struct kernel *k)
{
	bool limited = kernel_version(k) < NO_LOCKED_MAPS && !capability_has(CAP_SYS_RESOURCE);

	return limited ? USUAL_MAPS / 8 : 1;
}

int privilege_check(struct kernel *k, const char *tool, struct error *e)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "bcchost_try", 4, 8, entries_to_try(k), NULL);
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (err && err != EPERM)
		return error_set(e, FAULT_KERNEL, -err, "kernel %s has no BPF for us: %s",
				 kernel_release(k), strerror(err));
	if (err || !capability_can_trace())
		return not_allowed(tool, e);
	if (strcmp(kernel_lockdown(k), "confidentiality") == 0)
		return error_set(
			e, FAULT_PERMISSION, -EPERM,
			"%s cannot trace: the kernel is locked down (confidentiality, in "
			"/sys/kernel/security/lockdown), so that BPF may not read the "
			"kernel's memory; boot with lockdown=integrity or none, or without "
			"secure boot",
			tool ? tool : "this user");
	return 0;
}

#define TRACEFS_TAKES \
	"it takes root, or CAP_DAC_READ_SEARCH, or tracefs mounted for this user's group"

static int check_pipe(struct kernel *k, struct error *e)
{
	const char *tracefs = kernel_tracefs(k);
	char path[128];

	if (!tracefs)
		return capability_has(CAP_DAC_READ_SEARCH)
			       ? 0
			       : error_set(e, FAULT_PERMISSION, -EACCES,
					   "cannot read the trace pipe: tracefs "
					   "(/sys/kernel/tracing) is closed to uid "
					   "%u; " TRACEFS_TAKES,
					   geteuid());
	snprintf(path, sizeof(path), "%s/trace_pipe", tracefs);
	if (file_access(path, R_OK) || errno != EACCES)
		return 0;
	return error_set(e, FAULT_PERMISSION, -EACCES,
			 "cannot read %s: it is closed to uid %u; " TRACEFS_TAKES, path, geteuid());
}

static bool modules_btf_refused(void)
{
	__u32 id;

	return bpf_btf_get_next_id(0, &id) < 0 && errno == EPERM;
}

static bool has_hidden_targets(const struct plan_probe *pp)
{
	for (size_t i = 0; i < pp->ntargets; i++)
		if (pp->targets[i].addr || pp->targets[i].unique)
			return false;
	return true;
}

bool privilege_perf_refused(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.size = sizeof(attr),
	};
	int fd;

	if (capability_has(CAP_SYS_ADMIN))
		return false;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd < 0 && (errno == EACCES || errno == EPERM);
}

/* The address of each is known, and the kernel can do it: no perf event is needed then. */
static bool can_link(const struct plan_probe *pp)
{
	for (size_t i = 0; i < pp->ntargets; i++)
		if (!pp->targets[i].addr)
			return false;
	return multi_works();
}

static int check_perf(const struct plan_probe *pp, struct error *e)
{
	bool kprobe = program_probe_is_kprobe(pp->probe->kind);

	if (!privilege_perf_refused() || (kprobe && can_link(pp)))
		return 0;
	return error_set(e, FAULT_PERMISSION, -EACCES,
			 "cannot attach the %s %s: the kernel refuses perf events to uid %u "
			 "(kernel.perf_event_paranoid is above 2); it takes root, or `sysctl "
			 "kernel.perf_event_paranoid=2`, or CAP_SYS_ADMIN%s",
			 program_probe_kind_name(pp->probe->kind), pp->targets[0].name, geteuid(),
			 kprobe && multi_works() ? ", or CAP_SYSLOG" : "");
}

static int check_probe(struct kernel *k, const struct plan_probe *pp, struct error *e)
{
	enum program_probe_kind kind = pp->probe->kind;
	const char *name = pp->targets[0].name;

	if (kind == PROGRAM_TRACEPOINT && !kernel_tracefs(k) &&
	    !capability_has(CAP_DAC_READ_SEARCH))
		return error_set(e, FAULT_PERMISSION, -EACCES,
				 "cannot attach to the tracepoint %s: tracefs "
				 "(/sys/kernel/tracing) is "
				 "closed to uid %u; " TRACEFS_TAKES,
				 name, geteuid());
	if (program_probe_is_fentry(kind) && pp->targets[0].module && modules_btf_refused())
		return error_set(
			e, FAULT_PERMISSION, -EPERM,
			"cannot attach to %s by fentry: it is in the module %s, whose BTF the "
			"kernel gives only to root, or CAP_SYS_ADMIN",
			name, pp->targets[0].module);
	if (program_probe_is_kprobe(kind) && has_hidden_targets(pp))
		return error_set(
			e, FAULT_PERMISSION, -EADDRNOTAVAIL,
			"cannot attach to %s: several functions have this name, and their "
			"addresses are hidden from uid %u (kernel.kptr_restrict); CAP_SYSLOG shows "
			"them",
			name, geteuid());
	if (program_probe_is_kprobe(kind) || kind == PROGRAM_TRACEPOINT ||
	    kind == PROGRAM_PERF_EVENT || program_probe_is_uprobe(kind))
		return check_perf(pp, e);
	return 0;
}

int privilege_check_plan(const struct plan *plan, struct error *e)
{
	int err = plan->program->output == PROGRAM_TRACE_PIPE ? check_pipe(plan->kernel, e) : 0;

	for (size_t i = 0; i < plan->nprobes && !err; i++)
		if (plan->probes[i].ntargets)
			err = check_probe(plan->kernel, &plan->probes[i], e);
	return err;
}

/* Where bpf(2) wants CAP_BPF for every call it says so before it looks at the descriptor. */
static bool tables_refused(void)
{
	uint64_t key;

	return bpf_map_get_next_key(-1, NULL, &key) < 0 && errno == EPERM;
}

int privilege_drop(bool kernel_names, bool user_names, struct error *e)
{
	uint64_t keep = kernel_names ? CAPABILITY(CAP_SYSLOG) : 0;

	if (user_names)
		keep |= CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_READ_SEARCH) |
			CAPABILITY(CAP_CHECKPOINT_RESTORE);
	if (capability_without(tables_refused))
		keep |= CAPABILITY(CAP_BPF);
	return capability_keep(keep, e);
}

uint64_t privilege_to_attach(void)
{
	return CAPABILITY(CAP_BPF) | CAPABILITY(CAP_PERFMON) | CAPABILITY(CAP_SYSLOG) |
	       CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_SYS_RESOURCE);
}
