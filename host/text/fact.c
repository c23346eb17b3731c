/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fact.h"

#include <errno.h>

#include "tool/perf_event.h"

static bool has_param(struct kernel *k, const char *function, const char *param)
{
	struct kernel_proto proto = {0};
	bool has = kernel_prototype(k, function, &proto, NULL) == 0 &&
		   kernel_proto_find(&proto, param) >= 0;

	kernel_proto_free(&proto);
	return has;
}

/* Of another machine it is taken to be so. */
static bool counts(const struct kernel *k, const char *name)
{
	struct perf_event event;

	return perf_event_parse(name, &event, NULL) == 0 &&
	       kernel_counts(k, event.type, event.config) != KERNEL_CAN_NO;
}

/* 1, 0, or -ENODATA. */
static int ask(struct kernel *k, const struct program_fact *f)
{
	switch (f->kind) {
	case PROGRAM_FACT_PARAM:
		return has_param(k, f->a, f->b);
	case PROGRAM_FACT_SYMBOL:
		return kernel_has_symbol(k, f->a);
	case PROGRAM_FACT_FIELD:
		return kernel_has_field(k, f->a, f->b);
	case PROGRAM_FACT_TYPE:
		return kernel_has_type(k, f->a);
	case PROGRAM_FACT_TRACEPOINT:
		return kernel_has_tracepoint(k, f->a, f->b);
	case PROGRAM_FACT_PERF_EVENT:
		return counts(k, f->a);
	}
	return -ENODATA;
}

int fact_holds(const struct program *p, const struct program_fact *f, struct kernel *k, bool *holds,
	       struct error *e)
{
	int answer = ask(k, f);

	*holds = answer > 0;
	if (answer >= 0)
		return 0;
	return error_set(e, FAULT_KERNEL, answer,
			 "%s:%u: whether kernel %s has %s%s%s cannot be told without BTF", p->path,
			 f->line, kernel_release(k), f->a, f->b ? "." : "", f->b ? f->b : "");
}
