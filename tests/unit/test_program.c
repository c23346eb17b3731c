/* SPDX-License-Identifier: Apache-2.0 */
/* A tool's YAML file: what a good one becomes, and what is said of each kind of bad one. */
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

#include "base/file.h"
#include "tool/program.h"
#include "tool/yaml.h"

static char *tmp;

static const char sample[] =
	"summary: how long each short-lived file lived\n"
	"description: >\n"
	"  One paragraph,\n"
	"  folded.\n"
	"filters: [pid, tid, uid, comm, cgroup, mntns, dir]\n"
	"options:\n"
	"  - {name: failed, short: x, help: only failed opens}\n"
	"  - {name: extended_fields, short: e, help: more}\n"
	"  - {name: flag-filter, short: f, type: enum, many: true, placeholder: FLAG,\n"
	"     values: {O_WRONLY: 1, O_RDWR: 0x2, O_CREAT: 0o100, O_EXCL: 0200}, help: flags}\n"
	"  - {name: min-ms, type: integer, min: 0, max: 100000, default: 10, placeholder: MS, "
	"help: h}\n"
	"  - {name: ratio, type: number, max: 1, help: h}\n"
	"  - {name: word, type: name, max: 15, help: h}\n"
	"  - {name: file, type: path, help: h}\n"
	"template: other.bpf.c\n"
	"variants: [kprobe, tracepoint]\n"
	"probes:\n"
	"  - {kprobe: vfs_create, run: file_created, optional: true}\n"
	"  - {kprobe: [do_sys_openat2, do_sys_open.isra.0], run: open_entry, variant: kprobe}\n"
	"  - {tracepoint: \"syscalls:sys_enter_openat\", run: enter, variant: tracepoint}\n"
	"  - {kretprobe: '^vfs_.*', run: any}\n"
	"  - {fentry: f, run: a}\n"
	"  - {fexit: f, run: b}\n"
	"  - {raw_tracepoint: sched_switch, run: c}\n"
	"  - {perf_event: \"software:cpu-clock\", run: d}\n"
	"substitute:\n"
	"  TYPE_FILTER: {option: failed, then: \"0\", else: \"!S_ISREG(mode)\"}\n"
	"  MIN_MS: {option: min_ms}\n"
	"  FLAGS: {option: flag-filter, else: 0}\n"
	"  T: {option: tid, then: '', else: return 0;}\n"
	"facts: {RENAME_TAKES_STRUCT: {param: [vfs_rename, rd]}, HAS_X: {symbol: x},\n"
	"  Y: {field: [renamedata, old_parent]}, M: {type: mnt_idmap},\n"
	"  P: {tracepoint: \"block:block_rq_issue\"}, Q: {tracepoint: [block, block_rq_issue]}}\n"
	"output:\n"
	"  stream: events\n"
	"  columns:\n"
	"    - {title: TIME(s), value: elapsed, width: 14, when: timestamp}\n"
	"    - {title: TIME, value: time, width: 8}\n"
	"    - {title: PID, field: pid, width: 6, unless: tid, align: right}\n"
	"    - {title: AGE(s), field: age_ns, unit: seconds, decimals: 2, width: 7}\n"
	"    - {title: US, field: age_ns, unit: microseconds, align: left}\n"
	"    - {title: FLAGS, field: flags, format: octal, digits: 8, width: 9, when: "
	"extended_fields}\n"
	"    - {title: T, field: type, names: {0: R, -1: W}, width: 1}\n"
	"    - {title: PATH, field: name, format: path, dirs: dirs}\n"
	"examples:\n"
	"  - {run: filelife -p 181, does: only what process 181 removes}\n";

/* The least file that is a tool, without its output, which is in lines 2 and 3. */
#define SUMMARY "summary: s\n"
#define OUTPUT	"output: {stream: events, columns: [{title: A, field: a}]}\n"
#define GOOD	SUMMARY OUTPUT

