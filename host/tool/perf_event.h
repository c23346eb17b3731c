/* SPDX-License-Identifier: Apache-2.0 */
/* perf_event: what the events are called that perf counts, and how often a program runs at one. */
#ifndef BCCHOST_TOOL_PERF_EVENT_H
#define BCCHOST_TOOL_PERF_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define PERF_EVENT_FREQUENCY_MAX 100000 /* a second; a kernel may allow less */

/* Of an event of hardware that is not there. */
#define PERF_EVENT_VIRTUAL                                                                   \
	"; a virtual machine has counters of hardware only if its hypervisor gives it some " \
	"(QEMU: "                                                                            \
	"-cpu host,pmu=on), those of software (software:cpu-clock) are everywhere"

struct perf_event {
	uint32_t type; /* as in perf_event_attr, with the next */
	uint64_t config;
	bool frequency; /* rate: so often a second; else at every rate-th */
	uint64_t rate;	/* 0: the text did not say */
};

/*
 * "software:cpu-clock", "…@99" (times a second), "hardware:cache-misses:1000" (every thousandth);
 * events by perf's names or by number, as BCC's texts have them ("1:0"). FAULT_USAGE for what is
 * none.
 */
int perf_event_parse(const char *text, struct perf_event *event, struct error *e);

/* Is it counted by the processor, not by the kernel? A virtual machine may have none of these. */
bool perf_event_is_hardware(const struct perf_event *event);

#endif
