/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_parts: what doctor's files share. Nobody else includes it. */
#ifndef BCCHOST_DOCTOR_PARTS_H
#define BCCHOST_DOCTOR_PARTS_H

#include <jansson.h>

#include "kernel/kernel.h"
#include "tool/find.h"

/* Appends {name, ok, detail} for each thing looked at; ok is null where this user cannot see it. */
void doctor_kernel(struct kernel *k, json_t *checks);
void doctor_host(const struct find *f, json_t *checks);

/*
 * Appends {name, runs, variant, modules, why, privileged}. modules: those that a run would load.
 * why: the error that a run would end with. privileged: only where this user may not trace at all:
 * would it run for who may; null where this user cannot see that.
 */
void doctor_tool(const struct find_tool *found, struct kernel *k, json_t *tools);

#endif
