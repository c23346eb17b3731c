/* SPDX-License-Identifier: Apache-2.0 */
#include "base/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_escapes(int fd)
{
	const char *term = getenv("TERM");

	return term && *term && strcmp(term, "dumb") != 0 && isatty(fd) == 1;
}

bool colour_wanted(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && *no_color) && colour_escapes(fd);
}

bool colour_has_256(void)
{
	static const char *const few[] = {"linux", "vt1", "vt2", "vt5", "ansi", "cons"};
	const char *term = getenv("TERM");

	if (!term || strstr(term, "256color"))
		return true;
	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++)
		if (strncmp(term, few[i], strlen(few[i])) == 0)
			return false;
	return true;
}
