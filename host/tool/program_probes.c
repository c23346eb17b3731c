/* SPDX-License-Identifier: Apache-2.0 */
/* `probes:` of a program: what in the kernel its handlers are attached to. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "tool/options.h"
#include "tool/perf_event.h"
#include "tool/program_parts.h"

#define PATTERN_MAX 256

static const struct {
	const char *name;
	enum program_probe_kind kind;
} kinds[] = {
	{"kprobe", PROGRAM_KPROBE},
	{"kretprobe", PROGRAM_KRETPROBE},
	{"tracepoint", PROGRAM_TRACEPOINT},
	{"raw_tracepoint", PROGRAM_RAW_TRACEPOINT},
	{"kfunc", PROGRAM_KFUNC},
	{"kretfunc", PROGRAM_KRETFUNC},
	{"perf_event", PROGRAM_PERF_EVENT},
	/* libbpf's names for kfunc and kretfunc; the first name of a kind is the one shown. */
	{"fentry", PROGRAM_KFUNC},
	{"fexit", PROGRAM_KRETFUNC},
};

const char *program_probe_kind_name(enum program_probe_kind kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	/* Those that no file can have. */
	return kind == PROGRAM_LSM	   ? "lsm"
	       : kind == PROGRAM_UPROBE	   ? "uprobe"
	       : kind == PROGRAM_URETPROBE ? "uretprobe"
					   : "?";
}

#define FIELD(f) offsetof(struct program_probe, f)

/* Letters, digits and '_', and of `more`; not beginning with a digit. */
static bool is_name(const char *s, const char *end, const char *more)
{
	if (s == end || isdigit((unsigned char)*s))
		return false;
	for (; s < end; s++)
		if (!isalnum((unsigned char)*s) && *s != '_' && !strchr(more, *s))
			return false;
	return true;
}

static int check_pattern(const struct yaml_value *v, const char *s, struct error *e)
{
	char why[128];
	regex_t re;
	int ret;

	if (strlen(s) > PATTERN_MAX)
		return yaml_error(v, e, "the pattern has over %d bytes", PATTERN_MAX);
	ret = regcomp(&re, s, REG_EXTENDED | REG_NOSUB);
	if (ret) {
		regerror(ret, &re, why, sizeof(why));
		return yaml_error(v, e, "the pattern \"%s\" is wrong: %s", s, why);
	}
	regfree(&re);
	return 0;
}

static int check_function(const struct yaml_value *v, const char *s, bool pattern_ok,
			  struct error *e)
{
	if (*s == '^' && pattern_ok)
		return check_pattern(v, s, e);
	if (is_name(s, s + strlen(s), "."))
		return 0;
	return yaml_error_type(v,
			       pattern_ok ? "a kernel function, or a pattern that begins with ^"
					  : "a kernel function",
			       e);
}

static int check_tracepoint(const struct yaml_value *v, const char *s, bool name_ok,
			    struct error *e)
{
	const char *colon = strchr(s, ':'), *end = s + strlen(s);

	if (colon && is_name(s, colon, "-") && is_name(colon + 1, end, "-"))
		return 0;
	if (!colon && name_ok && is_name(s, end, ""))
		return 0;
	return yaml_error_type(v, name_ok ? "a name or \"category:name\"" : "\"category:name\"", e);
}

static int check_perf_event(const struct yaml_value *v, const char *s, struct error *e)
{
	struct perf_event event;
	struct error why = {0};
	int err = perf_event_parse(s, &event, &why);

	if (err)
		err = yaml_error(v, e, "%s", why.text ? why.text : "out of memory");
	error_clear(&why);
	return err;
}

static int read_target(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const enum program_probe_kind *kind = arg;
	char **target = to;
	int err;

	err = yaml_line(v, target, NULL, e);
	if (err)
		return err;
	switch (*kind) {
	case PROGRAM_KPROBE:
	case PROGRAM_KRETPROBE:
		return check_function(v, *target, true, e);
	case PROGRAM_KFUNC:
	case PROGRAM_KRETFUNC:
		return check_function(v, *target, false, e);
	case PROGRAM_TRACEPOINT:
		return check_tracepoint(v, *target, false, e);
	case PROGRAM_PERF_EVENT:
		return check_perf_event(v, *target, e);
	default:
		return check_tracepoint(v, *target, true, e);
	}
}

/* `kprobe: {option: pattern}` */
static int read_option(const struct yaml_value *v, struct program_probe *probe, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"option", program_read_option_name, FIELD(option), NULL, true},
	};
	static const struct yaml_schema schema = {fields, 1, FIELD(line)};

	if (probe->kind != PROGRAM_KPROBE && probe->kind != PROGRAM_KRETPROBE)
		return yaml_error(v, e,
				  "only a kprobe or a kretprobe takes its functions from an "
				  "option");
	return yaml_struct(v, probe, &schema, e);
}

