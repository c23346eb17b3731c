/* SPDX-License-Identifier: Apache-2.0 */
/* config: where the kernel's own files are: tracefs, lockdown, configuration, headers. */
#include "kernel/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include <zlib.h>

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

/* --- configuration --- */

/* gzread gives what is not compressed as it is. */
static char *read_maybe_gzip(const char *path)
{
	struct buf text = {0};
	gzFile f = gzopen(path, "re");
	char block[4096];
	int n = 0;

	while (f && (n = gzread(f, block, sizeof(block))) > 0)
		buf_add(&text, block, (size_t)n);
	if (f)
		gzclose(f);
	if (!f || n < 0)
		buf_free(&text);
	return text.len ? buf_take(&text) : NULL;
}

static char *read_of_release(const struct kernel *k, const char *before, const char *after)
{
	char *path, *text;

	if (strchr(k->release, '/') || asprintf(&path, "%s%s%s", before, k->release, after) < 0)
		return NULL;
	text = read_maybe_gzip(path);
	free(path);
	return text;
}

static void read_config(struct kernel *k)
{
	k->config_tried = true;
	if (k->running)
		k->config = read_maybe_gzip("/proc/config.gz");
	if (!k->config)
		k->config = read_of_release(k, "/boot/config-", "");
	if (!k->config)
		k->config = read_of_release(k, "/lib/modules/", "/config");
	if (!k->config)
		k->config = read_of_release(k, "/lib/modules/", "/build/.config");
	k->config_len = k->config ? strlen(k->config) : 0;
}

/* "CONFIG_X=y", 'CONFIG_X="text"'. Lines end in a newline, or in a NUL where one was handed out. */
const char *config_value(char *text, size_t len, const char *name)
{
	size_t n = strlen(name);
	char *line, *end, *value;

	for (line = text; line < text + len; line = end + 1) {
		end = line + strcspn(line, "\n");
		if (strncmp(line, name, n) != 0 || line[n] != '=')
			continue;
		value = line + n + 1;
		*end = '\0';
		/* The closing quote is gone if the value was asked for before. */
		if (*value == '"') {
			value++;
			if (end > value && end[-1] == '"')
				end[-1] = '\0';
		}
		return value;
	}
	return NULL;
}

const char *kernel_config(struct kernel *k, const char *name)
{
	if (!k->config_tried)
		read_config(k);
	return k->config ? config_value(k->config, k->config_len, name) : NULL;
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
