/* SPDX-License-Identifier: Apache-2.0 */
/* collect: what libbcc made of a text, as an object. */
#ifndef BCCHOST_COMPILER_COLLECT_H
#define BCCHOST_COMPILER_COLLECT_H

#include "base/error.h"
#include "object/object.h"

/* module is libbcc's; what standin noted while it was compiled is taken too. */
int collect(void *module, struct object **o, struct error *e);

#endif
