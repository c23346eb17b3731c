/* SPDX-License-Identifier: Apache-2.0 */
/* The exporter's parts that need no kernel: its configuration, its metrics, their bound, their
 * text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/config.h"
#include "export/buckets.h"
#include "export/http.h"
#include "export/label.h"
#include "export/registry.h"
#include "export/text.h"
#include "program_file.h"

/* --- the registry --- */

static struct series *at(struct family *f, const char *a, const char *b)
{
	struct label_value v[] = {{a, strlen(a)}, {b, strlen(b)}};

	return family_series(f, v);
}

static struct family *new_family(enum family_type type, const char *name, size_t nlabels,
				 const unsigned int *label_max, struct budget *budget)
{
	static const char *const labels[] = {"comm", "path"};
	static const double bounds[] = {0.5, 1, 2.5};
	struct family_spec spec = {
		.type = type,
		.name = name,
		.help = "a \"help\" of\ntwo \\ lines",
		.nlabels = nlabels,
		.labels = labels,
		.label_max = label_max,
		.nbounds = type == FAMILY_HISTOGRAM ? 3 : 0,
		.bounds = bounds,
	};
	struct family *f;

	assert_int_equal(family_new(&f, &spec, budget, NULL), 0);
	return f;
}

static void series_are_found_again(void **state)
{
	struct budget budget = {.max = 100000};
	struct family *f = new_family(FAMILY_COUNTER, "n_total", 2, NULL, &budget);
	char a[16];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			snprintf(a, sizeof(a), "%d", i);
			at(f, a, "x")->n++;
		}
	}
	assert_int_equal(f->nseries, 5000);
	assert_int_equal(budget.used, 5000);
	assert_int_equal(at(f, "4999", "x")->n, 2);
	/* "ab", "c" and "a", "bc" are not the same. */
	assert_ptr_not_equal(at(f, "ab", "c"), at(f, "a", "bc"));
	family_free(f);
	assert_int_equal(budget.used, 0);
}

static void what_overflows_is_one_series(void **state)
{
	struct budget budget = {.max = 3};
	struct family *f = new_family(FAMILY_COUNTER, "f_total", 2, NULL, &budget);
	struct family *g = new_family(FAMILY_COUNTER, "g_total", 2, NULL, &budget);
	char a[16];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(a, sizeof(a), "%d", i);
		at(f, a, "x")->n++;
	}
	assert_int_equal(f->nseries, 4);
	assert_int_equal(at(f, "other", "other")->n, 97);
	assert_int_equal(budget.others, 97);
	/* The budget is the tool's: another of its metrics has none of its own. */
	at(g, "a", "b")->n++;
	assert_int_equal(g->nseries, 1);
	assert_int_equal(at(g, "other", "other")->n, 1);
	/* Those that are there go on. */
	at(f, "0", "x")->n++;
	assert_int_equal(at(f, "0", "x")->n, 2);
	assert_int_equal(budget.used, 3);
	family_free(f);
	family_free(g);
}

static void a_label_has_a_bound_of_its_own(void **state)
{
	static const unsigned int label_max[] = {0, 2};
	struct budget budget = {.max = 1000};
	struct family *f = new_family(FAMILY_COUNTER, "f_total", 2, label_max, &budget);
	char b[16];

	(void)state;
	for (int i = 0; i < 10; i++) {
		snprintf(b, sizeof(b), "%d", i);
		at(f, "cat", b)->n++;
		at(f, "ls", b)->n++;
	}
	assert_int_equal(f->nseries, 6); /* cat and ls: 0, 1 and other */
	assert_int_equal(at(f, "cat", "other")->n, 8);
	assert_int_equal(at(f, "ls", "1")->n, 1);
	assert_int_equal(budget.others, 16);
	family_free(f);
}

static void a_name_that_is_other_is_no_second_series(void **state)
{
	struct budget budget = {.max = 1};
	struct family *f = new_family(FAMILY_COUNTER, "f_total", 1, NULL, &budget);

	(void)state;
	at(f, "other", "")->n++;
	at(f, "b", "")->n++;
	assert_int_equal(f->nseries, 1);
	assert_int_equal(f->series[0]->n, 2);
	family_free(f);
	assert_int_equal(budget.used, 0);
}

