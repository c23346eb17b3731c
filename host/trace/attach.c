/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "text/target.h"
#include "trace/attach_parts.h"
#include "trace/multi.h"
#include "trace/sample.h"

#define MANY_FDS 512 /* below the usual limit, 1024 */

/* How a probe of several functions was attached, for --verbose. */
struct tally {
	size_t at_once, single, refused;
	const char *why; /* not all at once, though the kernel can */
};

/* Marks in done what one link took; the rest is left to kprobes of their own. */
static int attach_at_once(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
			  struct load *l, bool *done, struct tally *tally, struct error *e)
{
	int prog = load_program(l, pp, pp->targets, true, e);
	int link = prog < 0 ? prog : multi_attach(plan->kernel, pp, prog, done);

	if (prog < 0)
		return prog;
	for (size_t i = 0; i < pp->ntargets; i++)
		tally->at_once += done[i];
	if (link >= 0)
		return attach_keep(a, link, e);
	tally->why = link == -ENOENT ? NULL : strerror(-link);
	return 0;
}

/* To who has no perf events a link of the others is what there is. */
static bool may_refuse(const struct plan_probe *pp, const struct tally *t, int err)
{
	return (target_is_pattern(pp) || pp->ntargets > 1) &&
	       (err == -EINVAL || err == -ENOENT || err == -EADDRNOTAVAIL ||
		(t->at_once && err == -EACCES));
}

/* Of a function that was named none is passed over in silence. */
static void tell_refused(const struct plan_probe *pp, const struct plan_target *t,
			 const struct error *e)
{
	struct buf name = {0};

	if (target_is_pattern(pp))
		return;
	target_name(&name, t->name, t->module, t->addr, t->unique);
	fprintf(stderr, "bcchost: not probed: %s, one of %zu functions %s: %s\n",
		name.data ? name.data : t->name, pp->ntargets, pp->function, e->text);
	buf_free(&name);
}

static int attach_singly(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
			 struct load *l, const bool *done, struct tally *tally, struct error *e)
{
	int prog, err = 0;

	for (size_t i = 0; i < pp->ntargets; i++) {
		if (done[i])
			continue;
		prog = load_program(l, pp, &pp->targets[i], false, e);
		if (prog < 0)
			return prog;
		err = attach_target(a, plan, pp, &pp->targets[i], prog, e);
		if (err && !may_refuse(pp, tally, err))
			return err;
		if (err)
			tell_refused(pp, &pp->targets[i], e);
		tally->refused += err != 0;
		tally->single += err == 0;
	}
	if (!tally->single && !tally->at_once)
		return err;
	error_clear(e);
	return 0;
}

static void tell(const struct plan_probe *pp, const struct tally *t, uint64_t begun)
{
	const char *kind = program_probe_kind_name(pp->probe->kind);

	fprintf(stderr, "bcchost: %s %s: ", kind, pp->function);
	if (t->at_once)
		fprintf(stderr, "%zu functions in one go (kprobe_multi), ", t->at_once);
	else if (t->why)
		fprintf(stderr, "kprobe_multi refused (%s), ", t->why);
	fprintf(stderr, "%zu by %ss of their own, %zu passed over, in %" PRIu64 " ms\n", t->single,
		kind, t->refused, (clock_ns() - begun) / 1000000);
}

/* What is probed by that name, if that is more than the name says; what is not, in any case. */
static void tell_targets(const struct plan *plan, const struct plan_probe *pp)
{
	struct buf notes = {0};
	const char *line;

	if ((pp->ntargets && target_is_pattern(pp)) ||
	    (!plan->options->verbose && !pp->warnings.len))
		return;
	target_note(plan, pp, &notes);
	line = notes.data;
	for (size_t len; line && *line; line += len + 1) {
		len = strcspn(line, "\n");
		if (plan->options->verbose || line != notes.data)
			fprintf(stderr, "bcchost: %.*s\n", (int)len, line);
	}
	buf_free(&notes);
}

/* A descriptor each: there may be more functions than the usual limit. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int attach_probe(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
			struct load *l, struct error *e)
{
	bool *done = calloc(pp->ntargets, sizeof(*done));
	struct tally tally = {0};
	uint64_t begun = clock_ns();
	int err = 0;

	if (!done)
		return error_nomem(e);
	tell_targets(plan, pp);
	if (load_wants_multi(l, pp))
		err = attach_at_once(a, plan, pp, l, done, &tally, e);
	if (!err && pp->ntargets - tally.at_once > MANY_FDS)
		raise_limit();
	if (!err)
		err = attach_singly(a, plan, pp, l, done, &tally, e);
	if (!err && pp->ntargets > 1 && plan->options->verbose)
		tell(pp, &tally, begun);
	free(done);
	return err;
}

struct counted {
	struct attach *a;
	int map;
};

/* Programs read the counter of their own processor there. */
static int keep_counter(int fd, int cpu, void *arg, struct error *e)
{
	struct counted *c = arg;

	if (bpf_map_update_elem(c->map, &cpu, &fd, BPF_ANY) == 0)
		return attach_keep(c->a, fd, e);
	close(fd);
	return -errno;
}

static int attach_counter(struct attach *a, const struct plan *plan,
			  const struct program_perf_counter *c, const struct load *l,
			  struct error *e)
{
	const struct object_map *m = object_map_find(l->object, c->table);
	struct counted to = {a, load_map_fd(l, c->table)};
	int err;

	/* A buffer of events is of the same type, and has no size. */
	if (!m || m->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY || m->nfields || !m->max_entries)
		return error_set(e, FAULT_TOOL, -ENOENT,
				 "%s:%u: `perf_counters`: %s has no BPF_PERF_ARRAY %s",
				 plan->program->path, c->line, plan->program->template_path,
				 c->table);
	err = sample_count(c->event, keep_counter, &to, e);
	return err ? error_prefix(e, err, "%s:%u: cannot count %s for %s", plan->program->path,
				  c->line, c->event, c->table)
		   : 0;
}

int attach_plan(struct attach *a, const struct plan *plan, struct load *l, struct error *e)
{
	int err = 0;

	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < plan->program->nperf_counters && !err; i++)
		err = attach_counter(a, plan, &plan->program->perf_counters[i], l, e);
	for (size_t i = 0; i < plan->nprobes && !err; i++)
		if (plan->probes[i].ntargets)
			err = attach_probe(a, plan, &plan->probes[i], l, e);
		else
			tell_targets(plan, &plan->probes[i]);
	kernel_trim(plan->kernel); /* ftrace's list of functions */
	return err;
}
