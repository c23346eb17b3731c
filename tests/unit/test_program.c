/* SPDX-License-Identifier: Apache-2.0 */
/* A tool's YAML file: what a good one becomes, and that no bad one does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program_file.h"
#include "tool/yaml.h"

static void test_names_and_paths(void **state)
{
	struct program *p = program_file_load(program_sample);

	(void)state;
	assert_string_equal(p->name, "x");
	assert_string_equal(p->path, "programs/x.yaml");
	assert_string_equal(p->template_path, "templates/other.bpf.c");
	assert_string_equal(p->include_dir, "templates/include");
	assert_string_equal(p->summary, "how long each short-lived file lived");
	assert_string_equal(p->description, "One paragraph, folded.\n");
	assert_int_equal(p->nfilters, 7);
	assert_int_equal(p->filters[6], PROGRAM_FILTER_DIR);
	assert_true(program_has_filter(p, PROGRAM_FILTER_UID));
	assert_false(program_has_filter(p, PROGRAM_FILTER_INODE));
	assert_int_equal(p->nvariants, 2);
	assert_string_equal(p->variants[1], "tracepoint");
	assert_int_equal(p->nexamples, 1);
	assert_string_equal(p->examples[0].run, "filelife -p 181");
	assert_string_equal(p->examples[0].does, "only what process 181 removes");
	program_free(p);
}

static void test_options(void **state)
{
	struct program *p = program_file_load(program_sample);
	const struct program_option *o = p->options;

	(void)state;
	assert_int_equal(p->noptions, 7);
	assert_string_equal(o[0].name, "failed");
	assert_int_equal(o[0].short_name, 'x');
	assert_int_equal(o[0].type, PROGRAM_OPTION_FLAG);
	assert_int_equal(o[0].line, 7);
	assert_string_equal(o[0].help, "only failed opens");
	assert_string_equal(o[1].name, "extended-fields");
	assert_int_equal(o[2].type, PROGRAM_OPTION_ENUM);
	assert_true(o[2].many);
	assert_string_equal(o[2].placeholder, "FLAG");
	assert_int_equal(o[2].nvalues, 4);
	assert_string_equal(o[2].values[2].name, "O_CREAT");
	assert_int_equal(o[2].values[1].number, 2);
	assert_int_equal(o[2].values[2].number, 0100);
	assert_int_equal(o[2].values[3].number, 0200);
	assert_int_equal(o[3].max, 100000);
	assert_string_equal(o[3].fallback, "10");
	assert_int_equal(o[4].type, PROGRAM_OPTION_NUMBER);
	assert_string_equal(o[4].placeholder, "N");
	assert_int_equal(o[5].max, 15);
	assert_int_equal(o[5].short_name, 0);
	assert_null(o[5].fallback);
	assert_int_equal(o[6].type, PROGRAM_OPTION_PATH);
	program_free(p);
}

static void test_probes(void **state)
{
	static const char *const kinds[] = {
		"kprobe", "kprobe",   "tracepoint",	"kretprobe",
		"kfunc",  "kretfunc", "raw_tracepoint", "perf_event",
	};
	struct program *p = program_file_load(program_sample);
	const struct program_probe *pr = p->probes;

	(void)state;
	assert_int_equal(p->nprobes, 8);
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(program_probe_kind_name(pr[i].kind), kinds[i]);
	assert_int_equal(pr[0].ntargets, 1);
	assert_string_equal(pr[0].targets[0], "vfs_create");
	assert_string_equal(pr[0].run, "file_created");
	assert_true(pr[0].optional);
	assert_null(pr[0].variant);
	assert_int_equal(pr[0].line, 18);
	assert_int_equal(pr[1].ntargets, 2);
	assert_string_equal(pr[1].targets[1], "do_sys_open.isra.0");
	assert_string_equal(pr[1].variant, "kprobe");
	assert_string_equal(pr[2].targets[0], "syscalls:sys_enter_openat");
	assert_string_equal(pr[3].targets[0], "^vfs_.*");
	program_free(p);
}

static void test_words_and_facts(void **state)
{
	struct program *p = program_file_load(program_sample);

	(void)state;
	assert_int_equal(p->nwords, 4);
	assert_string_equal(p->words[0].word, "TYPE_FILTER");
	assert_string_equal(p->words[0].option, "failed");
	assert_string_equal(p->words[0].then, "0");
	assert_string_equal(p->words[0].other, "!S_ISREG(mode)");
	assert_string_equal(p->words[1].option, "min-ms");
	assert_null(p->words[1].then);
	assert_null(p->words[1].other);
	assert_int_equal(p->words[1].line, 28);
	assert_string_equal(p->words[2].other, "0");
	assert_string_equal(p->words[3].then, "");
	assert_int_equal(p->nfacts, 6);
	assert_string_equal(p->facts[0].macro, "RENAME_TAKES_STRUCT");
	assert_int_equal(p->facts[0].kind, PROGRAM_FACT_PARAM);
	assert_string_equal(p->facts[0].a, "vfs_rename");
	assert_string_equal(p->facts[0].b, "rd");
	assert_int_equal(p->facts[1].kind, PROGRAM_FACT_SYMBOL);
	assert_string_equal(p->facts[1].a, "x");
	assert_null(p->facts[1].b);
	assert_int_equal(p->facts[2].kind, PROGRAM_FACT_FIELD);
	assert_int_equal(p->facts[3].kind, PROGRAM_FACT_TYPE);
	for (size_t i = 4; i < 6; i++) {
		assert_int_equal(p->facts[i].kind, PROGRAM_FACT_TRACEPOINT);
		assert_string_equal(p->facts[i].a, "block");
		assert_string_equal(p->facts[i].b, "block_rq_issue");
	}
	assert_int_equal(p->facts[5].line, 33);
	program_free(p);
}

static void test_columns(void **state)
{
	struct program *p = program_file_load(program_sample);
	const struct program_column *c = p->columns;

	(void)state;
	assert_int_equal(p->output, PROGRAM_STREAM);
	assert_string_equal(p->table, "events");
	assert_int_equal(p->table_line, 35);
	assert_int_equal(p->ncolumns, 8);
	assert_int_equal(c[0].value, PROGRAM_COLUMN_ELAPSED);
	assert_string_equal(c[0].when, "timestamp");
	assert_int_equal(c[0].width, 14);
	assert_int_equal(c[1].value, PROGRAM_COLUMN_TIME);
	assert_null(c[1].when);
	assert_int_equal(c[2].value, PROGRAM_COLUMN_FIELD);
	assert_string_equal(c[2].unless, "tid");
	assert_int_equal(c[2].align, PROGRAM_ALIGN_RIGHT);
	assert_int_equal(c[3].unit, PROGRAM_UNIT_SECONDS);
	assert_int_equal(c[3].decimals, 2);
	assert_int_equal(c[3].align, PROGRAM_ALIGN_RIGHT);
	assert_int_equal(c[4].align, PROGRAM_ALIGN_LEFT);
	assert_int_equal(c[5].format, PROGRAM_FORMAT_OCTAL);
	assert_int_equal(c[5].digits, 8);
	assert_string_equal(c[5].when, "extended-fields");
	assert_int_equal(c[6].nnames, 2);
	assert_int_equal(c[6].names[1].number, -1);
	assert_string_equal(c[6].names[1].name, "W");
	assert_int_equal(c[6].align, PROGRAM_ALIGN_LEFT);
	assert_int_equal(c[7].format, PROGRAM_FORMAT_PATH);
	assert_string_equal(c[7].dirs, "dirs");
	assert_int_equal(c[7].width, 0);
	assert_int_equal(c[7].line, 44);
	program_free(p);
}

/* Each output is one by itself, with the options of the whole. */
static void test_also(void **state)
{
	struct program *p = program_file_load(
		SUMMARY "options: [{name: word, type: regex, help: h}]\n"
			"output:\n stream: a\n columns: [{title: A, field: x}]\n also:\n"
			"  - stream: b\n    clock: ts\n    only: [{option: word, field: y}]\n"
			"    columns: [{title: A, field: x, when: word}]\n");

	(void)state;
	assert_int_equal(program_noutputs(p), 2);
	assert_ptr_equal(program_output_at(p, 0), p);
	assert_ptr_equal(p->also[0].main, p);
	assert_string_equal(p->also[0].table, "b");
	assert_int_equal(p->also[0].table_line, 7);
	assert_string_equal(p->also[0].path, p->path);
	assert_string_equal(p->also[0].clock, "ts");
	assert_string_equal(p->also[0].only[0].option, "word");
	assert_true(program_goes_along(p, 1));
	assert_false(program_has_periodic(p));
	/* The fields are the same: nobody needs to be told which it is. */
	assert_null(p->origin);
	program_free(p);

	p = program_file_load(SUMMARY "output:\n stream: a\n interval: 2\n"
				      " columns: [{title: A, field: x}]\n also:\n"
				      "  - {histogram: b, label: usecs, linear: true}\n"
				      "  - {stream: c, columns: [{title: A, field: y}]}\n");
	assert_int_equal(p->nalso, 2);
	assert_true(program_has_output(p, PROGRAM_HISTOGRAM));
	assert_false(program_has_output(p, PROGRAM_TOP));
	assert_false(program_goes_along(p, 1));
	assert_true(program_goes_along(p, 2));
	assert_true(p->also[0].interval == 2);
	assert_string_equal(p->origin, "a");
	assert_string_equal(p->also[1].origin, "c");
	program_free(p);
}

