/* SPDX-License-Identifier: Apache-2.0 */
/* own: what the exporter tells of itself and of its tools, beside the tools' own metrics. */
#ifndef BCCHOST_EXPORT_OWN_H
#define BCCHOST_EXPORT_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "export/exported.h"

struct own;

struct own *own_new(void); /* NULL without memory */
void own_free(struct own *o);

/* The configuration was read again, well or not. */
void own_reloaded(struct own *o, bool well);

/* A tool goes: what it counted stays in the sums. */
void own_forget(struct own *o, struct exported *x);

/* Appends all of them. */
void own_write(struct own *o, struct exported *const *tools, size_t n, bool openmetrics,
	       struct buf *b);

/* Would a tool's metric of that name be taken for one of these? */
bool own_has(const char *name);

#endif
