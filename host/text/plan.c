/* SPDX-License-Identifier: Apache-2.0 */
#include "text/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/fact.h"
#include "text/target.h"

static void free_probes(struct plan *plan)
{
	for (size_t i = 0; i < plan->nprobes; i++)
		target_free(&plan->probes[i]);
	free(plan->probes);
	plan->probes = NULL;
	plan->nprobes = 0;
}

void plan_free(struct plan *plan)
{
	free_probes(plan);
	buf_free(&plan->notes);
	free(plan->addresses);
	plan->addresses = NULL;
}

static bool in_variant(const struct program_probe *probe, const char *variant)
{
	return !probe->variant || !variant || strcmp(probe->variant, variant) == 0;
}

/* *wanted stays true if the kernel answers the fact of that macro like `as`. */
static int ask_fact(struct plan *plan, const char *macro, bool as, bool *wanted, struct error *e)
{
	bool holds;
	int err;

	if (!macro || !*wanted)
		return 0;
	err = fact_holds(plan->program, program_fact(plan->program, macro), plan->kernel, &holds,
			 e);
	*wanted = holds == as;
	return err;
}

/* Is the probe of this variant, and are its options as given, its facts as this kernel has it? */
static int is_wanted(struct plan *plan, const struct program_probe *probe, bool *wanted,
		     struct error *e)
{
	const struct options *o = plan->options;

	*wanted = in_variant(probe, plan->variant);
	for (size_t i = 0; i < probe->ngiven; i++)
		*wanted = *wanted && options_given(o, plan->program, probe->given[i]);
	for (size_t i = 0; i < probe->nnot_given; i++)
		*wanted = *wanted && !options_given(o, plan->program, probe->not_given[i]);
	return ask_fact(plan, probe->when, true, wanted, e)
		       ?: ask_fact(plan, probe->unless, false, wanted, e);
}

/* The first few of them: which probes there are depends on facts and options. */
static int none_attachable(const struct plan *plan, struct error *e)
{
	struct buf names = {0};
	size_t shown = 0;
	int err;

	for (size_t i = 0; i < plan->nprobes && shown <= 6; i++) {
		const struct program_probe *probe = plan->probes[i].probe;

		if (i && strcmp(target_asked(plan, probe, 0),
				target_asked(plan, plan->probes[i - 1].probe, 0)) == 0)
			continue;
		if (shown++ < 6)
			buf_printf(&names, "%s%s", names.len ? ", " : ": ",
				   target_asked(plan, probe, 0));
		else
			buf_str(&names, " …");
	}
	err = error_set(e, FAULT_KERNEL, -ENOENT,
			"kernel %s has none of the functions that %s attaches to%s%s",
			kernel_release(plan->kernel), plan->program->name, names.data ?: "",
			names.len ? "; those of a module are there while it is loaded" : "");
	buf_free(&names);
	return err;
}

static int try_variant(struct plan *plan, const char *variant, struct error *e)
{
	const struct program *p = plan->program;
	size_t attachable = 0;
	int err;

	free_probes(plan);
	plan->variant = variant;
	plan->probes = calloc(p->nprobes ? p->nprobes : 1, sizeof(*plan->probes));
	if (!plan->probes)
		return error_nomem(e);
	for (size_t i = 0; i < p->nprobes; i++) {
		bool wanted;

		err = is_wanted(plan, &p->probes[i], &wanted, e);
		if (err)
			return err;
		if (!wanted)
			continue;
		err = target_find(plan, &p->probes[i], &plan->probes[plan->nprobes++], e);
		if (err)
			return err;
		attachable += plan->probes[plan->nprobes - 1].ntargets;
	}
	if (p->nprobes && !attachable)
		return none_attachable(plan, e);
	return 0;
}

