/* SPDX-License-Identifier: Apache-2.0 */
/* attachable: what a probe of each kind may sit on, and whether the kernel has that kind. */
#include "kernel/internal.h"

#include <bpf/bpf.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/file.h"

#define BLACKLIST  "/sys/kernel/debug/kprobes/blacklist"
#define KPROBE_PMU "/sys/bus/event_source/devices/kprobe/type"
#define UPROBE_PMU "/sys/bus/event_source/devices/uprobe/type"

/* --- lists of names --- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *nth_word(char *line, unsigned int nth)
{
	char *word, *save = NULL;

	for (word = strtok_r(line, " \t", &save); word && nth; nth--)
		word = strtok_r(NULL, " \t", &save);
	return word;
}

void name_list_read(struct name_list *l, const char *path, unsigned int nth)
{
	size_t lines = 1;
	char *line, *save = NULL;

	l->tried = true;
	if (file_read(path, &l->text, NULL, NULL) != 0)
		return;
	for (const char *c = l->text; (c = strchr(c, '\n')); c++)
		lines++;
	l->v = calloc(lines, sizeof(*l->v));
	if (!l->v)
		return;
	for (line = strtok_r(l->text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		l->v[l->n] = nth_word(line, nth);
		l->n += l->v[l->n] != NULL;
	}
	qsort(l->v, l->n, sizeof(*l->v), by_name);
	l->there = true;
}

size_t name_list_count(const struct name_list *l, const char *name)
{
	const char **found = l->n ? bsearch(&name, l->v, l->n, sizeof(*l->v), by_name) : NULL;
	const char **first = found, **end = found;

	if (!found)
		return 0;
	while (first > l->v && strcmp(first[-1], name) == 0)
		first--;
	while (end < l->v + l->n && strcmp(*end, name) == 0)
		end++;
	return (size_t)(end - first);
}

void name_list_drop(struct name_list *l)
{
	free(l->v);
	free(l->text);
	memset(l, 0, sizeof(*l));
}

/* --- kprobes and fentry --- */

enum kernel_can attachable_by_kprobe(struct kernel *k, const char *symbol)
{
	if (!k->running)
		return KERNEL_CAN_UNKNOWN;
	if (!k->blacklist.tried)
		name_list_read(&k->blacklist, BLACKLIST, 1);
	if (!k->blacklist.there)
		return KERNEL_CAN_UNKNOWN;
	return name_list_count(&k->blacklist, symbol) ? KERNEL_CAN_NO : KERNEL_CAN_YES;
}

static bool read_ftrace(struct kernel *k)
{
	const char *tracefs = kernel_tracefs(k);
	char *path;

	if (!tracefs)
		return false;
	if (!k->ftrace.tried) {
		if (asprintf(&path, "%s/available_filter_functions", tracefs) < 0)
			return false;
		name_list_read(&k->ftrace, path, 0);
		free(path);
	}
	return k->ftrace.there;
}

enum kernel_can kernel_can_ftrace(struct kernel *k, const char *symbol)
{
	if (!read_ftrace(k))
		return KERNEL_CAN_UNKNOWN;
	return name_list_count(&k->ftrace, symbol) ? KERNEL_CAN_YES : KERNEL_CAN_NO;
}

size_t kernel_ftrace_count(struct kernel *k, const char *symbol)
{
	return read_ftrace(k) ? name_list_count(&k->ftrace, symbol) : 0;
}

/* Nothing is known but a release: what is asked for is taken to be there. */
static bool knows_nothing(struct kernel *k)
{
	return !k->running && !k->kallsyms_file && !kernel_btf_path(k);
}

bool kernel_has_kprobes(struct kernel *k)
{
	if (k->running)
		return access(KPROBE_PMU, F_OK) == 0;
	return knows_nothing(k) || kernel_has_symbol(k, "register_kprobe");
}

bool kernel_has_uprobes(struct kernel *k)
{
	if (k->running)
		return access(UPROBE_PMU, F_OK) == 0;
	return knows_nothing(k) || kernel_has_symbol(k, "uprobe_register");
}

/*
 * bpf_trampoline_link_prog is there wherever BPF has a compiler; that the kernel's own functions
 * can be reached takes ftrace's direct calls. Trampolines came with 5.5, for arm64 with 6.0; BTF
 * leaves out some of these functions, so without kallsyms the version has to do.
 */
