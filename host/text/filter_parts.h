/* SPDX-License-Identifier: Apache-2.0 */
/* filter_parts: what the files that write filters share. Nobody else includes it. */
#ifndef BCCHOST_TEXT_FILTER_PARTS_H
#define BCCHOST_TEXT_FILTER_PARTS_H

#include "text/filter.h"

enum constant {
	CONSTANT_SELF = 1, /* bcchost's own process: a tool does not report itself */
	CONSTANT_PID,
	CONSTANT_TID,
	CONSTANT_UID,
	CONSTANT_INODE,
	CONSTANT_INODE_DEV,
	CONSTANT_DIR_INO,
	CONSTANT_DIR_DEV,
	CONSTANT_NAME_LOW, /* --name's first 8 bytes as a number, and its other 8 */
	CONSTANT_NAME_HIGH,
	CONSTANT_NAME_MASK_LOW, /* ones where it has bytes */
	CONSTANT_NAME_MASK_HIGH,
	CONSTANT_MNTNS,
	CONSTANT_CONTAINER_MNTNS,
	CONSTANT_WITHIN = 32,	 /* and on by enum options_within: the group's id */
	CONSTANT_WORD = 256,	 /* the program's first word, and so on */
	CONSTANT_FACT = 1 << 16, /* … its first fact, of those that are addresses */
};

#define CONSTANT_UNSET UINT64_MAX /* of an option that was not given: no id is so large */

/* A device as the kernel keeps it (include/linux/kdev_t.h), not as stat(2) gives it. */
static inline uint64_t kernel_dev(unsigned int major_nr, unsigned int minor_nr)
{
	return ((uint64_t)major_nr << 20) | minor_nr;
}

/* Writes a function that gives the constant; of a word's, signed as a number in the text would be.
 */
void filter_constant_prologue(struct buf *out, const char *name, uint32_t which);

/* --cgroup, --container, --pod, --cgroupmap, --mntns, --mntnsmap. */
int filter_containers(struct filter *f, const struct program *p, const struct options *o, bool btf,
		      struct error *e);

#endif
