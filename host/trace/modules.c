/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/modules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capability.h"
#include "object/child.h"

#define MODPROBE_TIMEOUT 120 /* seconds */

/* As root nothing is looked for in PATH. */
static const char *find_modprobe(void)
{
	static const char *const places[] = {"/usr/sbin/modprobe", "/sbin/modprobe",
					     "/usr/bin/modprobe", "/bin/modprobe"};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static int not_loaded(const struct program *p, const struct kernel *k, const char *module,
		      const char *why, struct error *e)
{
	return error_set(
		e, FAULT_KERNEL, -ENOENT,
		"%s needs the kernel's module %s, which is not loaded, and %s; it should be "
		"below /lib/modules/%s, which the package of this very kernel brings",
		p->name, module, why, kernel_release(k));
}

static int failed(const struct program *p, const struct kernel *k, const char *module,
		  struct child *c, struct error *e)
{
	char why[512];
	size_t len = c->output.len;

	while (len && c->output.data[len - 1] == '\n')
		c->output.data[--len] = '\0';
	snprintf(why, sizeof(why), "`%s %s` failed: %s", c->argv[0], module,
		 len ? c->output.data : "it said nothing");
	return not_loaded(p, k, module, why, e);
}

/* May we, and is there a modprobe? */
static int check_loader(const struct program *p, const struct kernel *k, const char *module,
			struct error *e)
{
	if (!capability_has(CAP_SYS_MODULE))
		return error_set(e, FAULT_PERMISSION, -EPERM,
				 "%s needs the kernel's module %s, which is not loaded; root (or "
				 "CAP_SYS_MODULE) can load it: `modprobe %s`",
				 p->name, module, module);
	if (!find_modprobe())
		return not_loaded(p, k, module, "there is no modprobe (of the package kmod)", e);
	return 0;
}

/* Runs modprobe with an option, or "--", before the module's name. */
static int run_modprobe(const struct program *p, const struct kernel *k, const char *option,
			const char *module, struct error *e)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const env[] = {path, NULL};
	const char *argv[] = {find_modprobe(), option, module, NULL};
	struct child c = {
		.argv = argv,
		.env = env,
		.input = -1,
		.object = -1,
		.timeout = MODPROBE_TIMEOUT,
	};
	int err;

	child_signals_hold();
	err = child_run(&c, e);
	if (!err && (!WIFEXITED(c.status) || WEXITSTATUS(c.status) != 0))
		err = failed(p, k, module, &c, e);
	child_signals_release();
	buf_free(&c.output);
	return err;
}

int modules_check(const struct program *p, struct kernel *k, const char *module, struct error *e)
{
	return check_loader(p, k, module, e) ?: run_modprobe(p, k, "--dry-run", module, e);
}

int modules_load(const struct program *p, struct kernel *k, struct buf *loaded, struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < p->nmodules && !err; i++) {
		if (kernel_has_module(k, p->modules[i]))
			continue;
		err = check_loader(p, k, p->modules[i], e)
			      ?: run_modprobe(p, k, "--", p->modules[i], e);
		if (!err)
			buf_printf(loaded, "%s%s", loaded->len ? ", " : "", p->modules[i]);
	}
	/* Symbols that were read before have nothing of them. */
	if (loaded->len)
		kernel_trim(k);
	return err;
}
