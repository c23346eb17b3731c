/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/sample.h"

#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

#define FREQUENCY_LIMIT "/proc/sys/kernel/perf_event_max_sample_rate"

struct opening {
	const struct sampling *s;
	struct perf_event_attr attr;
	sample_take *take;
	void *arg;
	size_t n; /* that were opened */
};

static int open_one(struct opening *o, int pid, int cpu, struct error *e)
{
	int fd = (int)syscall(SYS_perf_event_open, &o->attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	int err = fd < 0 ? -errno : o->take(fd, cpu, o->arg, e);

	o->n += !err;
	return err;
}

static int no_such(const char *option, int number, const char *what, struct error *e)
{
	return error_set(e, FAULT_USAGE, -ENOENT, "%s%s%s%d: there is no such %s",
			 option ? "--" : "", option ? option : "", option ? " " : "", number, what);
}

static int open_processors(struct opening *o, struct error *e)
{
	const struct sampling *s = o->s;
	int err = 0, cpus = libbpf_num_possible_cpus();

	if (s->cpu >= 0) {
		err = open_one(o, -1, s->cpu, e);
		/* The kernel calls a number above all that may ever be invalid. */
		return err == -ENODEV || (err == -EINVAL && s->cpu >= cpus)
			       ? no_such(s->cpu_option, s->cpu, "processor, or it is offline", e)
			       : err;
	}
	for (int cpu = 0; cpu < cpus && !err; cpu++) {
		err = open_one(o, -1, cpu, e);
		if (err == -ENODEV)
			err = 0; /* offline */
	}
	return err ? err : o->n ? 0 : -ENODEV;
}

/* One that ended since it was seen needs none. */
static int open_threads(struct opening *o, DIR *threads, struct error *e)
{
	const struct dirent *d;
	int err = 0;

	while (!err && (d = readdir(threads))) {
		int tid = atoi(d->d_name);

		if (tid > 0)
			err = open_one(o, tid, o->s->cpu, e);
		if (err == -ESRCH)
			err = 0;
	}
	return err;
}

/* Those that a thread makes once its event is there have one too (inherit). */
static int open_process(struct opening *o, struct error *e)
{
	const struct sampling *s = o->s;
	char path[64];
	DIR *threads;
	int err;

	o->attr.inherit = 1;
	if (s->thread) {
		o->attr.inherit = 0;
		err = open_one(o, s->pid, s->cpu, e);
		return err == -ESRCH ? no_such(s->pid_option, s->pid, "thread", e) : err;
	}
	snprintf(path, sizeof(path), "/proc/%d/task", s->pid);
	threads = opendir(path);
	if (!threads)
		return no_such(s->pid_option, s->pid, "process", e);
	err = open_threads(o, threads, e);
	closedir(threads);
	if (!err && !o->n)
		return no_such(s->pid_option, s->pid, "process", e);
	return err;
}

/* -EINVAL is also what too high a frequency gets. */
static int explain(const struct sampling *s, int err, struct error *e)
{
	char *limit = NULL;

	if (err == -EINVAL && s->event.frequency &&
	    file_read(FREQUENCY_LIMIT, &limit, NULL, NULL) == 0 &&
	    strtoull(limit, NULL, 10) < s->event.rate)
		error_set(e, FAULT_USAGE, err,
			  "%" PRIu64 " times a second is more than this kernel allows: %llu, which "
			  "kernel.perf_event_max_sample_rate says",
			  s->event.rate, strtoull(limit, NULL, 10));
	else if (err == -ENOENT || err == -EOPNOTSUPP || err == -EINVAL)
		error_set(e, FAULT_KERNEL, err,
			  "this machine has no such counter, as far as its kernel knows");
	free(limit);
	return err;
}

int sample_open(const struct sampling *s, sample_take *take, void *arg, struct error *e)
{
	struct opening o = {
		.s = s,
		.attr =
			{
				.type = s->event.type,
				.config = s->event.config,
				.size = sizeof(struct perf_event_attr),
				.freq = s->event.frequency,
				.sample_period = s->event.rate, /* or the frequency: a union */
				.disabled = 1,
			},
		.take = take,
		.arg = arg,
	};
	int err = s->pid ? open_process(&o, e) : open_processors(&o, e);

	return err && !e->text ? explain(s, err, e) : err;
}

int sample_count(const char *event, sample_take *take, void *arg, struct error *e)
{
	struct sampling s = {.cpu = -1};
	struct opening o = {.s = &s, .take = take, .arg = arg};
	int err = perf_event_parse(event, &s.event, e);

	if (err)
		return err;
	o.attr = (struct perf_event_attr){
		.type = s.event.type,
		.config = s.event.config,
		.size = sizeof(o.attr),
	};
	err = open_processors(&o, e);
	if (err && !e->text)
		explain(&s, err, e);
	if (err && !e->text)
		error_set(e, FAULT_PERMISSION, err, "%s", strerror(-err));
	return err;
}
