/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps: what the files of the workload have in common. A file has one function that does the
 * steps that it knows and gives STEP_UNKNOWN for others; STEPS(function) makes it known to main.c.
 */
#ifndef WORKLOAD_STEPS_H
#define WORKLOAD_STEPS_H

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define STEP_UNKNOWN LONG_MIN

/* a: the step's arguments, decoded; NULL behind the last. Returns as a system call does, errno set.
 */
typedef long step_fn(const char *op, char **a);

struct steps {
	step_fn *run;
	struct steps *next;
};

void steps_add(struct steps *s);
void nap(double seconds);

/* Is the operation one of these words? */
static inline bool step_is(const char *op, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(op, words[i]))
			return true;
	return false;
}
#define STEP_IS(op, words) step_is(op, words, sizeof(words) / sizeof(*(words)))

#define STEPS(function)                                                 \
	static struct steps function##_steps = {.run = function};       \
	__attribute__((constructor)) static void function##_known(void) \
	{                                                               \
		steps_add(&function##_steps);                           \
	}

#endif
