/* SPDX-License-Identifier: Apache-2.0 */
/* A perf event of `probes:`: how often its program runs, in which process, on which processor. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tool/options.h"
#include "tool/perf_event.h"
#include "tool/program_parts.h"

static int read_bounded(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const struct program_number_bounds *b = arg;
	int64_t *n = to;
	char what[96];
	int err = yaml_integer(v, n, NULL, e);

	if (err || (*n >= b->min && *n <= b->max))
		return err;
	snprintf(what, sizeof(what), "a whole number from %" PRId64 " to %" PRId64, b->min, b->max);
	return yaml_error_type(v, what, e);
}

/* `frequency: 99`, or `frequency: {option: frequency, else: 49}` */
int program_read_number(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const struct yaml_field fields[] = {
		{"option", program_read_option_name, offsetof(struct program_number, option), NULL,
		 true},
		{"else", read_bounded, offsetof(struct program_number, number), arg, false},
	};
	const struct yaml_schema schema = {fields, 2, 0};
	struct program_number *n = to;
	int err;

	n->there = true;
	if (yaml_kind(v) != YAML_IS_MAP)
		return read_bounded(v, &n->number, arg, e);
	err = yaml_struct(v, n, &schema, e);
	n->has_other = !err && yaml_has_key(v, "else");
	return err;
}

static int read_perf_counter(const struct yaml_value *key, const struct yaml_value *value, void *to,
			     struct error *e)
{
	struct program_perf_counter *c = to;
	struct yaml_value table = *key;
	int err;

	table.key = "perf_counters";
	c->line = yaml_line_of(key);
	err = yaml_identifier(&table, &c->table, NULL, e);
	return err ? err : program_read_event(value, &c->event, NULL, e);
}

int program_read_perf_counters(const struct yaml_value *v, void *to, const void *arg,
			       struct error *e)
{
	(void)arg;
	return yaml_pairs(v,
			  (char *)to + PROGRAM_ARRAY(struct program, nperf_counters, perf_counters),
			  sizeof(struct program_perf_counter), read_perf_counter,
			  "a mapping of tables to perf events", e);
}

/* What is counted, without a rate. */
int program_read_event(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	char **name = to;
	struct perf_event event;
	int err = yaml_line(v, name, arg, e);

	if (!err && (perf_event_parse(*name, &event, NULL) || event.rate))
		err = yaml_error_type(v, "a perf event, \"hardware:cpu-cycles\"", e);
	return err;
}

/* --pid and --tid of a filter's are numbers, too. */
static bool is_number_option(const struct program *p, const char *name)
{
	const struct program_option *o = program_option_find(p, name);

	if (o)
		return o->type == PROGRAM_OPTION_INTEGER && !o->many;
	return (strcmp(name, "pid") == 0 && program_has_filter(p, PROGRAM_FILTER_PID)) ||
	       (strcmp(name, "tid") == 0 && program_has_filter(p, PROGRAM_FILTER_TID));
}

static int check_option(const struct program *p, const struct program_probe *probe, const char *key,
			const struct program_number *n, struct error *e)
{
	if (!n->option || is_number_option(p, n->option))
		return 0;
	return program_error(p, probe->line, e,
			     "`%s: {option: %s}`: this tool has no option %s of type integer", key,
			     n->option, n->option);
}

/* Has it a value whatever was typed? */
static bool is_always(const struct program *p, const struct program_number *n)
{
	const struct program_option *o = n->option ? program_option_find(p, n->option) : NULL;

	return n->there && (!n->option || n->has_other || (o && o->fallback));
}

/* One rate, and only one, whatever is typed. */
static int check_rate(const struct program *p, const struct program_probe *probe, struct error *e)
{
	const struct program_sampling *s = &probe->sampling;
	bool keys = s->frequency.there || s->period.there;
	struct perf_event event;

	for (size_t i = 0; i < probe->ntargets; i++) {
		const char *target = probe->targets[i];
		int err = perf_event_parse(target, &event, e);

		if (err)
			return err;
		if (event.rate && keys)
			return program_error(
				p, probe->line, e,
				"%s has its rate itself; take that out, or `frequency` "
				"and `period`",
				target);
		if (!event.rate && !keys)
			return program_error(p, probe->line, e,
					     "%s: how often? `frequency: 99` is so often a second, "
					     "`period: 1000` at every thousandth",
					     target);
	}
	if (!keys || is_always(p, &s->frequency) != is_always(p, &s->period))
		return 0;
	if (is_always(p, &s->period))
		return program_error(p, probe->line, e,
				     "`frequency` and `period` exclude one another: only one may "
				     "have a value when no option is given");
	return program_error(p, probe->line, e,
			     "%s: `frequency` or `period` wants an `else:`, for when no option is "
			     "given (or the option a default)",
			     probe->targets[0]);
}

int program_check_sampling(const struct program *p, const struct program_probe *probe,
			   struct error *e)
{
	const struct program_sampling *s = &probe->sampling;
	const struct {
		const char *key;
		const struct program_number *number;
	} numbers[] = {
		{"frequency", &s->frequency},
		{"period", &s->period},
		{"pid", &s->pid},
		{"cpu", &s->cpu},
	};

	for (size_t i = 0; i < 4; i++) {
		int err = check_option(p, probe, numbers[i].key, numbers[i].number, e);

		if (err)
			return err;
		if (numbers[i].number == &s->pid && program_probe_is_uprobe(probe->kind))
			continue;
		if (numbers[i].number->there && probe->kind != PROGRAM_PERF_EVENT)
			return program_error(p, probe->line, e, "`%s` is only for a perf_event",
					     numbers[i].key);
	}
	return probe->kind == PROGRAM_PERF_EVENT ? check_rate(p, probe, e) : 0;
}
