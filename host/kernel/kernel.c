/* SPDX-License-Identifier: Apache-2.0 */
/* kernel: opening one, closing it, and which one it is. */
#include "kernel/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/facts.h"

static char *copy(const char *s, bool *failed)
{
	char *c = s ? strdup(s) : NULL;

	*failed |= s && !c;
	return c;
}

static int keep_sources(struct kernel *k, const struct kernel_sources *src,
			const struct utsname *un, struct error *e)
{
	const char *release = src->release ? src->release : un->release;
	bool failed = false;

	k->btf_none = src->btf && strcmp(src->btf, "none") == 0;
	k->btf_file = copy(k->btf_none ? NULL : src->btf, &failed);
	k->kallsyms_file = copy(src->kallsyms, &failed);
	k->signatures = copy(src->signatures, &failed);
	k->release = copy(release, &failed);
	k->machine = copy(un->machine, &failed);
	if (failed)
		return error_nomem(e);
	k->running = !k->btf_file && !k->kallsyms_file && strcmp(k->release, un->release) == 0;
	/* What uname -v adds is true of the running kernel's release only. */
	if (!version_of_uname(release, strcmp(release, un->release) == 0 ? un->version : "",
			      &k->version))
		return error_set(
			e, FAULT_USAGE, -EINVAL,
			"kernel release \"%s\": expected a version first, as in 6.1.0-50-amd64",
			release);
	return 0;
}

/* A file that was named is read at once: who named a wrong one is told before anything else. */
static int read_named(struct kernel *k, struct error *e)
{
	struct btf *btf;
	int err = 0;

	if (k->btf_file)
		err = btf_get(k, &btf, e);
	if (!err && k->kallsyms_file)
		err = symbols_read(k, e);
	return err;
}

int kernel_open(struct kernel **out, const struct kernel_sources *sources, struct error *e)
{
	struct kernel *k = calloc(1, sizeof(*k));
	struct utsname un;
	int err;

	*out = NULL;
	if (!k)
		return error_nomem(e);
	if (uname(&un) < 0) {
		err = error_set(e, FAULT_RUN, -errno, "uname: %s", strerror(errno));
		goto out;
	}
	err = keep_sources(k, sources, &un, e);
	if (!err)
		err = read_named(k, e);
	if (!err) {
		*out = k;
		return 0;
	}
out:
	kernel_close(k);
	return err;
}

void kernel_trim(struct kernel *k)
{
	btf_drop(k);
	symbols_drop(k);
	name_list_drop(&k->blacklist);
	name_list_drop(&k->ftrace);
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	kernel_trim(k);
	free(k->btf_file);
	free(k->kallsyms_file);
	free(k->signatures);
	free(k->release);
	free(k->machine);
	free(k->lockdown);
	free(k->headers);
	facts_free(k->facts);
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

const char *kernel_btf_path(struct kernel *k)
{
	if (k->btf_file)
		return k->btf_file;
	if (k->btf_none || !k->running || access(KERNEL_BTF_DIR "/vmlinux", R_OK) != 0)
		return NULL;
	return KERNEL_BTF_DIR "/vmlinux";
}