static void put(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static struct program *load(const char *text)
{
	struct error e = {0};
	struct program *p;

	put("programs/x.yaml", text, strlen(text));
	if (program_load("programs/x.yaml", &p, &e))
		fail_msg("%s", e.text);
	return p;
}

static void expect_error_of(const char *text, size_t len, const char *expected)
{
	struct error e = {0};
	struct program *p;

	put("programs/x.yaml", text, len);
	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EINVAL);
	assert_null(p);
	assert_string_equal(e.text, expected);
	assert_int_equal(e.fault, FAULT_TOOL);
	error_clear(&e);
}

static void expect_error(const char *text, const char *expected)
{
	expect_error_of(text, strlen(text), expected);
}

static void test_names_and_paths(void **state)
{
	struct program *p = load(sample);

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
	struct program *p = load(sample);
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
	struct program *p = load(sample);
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
	struct program *p = load(sample);

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
	struct program *p = load(sample);
	const struct program_column *c = p->columns;

	(void)state;
	assert_int_equal(p->output, PROGRAM_STREAM);
	assert_string_equal(p->stream, "events");
	assert_int_equal(p->stream_line, 35);
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
		put(places[i][0], GOOD, strlen(GOOD));
		assert_int_equal(program_load(places[i][0], &p, NULL), 0);
		assert_string_equal(p->template_path, places[i][1]);
		assert_string_equal(p->include_dir, places[i][2]);
		assert_string_equal(p->description, "");
		assert_int_equal(p->nprobes, 0);
		program_free(p);
	}
}

static void test_bad_names(void **state)
{
	static const char *const names[] = {
		"X.yaml", "1x.yaml", ".yaml", "x.yml", "a b.yaml", "x.", "", "a'b.yaml", "x.yaml/",
	};
	struct error e = {0};
	struct program *p;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(program_load(names[i], &p, &e), -EINVAL);
		assert_int_equal(e.fault, FAULT_TOOL);
		assert_non_null(strstr(e.text, ":1: a tool's file is named NAME.yaml"));
	}
	assert_int_equal(program_load("programs/none.yaml", &p, &e), -ENOENT);
	assert_string_equal(e.text, "cannot open programs/none.yaml: No such file or directory");
	error_clear(&e);
}

/* What is no YAML at all: libyaml's words, and its line. */
static void test_syntax(void **state)
{
	(void)state;
	expect_error("", "programs/x.yaml:1: the file is empty");
	expect_error("# nothing\n\n", "programs/x.yaml:1: the file is empty");
	expect_error("a: [1\nb: 2\n", "programs/x.yaml:2: did not find expected ',' or ']' (while "
				      "parsing a flow sequence, from line 1 on)");
	expect_error("summary: s\n\tx: 1\n",
		     "programs/x.yaml:2: found a tab character that violates indentation (while "
		     "scanning a plain scalar, from line 1 on)");
	expect_error("summary: s\nx: \"\xff\xfe\"\n",
		     "programs/x.yaml:2: invalid leading UTF-8 octet");
	expect_error("summary: s\nx: \x01\n",
		     "programs/x.yaml:2: control characters are not allowed");
	expect_error_of("a\0b: 1\n", 7, "programs/x.yaml:1: control characters are not allowed");
	expect_error("summary: *nowhere\n", "programs/x.yaml:1: found undefined alias");
	expect_error(GOOD "---\n" GOOD,
		     "programs/x.yaml:3: a second document begins; a tool's file holds one");
	expect_error(SUMMARY "x: @a\n", "programs/x.yaml:2: found character that cannot start any "
					"token (while scanning for the next token)");
	expect_error(
		GOOD "...\n%bad\n---\n",
		"programs/x.yaml:4: found unknown directive name (while scanning a directive)");
}

