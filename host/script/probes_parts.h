/* SPDX-License-Identifier: Apache-2.0 */
/* probes_parts: the steps of probes_make, a .c file each; only for probes*.c. */
#ifndef BCCHOST_SCRIPT_PROBES_PARTS_H
#define BCCHOST_SCRIPT_PROBES_PARTS_H

#include "script/probes.h"

/* What the steps hand on to each other; errors go into e. */
struct probes_making {
	struct program *p;
	const struct options *o;
	const struct object *object;
	const struct source *s;
	struct kernel *k;
	struct error *e;
};

/* One more probe of m->p, which runs `handler`; its targets are still to come. line: of the user's
 * text; 0: the command line names it. NULL without memory. */
struct program_probe *probes_add(struct probes_making *m, enum program_probe_kind kind,
				 const char *handler, unsigned int line);

/* A target, of two pieces; false without memory. */
bool probes_add_target(struct program_probe *probe, const char *a, const char *b);

/* A system call's function, or if there is none of that name the function as it was written. */
bool probes_add_function(struct probes_making *m, struct program_probe *probe,
			 const char *function);

/* Those that the command line names, USDT probes aside: probes_usdt. Errors as of probes_make. */
int probes_add_named(struct probes_making *m);

/* Is the function run by any probe? */
bool probes_is_attached(const struct probes_making *m, const char *function);

/* Of all probes together; errors as of probes_make. */
int probes_check(const struct probes_making *m);

/* A line for each function that no probe runs. */
void probes_tell_left(const struct probes_making *m, struct buf *notes);

#endif
