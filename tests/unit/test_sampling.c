/* SPDX-License-Identifier: Apache-2.0 */
/* Perf events of a program: what the file may say, and what becomes of it with options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program_file.h"
#include "text/sampling.h"

#define OPTIONS                                                                       \
	"filters: [pid, tid]\n"                                                       \
	"options: [{name: frequency, short: F, type: integer, max: 200000, help: h}," \
	" {name: count, short: c, type: integer, help: h}, {name: flag, help: h},"    \
	" {name: hz, type: integer, default: 99, help: h},"                           \
	" {name: ids, type: integer, many: true, help: h},"                           \
	" {name: cpu, type: integer, min: -1, default: -1, help: h}]\n"
#define CLOCK "perf_event: \"software:cpu-clock\""

static void bad_files(void **state)
{
	static const struct {
		const char *probe, *says;
	} bad[] = {
		{CLOCK, "software:cpu-clock: how often? `frequency: 99` is so often a second, "
			"`period: 1000` at every thousandth"},
		{"perf_event: [\"hardware:cpu-cycles:10\", \"software:cpu-clock\"]",
		 "software:cpu-clock: how often?"},
		{"perf_event: cpu-clock", "cpu-clock is no perf event: it is software:EVENT"},
		{"perf_event: \"software:cpu-cycles@9\"", "software:cpu-cycles@9 is no perf event"},
		{"perf_event: \"software:cpu-clock@99\", frequency: 9",
		 "software:cpu-clock@99 has its rate itself; take that out, or `frequency` and "
		 "`period`"},
		{CLOCK ", frequency: 0",
		 "`frequency` is to be a whole number from 1 to 100000, not \"0\""},
		{CLOCK ", frequency: 100001",
		 "`frequency` is to be a whole number from 1 to 100000"},
		{CLOCK ", period: -1", "`period` is to be a whole number from 1 to"},
		{CLOCK ", frequency: often", "`frequency` is to be a whole number"},
		{CLOCK ", frequency: [1]", "`frequency` is to be a whole number"},
		{CLOCK ", frequency: {else: 3}", "`frequency` wants a key `option`"},
		{CLOCK ", frequency: {option: hz, otherwise: 3}",
		 "unknown key `otherwise` in `frequency`; known here: option, else"},
		{CLOCK ", frequency: {option: none, else: 3}",
		 "`frequency: {option: none}`: this tool has no option none of type integer"},
		{CLOCK ", frequency: {option: flag, else: 3}",
		 "`frequency: {option: flag}`: this tool has no option flag of type integer"},
		{CLOCK ", frequency: {option: ids, else: 3}",
		 "`frequency: {option: ids}`: this tool has no option ids of type integer"},
		{CLOCK ", frequency: {option: frequency, else: 0}",
		 "`else` is to be a whole number from 1 to 100000, not \"0\""},
		{CLOCK ", frequency: {option: frequency}",
		 "software:cpu-clock: `frequency` or `period` wants an `else:`"},
		{CLOCK ", frequency: 9, period: 9", "`frequency` and `period` exclude one another"},
		{CLOCK ", frequency: {option: hz}, period: {option: count, else: 3}",
		 "`frequency` and `period` exclude one another"},
		{CLOCK ", frequency: 9, cpu: all", "`cpu` is to be a whole number"},
		{CLOCK ", frequency: 9, pid: {option: uid}",
		 "`pid: {option: uid}`: this tool has no option uid of type integer"},
		{"kprobe: f, frequency: 9", "`frequency` is only for a perf_event"},
		{"kprobe: f, cpu: 1", "`cpu` is only for a perf_event"},
	};

	struct error e = {0};
	struct program *p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text, *says;

		assert_true(asprintf(&text, GOOD OPTIONS "probes: [{run: h, %s}]\n", bad[i].probe) >
			    0);
		assert_true(asprintf(&says, "programs/x.yaml:5: %s", bad[i].says) > 0);
		program_file_put("programs/x.yaml", text, strlen(text));
		assert_true(program_load("programs/x.yaml", &p, &e) < 0);
		assert_int_equal(e.fault, FAULT_TOOL);
		if (strncmp(e.text, says, strlen(says)) != 0)
			fail_msg("%s\nsays: %s\nnot:  %s", text, e.text, says);
		error_clear(&e);
		free(text);
		free(says);
	}
}

static void counters(void **state)
{
	struct program *p = program_file_load(
		GOOD "perf_counters: {cycles: \"hardware:cpu-cycles\", t: \"1:1\"}\n");

	(void)state;
	assert_int_equal(p->nperf_counters, 2);
	assert_string_equal(p->perf_counters[0].table, "cycles");
	assert_string_equal(p->perf_counters[0].event, "hardware:cpu-cycles");
	assert_int_equal(p->perf_counters[1].line, 3);
	program_free(p);
	program_file_error(GOOD "perf_counters: [a]\n",
			   "programs/x.yaml:3: `perf_counters` is to be a mapping of tables to "
			   "perf events, not a list");
	program_file_error(GOOD "perf_counters: {c: cycles}\n",
			   "programs/x.yaml:3: `c` is to be a perf event, "
			   "\"hardware:cpu-cycles\", not \"cycles\"");
	program_file_error(GOOD "perf_counters: {c: \"software:cpu-clock@9\"}\n",
			   "programs/x.yaml:3: `c` is to be a perf event, "
			   "\"hardware:cpu-cycles\", not the text \"software:cpu-clock@9\"");
	program_file_error(GOOD "perf_counters: {1c: \"1:1\"}\n",
			   "programs/x.yaml:3: `perf_counters` is to be a C identifier, not "
			   "\"1c\"");
	program_file_error(GOOD "facts: {F: {perf_event: cycles}}\n",
			   "programs/x.yaml:3: `perf_event` is to be a perf event, "
			   "\"hardware:cpu-cycles\", not \"cycles\"");
}

/* What it makes of the words after the tool's name; the error's text if it refuses. */
static int make(const char *probe, const char *words, struct sampling *s, struct error *e)
{
	char *text, *argv[8] = {(char *)"x"}, copy[128];
	struct options none = {0}, o;
	struct program *p;
	int argc = 1, err;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	assert_true(asprintf(&text, GOOD OPTIONS "probes: [{run: h, %s}]\n", probe) > 0);
	p = program_file_load(text);
	assert_int_equal(options_parse(p, argc, argv, &none, &o, e), 0);
	err = sampling_make(s, p, &o, &p->probes[0], p->probes[0].targets[0], e);
	s->pid_option = s->cpu_option = NULL;
	options_free(&o);
	program_free(p);
	free(text);
	return err;
}

