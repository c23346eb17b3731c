/* SPDX-License-Identifier: Apache-2.0 */
/* kernel: which one it is, and where its facts come from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/internal.h"

static uint32_t parse_version(const char *release)
{
	unsigned int a = 0, b = 0, c = 0;

	/* linux/version.h: the third number has eight bits. */
	sscanf(release, "%u.%u.%u", &a, &b, &c);
	return (a << 16) + ((b > 255 ? 255 : b) << 8) + (c > 255 ? 255 : c);
}

static int copy(char **to, const char *from, struct error *e)
{
	if (!from)
		return 0;
	*to = strdup(from);
	return *to ? 0 : error_nomem(e);
}

static int check_file(const char *option, const char *path, struct error *e)
{
	if (path && access(path, R_OK) < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s %s: %s", option, path, strerror(errno));
	return 0;
}

int kernel_open(struct kernel **out, const struct kernel_sources *s, struct error *e)
{
	bool no_btf = s->btf && strcmp(s->btf, "none") == 0;
	struct kernel *k = calloc(1, sizeof(*k));
	struct utsname u;
	int err;

	if (!k)
		return error_nomem(e);
	uname(&u);
	k->no_btf = no_btf;
	k->running = (!s->btf || no_btf) && !s->kallsyms && !s->release;
	err = copy(&k->release, s->release ? s->release : u.release, e);
	if (!err)
		err = copy(&k->machine, u.machine, e);
	if (!err && !no_btf)
		err = copy(&k->btf_file, s->btf, e);
	if (!err)
		err = copy(&k->kallsyms_file, s->kallsyms, e);
	if (!err)
		err = copy(&k->signatures, s->signatures, e);
	if (!err)
		err = check_file("--btf", k->btf_file, e);
	if (!err)
		err = check_file("--kallsyms", k->kallsyms_file, e);
	if (!err && k->btf_file && !kernel_btf(k))
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"--btf %s: not a raw BTF file (as /sys/kernel/btf/vmlinux is)",
				k->btf_file);
	if (err) {
		kernel_close(k);
		return err;
	}
	k->version = parse_version(k->release);
	*out = k;
	return 0;
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	btf__free(k->btf);
	free(k->release);
	free(k->machine);
	free(k->btf_file);
	free(k->kallsyms_file);
	free(k->signatures);
	free(k->symbols_text);
	free(k->symbols);
	free(k->ftrace_text);
	free(k->ftrace);
	free(k->blacklist);
	free(k->config);
	free(k->tracefs);
	free(k->headers_dir);
	free(k);
}

bool kernel_is_running(const struct kernel *k)
{
	return k->running;
}

const char *kernel_release(const struct kernel *k)
{
	return k->release;
}

uint32_t kernel_version(const struct kernel *k)
{
	return k->version;
}

const char *kernel_machine(const struct kernel *k)
{
	return k->machine;
}
