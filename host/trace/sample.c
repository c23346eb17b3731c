/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tool/number.h"

#define PERIOD	      1000000
#define FREQUENCY_MAX 100000
#define COUNT(a)      (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *type, *name;
	unsigned int number, config;
} events[] = {
	{"software", "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK},
	{"software", "task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
	{"software", "page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
	{"software", "context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
	{"software", "cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
	{"software", "minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN},
	{"software", "major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ},
	{"hardware", "cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
	{"hardware", "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
	{"hardware", "cache-references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
	{"hardware", "cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
	{"hardware", "branch-instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
	{"hardware", "branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
};

/* "software", or its number. */
static bool find_type(const char *text, unsigned int *type)
{
	int64_t n;

	for (size_t i = 0; i < COUNT(events); i++) {
		if (strcmp(events[i].type, text) == 0) {
			*type = events[i].number;
			return true;
		}
	}
	if (!number_i64(text, &n) || n < 0 || n > UINT32_MAX)
		return false;
	*type = (unsigned int)n;
	return true;
}

static bool find_event(const char *text, unsigned int type, uint64_t *config)
{
	int64_t n;

	for (size_t i = 0; i < COUNT(events); i++) {
		if (events[i].number == type && strcmp(events[i].name, text) == 0) {
			*config = events[i].config;
			return true;
		}
	}
	if (!number_i64(text, &n) || n < 0)
		return false;
	*config = (uint64_t)n;
	return true;
}

static bool set_rate(struct perf_event_attr *attr, const char *text, bool frequency)
{
	int64_t n;

	if (!number_i64(text, &n) || n < 1 || (frequency && n > FREQUENCY_MAX))
		return false;
	attr->freq = frequency;
	if (frequency)
		attr->sample_freq = (uint64_t)n;
	else
		attr->sample_period = (uint64_t)n;
	return true;
}

static bool parse(char *text, struct perf_event_attr *attr)
{
	char *event = strchr(text, ':'), *rate;
	uint64_t config = 0;
	bool frequency, ok;

	if (!event)
		return false;
	*event++ = '\0';
	rate = strpbrk(event, ":@");
	frequency = rate && *rate == '@';
	if (rate)
		*rate++ = '\0';
	ok = find_type(text, &attr->type) && find_event(event, attr->type, &config);
	attr->config = config;
	attr->sample_period = PERIOD;
	return ok && (!rate || set_rate(attr, rate, frequency));
}

int sample_parse(const char *text, struct perf_event_attr *attr, struct error *e)
{
	char *copy = strdup(text);
	bool ok;

	if (!copy)
		return error_nomem(e);
	memset(attr, 0, sizeof(*attr));
	attr->size = sizeof(*attr);
	ok = parse(copy, attr);
	free(copy);
	if (ok)
		return 0;
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "%s is no perf event: it is software:EVENT or hardware:EVENT (cpu-clock, "
			 "page-faults, cpu-cycles, cache-misses …), then :PERIOD or @FREQUENCY (a "
			 "second, at most %d)",
			 text, FREQUENCY_MAX);
}

int sample_open(struct perf_event_attr *attr, int cpu)
{
	int fd = (int)syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}
