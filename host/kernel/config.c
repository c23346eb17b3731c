/* SPDX-License-Identifier: Apache-2.0 */
/* config: how the kernel was built and booted: configuration, lockdown, headers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "kernel/internal.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"
#define KHEADERS "/sys/kernel/kheaders.tar.xz"

/* CONFIG_IKCONFIG_PROC; gzread reads what is not compressed as well. */
static char *read_config(const char *path)
{
	struct buf b = {0};
	char block[16384];
	gzFile f = gzopen(path, "re");
	int n;

	if (!f)
		return NULL;
	while ((n = gzread(f, block, sizeof(block))) > 0)
		buf_add(&b, block, (size_t)n);
	gzclose(f);
	return buf_take(&b);
}

static void load_config(struct kernel *k)
{
	static const char *const places[] = {"/boot/config-%s", "/lib/modules/%s/config",
					     "/lib/modules/%s/build/.config"};
	char path[512];

	k->config_tried = true;
	if (k->running && access("/proc/config.gz", R_OK) == 0)
		k->config = read_config("/proc/config.gz");
	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !k->config; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(path, sizeof(path), places[i], k->release);
#pragma GCC diagnostic pop
		if (access(path, R_OK) == 0)
			k->config = read_config(path);
	}
}

const char *kernel_config(struct kernel *k, const char *name)
{
	size_t len = strlen(name), n;

	if (!k->config_tried)
		load_config(k);
	for (char *p = k->config; p && (p = strstr(p, name)); p += len) {
		if ((p > k->config && p[-1] != '\n') || p[len] != '=')
			continue;
		n = strcspn(p + len + 1, "\n");
		if (n >= sizeof(k->config_value))
			n = sizeof(k->config_value) - 1;
		memcpy(k->config_value, p + len + 1, n);
		k->config_value[n] = '\0';
		return k->config_value;
	}
	return NULL;
}

/* "none [integrity] confidentiality" */
const char *kernel_lockdown(struct kernel *k)
{
	char *text = NULL, *open;

	if (*k->lockdown)
		return k->lockdown;
	snprintf(k->lockdown, sizeof(k->lockdown), "none");
	if (k->running && !file_read(LOCKDOWN, &text, NULL, NULL)) {
		open = strchr(text, '[');
		if (open)
			snprintf(k->lockdown, sizeof(k->lockdown), "%.*s",
				 (int)strcspn(open + 1, "]"), open + 1);
	}
	free(text);
	return k->lockdown;
}

const char *kernel_headers_dir(struct kernel *k)
{
	char *probe, *dir;
	bool there;

	if (k->headers_dir)
		return k->headers_dir;
	if (asprintf(&dir, "/lib/modules/%s/build", k->release) < 0)
		return NULL;
	/* Debian keeps the common part beside, in …/source. */
	if (asprintf(&probe, "/lib/modules/%s/source/include/linux/kconfig.h", k->release) < 0) {
		free(dir);
		return NULL;
	}
	there = access(dir, R_OK) == 0 && access(probe, R_OK) == 0;
	free(probe);
	if (!there && asprintf(&probe, "%s/include/linux/kconfig.h", dir) >= 0) {
		there = access(probe, R_OK) == 0;
		free(probe);
	}
	if (there)
		k->headers_dir = dir;
	else
		free(dir);
	return k->headers_dir;
}

const char *kernel_kheaders(struct kernel *k)
{
	return k->running && access(KHEADERS, R_OK) == 0 ? KHEADERS : NULL;
}
