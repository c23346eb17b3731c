/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/metrics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool/number.h"
#include "tool/program_parts.h"

#define NAME_MAX_LEN 200

/* [a-zA-Z_][a-zA-Z0-9_]*; a metric's may have colons, but those are for recording rules. */
static int read_metric_name(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || yaml_has_nul(v) || !yaml_is_identifier(s) || strlen(s) > NAME_MAX_LEN)
		return yaml_error_type(v, "a metric's name: letters, digits and _, no digit first",
				       e);
	if (!strcmp(s, "_total"))
		return yaml_error(v, e, "the name _total has nothing before its ending");
	return yaml_identifier(v, to, NULL, e);
}

static int read_label_name(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || yaml_has_nul(v) || !yaml_is_identifier(s) || !strncmp(s, "__", 2))
		return yaml_error_type(
			v, "a label's name: letters, digits and _, no digit and not __ first", e);
	if (!strcmp(s, "le") || !strcmp(s, "quantile"))
		return yaml_error(v, e, "the label %s is one that Prometheus keeps for itself", s);
	return yaml_identifier(v, to, NULL, e);
}

static int read_real(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);
	char *end;
	double d;

	(void)arg;
	d = s ? strtod(s, &end) : 0;
	if (!s || !*s || *end || yaml_is_quoted(v) || !isfinite(d) || d <= 0)
		return yaml_error_type(v, "a number above 0", e);
	*(double *)to = d;
	return 0;
}

static int read_buckets(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(double), read_real, NULL, "a list of upper bounds", false,
	};
	size_t n;
	const double *d;
	int err = yaml_list(v, to, &items, e);

	(void)arg;
	if (err)
		return err;
	n = *(size_t *)to;
	d = *(double **)((char *)to + sizeof(size_t));
	if (!n || n > METRICS_BUCKETS)
		return yaml_error(v, e, "`buckets` has 1 to %d bounds, not %zu", METRICS_BUCKETS,
				  n);
	for (size_t i = 1; i < n; i++)
		if (d[i] <= d[i - 1])
			return yaml_error(v, e, "`buckets`: %g does not come after %g", d[i],
					  d[i - 1]);
	return 0;
}

static const struct yaml_bounds series_bounds = {1, 1000000};

#define LABEL(f) offsetof(struct metric_label, f)
static int read_label(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"name", read_label_name, LABEL(name), NULL, true},
		{"from", yaml_identifier, LABEL(from), NULL, false},
		{"max_series", yaml_unsigned, LABEL(max_series), &series_bounds, false},
	};
	static const struct yaml_schema schema = {fields, 3, LABEL(line)};
	struct metric_label *l = to;
	int err = yaml_struct(v, to, &schema, e);

	(void)arg;
	if (!err && !l->from && !(l->from = strdup(l->name)))
		err = error_nomem(e);
	return err;
}

static int read_labels(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct metric_label), read_label, NULL, "a list of labels", false,
	};
	const struct metric_label *l;
	size_t n;
	int err = yaml_list(v, to, &items, e);

	(void)arg;
	if (err)
		return err;
	n = *(size_t *)to;
	l = *(struct metric_label **)((char *)to + sizeof(size_t));
	if (n > METRICS_MAX_LABELS)
		return yaml_error(v, e, "a metric has at most %d labels, not %zu",
				  METRICS_MAX_LABELS, n);
	for (size_t i = 0; i < n; i++) {
		struct yaml_value item = yaml_item(v, i);

		for (size_t j = 0; j < i; j++)
			if (!strcmp(l[i].name, l[j].name))
				return yaml_error(&item, e, "the label %s is there twice",
						  l[i].name);
	}
	return 0;
}

static int check_one(const struct yaml_value *v, struct metric *m, struct error *e)
{
	if (m->kind != METRIC_COUNTER && !m->from)
		return yaml_error(v, e, "%s: a %s wants `from`: the field whose value it is",
				  m->name, m->kind == METRIC_GAUGE ? "gauge" : "histogram");
	if (m->sum && (m->kind != METRIC_HISTOGRAM || strcmp(m->from, METRICS_SLOT) != 0))
		return yaml_error(v, e, "%s: `sum` is of a histogram `from: " METRICS_SLOT "`",
				  m->name);
	if (m->nbuckets && m->kind != METRIC_HISTOGRAM)
		return yaml_error(v, e, "%s: `buckets` are a histogram's", m->name);
	return 0;
}

