/* SPDX-License-Identifier: Apache-2.0 */
#include "text/sampling.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define PERIOD 1000000 /* as BCC's */

/* What an option was given, the program's own or --pid and --tid of a filter's. */
static bool option_number(const struct program *p, const struct options *o, const char *name,
			  int64_t *n)
{
	const struct option_value *v = options_value(o, p, name);

	if (v) {
		*n = v->number;
		return v->given;
	}
	if (strcmp(name, "pid") == 0 && o->has_pid)
		*n = o->pid;
	else if (strcmp(name, "tid") == 0 && o->has_tid)
		*n = o->tid;
	else
		return false;
	return true;
}

/* Has it a number? *typed: an option's. */
static bool number_of(const struct program *p, const struct options *o,
		      const struct program_number *n, int64_t *value, bool *typed)
{
	*typed = n->option && option_number(p, o, n->option, value);
	if (*typed)
		return true;
	*value = n->number;
	return n->there && (!n->option || n->has_other);
}

int64_t sampling_pid(const struct program *p, const struct options *o,
		     const struct program_probe *probe)
{
	int64_t pid = 0;
	bool typed;

	return number_of(p, o, &probe->sampling.pid, &pid, &typed) ? pid : 0;
}

static bool has_default(const struct program *p, const struct program_number *n)
{
	const struct program_option *o = n->option ? program_option_find(p, n->option) : NULL;

	return o && o->fallback;
}

static int check_rate(const struct program_number *n, int64_t rate, int64_t most, struct error *e)
{
	if (rate >= 1 && rate <= most)
		return 0;
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "--%s %" PRId64 ": a sample wants a number from 1 to %" PRId64,
			 n->option ? n->option : "?", rate, most);
}

/* An option that was typed goes before a number of the file's, and before a default. */
static int make_rate(struct perf_event *event, const struct program *p, const struct options *o,
		     const struct program_sampling *s, struct error *e)
{
	int64_t frequency = 0, period = 0;
	bool hz_typed, period_typed;
	bool hz = number_of(p, o, &s->frequency, &frequency, &hz_typed);
	bool every = number_of(p, o, &s->period, &period, &period_typed);

	if (hz && every && hz_typed == period_typed && has_default(p, &s->frequency))
		hz = false;
	else if (hz && every && hz_typed == period_typed && has_default(p, &s->period))
		every = false;
	if (hz && every && hz_typed == period_typed)
		return error_set(
			e, FAULT_USAGE, -EINVAL,
			"--%s and --%s exclude one another: so often a second, or at every "
			"so many",
			s->frequency.option, s->period.option);
	if (!hz && !every)
		return 0;
	event->frequency = hz && (!every || hz_typed);
	event->rate = (uint64_t)(event->frequency ? frequency : period);
	return event->frequency ? check_rate(&s->frequency, frequency, PERF_EVENT_FREQUENCY_MAX, e)
				: check_rate(&s->period, period, INT64_MAX, e);
}

int sampling_make(struct sampling *s, const struct program *p, const struct options *o,
		  const struct program_probe *probe, const char *target, struct error *e)
{
	const struct program_sampling *from = &probe->sampling;
	int64_t pid = 0, cpu = -1;
	bool typed;
	int err;

	memset(s, 0, sizeof(*s));
	err = perf_event_parse(target, &s->event, e);
	if (!err)
		err = make_rate(&s->event, p, o, from, e);
	if (!s->event.rate)
		s->event.rate = PERIOD;
	if (!number_of(p, o, &from->pid, &pid, &typed) || pid < 0)
		pid = 0;
	if (!number_of(p, o, &from->cpu, &cpu, &typed) || cpu < 0)
		cpu = -1;
	if (!err && (pid > INT_MAX || cpu > INT_MAX))
		err = error_set(e, FAULT_USAGE, -EINVAL, "--%s %" PRId64 " is too large",
				pid > INT_MAX ? from->pid.option : from->cpu.option,
				pid > INT_MAX ? pid : cpu);
	s->pid = (int)pid;
	s->thread = from->pid.option && strcmp(from->pid.option, "tid") == 0;
	s->cpu = (int)cpu;
	s->pid_option = from->pid.option;
	s->cpu_option = from->cpu.option;
	return err;
}

void sampling_note(const struct sampling *s, struct buf *notes)
{
	if (s->event.frequency)
		buf_printf(notes, ", %" PRIu64 " times a second", s->event.rate);
	else
		buf_printf(notes, ", at every %" PRIu64 ". of them", s->event.rate);
	if (s->cpu >= 0)
		buf_printf(notes, ", on processor %d", s->cpu);
	if (s->pid)
		buf_printf(notes, ", of %s %d", s->thread ? "thread" : "process", s->pid);
}

void sampling_missing(const struct program_probe *probe, struct buf *out)
{
	struct perf_event event;
	bool hardware = false;

	for (size_t i = 0; i < probe->ntargets; i++)
		hardware |= perf_event_parse(probe->targets[i], &event, NULL) == 0 &&
			    perf_event_is_hardware(&event);
	buf_str(out, ": this machine does not count that");
	if (hardware)
		buf_str(out, PERF_EVENT_VIRTUAL);
}
