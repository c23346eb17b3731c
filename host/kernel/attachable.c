/* SPDX-License-Identifier: Apache-2.0 */
/* attachable: what probes this kernel takes, and where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/file.h"
#include "kernel/internal.h"

#define KPROBE_PMU "/sys/bus/event_source/devices/kprobe/type"
#define BLACKLIST  "/sys/kernel/debug/kprobes/blacklist"
#define RINGBUF_VERSION ((5u << 16) + (8u << 8)) /* BPF_MAP_TYPE_RINGBUF came with 5.8 */

static char *find_tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[64];

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "%s/events", places[i]);
		if (access(path, R_OK | X_OK) == 0)
			return strdup(places[i]);
	}
	return NULL;
}

/* Where nobody has mounted it yet (minimal systems), root mounts it at its own place, as perf does. */
const char *kernel_tracefs(struct kernel *k)
{
	if (k->tracefs_tried)
		return k->tracefs;
	k->tracefs_tried = true;
	k->tracefs = find_tracefs();
	if (!k->tracefs && geteuid() == 0 &&
	    mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
		k->tracefs = find_tracefs();
	return k->tracefs;
}

/* "0xffffffff81000000-0xffffffff81000010\tname" */
enum kernel_can kernel_can_probe(struct kernel *k, const char *symbol)
{
	size_t len = strlen(symbol);

	if (!k->running)
		return KERNEL_CAN_UNKNOWN;
	if (!k->blacklist_tried) {
		k->blacklist_tried = true;
		file_read(BLACKLIST, &k->blacklist, NULL, NULL);
	}
	if (!k->blacklist)
		return KERNEL_CAN_UNKNOWN;
	for (const char *p = k->blacklist; (p = strstr(p, symbol)); p += len)
		if (p > k->blacklist && p[-1] == '\t' && (p[len] == '\n' || !p[len]))
			return KERNEL_CAN_NO;
	return KERNEL_CAN_YES;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void load_ftrace(struct kernel *k)
{
	const char *tracefs = kernel_tracefs(k);
	char path[128], *line, *save = NULL;
	size_t lines = 0;

	k->ftrace_tried = true;
	if (!k->running || !tracefs)
		return;
	snprintf(path, sizeof(path), "%s/available_filter_functions", tracefs);
	if (file_read(path, &k->ftrace_text, NULL, NULL))
		return;
	for (char *c = k->ftrace_text; *c; c++)
		lines += *c == '\n';
	k->ftrace = calloc(lines + 1, sizeof(*k->ftrace));
	for (line = strtok_r(k->ftrace_text, "\n", &save); line && k->ftrace;
	     line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, " \t")] = '\0';
		k->ftrace[k->nftrace++] = line;
	}
	if (k->ftrace)
		qsort(k->ftrace, k->nftrace, sizeof(*k->ftrace), by_text);
}

enum kernel_can kernel_can_ftrace(struct kernel *k, const char *symbol)
{
	if (!k->ftrace_tried)
		load_ftrace(k);
	if (!k->ftrace)
		return KERNEL_CAN_UNKNOWN;
	return bsearch(&symbol, k->ftrace, k->nftrace, sizeof(*k->ftrace), by_text)
		       ? KERNEL_CAN_YES
		       : KERNEL_CAN_NO;
}

bool kernel_has_kprobes(struct kernel *k)
{
	if (k->running)
		return access(KPROBE_PMU, F_OK) == 0;
	/* Of a kernel known by its types alone nothing speaks against it. */
	return !k->kallsyms_file || kernel_has_symbol(k, "register_kprobe");
}

bool kernel_has_tracepoint(struct kernel *k, const char *category, const char *name)
{
	const char *tracefs = k->running ? kernel_tracefs(k) : NULL;
	char path[512];

	if (tracefs) {
		snprintf(path, sizeof(path), "%s/events/%s/%s", tracefs, category, name);
		return access(path, F_OK) == 0;
	}
	if (!k->running && !k->kallsyms_file)
		return true;
	/* A syscall's tracepoints have no symbol of their own: their data has (trace/syscall.h). */
	if (strcmp(category, "syscalls") == 0 && strncmp(name, "sys_enter_", 10) == 0)
		snprintf(path, sizeof(path), "event_enter__%s", name + 10);
	else if (strcmp(category, "syscalls") == 0 && strncmp(name, "sys_exit_", 9) == 0)
		snprintf(path, sizeof(path), "event_exit__%s", name + 9);
	else
		snprintf(path, sizeof(path), "__tracepoint_%s", name);
	return kernel_has_symbol(k, path);
}

bool kernel_has_fentry(struct kernel *k)
{
	if (!kernel_btf(k))
		return false;
	if (!k->running && !k->kallsyms_file)
		return true;
	return kernel_has_symbol(k, "bpf_trampoline_link_prog");
}

bool kernel_has_ringbuf(struct kernel *k)
{
	struct btf *btf = kernel_btf(k);
	__s32 id = btf ? btf__find_by_name_kind(btf, "bpf_map_type", BTF_KIND_ENUM) : 0;
	const struct btf_type *t;

	if (id <= 0)
		return k->version >= RINGBUF_VERSION;
	t = btf__type_by_id(btf, (__u32)id);
	for (__u16 i = 0; i < btf_vlen(t); i++)
		if (strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off),
			   "BPF_MAP_TYPE_RINGBUF") == 0)
			return true;
	return false;
}

const char *kernel_syscall_prefix(struct kernel *k)
{
	static const char *const prefixes[] = {"__x64_sys_", "__arm64_sys_", "__s390x_sys_",
					       "__riscv_sys_"};
	char name[64];

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		snprintf(name, sizeof(name), "%sopenat", prefixes[i]);
		if (kernel_has_symbol(k, name))
			return prefixes[i];
	}
	return "sys_";
}
