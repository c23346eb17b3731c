/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "text/target.h"
#include "trace/multi.h"
#include "trace/sample.h"
#include "trace/uprobe.h"

#define KPROBE_PMU "/sys/bus/event_source/devices/kprobe"
#define MANY_FDS   512 /* below the usual limit, 1024 */
#define CLOSERS	   31  /* threads that help to detach */

static int keep(struct attach *a, int fd, struct error *e)
{
	int *fds = realloc(a->fds, (a->n + 1) * sizeof(*fds));

	if (!fds) {
		close(fd);
		return error_nomem(e);
	}
	a->fds = fds;
	fds[a->n++] = fd;
	return 0;
}

static int read_number(const char *path, unsigned int *number, struct error *e)
{
	char *text;
	int err = file_read(path, &text, NULL, e);

	if (err)
		return err;
	/* A PMU's type is a number; its format is "config:0". */
	if (strncmp(text, "config:", 7) == 0)
		*number = (unsigned int)strtoul(text + 7, NULL, 10);
	else
		*number = (unsigned int)strtoul(text, NULL, 10);
	free(text);
	return 0;
}

/* A perf event for one CPU carries the program for all: a kprobe or tracepoint is not per CPU. */
static int open_event(struct perf_event_attr *attr)
{
	attr->size = sizeof(*attr);
	return (int)syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static int set_program(int event, int prog)
{
	if (ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) < 0)
		return -errno;
	return ioctl(event, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -errno : 0;
}

static int read_pmu(struct attach *a, struct error *e)
{
	int err;

	if (a->pmu_read)
		return 0;
	err = read_number(KPROBE_PMU "/type", &a->pmu_type, e)
		      ?: read_number(KPROBE_PMU "/format/retprobe", &a->pmu_retprobe_bit, e);
	a->pmu_read = !err;
	return err;
}

/*
 * Documentation/ABI/testing/sysfs-bus-event_source-devices-kprobe… : config1 is the function's name
 * (or 0, with the address in config2), the retprobe bit is where the format file says.
 */
static int open_kprobe(struct attach *a, const struct plan_target *t, bool retprobe,
		       struct error *e)
{
	struct perf_event_attr attr = {0};
	int err;

	if (!t->addr && !t->unique)
		return -EADDRNOTAVAIL;
	err = read_pmu(a, e);
	if (err)
		return err;
	attr.type = a->pmu_type;
	if (retprobe)
		attr.config |= 1ULL << a->pmu_retprobe_bit;
	/* By its name the kernel looks through all symbols (before 6.2), or finds several. */
	if (t->addr)
		attr.kprobe_addr = t->addr;
	else
		attr.kprobe_func = (__u64)(uintptr_t)t->name;
	err = open_event(&attr);
	return err < 0 ? -errno : err;
}

static int open_tracepoint(struct kernel *k, const struct plan_target *t, struct error *e)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT};
	const char *tracefs = kernel_tracefs(k);
	char path[512];
	unsigned int id;
	int err;

	if (!tracefs)
		return error_set(e, FAULT_PERMISSION, -EACCES,
				 "cannot read tracefs (/sys/kernel/tracing): it takes root, or "
				 "CAP_DAC_READ_SEARCH, or tracefs mounted for this user's group");
	snprintf(path, sizeof(path), "%s/events/%s/%s/id", tracefs, t->category, t->name);
	err = read_number(path, &id, e);
	if (err)
		return err;
	attr.config = id;
	err = open_event(&attr);
	return err < 0 ? -errno : err;
}

static const char *why(int err)
{
	switch (err) {
	case -ENOENT:
		return "the kernel does not find it";
	case -EINVAL:
		return "the kernel does not let it be probed (notrace or blacklisted)";
	case -EADDRNOTAVAIL:
		return "several functions have this name, or it is a module's, and their addresses "
		       "are hidden (kernel.kptr_restrict; CAP_SYSLOG shows them)";
	case -EACCES:
	case -EPERM:
		return "no permission; it takes root, or CAP_BPF and CAP_PERFMON, and "
		       "CAP_SYS_ADMIN where kernel.perf_event_paranoid is above 2";
	case -EMFILE:
		return "too many open files; raise `ulimit -n`";
	default:
		return strerror(-err);
	}
}

