/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: an object's maps and programs go into the kernel. Only the handlers that a probe of the
 * plan runs are loaded, each as the type that its probe needs.
 */
#ifndef BCCHOST_TRACE_LOAD_H
#define BCCHOST_TRACE_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "object/object.h"
#include "text/plan.h"

struct load {
	const struct object *object; /* borrowed */
	int *map_fds;		     /* by the object's map index; -1: not made */
	int *prog_fds;		     /* by the object's program index; -1: not loaded */
	struct buf log;		     /* the verifier's, if it was asked for */
};

/*
 * ring_bytes: size of every ring buffer (a power of two, pages). verifier_log: keep what the
 * verifier says of programs that it accepts too. Errors: FAULT_PERMISSION without the privilege or
 * under lockdown; FAULT_TOOL for a program that the verifier rejects, with the last lines of its
 * log and the template's line; FAULT_TOOL for a probe whose handler the template has not.
 * load_free closes everything, also after an error.
 */
int load_object(struct load *l, const struct object *o, const struct plan *plan,
		uint32_t ring_bytes, bool verifier_log, struct error *e);
void load_free(struct load *l);

/* -1 if the object has no such map or program, or it was not needed. */
int load_map_fd(const struct load *l, const char *name);
int load_prog_fd(const struct load *l, const char *name);

#endif
