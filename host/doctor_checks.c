/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_checks: what doctor looks at: the kernel, this user, what belongs to the host. */
#include <limits.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/escape.h"
#include "base/file.h"
#include "doctor_parts.h"
#include "object/cache.h"
#include "object/compile.h"
#include "trace/multi.h"
#include "trace/privilege.h"

enum answer {
	NO,
	YES,
	UNSEEN,
};

static void add(json_t *checks, const char *name, enum answer answer, const char *detail)
{
	json_t *ok = answer == UNSEEN ? json_null() : json_boolean(answer == YES);
	/* JSON takes no other bytes than UTF-8, as a directory's name may have. */
	char *text = escape_message(detail ? detail : "");

	json_array_append_new(checks, json_pack("{s:s, s:o, s:s}", "name", name, "ok", ok, "detail",
						text ? text : ""));
	free(text);
}

static void check_types(struct kernel *k, json_t *checks)
{
	const char *btf = kernel_btf_path(k);
	const char *headers = kernel_headers_dir(k) ?: kernel_kheaders(k);
	bool sysfs = file_access("/sys/kernel", F_OK);

	add(checks, "BTF", btf ? YES : NO,
	    btf	     ? btf
	    : !sysfs ? "/sys is not mounted here, where it would be (`mount -t sysfs sysfs /sys`)"
		     : "types come from kernel headers then; a kernel with CONFIG_DEBUG_INFO_BTF "
		       "has "
		       "it");
	add(checks, "headers", headers ? YES : NO,
	    headers ? headers
	    : btf   ? "not needed: there is BTF"
		    : "install the linux-headers of this very kernel, or a kernel with IKHEADERS");
}

/* What can be attached to; some of it only trying tells. */
static void check_probes(struct kernel *k, json_t *checks)
{
	static const char unseen[] = "only who has CAP_BPF and CAP_PERFMON can try";
	bool tries = capability_can_trace();
	enum answer fentry = !tries ? UNSEEN : kernel_has_fentry(k) ? YES : NO;
	enum answer multi = !tries ? UNSEEN : multi_works() ? YES : NO;
	bool kprobes = kernel_has_kprobes(k), ring = kernel_has_ringbuf(k);

	add(checks, "kprobes", kprobes ? YES : NO,
	    kprobes ? "" : "tools that trace functions need fentry then (CONFIG_KPROBE_EVENTS)");
	add(checks, "fentry", fentry,
	    fentry == UNSEEN ? unseen
	    : fentry == YES  ? "on a function's entry and exit, with its parameters and result"
			     : "functions are traced by kprobes then; it takes BTF, "
			       "CONFIG_FUNCTION_TRACER with direct calls, and 5.5 (arm64: 6.0)");
	add(checks, "kprobe_multi", multi,
	    multi == UNSEEN ? unseen
	    : multi == YES  ? "one link for many functions"
			    : "many functions are attached one by one then, in seconds (5.18, "
			      "CONFIG_FPROBE)");
	add(checks, "ring buffer", ring ? YES : NO,
	    ring ? "" : "events come through perf buffers then (5.8)");
}

/* What kprobes and tracepoints hang on. */
static void check_perf(const struct kernel *k, json_t *checks)
{
	bool refused = privilege_perf_refused();
	bool none = kernel_counts(k, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES) == KERNEL_CAN_NO;

	add(checks, "perf events", refused ? NO : YES,
	    refused ? "refused to this user: tools that use kprobes take CAP_SYS_ADMIN, or "
		      "kernel.perf_event_paranoid=2, or with kprobe_multi CAP_SYSLOG"
	    : none  ? "of software alone: this machine (a virtual one?) counts no cycles"
		    : "");
}

static void check_tracefs(struct kernel *k, json_t *checks)
{
	const char *tracefs = kernel_tracefs(k);
	bool sees = capability_has(CAP_DAC_READ_SEARCH);
	bool sysfs = file_access("/sys/kernel", F_OK);

	add(checks, "tracefs",
	    tracefs	     ? YES
	    : sees || !sysfs ? NO
			     : UNSEEN,
	    tracefs  ? tracefs
	    : !sysfs ? "tracepoints cannot be attached to: /sys is not mounted here"
	    : sees ? "tracepoints cannot be attached to: it is not mounted on /sys/kernel/tracing, "
		     "and cannot be"
		   : "closed to this user: it takes root, or CAP_DAC_READ_SEARCH, or tracefs "
		     "mounted for this user's group");
}

static void check_addresses(struct kernel *k, json_t *checks)
{
	struct kernel_symbols found = {0};
	bool read = kernel_functions(k, "schedule", &found, NULL) == 0;
	bool shown = read && found.n && found.v[0].addr;

	add(checks, "addresses", shown ? YES : NO,
	    shown  ? "of the kernel's functions, in /proc/kallsyms"
	    : read ? "hidden (kernel.kptr_restrict; CAP_SYSLOG shows them): addresses have no "
		     "names, functions that share one cannot be attached to"
		   : "/proc/kallsyms cannot be read (CONFIG_KALLSYMS)");
	kernel_symbols_free(&found);
}

/* Those that tools use, and what for: docs/privileges.md. */
static void check_privileges(struct kernel *k, json_t *checks)
{
	static const unsigned int used[] = {
		CAP_BPF,	CAP_PERFMON,	  CAP_SYSLOG,	 CAP_DAC_READ_SEARCH,
		CAP_SYS_MODULE, CAP_SYS_RESOURCE, CAP_SYS_ADMIN, UINT_MAX};
	char *missing = capability_missing(used);
	struct buf detail = {0};
	struct error e = {0};

	if (privilege_check(k, NULL, &e)) {
		add(checks, "privileges", NO, e.text);
	} else {
		buf_printf(&detail, "uid %u may trace%s%s", geteuid(),
			   missing && *missing ? "; it lacks " : "", missing ? missing : "");
		add(checks, "privileges", YES, detail.data);
	}
	buf_free(&detail);
	free(missing);
	error_clear(&e);
}

void doctor_kernel(struct kernel *k, json_t *checks)
{
	const char *lockdown = kernel_lockdown(k);
	bool locked = strcmp(lockdown, "confidentiality") == 0;

	check_types(k, checks);
	check_probes(k, checks);
	check_perf(k, checks);
	check_tracefs(k, checks);
	check_addresses(k, checks);
	add(checks, "lockdown", locked ? NO : YES,
	    locked ? "confidentiality: BPF may not read the kernel; boot with lockdown=integrity "
		     "or "
		     "none"
		   : lockdown);
	check_privileges(k, checks);
}

void doctor_host(const struct find *f, json_t *checks)
{
	struct cache *cache = NULL;
	struct error e = {0};
	char *libbcc = NULL;

	if (compile_version(f->helper, &libbcc, &e) == 0)
		add(checks, "libbcc", YES, libbcc);
	else
		add(checks, "libbcc", NO, e.text);
	error_clear(&e);
	if (cache_open(&cache, &e) == 0)
		add(checks, "cache", YES, cache_path(cache));
	else
		add(checks, "cache", NO, e.text);
	cache_close(cache);
	error_clear(&e);
	free(libbcc);
}
