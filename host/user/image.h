/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image: the functions of one ELF file (a program, a library, the vdso), by where they are in the
 * file. Of .symtab; where that was stripped, of the separate debug file that the build id names
 * (/usr/lib/debug/.build-id), else of .dynsym. The file is any user's: nothing of it is mapped (one
 * that shrinks would kill us), and every size in it is bounded.
 */
#ifndef BCCHOST_USER_IMAGE_H
#define BCCHOST_USER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image;

/* Where separate debug files are; BCCHOST's tests name another place. */
#define IMAGE_DEBUG_DIR "/usr/lib/debug"

/*
 * Reads the file behind fd, which stays the caller's. debug_dir: NULL for none. -ENOEXEC if it is
 * no ELF file with code, -EFBIG if its symbols are more than room bytes (they count as image_bytes
 * does), -ENOMEM. One without any symbol is no error. image_free.
 */
int image_read(struct image **out, int fd, const char *debug_dir, size_t room);

/* The same of a file of len bytes that is in memory, which the image does not keep. */
int image_read_memory(struct image **out, const void *data, size_t len, size_t room);
void image_free(struct image *im); /* im may be NULL */

/* Of its memory. */
size_t image_bytes(const struct image *im);

/*
 * The function that the byte at that place of the file is in, as the file has its name (mangled);
 * *start is how far into the function that is. NULL: none. As long as the image.
 */
const char *image_function(const struct image *im, uint64_t file_offset, uint64_t *into);

#endif
