/* SPDX-License-Identifier: Apache-2.0 */
/* version: from a release's text to the number that kernels are compared by. */
#include "kernel/internal.h"

#include <string.h>

bool version_parse(const char *release, uint32_t *version)
{
	unsigned int a, b, c = 0;

	/* "6.12-rc3" and "6.12+" have no third part. */
	if (sscanf(release, "%3u.%3u.%6u", &a, &b, &c) < 2 || b > 255)
		return false;
	*version = VERSION_OF(a, b, c);
	return true;
}

bool version_of_uname(const char *release, const char *uname_version, uint32_t *version)
{
	const char *debian = strstr(uname_version, "Debian ");
	uint32_t full;

	if (!version_parse(release, version))
		return false;
	if (debian && version_parse(debian + strlen("Debian "), &full) &&
	    full >> 8 == *version >> 8 && full > *version)
		*version = full;
	return true;
}
