/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "compiler/libbcc.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *libbcc_file(void)
{
	Dl_info info;
	char *path = NULL;

	if (dladdr((void *)(uintptr_t)bpf_module_license, &info) && info.dli_fname)
		path = realpath(info.dli_fname, NULL);
	return path ?: strdup("");
}

char *libbcc_version(void)
{
	static const char before[] = ".so.";
	char *path = libbcc_file(), *version = path ? strstr(path, before) : NULL, *copy;

	if (!path)
		return NULL;
	version = version ? version + strlen(before) : NULL;
	copy = strdup(version && isdigit((unsigned char)*version) ? version : "unknown");
	free(path);
	return copy;
}

bool libbcc_before(unsigned int major, unsigned int minor)
{
	char *version = libbcc_version();
	unsigned int ma, mi;
	bool known = version && sscanf(version, "%u.%u", &ma, &mi) == 2;

	free(version);
	return known && (ma < major || (ma == major && mi < minor));
}
