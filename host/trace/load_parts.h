/* SPDX-License-Identifier: Apache-2.0 */
/* load_parts: what load.c, which loads programs, has of load_map.c, which makes maps; only for
 * those two. */
#ifndef BCCHOST_TRACE_LOAD_PARTS_H
#define BCCHOST_TRACE_LOAD_PARTS_H

#include <linux/bpf.h>

#include "trace/load.h"

/* Names in the kernel are at most 15 bytes (BPF_OBJ_NAME_LEN), of a few characters only. */
void load_name(char out[BPF_OBJ_NAME_LEN], const char *name);

/*
 * Makes all of the object's maps, or opens those that the user pinned, into l->map_fds, which are
 * all -1 before. Errors as of load_object; FAULT_USAGE for a pinned map that cannot be taken.
 */
int load_maps(struct load *l, const struct plan *plan, uint32_t ring_bytes, struct error *e);

#endif
