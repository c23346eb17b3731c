/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: an object's maps and programs go into the kernel. Only the handlers that a probe of the
 * plan runs are loaded, each as the type that its probe needs: a handler that several kinds of
 * probe run, or fentry programs of several functions, more than once.
 */
#ifndef BCCHOST_TRACE_LOAD_H
#define BCCHOST_TRACE_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "object/object.h"
#include "text/plan.h"

struct load_prog;

struct load {
	const struct object *object; /* borrowed, as the plan */
	const struct plan *plan;
	int *map_fds; /* by the object's map index; -1: not made */
	size_t nprogs;
	struct load_prog *progs;    /* private: those that are loaded */
	bool verifier_log;	    /* as load_object was told */
	bool multi_tried, multi_ok; /* private: multi_works */
	struct buf log;		    /* the verifier's, if it was asked for */
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

/* -1 if the object has no such map, or it was not needed. */
int load_map_fd(const struct load *l, const char *name);

/* What its programs have cost: ns, and how often they ran; 0 unless the kernel counts that. */
void load_cost(const struct load *l, uint64_t *ns, uint64_t *runs);

/* Shall the probe be attached by one link (multi.h), as one of many functions is, or any of a user
 * whom the kernel gives no perf events, and can it be? */
bool load_wants_multi(struct load *l, const struct plan_probe *pp);

/*
 * The program that the probe runs at this target of its, as it needs it (multi: for many functions
 * in one go), which is loaded if it has not been. Its descriptor stays l's; or a negative errno,
 * with errors as above.
 */
int load_program(struct load *l, const struct plan_probe *pp, const struct plan_target *t,
		 bool multi, struct error *e);

#endif