/* Where the template is, for each way to name a file. */
static void test_places(void **state)
{
	static const char *const places[][3] = {
		{"programs/x.yaml", "templates/x.bpf.c", "templates/include"},
		{"./programs/x.yaml", "./templates/x.bpf.c", "./templates/include"},
		{"flat/my-tool_2.yaml", "flat/my-tool_2.bpf.c", "flat/include"},
		{"notprograms/y.yaml", "notprograms/y.bpf.c", "notprograms/include"},
		{"z.yaml", "z.bpf.c", "include"},
	};
	struct program *p;

	(void)state;
	mkdir("flat", 0755);
	mkdir("notprograms", 0755);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		program_file_put(places[i][0], GOOD, strlen(GOOD));
		assert_int_equal(program_load(places[i][0], &p, NULL), 0);
		assert_string_equal(p->template_path, places[i][1]);
		assert_string_equal(p->include_dir, places[i][2]);
		assert_string_equal(p->description, "");
		assert_int_equal(p->nprobes, 0);
		program_free(p);
	}
}

/* Aliases are values as any other; one that holds itself is not of a known shape. */
static void test_aliases(void **state)
{
	struct program *p;

	(void)state;
	p = program_file_load("summary: &s one two\ndescription: *s\n" OUTPUT);
	assert_string_equal(p->description, "one two");
	program_free(p);
	program_file_error(
		"summary: s\nfilters: &a [*a]\n",
		"programs/x.yaml:2: `filters` is to be one of pid, tid, uid, comm, cgroup, mntns, "
		"inode, parent_inode, dir, not a list");
}