/* --- its text --- */

static void expect_text(struct family *f, bool openmetrics, const char *expected)
{
	struct buf b = {0};

	text_family(&b, f, openmetrics);
	text_end(&b, openmetrics);
	assert_string_equal(b.data, expected);
	buf_free(&b);
}

static void counters_in_both_formats(void **state)
{
	struct family *f = new_family(FAMILY_COUNTER, "opens_total", 2, NULL, NULL);

	(void)state;
	at(f, "a\"b", "c\\d\ne")->n = UINT64_MAX;
	expect_text(f, false,
		    "# HELP opens_total a \"help\" of\\ntwo \\\\ lines\n"
		    "# TYPE opens_total counter\n"
		    "opens_total{comm=\"a\\\"b\",path=\"c\\\\d\\ne\"} 18446744073709551615\n");
	expect_text(f, true,
		    "# HELP opens a \\\"help\\\" of\\ntwo \\\\ lines\n"
		    "# TYPE opens counter\n"
		    "opens_total{comm=\"a\\\"b\",path=\"c\\\\d\\ne\"} 18446744073709551615\n"
		    "# EOF\n");
	family_free(f);
	/* Without _total it is no counter for OpenMetrics, but must not be called otherwise. */
	f = new_family(FAMILY_COUNTER, "opens", 0, NULL, NULL);
	family_only(f)->n = 3;
	expect_text(f, true,
		    "# HELP opens a \\\"help\\\" of\\ntwo \\\\ lines\n# TYPE opens unknown\n"
		    "opens 3\n# EOF\n");
	family_free(f);
}

static void histograms_add_up(void **state)
{
	struct family *f = new_family(FAMILY_HISTOGRAM, "h_seconds", 1, NULL, NULL);
	struct series *s = at(f, "x", "");

	(void)state;
	series_observe(f, s, 0.5, 1); /* an upper bound belongs to its bucket */
	series_observe(f, s, 0.75, 2);
	series_observe(f, s, 100, 1);
	expect_text(f, false,
		    "# HELP h_seconds a \"help\" of\\ntwo \\\\ lines\n# TYPE h_seconds histogram\n"
		    "h_seconds_bucket{comm=\"x\",le=\"0.5\"} 1\n"
		    "h_seconds_bucket{comm=\"x\",le=\"1.0\"} 3\n"
		    "h_seconds_bucket{comm=\"x\",le=\"2.5\"} 3\n"
		    "h_seconds_bucket{comm=\"x\",le=\"+Inf\"} 4\n"
		    "h_seconds_sum{comm=\"x\"} 102\nh_seconds_count{comm=\"x\"} 4\n");
	family_free(f);
	/* Nothing at all is not told. */
	f = new_family(FAMILY_GAUGE, "g", 1, NULL, NULL);
	expect_text(f, true, "# EOF\n");
	family_free(f);
}