/* What the failed step said of itself, if it did, or else what its errno means. */
static int explain(const struct plan_probe *pp, const struct plan_target *t, int err,
		   struct error *e)
{
	const char *category = t->category && *t->category ? t->category : NULL;

	if (!e->text)
		error_set(e, err == -EPERM || err == -EACCES ? FAULT_PERMISSION : FAULT_KERNEL, err,
			  "%s", why(err));
	return error_prefix(e, err, "cannot attach the %s %s%s%s to %s",
			    program_probe_kind_name(pp->probe->kind), category ? category : "",
			    category ? ":" : "", t->name, pp->probe->run);
}

struct sampled {
	struct attach *a;
	int prog;
};

static int keep_sample(int fd, int cpu, void *arg, struct error *e)
{
	struct sampled *s = arg;
	int err = set_program(fd, s->prog);

	(void)cpu;
	if (!err)
		return keep(s->a, fd, e);
	close(fd);
	return err;
}

static int attach_target(struct attach *a, const struct plan *plan, const struct plan_probe *pp,
			 const struct plan_target *t, int prog, struct error *e)
{
	enum program_probe_kind kind = pp->probe->kind;
	bool link = kind == PROGRAM_RAW_TRACEPOINT || program_probe_is_fentry(kind);
	int fd, err = 0;

	error_clear(e);
	if (kind == PROGRAM_PERF_EVENT) {
		struct sampled s = {a, prog};

		err = sample_open(&t->sampling, keep_sample, &s, e);
		return err ? explain(pp, t, err, e) : 0;
	}
	if (link) {
		fd = bpf_raw_tracepoint_open(kind == PROGRAM_RAW_TRACEPOINT ? t->name : NULL, prog);
		if (fd < 0)
			fd = -errno;
	} else if (kind == PROGRAM_TRACEPOINT) {
		fd = open_tracepoint(plan->kernel, t, e);
	} else if (program_probe_is_uprobe(kind)) {
		fd = uprobe_open(t, kind == PROGRAM_URETPROBE, pp->pid, e);
	} else {
		fd = open_kprobe(a, t, kind == PROGRAM_KRETPROBE, e);
	}
	if (fd >= 0 && !link)
		err = set_program(fd, prog);
	if (fd >= 0 && !err)
		return keep(a, fd, e);
	if (fd >= 0)
		close(fd);
	return explain(pp, t, err ? err : fd, e);
}

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
		return keep(a, link, e);
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
		return keep(c->a, fd, e);
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

/* What several threads close together. */
struct closing {
	const int *fds;
	size_t n;
	atomic_size_t next;
};

static void *close_some(void *arg)
{
	struct closing *c = arg;
	size_t i;

	while ((i = atomic_fetch_add(&c->next, 1)) < c->n)
		close(c->fds[i]);
	return NULL;
}

/*
 * The kernel lets go of a probe when nobody can be in it any more, and makes whoever closes its
 * descriptor wait for that: several who wait at the same time wait for the same.
 */
static void close_together(const int *fds, size_t n)
{
	struct closing c = {.fds = fds, .n = n};
	pthread_t threads[CLOSERS];
	size_t started = 0;

	while (started + 1 < n && started < CLOSERS &&
	       pthread_create(&threads[started], NULL, close_some, &c) == 0)
		started++;
	close_some(&c);
	while (started)
		pthread_join(threads[--started], NULL);
}

void attach_free(struct attach *a)
{
	close_together(a->fds, a->n);
	free(a->fds);
	memset(a, 0, sizeof(*a));
}
