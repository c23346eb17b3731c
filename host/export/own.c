/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/own.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "export/label.h"
#include "export/text.h"

enum which {
	OWN_INFO,
	OWN_UP,
	OWN_EVENTS,
	OWN_LOST,
	OWN_OTHERS,
	OWN_SERIES,
	OWN_SERIES_MAX,
	OWN_RUN,
	OWN_RUNS,
	OWN_RELOAD_OK,
	OWN_RELOAD_TIME,
	OWN_CPU,
	OWN_RESIDENT,
	OWN_VIRTUAL,
	OWN_START,
	OWN_FDS,
	OWN_COUNT,
};

static const struct own_metric {
	const char *name;
	enum family_type type;
	bool by_tool;
	const char *help;
} metrics[OWN_COUNT] = {
	[OWN_INFO] = {"bcchost_build_info", FAMILY_GAUGE, false, "1; the version is in the label."},
	[OWN_UP] = {"bcchost_tool_up", FAMILY_GAUGE, true, "1 if the tool is attached, 0 if not."},
	[OWN_EVENTS] = {"bcchost_tool_events_total", FAMILY_COUNTER, true,
			"Events of the tool that were read and counted."},
	[OWN_LOST] = {"bcchost_lost_events_total", FAMILY_COUNTER, true,
		      "Events for which there was no room in a buffer or a table."},
	[OWN_OTHERS] = {"bcchost_other_events_total", FAMILY_COUNTER, true,
			"How often something was counted under the label value other, because as "
			"many series as max_series allows were there."},
	[OWN_SERIES] = {"bcchost_tool_series", FAMILY_GAUGE, true,
			"Series of the tool's metrics, without those called other."},
	[OWN_SERIES_MAX] = {"bcchost_tool_series_max", FAMILY_GAUGE, true,
			    "How many there may be (max_series)."},
	[OWN_RUN] = {"bcchost_bpf_run_seconds_total", FAMILY_COUNTER, true,
		     "Time that the tool's BPF programs ran; only while the kernel counts it "
		     "(sysctl kernel.bpf_stats_enabled)."},
	[OWN_RUNS] = {"bcchost_bpf_runs_total", FAMILY_COUNTER, true,
		      "How often they ran; only while the kernel counts it."},
	[OWN_RELOAD_OK] = {"bcchost_config_last_reload_successful", FAMILY_GAUGE, false,
			   "1 if the configuration could be read the last time, 0 if an older one "
			   "is in use."},
	[OWN_RELOAD_TIME] = {"bcchost_config_last_reload_success_timestamp_seconds", FAMILY_GAUGE,
			     false, "When it could be read, in seconds since the epoch."},
	[OWN_CPU] = {"process_cpu_seconds_total", FAMILY_COUNTER, false,
		     "Processor time of the exporter, in seconds."},
	[OWN_RESIDENT] = {"process_resident_memory_bytes", FAMILY_GAUGE, false,
			  "Resident memory of the exporter, with the buffers of events."},
	[OWN_VIRTUAL] = {"process_virtual_memory_bytes", FAMILY_GAUGE, false,
			 "Virtual memory of the exporter."},
	[OWN_START] = {"process_start_time_seconds", FAMILY_GAUGE, false,
		       "When the exporter was started, in seconds since the epoch."},
	[OWN_FDS] = {"process_open_fds", FAMILY_GAUGE, false, "Open file descriptors."},
};

/* What tools that are gone had counted. */
struct past {
	char *tool;
	struct exported_numbers n;
};

struct own {
	double start, reloaded;
	bool reload_ok;
	size_t npast;
	struct past *past;
};

static double wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

struct own *own_new(void)
{
	struct own *o = calloc(1, sizeof(*o));

	if (o) {
		o->start = wall();
		own_reloaded(o, true);
	}
	return o;
}

void own_free(struct own *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->npast; i++)
		free(o->past[i].tool);
	free(o->past);
	free(o);
}

void own_reloaded(struct own *o, bool well)
{
	o->reload_ok = well;
	if (well)
		o->reloaded = wall();
}

static struct past *find_past(struct own *o, const char *tool)
{
	for (size_t i = 0; i < o->npast; i++)
		if (!strcmp(o->past[i].tool, tool))
			return &o->past[i];
	return NULL;
}