static bool fentry_listed(struct kernel *k)
{
	bool arm64 = strcmp(k->machine, "aarch64") == 0;
	struct btf *btf;

	if (btf_get(k, &btf, NULL) != 0)
		return false;
	if (k->version < (arm64 ? VERSION_OF(6, 0, 0) : VERSION_OF(5, 5, 0)))
		return false;
	if (!k->running && !k->kallsyms_file)
		return true;
	return kernel_has_symbol(k, "bpf_trampoline_link_prog") &&
	       (kernel_has_symbol(k, "register_ftrace_direct") ||
		kernel_has_symbol(k, "update_ftrace_direct_add"));
}

/*
 * Some kernels of virtual machines have all of that and refuse every such program: the smallest one
 * is tried, on a function that is there for tests (net/bpf/test_run.c). A user who may load nothing
 * learns nothing from that.
 */
static bool fentry_refused(struct kernel *k)
{
	static const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT,
		    .attach_btf_id = kernel_function_id(k, "bpf_fentry_test1"));
	int fd;

	if (!k->running || !capability_can_trace() || !opts.attach_btf_id)
		return false;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "bcchost_try", "GPL", nothing, 2, &opts);
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

bool attachable_by_fentry(struct kernel *k)
{
	if (!k->fentry_tried)
		k->fentry = fentry_listed(k) && !fentry_refused(k);
	k->fentry_tried = true;
	return k->fentry;
}

/* --- tracepoints --- */

static bool has_formatted(struct kernel *k, const char *before, const char *name)
{
	char *symbol;
	bool has;

	if (asprintf(&symbol, "%s%s", before, name) < 0)
		return false;
	has = kernel_has_symbol(k, symbol);
	free(symbol);
	return has;
}

static bool tracefs_has(const char *tracefs, const char *category, const char *name)
{
	char *path;
	bool has;

	if (asprintf(&path, "%s/events/%s/%s/id", tracefs, category, name) < 0)
		return false;
	has = file_access(path, F_OK);
	free(path);
	return has;
}

/* In whichever category; for kernels whose kallsyms has no data. */
static bool any_tracefs_has(const char *tracefs, const char *name)
{
	glob_t found = {0};
	char *pattern;
	bool has;

	if (asprintf(&pattern, "%s/events/*/%s/id", tracefs, name) < 0)
		return false;
	has = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;
	globfree(&found);
	free(pattern);
	return has;
}

/* Without kallsyms, BTF has a typedef for each tracepoint. */
static bool btf_has_tracepoint(struct kernel *k, const char *name)
{
	char *type;
	bool has;

	if (asprintf(&type, "btf_trace_%s", name) < 0)
		return false;
	has = kernel_has_type(k, type) == 1;
	free(type);
	return has;
}

/* A syscall's two tracepoints are made from its table entry, not declared. */
static bool has_syscall_tracepoint(struct kernel *k, const char *name)
{
	const char *call = strncmp(name, "sys_enter_", 10) == 0 ? name + 10
			   : strncmp(name, "sys_exit_", 9) == 0 ? name + 9
								: NULL;

	return call && (has_formatted(k, "__syscall_meta__", call) ||
			has_formatted(k, kernel_syscall_prefix(k), call));
}

bool kernel_has_tracepoint(struct kernel *k, const char *category, const char *name)
{
	const char *tracefs = kernel_tracefs(k);

	if (strchr(category, '/') || strchr(name, '/') || !*name)
		return false;
	if (tracefs && *category)
		return tracefs_has(tracefs, category, name);
	if (knows_nothing(k))
		return true;
	if (strcmp(category, "syscalls") == 0)
		return has_syscall_tracepoint(k, name);
	return has_formatted(k, "__tracepoint_", name) || has_formatted(k, "__traceiter_", name) ||
	       btf_has_tracepoint(k, name) || (tracefs && any_tracefs_has(tracefs, name));
}

static const char *prefix_of_machine(const struct kernel *k)
{
	if (strcmp(k->machine, "x86_64") == 0)
		return k->version >= VERSION_OF(4, 17, 0) ? "__x64_sys_" : "sys_";
	if (strcmp(k->machine, "aarch64") == 0)
		return k->version >= VERSION_OF(4, 19, 0) ? "__arm64_sys_" : "sys_";
	return "sys_";
}

/* Every kernel that we can trace has the syscall bpf. */
static const char *find_prefix(struct kernel *k)
{
	static const char *const known[] = {
		"__x64_sys_",	  "__arm64_sys_", "__riscv_sys_",     "__s390x_sys_",
		"__powerpc_sys_", "__se_sys_",	  "__loongarch_sys_", "sys_"};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (has_formatted(k, known[i], "bpf"))
			return known[i];
	return prefix_of_machine(k);
}

const char *kernel_syscall_prefix(struct kernel *k)
{
	if (!k->syscall_prefix)
		k->syscall_prefix = find_prefix(k);
	return k->syscall_prefix;
}