/* A variant that was asked for by name is the only one that is tried. */
static int choose_variant(struct plan *plan, size_t from, struct error *e)
{
	const struct program *p = plan->program;
	const char *asked = plan->options->variant;
	struct error one = {0};
	struct buf why = {0};
	int err = 0;

	if (!p->nvariants)
		return try_variant(plan, NULL, e);
	for (size_t i = from; i < p->nvariants; i++) {
		if (asked && strcmp(asked, p->variants[i]) != 0)
			continue;
		err = try_variant(plan, p->variants[i], &one);
		if (!err) {
			plan->variant_index = i;
			buf_printf(&plan->notes, "variant: %s%s%s\n", p->variants[i],
				   asked ? ", asked for by --variant" : "",
				   why.data ? why.data : "");
			goto out;
		}
		buf_printf(&why, "; not %s: %s", p->variants[i], one.text ? one.text : "?");
	}
	if (asked)
		err = error_set(e, one.fault, err, "%s", one.text ? one.text : "?");
	else
		err = error_set(e, one.fault, err, "no variant of %s works here%s", p->name,
				why.data ? why.data : "");
out:
	error_clear(&one);
	buf_free(&why);
	return err;
}

int plan_probes(struct plan *plan, struct error *e)
{
	return try_variant(plan, plan->variant, e);
}

/* Of all variants alike. */
static int check_counters(const struct plan *plan, struct error *e)
{
	for (size_t i = 0; i < plan->program->nperf_counters; i++) {
		const struct program_perf_counter *c = &plan->program->perf_counters[i];
		struct perf_event event;
		int err = perf_event_parse(c->event, &event, e);

		if (err)
			return err;
		if (kernel_counts(plan->kernel, event.type, event.config) == KERNEL_CAN_NO)
			return error_set(e, FAULT_KERNEL, -ENOENT,
					 "%s:%u: this machine does not count %s, which %s is to "
					 "have%s",
					 plan->program->path, c->line, c->event, c->table,
					 perf_event_is_hardware(&event) ? PERF_EVENT_VIRTUAL : "");
	}
	return 0;
}

static int choose_buffer(struct plan *plan, struct error *e)
{
	bool has = kernel_has_ringbuf(plan->kernel);
	enum options_buffer asked = plan->options->buffer;

	if (asked == OPTIONS_BUFFER_RING && !has)
		return error_set(
			e, FAULT_KERNEL, -EOPNOTSUPP,
			"--buffer ring: kernel %s has no BPF ring buffer (it came with 5.8)",
			kernel_release(plan->kernel));
	plan->ring = asked == OPTIONS_BUFFER_RING || (asked == OPTIONS_BUFFER_AUTO && has);
	if (!program_has_output(plan->program, PROGRAM_STREAM))
		return 0;
	buf_printf(&plan->notes, "events: through a %s buffer (%s)\n", plan->ring ? "ring" : "perf",
		   asked != OPTIONS_BUFFER_AUTO ? "asked for by --buffer"
		   : has			? "the kernel has it"
						: "the kernel has no ring buffer");
	return 0;
}

int plan_make(struct plan *plan, const struct program *p, const struct options *o, struct kernel *k,
	      size_t first, struct error *e)
{
	int err;

	memset(plan, 0, sizeof(*plan));
	plan->program = p;
	plan->options = o;
	plan->kernel = k;
	err = choose_variant(plan, first, e);
	if (!err)
		err = check_counters(plan, e);
	if (!err)
		err = choose_buffer(plan, e);
	if (err)
		plan_free(plan);
	return err;
}

bool plan_left_out(const struct plan *plan, const char *handler)
{
	bool named = false;

	/* A handler of another variant is left out as well. */
	for (size_t i = 0; i < plan->program->nprobes; i++)
		named |= strcmp(plan->program->probes[i].run, handler) == 0;
	return named && !plan_probe_of(plan, handler);
}

const struct plan_probe *plan_probe_of(const struct plan *plan, const char *handler)
{
	for (size_t i = 0; i < plan->nprobes; i++)
		if (plan->probes[i].ntargets && strcmp(plan->probes[i].probe->run, handler) == 0)
			return &plan->probes[i];
	return NULL;
}
