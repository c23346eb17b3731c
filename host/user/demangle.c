/* SPDX-License-Identifier: Apache-2.0 */
#include "user/demangle.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 1024 /* names are any user's, and a longer one may take the demangler long */

static void load(struct demangler *d)
{
	d->tried = true;
	d->library = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL);
	if (d->library)
		*(void **)&d->demangle = dlsym(d->library, "__cxa_demangle");
}

void demangle(struct demangler *d, const char *name, char *out, size_t size)
{
	bool cxx = name[0] == '_' && name[1] == 'Z' && strnlen(name, LONGEST) < LONGEST;
	char *text = NULL;
	int status = -1;

	if (cxx && !d->tried)
		load(d);
	if (cxx && d->demangle)
		text = d->demangle(name, NULL, NULL, &status);
	snprintf(out, size, "%s", text && status == 0 ? text : name);
	free(text);
}

void demangle_end(struct demangler *d)
{
	if (d->library)
		dlclose(d->library);
	*d = (struct demangler){0};
}