static void numbers_read_back_the_same(void **state)
{
	static const struct {
		double v;
		bool real;
		const char *text;
	} numbers[] = {
		{0, false, "0"},
		{0.1, false, "0.1"},
		{1e-05, true, "1e-05"},
		{2, true, "2.0"},
		{1e100, true, "1e+100"},
		{INFINITY, true, "+Inf"},
		{1.0 / 3, false, "0.3333333333333333"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct buf b = {0};

		text_number(&b, numbers[i].v, numbers[i].real);
		assert_string_equal(b.data, numbers[i].text);
		buf_free(&b);
	}
}

static void who_gets_openmetrics(void **state)
{
	static const struct {
		const char *accept;
		bool yes;
	} cases[] = {
		{NULL, false},
		{"", false},
		{"*/*", false},
		{"text/plain", false},
		{"application/*", false},
		{"application/openmetrics-text", true},
		{"Application/OpenMetrics-Text; version=1.0.0", true},
		{"application/openmetrics-text;version=1.0.0,application/"
		 "openmetrics-text;version=0."
		 "0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 true},
		{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/"
		 "plain;version=1.0.0;q=0.3,*/*;q=0.1",
		 true},
		{"application/openmetrics-text;version=0.0.1", false},
		{"application/openmetrics-text;version=2.0.0,text/plain", false},
		{"application/openmetrics-text;q=0", false},
		{"application/openmetrics-text;q=0.1,text/plain;q=0.9", false},
		{"text/plain;q=0.5, application/openmetrics-text;q=0.5", true},
		{"application/openmetrics-text;q=x", false},
		{";;;,,,q=1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (text_wants_openmetrics(cases[i].accept) != cases[i].yes)
			fail_msg("Accept: %s", cases[i].accept);
}

static void label_values_are_utf8(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{"caf\xc3\xa9", 5, "caf\xc3\xa9"},
		{"\xff\xfe.x", 4, "\\xff\\xfe.x"},
		{"a\0b", 3, "a\\x00b"},
		{"a\n\t\"\\", 5, "a\n\t\"\\"},
		{"\xc3", 1, "\\xc3"},
		{"\xed\xa0\x80", 3, "\\xed\\xa0\\x80"}, /* half of a surrogate pair */
	};
	char out[REGISTRY_VALUE_MAX], long_text[400];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = label_text(out, cases[i].in, cases[i].len);
		assert_int_equal(len, strlen(cases[i].out));
		assert_memory_equal(out, cases[i].out, len);
	}
	/* Cut between two characters. */
	long_text[0] = 'x';
	for (size_t i = 1; i + 1 < sizeof(long_text); i += 2)
		memcpy(long_text + i, "\xc3\xa9", 2);
	assert_int_equal(label_text(out, long_text, 399), 255);
}

static void slots_are_in_the_middle(void **state)
{
	double bounds[METRICS_BUCKETS];

	(void)state;
	assert_true(buckets_slot_value(1) == 1);
	assert_true(buckets_slot_value(2) == 3);
	assert_true(buckets_slot_value(10) == 768);
	assert_int_equal(buckets_of_slots(1e-6, bounds), 27);
	assert_true(bounds[0] == 2e-6 && bounds[26] == 134.217728);
	assert_int_equal(buckets_of_slots(1, bounds), 40);
}

/* --- the configuration --- */

static void words_of_the_command_line(void **state)
{
	struct config c = {0};
	struct error e = {0};

	(void)state;
	assert_int_equal(config_add_word(&c, "biolatency", &e), 0);
	assert_int_equal(config_add_word(&c, "opensnoop:failed,name=a\\,b,max_args=", &e), 0);
	assert_int_equal(c.programs[0].nwords, 1);
	assert_int_equal(c.programs[1].nwords, 4);
	assert_string_equal(c.programs[1].name, "opensnoop");
	assert_string_equal(c.programs[1].words[0], "opensnoop");
	assert_string_equal(c.programs[1].words[1], "--failed");
	assert_string_equal(c.programs[1].words[2], "--name=a,b");
	assert_string_equal(c.programs[1].words[3], "--max_args=");
	assert_int_equal(config_check(&c, &e), 0);
	assert_int_equal(config_add_word(&c, "opensnoop", &e), 0);
	assert_int_equal(config_check(&c, &e), -EINVAL);
	assert_string_equal(e.text,
			    "opensnoop: opensnoop is there twice: its metrics would have the "
			    "same names");
	config_free(&c);
	for (const char *const *bad =
		     (const char *const[]){"", ":x", "a:", "a:,x", "a:x,", "a:=1", "a:--x", NULL};
	     *bad; bad++) {
		assert_int_equal(config_add_word(&c, *bad, &e), -EINVAL);
		assert_int_equal(e.fault, FAULT_USAGE);
		config_free(&c);
	}
	error_clear(&e);
}

static int read_config(struct config *c, const char *text, struct error *e)
{
	program_file_put("c.yaml", text, strlen(text));
	return config_add_file(c, "c.yaml", e);
}

static void a_file_as_eunomias(void **state)
{
	struct config c = {0};
	struct error e = {0};
	const struct config_program *p;

	(void)state;
	if (read_config(
		    &c,
		    "programs:\n"
		    "  - name: opensnoop\n"
		    "    options: {failed: true, print_uid: false, name: main, flag-filter: [A, "
		    "B]}\n"
		    "    max_series: 7\n"
		    "    metrics:\n"
		    "      counters:\n"
		    "        - name: file_open_counter\n"
		    "          description: test\n"
		    "          labels:\n"
		    "            - name: pid\n"
		    "            - name: filename\n"
		    "              from: path\n"
		    "              max_series: 5\n"
		    "      histograms:\n"
		    "        - {name: h, description: d, from: lat_ns, buckets: [0.5, 1, 2.5e3]}\n"
		    "      gauges:\n"
		    "        - {name: g, description: d, from: fd, scale: 2}\n"
		    "  - name: biolatency\n",
		    &e))
		fail_msg("%s", e.text);
	assert_int_equal(c.n, 2);
	p = &c.programs[0];
	assert_int_equal(p->nwords, 5);
	assert_string_equal(p->words[0], "opensnoop");
	assert_string_equal(p->words[1], "--failed");
	assert_string_equal(p->words[2], "--name=main");
	assert_string_equal(p->words[4], "--flag-filter=B");
	assert_int_equal(p->max_series, 7);
	assert_int_equal(metrics_count(&p->metrics), 3);
	assert_string_equal(metrics_get(&p->metrics, 0)->labels[0].from, "pid");
	assert_string_equal(metrics_get(&p->metrics, 0)->labels[1].from, "path");
	assert_int_equal(metrics_get(&p->metrics, 0)->labels[1].max_series, 5);
	assert_int_equal(metrics_get(&p->metrics, 1)->nbuckets, 3);
	assert_true(metric_scale(metrics_get(&p->metrics, 1)) == 1e-9);
	assert_true(metric_scale(metrics_get(&p->metrics, 2)) == 2);
	assert_true(config_same(p, p));
	assert_false(config_same(p, &c.programs[1]));
	config_free(&c);
}

static void wrong_files(void **state)
{
#define OPEN	      "programs:\n  - name: opensnoop\n"
#define COUNTER(rest) OPEN "    metrics:\n      counters:\n        - {" rest "}\n"
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "c.yaml:1: the file is empty"},
		{"programs: []\n", "c.yaml:1: `programs` is empty"},
		{"programs: opensnoop\n", "c.yaml:1: `programs` is to be a list of programs"},
		{"program: []\n", "c.yaml:1: unknown key `program`"},
		{"programs:\n  - {nam: x}\n", "c.yaml:2: unknown key `nam`"},
		{"programs:\n  - {options: {}}\n", "c.yaml:2: "},
		{"programs:\n  - {name: ../x}\n", "c.yaml:2: `name` is to be a tool's name"},
		{OPEN "    options: [x]\n", "c.yaml:3: `options` is to be a mapping"},
		{OPEN "    options: {a: {b: c}}\n", "c.yaml:3: `a` is to be true, false"},
		{OPEN "    max_series: 0\n", "c.yaml:3: `max_series` is to be a whole number"},
		{OPEN "    max_series: lots\n", "c.yaml:3: `max_series` is to be a whole number"},
		{OPEN "    metrics: {}\n", "c.yaml:3: `metrics` has no counters"},
		{OPEN "    metrics:\n      summaries: []\n", "c.yaml:4: unknown key `summaries`"},
		{COUNTER("name: a"), "c.yaml:5: "},
		{COUNTER("name: a, description: d, from: slot, sum: s_ns"),
		 "c.yaml:5: a: `sum` is of a histogram `from: slot`"},
		{COUNTER("name: 1a, description: d"), "c.yaml:5: `name` is to be a metric's name"},
		{COUNTER("name: a, description: d, buckets: [1]"),
		 "c.yaml:5: a: `buckets` are a histogram's"},
		{COUNTER("name: a, description: d, labels: [{name: __x}]"),
		 "c.yaml:5: `name` is to be a label's name"},
		{COUNTER("name: a, description: d, labels: [{name: x}, {name: x}]"),
		 "c.yaml:5: the label x is there twice"},
		{COUNTER("name: a, description: d, labels: [comm]"), "c.yaml:5: "},
		{OPEN "    metrics:\n      gauges:\n        - {name: a, description: d}\n",
		 "c.yaml:5: a: a gauge wants `from`"},
		{OPEN
		 "    metrics:\n      histograms:\n        - {name: a, description: d, from: x, "
		 "buckets: [2, 1]}\n",
		 "c.yaml:5: `buckets`: 1 does not come after 2"},
		{COUNTER("name: a, description: d, labels: [{name: le, from: x}]"),
		 "c.yaml:5: the label le is one that Prometheus keeps for itself"},
		{COUNTER("name: a, description: d, labels: [{name: quantile, from: x}]"),
		 "c.yaml:5: the label quantile is one that"},
		{COUNTER("name: _total, description: d"), "c.yaml:5: the name _total has nothing"},
		{COUNTER("name: a, description: d, labels: [{name: x}, [x]]"),
		 "c.yaml:5: `labels` is to be a list of mappings, not a list"},
		{"programs: &p [*p]\n", "c.yaml:1: `programs` is to be a list of mappings"},
		{OPEN "    metrics:\n      counters:\n        - {name: a, description: d}\n"
		      "        - {name: a, description: d}\n",
		 "the metric a is there twice (lines 5 and 6)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config c = {0};
		struct error e = {0};

		if (!read_config(&c, cases[i].text, &e))
			fail_msg("no error: %s", cases[i].text);
		if (e.fault != FAULT_TOOL || !strstr(e.text, cases[i].error))
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].text, e.text, cases[i].error);
		error_clear(&e);
		config_free(&c);
	}
}

