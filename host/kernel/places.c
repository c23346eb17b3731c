/* SPDX-License-Identifier: Apache-2.0 */
/* places: where the kernel's own files are: tracefs, lockdown, headers. */
#include "kernel/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/file.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"
#define KHEADERS "/sys/kernel/kheaders.tar.xz"

/* --- lockdown --- */

char *lockdown_active(char *text)
{
	char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return NULL;
	*close = '\0';
	return open + 1;
}

const char *kernel_lockdown(struct kernel *k)
{
	char *text = NULL, *active = NULL;

	if (k->lockdown)
		return k->lockdown;
	if (k->running && file_read(LOCKDOWN, &text, NULL, NULL) == 0)
		active = lockdown_active(text);
	k->lockdown = active ? strdup(active) : NULL;
	free(text);
	return k->lockdown ? k->lockdown : "none";
}

/* --- places --- */

static const char *find_tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char events[64];

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(events, sizeof(events), "%s/events", places[i]);
		if (file_access(events, R_OK | X_OK))
			return places[i];
	}
	return NULL;
}

/* Where nobody has mounted it yet (minimal systems), root mounts it in its place, as perf does. */
const char *kernel_tracefs(struct kernel *k)
{
	if (!k->running || k->tracefs_tried)
		return k->tracefs;
	k->tracefs_tried = true;
	k->tracefs = find_tracefs();
	if (!k->tracefs && capability_has(CAP_SYS_ADMIN) &&
	    mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) == 0)
		k->tracefs = find_tracefs();
	return k->tracefs;
}

static bool has_kconfig(const struct kernel *k, const char *dir)
{
	char *path;
	bool has;

	if (asprintf(&path, "/lib/modules/%s/%s/include/linux/kconfig.h", k->release, dir) < 0)
		return false;
	has = access(path, R_OK) == 0;
	free(path);
	return has;
}

/* Debian's packages keep the common half behind the link `source`. */
const char *kernel_headers_dir(struct kernel *k)
{
	if (k->headers || strchr(k->release, '/'))
		return k->headers;
	if ((has_kconfig(k, "build") || has_kconfig(k, "source")) &&
	    asprintf(&k->headers, "/lib/modules/%s/build", k->release) < 0)
		k->headers = NULL;
	return k->headers;
}

const char *kernel_kheaders(struct kernel *k)
{
	return k->running && access(KHEADERS, R_OK) == 0 ? KHEADERS : NULL;
}
