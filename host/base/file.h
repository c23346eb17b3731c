/* SPDX-License-Identifier: Apache-2.0 */
/* file: reading the files that the host trusts, and temporary directories that nobody else sees. */
#ifndef BCCHOST_BASE_FILE_H
#define BCCHOST_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Reads a whole file (size-less ones of /proc and /sys too) into *data, NUL-terminated, the
 * caller's to free; *len (may be NULL) is its length without the NUL. At most 256 MiB.
 */
int file_read(const char *path, char **data, size_t *len, struct error *e);

/*
 * As file_read, for a tool's text: who may trace (capability_can_trace, or effective uid 0) is
 * refused, with FAULT_PERMISSION, a file that is not a regular one, or that, or whose directory,
 * others can write: owned by neither root, nor this user, nor, as root, the one that sudo names; or
 * writable by a group or by all (a directory may be writable by root's group, and have any mode if
 * its mount is read-only; the sticky bit is no excuse). What was checked is what is read (one open,
 * fstat).
 */
int file_read_trusted(const char *path, char **data, size_t *len, struct error *e);

/* access(2), but as what we are now: real user ids and no capabilities are what that asks for. */
bool file_access(const char *path, int mode);

/* A new directory of mode 0700 under $TMPDIR or /tmp; *path is the caller's to free. */
int file_tmpdir(char **path, struct error *e);

/* Removes a directory and all below it, following no links. Never fails loudly. */
void file_rmtree(const char *path);

#endif
