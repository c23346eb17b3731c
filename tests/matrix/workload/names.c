/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on names, beside those of files.c. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

static long names(const char *op, char **a)
{
	if (!strcmp(op, "exchange")) /* PATH, PATH */
		return syscall(SYS_renameat2, AT_FDCWD, a[0], AT_FDCWD, a[1], RENAME_EXCHANGE);
	return STEP_UNKNOWN;
}

STEPS(names)
