/* SPDX-License-Identifier: Apache-2.0 */
/* cached: an object from the cache if it was made before, else from the compiler. */
#ifndef BCCHOST_OBJECT_CACHED_H
#define BCCHOST_OBJECT_CACHED_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "object/compile.h"
#include "object/object.h"

/*
 * As compile(), but asks the cache first and keeps there what was compiled. k is the running
 * kernel; tool names the entry. *found tells whether it was there. What the cache cannot do costs
 * the cache, not the run: a line on stderr if req->verbose is all.
 */
int cached_compile(const struct compile_request *req, struct kernel *k, const char *tool,
		   struct object **o, bool *found, struct error *e);

#endif
