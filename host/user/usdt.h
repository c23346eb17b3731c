/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usdt: the statically defined probes of a binary, as <sys/sdt.h> notes them in .note.stapsdt:
 * places in the code, each with where its arguments are at that place.
 */
#ifndef BCCHOST_USER_USDT_H
#define BCCHOST_USER_USDT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "user/usdt_args.h"

/* One place of a probe. */
struct usdt_place {
	uint64_t offset;    /* in the file */
	uint64_t semaphore; /* the place in the file of its counter of users; 0: it has none */
	struct usdt_args args;
};

struct usdt_places {
	size_t n;
	struct usdt_place *v;
};

/*
 * The places of a probe, "provider:name" or "name" of any provider, in the file of that path.
 * FAULT_USAGE: -ENOENT, with near names, if it has no such probe, and as binary_open. Arguments
 * that cannot be read are such (usdt_args.h) and no error. usdt_places_free, also after an error.
 */
int usdt_find(const char *path, const char *probe, struct usdt_places *out, struct error *e);
void usdt_places_free(struct usdt_places *p);

#endif
