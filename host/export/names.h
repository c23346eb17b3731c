/* SPDX-License-Identifier: Apache-2.0 */
/* names: no two metrics may give samples, or families, of one name. */
#ifndef BCCHOST_EXPORT_NAMES_H
#define BCCHOST_EXPORT_NAMES_H

#include <stddef.h>

#include "base/error.h"
#include "export/exported.h"

/*
 * Of all tools together and the exporter's own: FAULT_TOOL with file:line of the second. A
 * histogram's x stands for x_bucket, x_sum and x_count too, a counter's x_total for x.
 */
int names_check(const struct exported *const *tools, size_t n, struct error *e);

#endif