static void rates(void **state)
{
	static const char both[] =
		CLOCK ", frequency: {option: frequency, else: 49}, period: {option: count}";
	static const char fallback[] = CLOCK ", frequency: {option: hz}, period: {option: count}";
	static const struct {
		const char *probe, *words;
		bool frequency;
		uint64_t rate;
	} good[] = {
		{"perf_event: \"software:cpu-clock@99\"", "", true, 99},
		{"perf_event: \"software:cpu-clock:1000\"", "", false, 1000},
		{CLOCK ", frequency: 9", "", true, 9},
		{CLOCK ", period: 5000000000", "", false, 5000000000},
		{both, "", true, 49},
		{both, "-F 7", true, 7},
		{both, "-c 100", false, 100},
		{fallback, "", true, 99},
		{fallback, "--hz 5", true, 5},
		{fallback, "-c 100", false, 100},
	};
	struct error e = {0};
	struct sampling s;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(make(good[i].probe, good[i].words, &s, &e), 0);
		assert_int_equal(s.event.type, PERF_TYPE_SOFTWARE);
		assert_int_equal(s.event.frequency, good[i].frequency);
		assert_int_equal(s.event.rate, good[i].rate);
		assert_int_equal(s.pid, 0);
		assert_int_equal(s.cpu, -1);
	}
	assert_true(make(both, "-F 7 -c 7", &s, &e) < 0);
	assert_int_equal(e.fault, FAULT_USAGE);
	assert_string_equal(e.text, "--frequency and --count exclude one another: so often a "
				    "second, or at every so many");
	error_clear(&e);
	assert_true(make(both, "-F 150000", &s, &e) < 0);
	assert_string_equal(e.text, "--frequency 150000: a sample wants a number from 1 to 100000");
	error_clear(&e);
	assert_true(make(both, "-c 0", &s, &e) < 0);
	assert_non_null(strstr(e.text, "--count 0: a sample wants a number from 1 to"));
	error_clear(&e);
}

static void places(void **state)
{
	static const char probe[] = CLOCK ", frequency: 9, pid: {option: pid}, cpu: {option: cpu}";
	struct buf note = {0};
	struct error e = {0};
	struct sampling s;

	(void)state;
	assert_int_equal(make(probe, "", &s, &e), 0);
	assert_int_equal(s.pid, 0);
	assert_int_equal(s.cpu, -1);
	assert_int_equal(make(probe, "-p 181 --cpu 3", &s, &e), 0);
	assert_int_equal(s.pid, 181);
	assert_false(s.thread);
	assert_int_equal(s.cpu, 3);
	sampling_note(&s, &note);
	assert_string_equal(note.data, ", 9 times a second, on processor 3, of process 181");
	buf_free(&note);
	assert_int_equal(make(CLOCK ", period: 9, pid: {option: tid}", "-t 5", &s, &e), 0);
	assert_int_equal(s.pid, 5);
	assert_true(s.thread);
	sampling_note(&s, &note);
	assert_string_equal(note.data, ", at every 9. of them, of thread 5");
	buf_free(&note);
	assert_true(make(CLOCK ", period: 9, cpu: {option: count}", "-c 3000000000", &s, &e) < 0);
	assert_string_equal(e.text, "--count 3000000000 is too large");
	error_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files),
		cmocka_unit_test(counters),
		cmocka_unit_test(rates),
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
