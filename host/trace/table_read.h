/* SPDX-License-Identifier: Apache-2.0 */
/* table_read: a BPF map's entries into a table. */
#ifndef BCCHOST_TRACE_TABLE_READ_H
#define BCCHOST_TRACE_TABLE_READ_H

#include <stdbool.h>

#include "base/error.h"
#include "object/object.h"
#include "object/table.h"

/*
 * Adds all entries of the map to t, which table_init made for the map's key and value sizes. The
 * values of a per-CPU map are added up as 64-bit counters. take: an entry is taken out of the map
 * in the moment that it is read (only of hashes), so that none is read twice or between two
 * readings lost; with kernels before 5.6 there is a moment between the two. FAULT_RUN, -errno.
 */
int table_read(struct table *t, int map_fd, const struct object_map *m, bool take, struct error *e);

#endif