static void test_shape(void **state)
{
	(void)state;
	expect_error("just text\n", "programs/x.yaml:1: the file is to be a mapping, not "
				    "\"just text\"");
	expect_error("- a\n", "programs/x.yaml:1: the file is to be a mapping, not a list");
	expect_error("[a]: b\n", "programs/x.yaml:1: a key is to be a word");
	expect_error(SUMMARY, "programs/x.yaml:1: the file wants a key `output`");
	expect_error(OUTPUT, "programs/x.yaml:1: the file wants a key `summary`");
	expect_error(SUMMARY SUMMARY OUTPUT,
		     "programs/x.yaml:2: `summary` is given twice (first in line 1)");
	expect_error(GOOD "filter: [pid]\n",
		     "programs/x.yaml:3: unknown key `filter`; did you mean filters? known here: "
		     "summary, description, filters, options, template, variants, probes, "
		     "substitute, facts, output, examples");
	expect_error(SUMMARY "output: {stream: events, colums: []}\n",
		     "programs/x.yaml:2: unknown key `colums` in `output`; did you mean columns? "
		     "known here: stream, columns");
	expect_error("summary: [a]\n", "programs/x.yaml:1: `summary` is to be a line of text, not "
				       "a list");
	expect_error("summary:\n", "programs/x.yaml:1: `summary` is to be a line of text, not "
				   "nothing");
	expect_error("summary: \"a\\0b\"\n",
		     "programs/x.yaml:1: `summary` is to be a line of text, not the text \"a\"");
	expect_error("summary: \"a\\e[31mb\"\n", "programs/x.yaml:1: `summary` is to be a line of "
						 "text, not the text \"a?[31mb\"");
	expect_error(GOOD "filters: pid\n",
		     "programs/x.yaml:3: `filters` is to be a list of filters, not \"pid\"");
	expect_error(GOOD "filters: []\n",
		     "programs/x.yaml:3: `filters` is empty; leave it out, or give it a list of "
		     "filters");
	expect_error(GOOD "filters: [pid, pidd]\n",
		     "programs/x.yaml:3: \"pidd\" is no filter; did you mean pid?");
	expect_error(GOOD "filters:\n  - pid\n  - zzzzz\n",
		     "programs/x.yaml:5: \"zzzzz\" is no filter; there are pid, tid, uid, comm, "
		     "cgroup, mntns, inode, parent_inode, dir");
	expect_error(GOOD "filters: [pid, pid]\n", "programs/x.yaml:3: `filters` has pid twice");
	expect_error(GOOD "filters: [inode, parent_inode]\n",
		     "programs/x.yaml:3: `filters` has inode and parent_inode, which would both "
		     "be --inode");
	expect_error(GOOD "template: ../../etc/passwd.bpf.c\n",
		     "programs/x.yaml:3: `template` is to be the name of a .bpf.c file, without a "
		     "directory, not \"../../etc/passwd.bpf.c\"");
	expect_error(GOOD "examples: [{run: x}]\n",
		     "programs/x.yaml:3: `examples` wants a key `does`");
}

struct bad {
	const char *text, *error;
};

/* Each text comes after the two lines of a good file; each error after "programs/x.yaml:". */
static void expect_all(const struct bad *bad, size_t n, const char *before)
{
	char text[1024], error[1024];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s\n", before, bad[i].text);
		snprintf(error, sizeof(error), "programs/x.yaml:%s", bad[i].error);
		expect_error(text, error);
	}
}
#define EXPECT_ALL(bad, before) expect_all(bad, sizeof(bad) / sizeof((bad)[0]), before)

