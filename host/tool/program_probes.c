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
#define TARGET_MAX  4096

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
	{"uprobe", PROGRAM_UPROBE},
	{"uretprobe", PROGRAM_URETPROBE},
	{"usdt", PROGRAM_USDT},
	/* libbpf's names for kfunc and kretfunc; the first name of a kind is the one shown. */
	{"fentry", PROGRAM_KFUNC},
	{"fexit", PROGRAM_KRETFUNC},
};

const char *program_probe_kind_name(enum program_probe_kind kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return kind == PROGRAM_LSM ? "lsm" : "?"; /* no file can have it */
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

/* "c:getaddrinfo", "/bin/bash:readline"; with `binary:` the colon and what is before it are not
 * there, which is known once all keys are. */
static int check_user(const struct yaml_value *v, const char *s, struct error *e)
{
	const char *symbol = strrchr(s, ':');

	symbol = symbol ? symbol + 1 : s;
	if (strlen(s) > TARGET_MAX)
		return yaml_error(v, e, "the name has over %d bytes", TARGET_MAX);
	return *symbol == '^' ? check_pattern(v, symbol, e) : 0;
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
	case PROGRAM_UPROBE:
	case PROGRAM_URETPROBE:
	case PROGRAM_USDT:
		return check_user(v, *target, e);
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

/* `binary: {option: library, else: /bin/bash}` */
static int read_binary(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"option", program_read_option_name, offsetof(struct program_binary, option), NULL,
		 true},
		{"else", yaml_line, offsetof(struct program_binary, other), NULL, false},
	};
	static const struct yaml_schema schema = {fields, 2, offsetof(struct program_binary, line)};

	(void)arg;
	return yaml_struct(v, to, &schema, e);
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

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct program_number_bounds rate = {1, INT64_MAX},
					  frequency = {1, PERF_EVENT_FREQUENCY_MAX},
					  any = {INT32_MIN, INT32_MAX};
static const struct yaml_items options = {
	sizeof(char *), program_read_option_name, NULL, "an option's name or a list of them", true,
};
static const struct yaml_field other_fields[] = {
	{"run", yaml_identifier, FIELD(run), NULL, true},
	{"binary", read_binary, FIELD(binary), NULL, false},
	{"optional", yaml_boolean, FIELD(optional), NULL, false},
	{"variant", yaml_line, FIELD(variant), NULL, false},
	{"when", yaml_macro, FIELD(when), NULL, false},
	{"unless", yaml_macro, FIELD(unless), NULL, false},
	{"given", yaml_list, PROGRAM_ARRAY(struct program_probe, ngiven, given), &options, false},
	{"not_given", yaml_list, PROGRAM_ARRAY(struct program_probe, nnot_given, not_given),
	 &options, false},
	{"frequency", program_read_number, FIELD(sampling.frequency), &frequency, false},
	{"period", program_read_number, FIELD(sampling.period), &rate, false},
	{"pid", program_read_number, FIELD(sampling.pid), &any, false},
	{"cpu", program_read_number, FIELD(sampling.cpu), &any, false},
};
#define NOTHERS (sizeof(other_fields) / sizeof(other_fields[0]))

static bool is_pattern(const char *target)
{
	const char *colon = strrchr(target, ':');

	return *target == '^' || (colon && colon[1] == '^');
}

/* "file:symbol", "file:probe" or "file:provider:probe"; or the same without the file. */
static int check_user_targets(const struct yaml_value *v, const struct program_probe *probe,
			      struct error *e)
{
	const char *kind = program_probe_kind_name(probe->kind);
	bool usdt = probe->kind == PROGRAM_USDT;

	if (!program_probe_is_uprobe(probe->kind))
		return probe->binary.option
			       ? yaml_error(v, e,
					    "only a uprobe, a uretprobe or a usdt has a "
					    "`binary`, not a %s",
					    kind)
			       : 0;
	for (size_t i = 0; i < probe->ntargets; i++) {
		const char *target = probe->targets[i], *colon = strrchr(target, ':');

		if (probe->binary.option && !strchr(target, '/') && (usdt || !colon))
			continue;
		if (probe->binary.option)
			return yaml_error(v, e, "the %s \"%s\" names a file, as its `binary` does",
					  kind, target);
		if (!colon || colon == target || !colon[1])
			return yaml_error(v, e,
					  "the %s \"%s\" is to be \"%s\", with a path or a "
					  "library's name (c), or to have a `binary`",
					  kind, target,
					  usdt ? "FILE:PROVIDER:PROBE" : "FILE:FUNCTION");
	}
	return 0;
}

static int read_probe(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct yaml_field fields[NKINDS + NOTHERS];
	const struct yaml_schema schema = {fields, NKINDS + NOTHERS, FIELD(line)};
	struct program_probe *probe = to;
	int err;

	(void)arg;
	for (size_t i = 0; i < NKINDS; i++)
		fields[i] = (struct yaml_field){kinds[i].name, read_kind, 0, &kinds[i].kind, false};
	memcpy(&fields[NKINDS], other_fields, sizeof(other_fields));
	err = yaml_struct(v, probe, &schema, e);
	if (err)
		return err;
	if (!probe->ntargets && !probe->option)
		return yaml_error(v, e,
				  "a probe wants its kind: kprobe, kretprobe, tracepoint, "
				  "raw_tracepoint, kfunc, kretfunc, perf_event, uprobe, uretprobe "
				  "or usdt");
	for (size_t i = 0; probe->ntargets > 1 && i < probe->ntargets; i++)
		if (is_pattern(probe->targets[i]))
			return yaml_error(v, e, "the pattern \"%s\" cannot be one of several names",
					  probe->targets[i]);
	return check_user_targets(v, probe, e);
}

int program_read_probes(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct program_probe), read_probe, NULL, "a list of probes", false,
	};

	(void)arg;
	return yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program, nprobes, probes), &items, e);
}
