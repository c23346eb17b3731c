/* SPDX-License-Identifier: Apache-2.0 */
/* filter_constant: what is no part of the text, but put into the program when it is loaded. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "text/filter_parts.h"

int64_t filter_word_number(const struct program_word *w, const struct program *p,
			   const struct options *o)
{
	const struct option_value *v = options_value(o, p, w->option);

	if (options_given(o, p, w->option))
		return w->then ? strtoll(w->then, NULL, 0) : v ? v->number : 1;
	return w->other ? strtoll(w->other, NULL, 0) : 0;
}

/* 8 bytes of the name, or ones in their places, as a little-endian machine reads them. */
static uint64_t name_number(const char *name, size_t from, bool mask)
{
	size_t len = name ? strlen(name) : 0;
	uint64_t value = 0;

	for (size_t i = from; i < len && i < from + 8; i++)
		value |= (uint64_t)(mask ? 0xff : (unsigned char)name[i]) << 8 * (i - from);
	return value;
}

/* A directory that is gone since its filter was made is nobody's. */
static uint64_t dir_number(const char *dir, bool want_dev)
{
	uint64_t dev, ino;

	if (filter_identity(dir, &dev, &ino, NULL))
		return UINT64_MAX;
	return want_dev ? dev : ino;
}

/* A cgroup's id is its directory's inode number. One that is gone has none that a task is in. */
static uint64_t group_id(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 ? st.st_ino : 0;
}

bool filter_constant(uint32_t which, const struct program *p, const struct options *o,
		     uint64_t *value)
{
	if (which >= CONSTANT_WORD && which - CONSTANT_WORD < p->nwords) {
		*value = (uint64_t)filter_word_number(&p->words[which - CONSTANT_WORD], p, o);
		return true;
	}
	if (which >= CONSTANT_WITHIN && which - CONSTANT_WITHIN < OPTIONS_NWITHIN) {
		*value = group_id(o->within[which - CONSTANT_WITHIN]);
		return true;
	}
	switch (which) {
	case CONSTANT_SELF:
		*value = (uint64_t)getpid();
		return true;
	case CONSTANT_PID:
		*value = o->has_pid ? o->pid : CONSTANT_UNSET;
		return true;
	case CONSTANT_TID:
		*value = o->has_tid ? o->tid : CONSTANT_UNSET;
		return true;
	case CONSTANT_UID:
		*value = o->has_uid ? o->uid : CONSTANT_UNSET;
		return true;
	case CONSTANT_INODE:
		*value = o->inode;
		return true;
	case CONSTANT_MNTNS:
		*value = o->mntns;
		return true;
	case CONSTANT_CONTAINER_MNTNS:
		*value = o->container_mntns;
		return true;
	case CONSTANT_INODE_DEV:
		*value = kernel_dev(major(o->inode_dev), minor(o->inode_dev));
		return true;
	case CONSTANT_DIR_INO:
	case CONSTANT_DIR_DEV:
		*value = o->dir ? dir_number(o->dir, which == CONSTANT_DIR_DEV) : 0;
		return true;
	case CONSTANT_NAME_LOW:
	case CONSTANT_NAME_HIGH:
		*value = name_number(o->name, which == CONSTANT_NAME_HIGH ? 8 : 0, false);
		return true;
	case CONSTANT_NAME_MASK_LOW:
	case CONSTANT_NAME_MASK_HIGH:
		*value = name_number(o->name, which == CONSTANT_NAME_MASK_HIGH ? 8 : 0, true);
		return true;
	}
	return false;
}

void filter_constant_prologue(struct buf *out, const char *name, uint32_t which)
{
	const char *type = which >= CONSTANT_WORD && which < CONSTANT_FACT ? "s64" : "u64";

	buf_printf(out,
		   "static inline %s bcchost_%s(void)\n"
		   "{\n"
		   "\t%s value;\n"
		   "\n"
		   "\tasm volatile(\"%%0 = 0x%08x%08x ll\" : \"=r\"(value));\n"
		   "\treturn value;\n"
		   "}\n",
		   type, name, type, FILTER_CONSTANT_MARK, which);
}
