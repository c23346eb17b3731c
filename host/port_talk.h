/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_talk: the sandbox of `bcchost port` started, given the script, and its questions about the
 * kernel answered until it has an answer. Lines of JSON, both ways; nothing that it says is
 * believed but for its form.
 */
#ifndef BCCHOST_PORT_TALK_H
#define BCCHOST_PORT_TALK_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "tool/find.h"

struct port_talk {
	const struct find *find;
	const char *script; /* its path, for messages */
	const char *name;   /* of the tool */
	char *const *args;  /* that the script is given */
	int nargs;
	struct kernel *kernel; /* that is asked; borrowed, as all above */
	pid_t pid;	       /* private, as all below */
	int to, from, errors;  /* pipes of the sandbox */
	struct buf in, said;   /* what it answered; what it printed */
	size_t used;	       /* of in */
	uint64_t deadline;
};

/* A file's text: what is no UTF-8 is taken for Latin-1, as old scripts may be. NULL: no memory. */
json_t *port_text(const char *data, size_t len);

/*
 * Runs the whole exchange for the script's text. *done is the object of its answer, the caller's. A
 * script that cannot be ported is FAULT_TOOL, with its line; where no sandbox can be made,
 * FAULT_PERMISSION. Nothing of the sandbox is left afterwards.
 */
int port_talk(struct port_talk *t, json_t *script, json_t **done, struct error *e);

#endif