static void test_bad_options(void **state)
{
	static const struct bad bad[] = {
		{"options: [{help: h}]", "3: `options` wants a key `name`"},
		{"options: [{name: a}]", "3: `options` wants a key `help`"},
		{"options: [{name: A, help: h}]",
		 "3: `name` is to be an option's long name (a-z, 0-9 and -), not \"A\""},
		{"options: [{name: --a, help: h}]",
		 "3: `name` is to be an option's long name (a-z, 0-9 and -), not \"--a\""},
		{"options: [{name: a-, help: h}]",
		 "3: `name` is to be an option's long name (a-z, 0-9 and -), not \"a-\""},
		{"options: [{name: a, short: ab, help: h}]",
		 "3: `short` is to be a letter or digit (but not h, which is --help), not \"ab\""},
		{"options: [{name: a, short: h, help: h}]",
		 "3: `short` is to be a letter or digit (but not h, which is --help), not \"h\""},
		{"options: [{name: a, type: int, help: h}]",
		 "3: \"int\" is no type of an option; did you mean integer?"},
		{"options: [{name: a, many: yes, help: h}]",
		 "3: `many` is to be true or false, not \"yes\""},
		{"options: [{name: a, type: enum, help: h}]",
		 "3: option a of type enum wants `values`"},
		{"options: [{name: a, values: {A: 1}, help: h}]",
		 "3: `values` of option a: only type enum has them"},
		{"options: [{name: a, type: enum, values: {A: 1, a: 2}, help: h}]",
		 "3: `values` of option a has a twice"},
		{"options: [{name: a, type: enum, values: {\"A,B\": 1}, help: h}]",
		 "3: `values` is to be words without spaces and commas, not the text \"A,B\""},
		{"options: [{name: a, type: enum, values: {A: x}, help: h}]",
		 "3: `A` is to be a whole number (64 bits), not \"x\""},
		{"options: [{name: a, type: enum, values: {A: 0o8}, help: h}]",
		 "3: `A` is to be a whole number (64 bits), not \"0o8\""},
		{"options: [{name: a, type: enum, values: {A: 9223372036854775808}, help: h}]",
		 "3: `A` is to be a whole number (64 bits), not \"9223372036854775808\""},
		{"options: [{name: a, type: enum, values: {A: \"1\"}, help: h}]",
		 "3: `A` is to be a whole number (64 bits), not the text \"1\""},
		{"options: [{name: a, min: 1, help: h}]",
		 "3: `min` of option a: only numbers have one"},
		{"options: [{name: a, type: path, max: 1, help: h}]",
		 "3: `max` of option a: only numbers and names have one"},
		{"options: [{name: a, type: name, max: 4096, help: h}]",
		 "3: `max` of option a: a name has from 1 to 4095 bytes"},
		{"options: [{name: a, type: integer, min: 2, max: 1, help: h}]",
		 "3: `min` of option a is over its `max`"},
		{"options: [{name: a, type: name, many: true, help: h}]",
		 "3: `many` of option a: only enum and integer have it"},
		{"options: [{name: a, default: 1, help: h}]",
		 "3: option a is a flag, which has no `default`"},
		{"options: [{name: a, placeholder: N, help: h}]",
		 "3: option a is a flag, which has no `placeholder`; is its `type` missing?"},
		{"options: [{name: a, type: integer, max: 5, default: 6, help: h}]",
		 "3: `default` of option a, \"6\": wants a whole number from 0 to 5"},
		{"options: [{name: a, type: enum, values: {A: 1}, default: B, help: h}]",
		 "3: `default` of option a, \"B\": there is no \"B\"; there are A"},
		{"options:\n - {name: a, help: h}\n - {name: a, help: h}",
		 "5: option a is given twice (first in line 4)"},
		{"options:\n - {name: a, short: x, help: h}\n - {name: b, short: x, help: h}",
		 "5: options a and b both have the short name x"},
		{"options: [{name: max_events, help: h}]",
		 "3: option max-events: every tool has a --max-events already"},
		{"filters: [pid]\noptions: [{name: pid, help: h}]",
		 "4: option pid: a filter of this tool has a --pid already"},
	};

	(void)state;
	EXPECT_ALL(bad, GOOD);
	/* Without the filter its name is free. */
	program_free(load(GOOD "options: [{name: pid, short: p, help: h}]\n"));
}

