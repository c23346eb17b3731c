/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "text/fact.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/filter_parts.h"
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

/* Of another kernel whose symbols have nothing of the program's module, its symbols are taken to be
 * there, as its functions are (target_function.c). */
static bool is_assumed(const struct program *p, const char *symbol, struct kernel *k)
{
	for (size_t i = 0; !kernel_is_running(k) && i < p->nmodules; i++) {
		size_t len = strlen(p->modules[i]);

		if (strncmp(symbol, p->modules[i], len) == 0 && symbol[len] == '_')
			return !kernel_has_module(k, p->modules[i]);
	}
	return false;
}

/* 1, 0, or -ENODATA. */
static int ask(const struct program *p, struct kernel *k, const struct program_fact *f)
{
	switch (f->kind) {
	case PROGRAM_FACT_PARAM:
		return has_param(k, f->a, f->b);
	case PROGRAM_FACT_SYMBOL:
		return kernel_has_symbol(k, f->a);
	case PROGRAM_FACT_ADDRESS:
		return kernel_has_symbol(k, f->a) || is_assumed(p, f->a, k);
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
	int answer = ask(p, k, f);

	*holds = answer > 0;
	if (answer >= 0)
		return 0;
	return error_set(e, FAULT_KERNEL, answer,
			 "%s:%u: whether kernel %s has %s%s%s cannot be told without BTF", p->path,
			 f->line, kernel_release(k), f->a, f->b ? "." : "", f->b ? f->b : "");
}

static int read_address(struct plan *plan, size_t i, struct error *e)
{
	const struct program *p = plan->program;
	const struct program_fact *f = &p->facts[i];
	bool runs = !plan->options->print_bpf && !plan->options->compile_only;

	if (!plan->addresses)
		plan->addresses = calloc(p->nfacts, sizeof(*plan->addresses));
	if (!plan->addresses)
		return error_nomem(e);
	plan->addresses[i] = kernel_symbol_address(plan->kernel, f->a);
	if (plan->addresses[i] || !runs)
		return 0;
	return error_set(e, FAULT_PERMISSION, -EACCES,
			 "%s:%u: the address of %s is hidden from this process: it takes "
			 "CAP_SYSLOG, and kernel.kptr_restrict below 2 (sysctl "
			 "kernel.kptr_restrict=1)",
			 p->path, f->line, f->a);
}

int fact_define(struct plan *plan, const struct program_fact *f, struct buf *out, struct error *e)
{
	size_t i = (size_t)(f - plan->program->facts);
	int err;

	if (f->kind != PROGRAM_FACT_ADDRESS) {
		buf_printf(out, "#define %s 1\n", f->macro);
		return 0;
	}
	err = read_address(plan, i, e);
	if (err)
		return err;
	if (plan->options->print_bpf) {
		buf_printf(out, "#define %s 0x%" PRIx64 "ULL\n", f->macro, plan->addresses[i]);
		return 0;
	}
	filter_constant_prologue(out, f->macro, CONSTANT_FACT + (uint32_t)i);
	buf_printf(out, "#define %s bcchost_%s()\n", f->macro, f->macro);
	return 0;
}

bool fact_constant(uint32_t which, const struct plan *plan, uint64_t *value)
{
	if (which < CONSTANT_FACT || which - CONSTANT_FACT >= plan->program->nfacts ||
	    !plan->addresses)
		return false;
	*value = plan->addresses[which - CONSTANT_FACT];
	return true;
}

/* Does clang miss a thing of that name? */
static bool is_missed(const char *errors, const char *macro)
{
	char *quoted = NULL;
	bool missed = asprintf(&quoted, "undeclared identifier '%s'", macro) > 0 &&
		      strstr(errors, quoted) != NULL;

	free(quoted);
	return missed;
}

int fact_explain(const struct plan *plan, int err, struct error *e)
{
	const struct program *p = plan->program;
	struct buf why = {0};

	for (size_t i = 0; e->text && i < p->nfacts; i++) {
		const struct program_fact *f = &p->facts[i];

		if (f->kind == PROGRAM_FACT_ADDRESS && is_missed(e->text, f->macro))
			buf_printf(&why,
				   "%s:%u: %s is the address of %s, which kernel %s has not; if a "
				   "module has it, it is to be loaded (`modules:` loads it)\n",
				   p->path, f->line, f->macro, f->a, kernel_release(plan->kernel));
	}
	if (why.len && !buf_failed(&why)) {
		buf_str(&why, e->text);
		err = error_set(e, FAULT_KERNEL, -ENOENT, "%s", why.data);
	}
	buf_free(&why);
	return err;
}
