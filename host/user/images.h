/* SPDX-License-Identifier: Apache-2.0 */
/*
 * images: the files that processes have code of, each read once, however many processes have it.
 * They have a bound together: those that nobody asked for longest go.
 */
#ifndef BCCHOST_USER_IMAGES_H
#define BCCHOST_USER_IMAGES_H

#include <sys/stat.h>

#include "user/image.h"
#include "user/maps.h"

#define IMAGES_ROOM ((size_t)96 << 20) /* bytes of all symbols together */

struct images_one {
	struct stat st;	     /* which file it is, and which of its versions */
	struct image *image; /* NULL: it is none, or too large */
	uint64_t used;
};

struct images {
	const char *debug_dir;
	size_t n, bytes, room;
	struct images_one *v;
	uint64_t uses;
	/* Before an image goes: nobody may hold it any more. */
	void (*forget)(void *ctx, const struct image *im);
	void *ctx;
};

/*
 * The symbols of the file behind a process's mapping: by /proc/PID/map_files, which is that very
 * file, also if it was deleted or is in another mount namespace; else by its path below
 * /proc/PID/root, else by its path, if that is the same file still. NULL: there is no such file to
 * be had, or it has none.
 */
struct image *images_of_map(struct images *is, uint32_t pid, const struct map *m);

/* The kernel's own part of a 64-bit process: ours is the same. size: of the process's mapping. */
struct image *images_of_vdso(struct images *is, size_t size);
void images_free(struct images *is);

#endif