static void expect_bomb(const char *text, const char *error)
{
	struct config c = {0};
	struct error e = {0};

	assert_int_equal(read_config(&c, text, &e), -EINVAL);
	if (!strstr(e.text, error))
		fail_msg("\"%s\", not \"%s\"", e.text, error);
	error_clear(&e);
	config_free(&c);
}

/* A small file that would become a large one, or that libyaml would read for long. */
static void files_that_are_bombs(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_str(&b, "programs:\n  - name: t\n    metrics: &m\n      counters:\n");
	for (int i = 0; i < 500; i++)
		buf_printf(&b, "        - {name: c%d, description: d}\n", i);
	for (int i = 0; i < 500; i++)
		buf_printf(&b, "  - {name: t%d, metrics: *m}\n", i);
	expect_bomb(b.data, ": the file's aliases make more than 50000 values of it");
	buf_free(&b);
	buf_str(&b, "programs:\n  - name: t\n    options: ");
	for (int i = 0; i < 100000; i++)
		buf_char(&b, '[');
	expect_bomb(b.data, "c.yaml:3: over 256 brackets are open here");
	buf_free(&b);
}

static void expect_address(const char *text, bool good)
{
	struct http_address a;
	struct error e = {0};
	int err = http_parse(text, &a, &e);

	if (!err != good)
		fail_msg("--listen %s: %d", text, err);
	if (err)
		assert_int_equal(e.fault, FAULT_USAGE);
	error_clear(&e);
}