#define METRIC(f) offsetof(struct metric, f)
static int read_metric(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"name", read_metric_name, METRIC(name), NULL, true},
		{"description", yaml_line, METRIC(description), NULL, true},
		{"from", yaml_identifier, METRIC(from), NULL, false},
		{"scale", read_real, METRIC(scale), NULL, false},
		{"sum", yaml_identifier, METRIC(sum), NULL, false},
		{"labels", read_labels, PROGRAM_ARRAY(struct metric, nlabels, labels), NULL, false},
		{"buckets", read_buckets, PROGRAM_ARRAY(struct metric, nbuckets, buckets), NULL,
		 false},
	};
	static const struct yaml_schema schema = {fields, sizeof(fields) / sizeof(fields[0]),
						  METRIC(line)};
	struct metric *m = to;

	m->kind = *(const enum metric_kind *)arg;
	return yaml_struct(v, to, &schema, e) ?: check_one(v, m, e);
}

static const enum metric_kind counter = METRIC_COUNTER, histogram = METRIC_HISTOGRAM,
			      gauge = METRIC_GAUGE;

static int read_list(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct yaml_items items = {
		sizeof(struct metric), read_metric, arg, "a list of metrics", false,
	};

	return yaml_list(v, to, &items, e);
}

size_t metrics_count(const struct metrics *m)
{
	return m->ncounters + m->nhistograms + m->ngauges;
}

const struct metric *metrics_get(const struct metrics *m, size_t i)
{
	if (i < m->ncounters)
		return &m->counters[i];
	i -= m->ncounters;
	return i < m->nhistograms ? &m->histograms[i] : &m->gauges[i - m->nhistograms];
}

static int read_options(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(char *), program_read_option_name, NULL, "a list of flags of the tool", true,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

#define LIST(f) PROGRAM_ARRAY(struct metrics, n##f, f)
int metrics_read(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"options", read_options, LIST(options), NULL, false},
		{"max_series", yaml_unsigned, offsetof(struct metrics, max_series), &series_bounds,
		 false},
		{"counters", read_list, LIST(counters), &counter, false},
		{"histograms", read_list, LIST(histograms), &histogram, false},
		{"gauges", read_list, LIST(gauges), &gauge, false},
	};
	static const struct yaml_schema schema = {fields, 5, offsetof(struct metrics, line)};
	struct metrics *m = to;
	int err = yaml_struct(v, to, &schema, e);

	(void)arg;
	if (!err && !metrics_count(m))
		return yaml_error(v, e, "`metrics` has no counters, histograms or gauges");
	for (size_t i = 0; !err && i < metrics_count(m); i++)
		for (size_t j = 0; !err && j < i; j++)
			if (!strcmp(metrics_get(m, i)->name, metrics_get(m, j)->name))
				err = yaml_error(v, e,
						 "the metric %s is there twice (lines %u and "
						 "%u)",
						 metrics_get(m, i)->name, metrics_get(m, j)->line,
						 metrics_get(m, i)->line);
	return err;
}

static void free_list(struct metric *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < v[i].nlabels; j++) {
			free(v[i].labels[j].name);
			free(v[i].labels[j].from);
		}
		free(v[i].labels);
		free(v[i].buckets);
		free(v[i].name);
		free(v[i].description);
		free(v[i].from);
		free(v[i].sum);
	}
	free(v);
}

void metrics_free(struct metrics *m)
{
	free_list(m->counters, m->ncounters);
	free_list(m->histograms, m->nhistograms);
	free_list(m->gauges, m->ngauges);
	for (size_t i = 0; i < m->noptions; i++)
		free(m->options[i]);
	free(m->options);
	memset(m, 0, sizeof(*m));
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

double metric_scale_of(const char *field)
{
	static const struct {
		const char *end;
		double scale;
	} units[] = {{"_ns", 1e-9}, {"_us", 1e-6}, {"_ms", 1e-3}, {"_kb", 1024}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ends_with(field, units[i].end))
			return units[i].scale;
	return 1;
}

double metric_scale(const struct metric *m)
{
	if (m->scale > 0)
		return m->scale;
	return m->from ? metric_scale_of(m->from) : 1;
}

bool metrics_sums(const struct metrics *m)
{
	for (size_t i = 0; i < m->nhistograms; i++)
		if (m->histograms[i].sum)
			return true;
	return false;
}