static void test_bad_probes(void **state)
{
	static const struct bad bad[] = {
		{"probes: [{run: a}]", "3: a probe wants its kind: kprobe, kretprobe, tracepoint, "
				       "raw_tracepoint, kfunc, kretfunc or perf_event"},
		{"probes: [{kprobe: f}]", "3: `probes` wants a key `run`"},
		{"probes: [{kprobe: f, kretprobe: f, run: a}]",
		 "3: a probe is of one kind, not kprobe and kretprobe"},
		{"probes: [{kprobe: f, run: a-b}]",
		 "3: `run` is to be a C identifier, not \"a-b\""},
		{"probes: [{kprobe: f, run: 'a) {} int x('}]",
		 "3: `run` is to be a C identifier, not the text \"a) {} int x(\""},
		{"probes: [{kprobe: 'f g', run: a}]",
		 "3: `kprobe` is to be a kernel function, or a pattern that begins with ^, not "
		 "the text \"f g\""},
		{"probes: [{kprobe: 0f, run: a}]", "3: `kprobe` is to be a kernel function, or a "
						   "pattern that begins with ^, not \"0f\""},
		{"probes: [{kprobe: '^f(', run: a}]",
		 "3: the pattern \"^f(\" is wrong: Unmatched ( or \\("},
		{"probes: [{kprobe: [f, '^g'], run: a}]",
		 "3: the pattern \"^g\" cannot be one of several names"},
		{"probes: [{kfunc: ^f, run: a}]",
		 "3: `kfunc` is to be a kernel function, not \"^f\""},
		{"probes: [{kprobe: [], run: a}]",
		 "3: `kprobe` is empty; leave it out, or give it a name or a list of names"},
		{"probes: [{kprobe: {a: b}, run: a}]",
		 "3: `kprobe` is to be a line of text, not a mapping"},
		{"probes: [{tracepoint: sys_enter, run: a}]",
		 "3: `tracepoint` is to be \"category:name\", not \"sys_enter\""},
		{"probes: [{tracepoint: 'a/b:c', run: a}]",
		 "3: `tracepoint` is to be \"category:name\", not the text \"a/b:c\""},
		{"probes: [{raw_tracepoint: 'a:', run: a}]",
		 "3: `raw_tracepoint` is to be a name or \"category:name\", not the text \"a:\""},
		{"probes: [{uprobe: f, run: a}]",
		 "3: unknown key `uprobe` in `probes`; did you mean kprobe? known here: kprobe, "
		 "kretprobe, tracepoint, raw_tracepoint, kfunc, kretfunc, perf_event, fentry, "
		 "fexit, run, optional, variant"},
		{"probes: [{kprobe: f, run: a, variant: v}]",
		 "3: `variant: v` is not in the list `variants`"},
		{"variants: [v, w]\nprobes: [{kprobe: f, run: a, variant: v}]",
		 "3: variant w has no probes"},
		{"variants: [v, v]", "3: `variants` has v twice"},
		{"variants: [\"v\\\"\"]",
		 "3: `variants` is to be words of letters, digits, - and _, not the text \"v\"\""},
	};

	(void)state;
	EXPECT_ALL(bad, GOOD);
}