static void addresses(void **state)
{
	(void)state;
	for (const char *const *s = (const char *const[]){"127.0.0.1:8526", "[::1]:8526", ":1",
							  "0.0.0.0:65535", "[::]:80", NULL};
	     *s; s++)
		expect_address(*s, true);
	for (const char *const *s =
		     (const char *const[]){"", "8526", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
					   "127.0.0.1:65536", "localhost:1", "::1:8526", "[::1]",
					   "[::1:8526", "1.2.3:4", "127.0.0.1:-1", "[]:1", NULL};
	     *s; s++)
		expect_address(*s, false);
}

/* --- metrics of a program --- */

#define PROGRAM(metrics)                                                                      \
	SUMMARY "output: {stream: events, columns: [{title: A, field: a}, {title: L, field: " \
		"lat_ns, unit: milliseconds, width: 8}]}\n" metrics

static void a_program_without_metrics(void **state)
{
	struct program *p = program_file_load(PROGRAM(""));

	(void)state;
	assert_int_equal(p->metrics.ncounters, 1);
	assert_string_equal(p->metrics.counters[0].name, "bcchost_x_events_total");
	assert_int_equal(p->metrics.nhistograms, 1);
	assert_string_equal(p->metrics.histograms[0].name, "bcchost_x_lat_seconds");
	assert_string_equal(p->metrics.histograms[0].from, "lat_ns");
	program_free(p);
	p = program_file_load(SUMMARY
			      "output: {rates: t, columns: [{title: R/s, field: reads}]}\n");
	assert_string_equal(p->metrics.counters[0].name, "bcchost_x_reads_total");
	program_free(p);
	p = program_file_load(
		SUMMARY "output: {top: t, sort: {a: [n]}, columns: [{title: N, field: n}]}\n");
	assert_string_equal(p->metrics.counters[0].name, "bcchost_x_n_total");
	program_free(p);
	p = program_file_load(
		SUMMARY "output: {histogram: t, label: usecs, columns: [{title: O, field: op, "
			"names: {0: read}}]}\n");
	assert_string_equal(p->metrics.histograms[0].name, "bcchost_x_seconds");
	assert_string_equal(p->metrics.histograms[0].labels[0].from, "op_name");
	program_free(p);
}

