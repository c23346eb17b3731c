/* SPDX-License-Identifier: Apache-2.0 */
/* maps: where a process has code: the executable lines of /proc/PID/maps. */
#ifndef BCCHOST_USER_MAPS_H
#define BCCHOST_USER_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image;

struct map {
	uint64_t start, end, offset; /* bytes; of the file */
	unsigned int major, minor;
	uint64_t ino;
	char *path;	     /* as the process sees it; "[vdso]", "" of memory without a file */
	struct image *image; /* of whoever uses the maps; NULL: none, or not looked for … */
	bool looked;	     /* … or looked for in vain */
};

struct maps {
	size_t n;
	struct map *v; /* in the order of their addresses; owned, with the paths */
};

/*
 * Those of a process, or of a thread. -ENOENT or -ESRCH if there is none of that id, or it has
 * ended; -EACCES; -ENOMEM. maps_free, also after an error.
 */
int maps_read(struct maps *m, uint32_t pid);

/* The same from text of that form. */
int maps_parse(struct maps *m, const char *text);
void maps_free(struct maps *m);

/* The one that the address is in; NULL: none. */
struct map *maps_find(const struct maps *m, uint64_t addr);

/* Is there a file behind it (deleted ones too)? */
bool map_has_file(const struct map *m);

/* What is known of those that are the same in `old` goes on to m. */
void maps_inherit(struct maps *m, struct maps *old);

/* When the process began, in the kernel's ticks since boot; 0: there is none. With its id that
 * tells it from all others. */
uint64_t maps_started(uint32_t pid);

#endif
