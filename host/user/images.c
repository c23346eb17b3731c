/* SPDX-License-Identifier: Apache-2.0 */
#include "user/images.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DELETED " (deleted)"

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void drop_oldest(struct images *is, const struct image *but)
{
	struct images_one *oldest = NULL;

	for (size_t i = 0; i < is->n; i++)
		if (is->v[i].image != but && (!oldest || is->v[i].used < oldest->used))
			oldest = &is->v[i];
	if (!oldest)
		return;
	if (oldest->image) {
		is->bytes -= image_bytes(oldest->image);
		is->forget(is->ctx, oldest->image);
		image_free(oldest->image);
	}
	*oldest = is->v[--is->n];
}

/* Keeps it, whatever it is: what is no image is not read again either. */
static struct image *keep(struct images *is, const struct stat *st, struct image *im)
{
	struct images_one *grown = reallocarray(is->v, is->n + 1, sizeof(*grown));

	if (!grown) {
		image_free(im);
		return NULL;
	}
	is->v = grown;
	grown[is->n++] = (struct images_one){*st, im, ++is->uses};
	is->bytes += im ? image_bytes(im) : 0;
	while (is->bytes > is->room && is->n > 1)
		drop_oldest(is, im);
	if (is->n > 4096)
		drop_oldest(is, im);
	return im;
}

static struct image *of_file(struct images *is, int fd, const struct stat *st)
{
	struct image *im = NULL;

	for (size_t i = 0; i < is->n; i++) {
		if (!same_file(&is->v[i].st, st))
			continue;
		is->v[i].used = ++is->uses;
		return is->v[i].image;
	}
	if (image_read(&im, fd, is->debug_dir, is->room))
		im = NULL;
	return keep(is, st, im);
}

/*
 * A regular file, or -1. A path of another user's choice may lead anywhere by now: it has to be the
 * file that was mapped. Some file systems (btrfs, overlayfs) have two numbers for a device.
 */
static int open_file(const char *path, const struct map *m, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && (!m || st->st_ino == m->ino))
		return fd;
	close(fd);
	return -1;
}

static int open_map(uint32_t pid, const struct map *m, struct stat *st)
{
	size_t len = strlen(m->path), end = strlen(DELETED);
	char path[4096 + 64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/map_files/%" PRIx64 "-%" PRIx64, pid,
		 m->start, m->end);
	fd = open_file(path, NULL, st);
	if (fd >= 0 || (len > end && strcmp(m->path + len - end, DELETED) == 0))
		return fd;
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/root%s", pid, m->path);
	fd = open_file(path, m, st);
	return fd >= 0 ? fd : open_file(m->path, m, st);
}

struct image *images_of_map(struct images *is, uint32_t pid, const struct map *m)
{
	struct image *im;
	struct stat st;
	int fd = open_map(pid, m, &st);

	if (fd < 0)
		return NULL;
	im = of_file(is, fd, &st);
	close(fd);
	return im;
}

struct image *images_of_vdso(struct images *is, size_t size)
{
	const void *own = (const void *)getauxval(AT_SYSINFO_EHDR); /* NOLINT: an address */
	struct image *im = NULL;
	struct stat none = {0};

	for (size_t i = 0; i < is->n; i++)
		if (same_file(&is->v[i].st, &none))
			return is->v[i].image;
	if (!own || image_read_memory(&im, own, size, is->room))
		im = NULL;
	return keep(is, &none, im);
}

void images_free(struct images *is)
{
	for (size_t i = 0; i < is->n; i++)
		image_free(is->v[i].image);
	free(is->v);
	is->v = NULL;
	is->n = is->bytes = 0;
}