static void a_programs_wrong_metrics(void **state)
{
	(void)state;
	program_file_error(PROGRAM("metrics:\n  counters:\n    - {name: n_total, description: d, "
				   "labels: [{name: a}, {name: latency, from: lat}]}\n"),
			   "programs/x.yaml:5: label latency: x has no field lat; did you mean "
			   "lat_ns? there are time, elapsed_ns, a, lat_ns, container, pod, cgroup");
	program_file_error(
		PROGRAM("metrics:\n  gauges:\n    - {name: g, description: d, from: b}\n"),
		"programs/x.yaml:5: metric g: x has no field b; there are time, "
		"elapsed_ns, a, lat_ns, container, pod, cgroup");
	program_file_error(PROGRAM("metrics:\n  options: [all]\n  counters:\n    - {name: n, "
				   "description: d}\n"),
			   "programs/x.yaml:4: `metrics`: x has no flag all");
	program_file_error(
		SUMMARY "output: {rates: t, columns: [{title: R/s, field: reads}]}\n"
			"metrics: {counters: [{name: n, description: d}]}\n",
		"programs/x.yaml:3: n: x counts in a table of its own: it gives counters "
		"and gauges with `from`, no counter without it");
	program_file_error(
		SUMMARY "output: {histogram: t, label: usecs}\n"
			"metrics: {histograms: [{name: n, description: d, from: slot, "
			"buckets: [1]}]}\n",
		"programs/x.yaml:3: n: x counts in a table of its own: it gives "
		"histograms `from: slot`, without `buckets`, and counters without `from`");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(series_are_found_again),
		cmocka_unit_test(what_overflows_is_one_series),
		cmocka_unit_test(a_label_has_a_bound_of_its_own),
		cmocka_unit_test(a_name_that_is_other_is_no_second_series),
		cmocka_unit_test(counters_in_both_formats),
		cmocka_unit_test(histograms_add_up),
		cmocka_unit_test(numbers_read_back_the_same),
		cmocka_unit_test(who_gets_openmetrics),
		cmocka_unit_test(label_values_are_utf8),
		cmocka_unit_test(slots_are_in_the_middle),
		cmocka_unit_test(words_of_the_command_line),
		cmocka_unit_test(a_file_as_eunomias),
		cmocka_unit_test(wrong_files),
		cmocka_unit_test(files_that_are_bombs),
		cmocka_unit_test(addresses),
		cmocka_unit_test(a_program_without_metrics),
		cmocka_unit_test(a_programs_wrong_metrics),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
