/* SPDX-License-Identifier: Apache-2.0 */
#include "base/errno_name.h"

#include <stddef.h>

const char *errno_name(int64_t number)
{
	static const char *const names[] = {
#include "errno_names.h" /* made by the Makefile, of <errno.h> */
	};

	return number > 0 && number < (int64_t)(sizeof(names) / sizeof(names[0])) ? names[number]
										  : NULL;
}