static void test_bad_words(void **state)
{
	static const struct bad bad[] = {
		{"substitute: {lower: {option: o, then: a, else: b}}",
		 "4: `substitute` is to be a C identifier in upper case, not \"lower\""},
		{"substitute: {FILTER: {option: o, then: a, else: b}}",
		 "4: FILTER is a word of the host's own"},
		{"facts: {SIGNATURE: {type: a}}", "4: SIGNATURE is a word of the host's own"},
		{"substitute: {W: {then: a, else: b}}", "4: `W` wants a key `option`"},
		{"substitute: {W: {option: oo, then: a, else: b}}",
		 "4: `W`: this tool has no option oo"},
		{"substitute: {W: {option: pid, then: a, else: b}}",
		 "4: `W`: this tool has no option pid"},
		{"substitute: {W: {option: o, else: b}}",
		 "4: `W` wants a key `then`: option o has no whole number that could be its text"},
		{"substitute: {W: {option: timestamp, else: b}}",
		 "4: `W` wants a key `then`: only the value of one of the tool's own options can "
		 "be its text"},
		{"substitute: {W: {option: o, then: a}}",
		 "4: `W` wants a key `else`: option o has no default"},
		{"substitute: {W: {option: o, then: \"a\\nb\", else: b}}",
		 "4: `then` is to be C on one line (\"\" for none), not the text \"a?b\""},
		{"substitute: {W: {option: o, then: , else: b}}",
		 "4: `then` is to be C on one line (\"\" for none), not nothing"},
		{"substitute: [W]", "4: `substitute` is to be a mapping of words to what they "
				    "become, not a list"},
		{"substitute: {W: {option: o, then: a, else: b}}\nfacts: {W: {type: t}}",
		 "5: `W` is in `substitute` too (line 4)"},
		{"facts: {F: x}", "4: `F` is to be one of {param: …}, {symbol: …}, {field: …}, "
				  "{type: …} and {tracepoint: …}, not \"x\""},
		{"facts: {F: {type: a, symbol: b}}",
		 "4: `F` is to be one of {param: …}, {symbol: …}, {field: …}, {type: …} and "
		 "{tracepoint: …}, not a mapping"},
		{"facts: {F: {param: [a]}}",
		 "4: `param` is to be [function, parameter], not a list"},
		{"facts: {F: {field: a}}", "4: `field` is to be [struct, member], not \"a\""},
		{"facts: {F: {field: [a, b c]}}",
		 "4: `field` is to be a C identifier, not \"b c\""},
		{"facts: {F: {tracepoint: a}}", "4: `tracepoint` is to be \"category:name\" or "
						"[category, name], not \"a\""},
		{"facts: {F: {kind: a}}", "4: unknown key `kind` in `F`; known here: param, "
					  "symbol, field, type, tracepoint"},
	};

	(void)state;
	EXPECT_ALL(bad, GOOD "options: [{name: o, help: h}]\n");
}

static void test_bad_columns(void **state)
{
	static const struct bad bad[] = {
		{"- {field: a}", "5: `columns` wants a key `title`"},
		{"- {title: A}", "5: column A wants a key `field` or `value`"},
		{"- {title: A, field: a, value: time}",
		 "5: column A: `value: time` has no `field`"},
		{"- {title: A, value: elapsed, unit: seconds}",
		 "5: column A: `unit`, `format` and `names` are not for a `value`"},
		{"- {title: A, value: now}",
		 "5: \"now\" is no value of a column; there are time, elapsed"},
		{"- {title: A, field: a, width: wide}",
		 "5: `width` is to be a whole number from 0 to 4096, not \"wide\""},
		{"- {title: A, field: a, width: -1}",
		 "5: `width` is to be a whole number from 0 to 4096, not \"-1\""},
		{"- {title: A, field: a, width: 4097}",
		 "5: `width` is to be a whole number from 0 to 4096, not \"4097\""},
		{"- {title: A, field: a, width: 99999999999999999999}",
		 "5: `width` is to be a whole number from 0 to 4096, not \"99999999999999999999\""},
		{"- title: A\n   field: a\n   width: \"7\"",
		 "7: `width` is to be a whole number from 0 to 4096, not the text \"7\""},
		{"- {title: A, field: a, unit: second}",
		 "5: \"second\" is no unit; did you mean seconds?"},
		{"- {title: A, field: a, unit: seconds, decimals: 10}",
		 "5: `decimals` is to be a whole number from 0 to 9, not \"10\""},
		{"- {title: A, field: a, decimals: 0}", "5: column A: `decimals` wants a `unit`"},
		{"- {title: A, field: a, digits: 8}",
		 "5: column A: `digits` wants `format: octal` or `hex`"},
		{"- {title: A, field: a, unit: seconds, format: hex}",
		 "5: column A: only one of `unit`, `format` and `names`"},
		{"- {title: A, field: a, format: path}",
		 "5: column A: `format: path` and `dirs` want one another"},
		{"- {title: A, field: a, dirs: d}",
		 "5: column A: `format: path` and `dirs` want one another"},
		{"- {title: A, field: a.b}", "5: `field` is to be a C identifier, not \"a.b\""},
		{"- {title: A, field: a, names: {x: y}}",
		 "5: `names` is to be a whole number (64 bits), not \"x\""},
		{"- {title: A, field: a, align: center}",
		 "5: \"center\" is no side; there are left, right"},
		{"- {title: A, field: a, when: tid}",
		 "5: `when` of column A: this tool has no option tid"},
		{"- {title: A, field: a, unless: no such}",
		 "5: `unless` is to be an option's long name (a-z, 0-9 and -), not \"no such\""},
		{"- {title: A, field: a, width: {a: b}}",
		 "5: `width` is to be a whole number from 0 to 4096, not a mapping"},
	};

	(void)state;
	EXPECT_ALL(bad, SUMMARY "output:\n stream: events\n columns:\n ");
	expect_error(SUMMARY "output: {stream: events}\n",
		     "programs/x.yaml:2: `output` wants a key `columns`");
	expect_error(SUMMARY "output: {stream: events, columns: []}\n",
		     "programs/x.yaml:2: `columns` is empty; leave it out, or give it a list of "
		     "columns");
	expect_error(SUMMARY "output: {stream: a b, columns: [{title: A, field: a}]}\n",
		     "programs/x.yaml:2: `stream` is to be a C identifier, not \"a b\"");
}

