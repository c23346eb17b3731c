/* SPDX-License-Identifier: Apache-2.0 */
#include "script/convention.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *prefix;
	enum program_probe_kind kind;
} prefixes[] = {
	{"kprobe__", PROGRAM_KPROBE},
	{"kretprobe__", PROGRAM_KRETPROBE},
	{"syscall__", PROGRAM_KPROBE},
	{"tracepoint__", PROGRAM_TRACEPOINT},
	{"raw_tracepoint__", PROGRAM_RAW_TRACEPOINT},
	{"kfunc__", PROGRAM_KFUNC},
	{"kretfunc__", PROGRAM_KRETFUNC},
	{"lsm__", PROGRAM_LSM},
};

/* Longer ones before those that they end in. */
static const char *const syscall_prefixes[] = {
	"__x32_compat_sys_", "__ia32_compat_sys_", "__x64_sys_",   "__arm64_sys_",
	"__s390x_sys_",	     "__s390_sys_",	   "__riscv_sys_", "sys_",
};

static const char *const unknown[] = {"kmod_ret__", "bpf_iter__"};

static const char *behind(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? s + len : NULL;
}

const char *convention_syscall(const char *function)
{
	for (size_t i = 0; i < COUNT(syscall_prefixes); i++) {
		const char *name = behind(function, syscall_prefixes[i]);

		if (name && *name)
			return name;
	}
	return NULL;
}

const char *convention_unknown(const char *function)
{
	for (size_t i = 0; i < COUNT(unknown); i++)
		if (behind(function, unknown[i]))
			return unknown[i];
	return NULL;
}

/*
 * libbcc before 0.31 writes kfunc__F, from then on kfunc__vmlinux__F or kfunc__MODULE__F. What is
 * before the two underscores is a module only if something else follows: kernel functions may begin
 * with two ("__vfs_read"), and have two inside, too, which the older form cannot be told from.
 */
static const char *behind_module(const char *name)
{
	const char *plain = behind(name, "vmlinux__");

	return plain && *plain ? plain : name;
}

/* "sched__sched_switch": BCC replaces each pair of underscores; a category has none. */
static bool event(const char *name, char *target)
{
	const char *pair = strstr(name, "__");

	if (!pair || pair == name || !pair[2])
		return false;
	snprintf(target, CONVENTION_NAME_MAX, "%.*s:%s", (int)(pair - name), name, pair + 2);
	return true;
}

bool convention_of(const char *function, struct convention *c)
{
	const char *name = NULL;
	size_t i;

	for (i = 0; i < COUNT(prefixes) && !name; i++)
		name = behind(function, prefixes[i].prefix);
	if (!name || !*name || strlen(name) >= CONVENTION_NAME_MAX - sizeof("bpf_lsm_"))
		return false;
	*c = (struct convention){.kind = prefixes[i - 1].kind};
	if (c->kind == PROGRAM_TRACEPOINT)
		return event(name, c->target);
	if (strcmp(prefixes[i - 1].prefix, "syscall__") == 0)
		c->syscall = true;
	else if (c->kind == PROGRAM_KPROBE || c->kind == PROGRAM_KRETPROBE)
		c->syscall = convention_syscall(name) != NULL;
	if (c->syscall && convention_syscall(name))
		name = convention_syscall(name);
	if (program_probe_is_fentry(c->kind))
		name = behind_module(name);
	snprintf(c->target, sizeof(c->target), "%s%s", c->kind == PROGRAM_LSM ? "bpf_lsm_" : "",
		 name);
	return true;
}