/* Whichever key names the kind: `kprobe: f`, `kprobe: [f, g]`, `kprobe: {option: o}`. */
static int read_kind(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct program_probe *probe = to;
	struct yaml_items items = {
		sizeof(char *), read_target, &probe->kind, "a name or a list of names", true,
	};

	if (probe->targets || probe->option)
		return yaml_error(v, e, "a probe is of one kind, not %s and %s",
				  program_probe_kind_name(probe->kind), v->key);
	probe->kind = *(const enum program_probe_kind *)arg;
	if (yaml_kind(v) == YAML_IS_MAP)
		return read_option(v, probe, e);
	return yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program_probe, ntargets, targets),
			 &items, e);
}

#define KIND(i)                                                    \
	{                                                          \
		kinds[i].name, read_kind, 0, &kinds[i].kind, false \
	}
static int read_probe(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct program_number_bounds rate = {1, INT64_MAX},
						  frequency = {1, PERF_EVENT_FREQUENCY_MAX},
						  any = {INT32_MIN, INT32_MAX};
	const struct yaml_field fields[] = {
		KIND(0),
		KIND(1),
		KIND(2),
		KIND(3),
		KIND(4),
		KIND(5),
		KIND(6),
		KIND(7),
		KIND(8),
		{"run", yaml_identifier, FIELD(run), NULL, true},
		{"optional", yaml_boolean, FIELD(optional), NULL, false},
		{"variant", yaml_line, FIELD(variant), NULL, false},
		{"when", yaml_macro, FIELD(when), NULL, false},
		{"unless", yaml_macro, FIELD(unless), NULL, false},
		{"given", program_read_option_name, FIELD(given), NULL, false},
		{"not_given", program_read_option_name, FIELD(not_given), NULL, false},
		{"frequency", program_read_number, FIELD(sampling.frequency), &frequency, false},
		{"period", program_read_number, FIELD(sampling.period), &rate, false},
		{"pid", program_read_number, FIELD(sampling.pid), &any, false},
		{"cpu", program_read_number, FIELD(sampling.cpu), &any, false},
	};
	const struct yaml_schema schema = {
		fields,
		sizeof(fields) / sizeof(fields[0]),
		FIELD(line),
	};
	struct program_probe *probe = to;
	int err;

	(void)arg;
	err = yaml_struct(v, probe, &schema, e);
	if (err)
		return err;
	if (!probe->ntargets && !probe->option)
		return yaml_error(v, e,
				  "a probe wants its kind: kprobe, kretprobe, tracepoint, "
				  "raw_tracepoint, kfunc, kretfunc or perf_event");
	for (size_t i = 0; probe->ntargets > 1 && i < probe->ntargets; i++)
		if (probe->targets[i][0] == '^')
			return yaml_error(v, e, "the pattern \"%s\" cannot be one of several names",
					  probe->targets[i]);
	return 0;
}

int program_read_probes(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_probe), read_probe, NULL, "a list of probes", false,
	};

	(void)arg;
	return yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program, nprobes, probes), &items, e);
}

static int check_fact(const struct program *p, const struct program_probe *probe, const char *key,
		      const char *macro, struct error *e)
{
	if (!macro || program_fact(p, macro))
		return 0;
	return program_error(p, probe->line, e, "`%s: %s` is not in `facts`", key, macro);
}

static int check_given(const struct program *p, const struct program_probe *probe, const char *key,
		       const char *option, struct error *e)
{
	if (!option || options_known(p, option))
		return 0;
	return program_error(p, probe->line, e, "`%s: %s`: this tool has no option %s", key, option,
			     option);
}

/* With a default, so that there always is a value. */
static bool is_pattern_option(const struct program *p, const char *name)
{
	for (size_t i = 0; i < p->noptions; i++)
		if (strcmp(p->options[i].name, name) == 0)
			return p->options[i].type == PROGRAM_OPTION_PATTERN &&
			       p->options[i].fallback;
	return false;
}

int program_check_probes(const struct program *p, struct error *e)
{
	for (size_t i = 0; i < p->nprobes; i++) {
		const struct program_probe *probe = &p->probes[i];
		int err = check_fact(p, probe, "when", probe->when, e);
		size_t j = 0;

		if (!err)
			err = check_fact(p, probe, "unless", probe->unless, e)
				      ?: check_given(p, probe, "given", probe->given, e)
				      ?: check_given(p, probe, "not_given", probe->not_given, e);
		if (!err)
			err = program_check_sampling(p, probe, e);
		if (err)
			return err;

		while (probe->variant && j < p->nvariants &&
		       strcmp(probe->variant, p->variants[j]) != 0)
			j++;
		if (probe->variant && j == p->nvariants)
			return program_error(p, probe->line, e,
					     "`variant: %s` is not in the list `variants`",
					     probe->variant);
		if (probe->option && !is_pattern_option(p, probe->option))
			return program_error(p, probe->line, e,
					     "`option: %s`: this tool has no option %s of type "
					     "pattern with a default",
					     probe->option, probe->option);
	}
	return 0;
}