/* Aliases are values as any other; one that holds itself is not of a known shape. */
static void test_aliases(void **state)
{
	struct program *p;

	(void)state;
	p = load("summary: &s one two\ndescription: *s\n" OUTPUT);
	assert_string_equal(p->description, "one two");
	program_free(p);
	expect_error(
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
	put("programs/x.yaml", text, len);
	struct error e = {0};
	struct program *p;

	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EFBIG);
	assert_string_equal(e.text, "programs/x.yaml:1: the file has over 256 KiB");
	error_clear(&e);

	/* Deep, and wide. */
	memset(text, '[', 100000);
	put("programs/x.yaml", text, 100000);
	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EINVAL);
	error_clear(&e);
	len = (size_t)sprintf(text, GOOD "filters: [");
	for (int i = 0; i < YAML_MAX_ITEMS + 1; i++)
		len += (size_t)sprintf(text + len, "pid,");
	sprintf(text + len, "]\n");
	expect_error(text, "programs/x.yaml:3: filters has over 512 entries");
	free(text);
}

/* Cut off or spoilt anywhere, a file is an error or a program, never a crash (with sanitizers). */
static void test_spoilt_anywhere(void **state)
{
	static const char spoilers[] = "\0\xff:[]{}\"'\n\t-&*!|#,%";
	size_t len = strlen(sample);
	char *text = strdup(sample);
	struct program *p;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < len; i++) {
		struct error e = {0};

		put("programs/x.yaml", sample, i);
		if (program_load("programs/x.yaml", &p, &e) == 0)
			program_free(p);
		else
			assert_non_null(strstr(e.text, "programs/x.yaml:"));
		error_clear(&e);
		text[i] = spoilers[i * 7 % (sizeof(spoilers) - 1)];
		put("programs/x.yaml", text, len);
		if (program_load("programs/x.yaml", &p, NULL) == 0)
			program_free(p);
		text[i] = sample[i];
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
	put("programs/x.yaml", GOOD, strlen(GOOD));
	chmod("programs/x.yaml", 0664);
	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EPERM);
	assert_int_equal(e.fault, FAULT_PERMISSION);
	assert_string_equal(e.text, "refusing programs/x.yaml as root: its group can write it "
				    "(mode 0664); chmod go-w it");
	error_clear(&e);
}

static int enter_tmp(void **state)
{
	(void)state;
	return file_tmpdir(&tmp, NULL) || chdir(tmp) || mkdir("programs", 0755);
}

static int leave_tmp(void **state)
{
	(void)state;
	file_rmtree(tmp);
	free(tmp);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_paths),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_words_and_facts),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_bad_probes),
		cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_bad_columns),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_spoilt_anywhere),
		cmocka_unit_test(test_others_can_write),
	};

	return cmocka_run_group_tests(tests, enter_tmp, leave_tmp);
}