void own_forget(struct own *o, struct exported *x)
{
	struct past *p = find_past(o, exported_name(x)), *v;
	struct exported_numbers n;

	if (!p) {
		v = realloc(o->past, (o->npast + 1) * sizeof(*v));
		if (!v)
			return;
		o->past = v;
		p = &v[o->npast];
		*p = (struct past){.tool = strdup(exported_name(x))};
		if (!p->tool)
			return;
		o->npast++;
	}
	exported_numbers(x, &n);
	p->n.events += n.events;
	p->n.lost += n.lost;
	p->n.run_ns += n.run_ns;
	p->n.runs += n.runs;
	p->n.others += n.others;
}

bool own_has(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < OWN_COUNT; i++) {
		const char *own = metrics[i].name;

		/* OpenMetrics has a counter's family without its _total. */
		if (!strncmp(own, name, len) && (!own[len] || !strcmp(own + len, "_total")))
			return true;
	}
	return false;
}

/* --- their values --- */

static void put(struct family *const *f, enum which i, const char *label, uint64_t n, double value)
{
	struct label_value v = {label ? label : "", label ? strlen(label) : 0};
	struct series *s = f[i] ? family_series(f[i], &v) : NULL;

	if (s) {
		s->n = n;
		s->value = value;
	}
}

static void put_tool(struct own *o, struct family *const *f, struct exported *x, bool stats)
{
	const char *tool = exported_name(x);
	struct past *past = find_past(o, tool);
	struct exported_numbers n, before = {0};

	exported_numbers(x, &n);
	if (past)
		before = past->n;
	put(f, OWN_UP, tool, 0, exported_up(x));
	put(f, OWN_EVENTS, tool, before.events + n.events, 0);
	put(f, OWN_LOST, tool, before.lost + n.lost, 0);
	put(f, OWN_OTHERS, tool, before.others + n.others, 0);
	put(f, OWN_SERIES, tool, 0, (double)n.series);
	put(f, OWN_SERIES_MAX, tool, 0, (double)n.max_series);
	if (!stats)
		return;
	put(f, OWN_RUN, tool, 0, (double)(before.run_ns + n.run_ns) / 1e9);
	put(f, OWN_RUNS, tool, before.runs + n.runs, 0);
}

/* Is the kernel counting what BPF programs cost? */
static bool stats_on(void)
{
	char *text = NULL;
	bool on = file_read("/proc/sys/kernel/bpf_stats_enabled", &text, NULL, NULL) == 0 &&
		  *text == '1';

	free(text);
	return on;
}

static size_t open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n > 3 ? n - 3 : 0; /* ".", ".." and the directory itself */
}

static void put_process(struct family *const *f)
{
	unsigned long pages = 0, resident = 0;
	struct rusage u = {0};
	char *text = NULL;
	double page = (double)sysconf(_SC_PAGESIZE);
	size_t fds = open_files();

	getrusage(RUSAGE_SELF, &u);
	put(f, OWN_CPU, NULL, 0,
	    (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
	if (file_read("/proc/self/statm", &text, NULL, NULL) == 0 &&
	    sscanf(text, "%lu %lu", &pages, &resident) == 2) {
		put(f, OWN_VIRTUAL, NULL, 0, (double)pages * page);
		put(f, OWN_RESIDENT, NULL, 0, (double)resident * page);
	}
	free(text);
	if (fds)
		put(f, OWN_FDS, NULL, 0, (double)fds);
}

static void make_families(struct family **f)
{
	static const char *const tool[] = {"tool"}, *const version[] = {"version"};

	for (size_t i = 0; i < OWN_COUNT; i++) {
		struct family_spec spec = {
			.type = metrics[i].type,
			.name = metrics[i].name,
			.help = metrics[i].help,
			.nlabels = metrics[i].by_tool || i == OWN_INFO,
			.labels = metrics[i].by_tool ? tool : version,
		};

		f[i] = NULL;
		family_new(&f[i], &spec, NULL, NULL);
	}
}

void own_write(struct own *o, struct exported *const *tools, size_t n, bool openmetrics,
	       struct buf *b)
{
	struct family *f[OWN_COUNT];
	bool stats = stats_on();

	make_families(f);
	put(f, OWN_INFO, BCCHOST_VERSION, 0, 1);
	for (size_t i = 0; i < n; i++)
		put_tool(o, f, tools[i], stats);
	put(f, OWN_RELOAD_OK, NULL, 0, o->reload_ok);
	put(f, OWN_RELOAD_TIME, NULL, 0, o->reloaded);
	put(f, OWN_START, NULL, 0, o->start);
	put_process(f);
	for (size_t i = 0; i < OWN_COUNT; i++) {
		if (f[i])
			text_family(b, f[i], openmetrics);
		family_free(f[i]);
	}
}
