/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/perf_event.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>

#include "tool/number.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	uint32_t number;
} types[] = {
	{"hardware", PERF_TYPE_HARDWARE},
	{"software", PERF_TYPE_SOFTWARE},
	{"hw-cache", PERF_TYPE_HW_CACHE},
	{"raw", PERF_TYPE_RAW},
};

static const struct {
	const char *name;
	uint32_t type, config;
} events[] = {
	{"cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK},
	{"task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
	{"page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
	{"context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
	{"cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
	{"minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN},
	{"major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ},
	{"alignment-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_ALIGNMENT_FAULTS},
	{"emulation-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS},
	{"cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
	{"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
	{"cache-references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
	{"cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
	{"branch-instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
	{"branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
	{"bus-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES},
	{"stalled-cycles-frontend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
	{"stalled-cycles-backend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
	{"ref-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES},
};

/* "software", or its number. */
static bool find_type(const char *text, uint32_t *type)
{
	int64_t n;

	for (size_t i = 0; i < COUNT(types); i++) {
		if (strcmp(types[i].name, text) == 0) {
			*type = types[i].number;
			return true;
		}
	}
	if (!number_i64(text, &n) || n < 0 || n > UINT32_MAX)
		return false;
	*type = (uint32_t)n;
	return true;
}

static bool find_event(const char *text, uint32_t type, uint64_t *config)
{
	int64_t n;

	for (size_t i = 0; i < COUNT(events); i++) {
		if (events[i].type == type && strcmp(events[i].name, text) == 0) {
			*config = events[i].config;
			return true;
		}
	}
	if (!number_i64(text, &n) || n < 0)
		return false;
	*config = (uint64_t)n;
	return true;
}

static bool set_rate(struct perf_event *event, const char *text, bool frequency)
{
	int64_t n;

	if (!number_i64(text, &n) || n < 1 || (frequency && n > PERF_EVENT_FREQUENCY_MAX))
		return false;
	event->frequency = frequency;
	event->rate = (uint64_t)n;
	return true;
}

static bool parse(char *text, struct perf_event *event)
{
	char *name = strchr(text, ':'), *rate;
	bool frequency;

	if (!name)
		return false;
	*name++ = '\0';
	rate = strpbrk(name, ":@");
	frequency = rate && *rate == '@';
	if (rate)
		*rate++ = '\0';
	return find_type(text, &event->type) && find_event(name, event->type, &event->config) &&
	       (!rate || set_rate(event, rate, frequency));
}

int perf_event_parse(const char *text, struct perf_event *event, struct error *e)
{
	char *copy = strdup(text);
	bool ok;

	if (!copy)
		return error_nomem(e);
	memset(event, 0, sizeof(*event));
	ok = parse(copy, event);
	free(copy);
	if (ok)
		return 0;
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "%s is no perf event: it is software:EVENT or hardware:EVENT (cpu-clock, "
			 "page-faults, cpu-cycles, cache-misses …), then :PERIOD or @FREQUENCY (a "
			 "second, at most %d)",
			 text, PERF_EVENT_FREQUENCY_MAX);
}

bool perf_event_is_hardware(const struct perf_event *event)
{
	return event->type == PERF_TYPE_HARDWARE || event->type == PERF_TYPE_HW_CACHE ||
	       event->type == PERF_TYPE_RAW;
}