static void test_bounds(void **state)
{
	size_t len = YAML_MAX_FILE + 1;
	char *text = malloc(len);

	(void)state;
	assert_non_null(text);
	memset(text, '#', len);
	program_file_put("programs/x.yaml", text, len);
	struct error e = {0};
	struct program *p;

	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EFBIG);
	assert_string_equal(e.text, "programs/x.yaml:1: the file has over 256 KiB");
	error_clear(&e);

	/* Deep, and wide. */
	memset(text, '[', 100000);
	program_file_put("programs/x.yaml", text, 100000);
	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EINVAL);
	error_clear(&e);
	len = (size_t)sprintf(text, GOOD "filters: [");
	for (int i = 0; i < YAML_MAX_ITEMS + 1; i++)
		len += (size_t)sprintf(text + len, "pid,");
	sprintf(text + len, "]\n");
	program_file_error(text, "programs/x.yaml:3: filters has over 512 entries");
	free(text);
}

/* Cut off or spoilt anywhere, a file is an error or a program, never a crash (with sanitizers). */
static void test_spoilt_anywhere(void **state)
{
	static const char spoilers[] = "\0\xff:[]{}\"'\n\t-&*!|#,%";
	size_t len = strlen(program_sample);
	char *text = strdup(program_sample);
	struct program *p;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < len; i++) {
		struct error e = {0};

		program_file_put("programs/x.yaml", program_sample, i);
		if (program_load("programs/x.yaml", &p, &e) == 0)
			program_free(p);
		else
			assert_non_null(strstr(e.text, "programs/x.yaml:"));
		error_clear(&e);
		text[i] = spoilers[i * 7 % (sizeof(spoilers) - 1)];
		program_file_put("programs/x.yaml", text, len);
		if (program_load("programs/x.yaml", &p, NULL) == 0)
			program_free(p);
		text[i] = program_sample[i];
	}
	free(text);
}

static void test_others_can_write(void **state)
{
	struct error e = {0};
	struct program *p;

	(void)state;
	if (geteuid() != 0)
		skip();
	program_file_put("programs/x.yaml", GOOD, strlen(GOOD));
	chmod("programs/x.yaml", 0664);
	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EPERM);
	assert_int_equal(e.fault, FAULT_PERMISSION);
	assert_string_equal(e.text, "refusing programs/x.yaml as root: its group can write it "
				    "(mode 0664); chmod go-w it");
	error_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_paths),	 cmocka_unit_test(test_options),
		cmocka_unit_test(test_probes),		 cmocka_unit_test(test_words_and_facts),
		cmocka_unit_test(test_columns),		 cmocka_unit_test(test_also),
		cmocka_unit_test(test_places),		 cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_bounds),		 cmocka_unit_test(test_spoilt_anywhere),
		cmocka_unit_test(test_others_can_write),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
