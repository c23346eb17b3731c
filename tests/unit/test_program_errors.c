/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of each kind of wrong YAML file, and of which line. */
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
	program_file_error("", "programs/x.yaml:1: the file is empty");
	program_file_error("# nothing\n\n", "programs/x.yaml:1: the file is empty");
	program_file_error("a: [1\nb: 2\n",
			   "programs/x.yaml:2: did not find expected ',' or ']' (while "
			   "parsing a flow sequence, from line 1 on)");
	program_file_error(
		"summary: s\n\tx: 1\n",
		"programs/x.yaml:2: found a tab character that violates indentation (while "
		"scanning a plain scalar, from line 1 on)");
	program_file_error("summary: s\nx: \"\xff\xfe\"\n",
			   "programs/x.yaml:2: invalid leading UTF-8 octet");
	program_file_error("summary: s\nx: \x01\n",
			   "programs/x.yaml:2: control characters are not allowed");

	program_file_error("summary: *nowhere\n", "programs/x.yaml:1: found undefined alias");
	program_file_error(GOOD "---\n" GOOD,
			   "programs/x.yaml:3: a second document begins; a tool's file holds one");
	program_file_error(SUMMARY "x: @a\n",
			   "programs/x.yaml:2: found character that cannot start any "
			   "token (while scanning for the next token)");
	program_file_error(
		GOOD "...\n%bad\n---\n",
		"programs/x.yaml:4: found unknown directive name (while scanning a directive)");
}

static void test_shape(void **state)
{
	(void)state;
	program_file_error("just text\n", "programs/x.yaml:1: the file is to be a mapping, not "
					  "\"just text\"");
	program_file_error("- a\n", "programs/x.yaml:1: the file is to be a mapping, not a list");
	program_file_error("[a]: b\n", "programs/x.yaml:1: a key is to be a word");
	program_file_error(SUMMARY, "programs/x.yaml:1: the file wants a key `output`");
	program_file_error(OUTPUT, "programs/x.yaml:1: the file wants a key `summary`");
	program_file_error(SUMMARY SUMMARY OUTPUT,
			   "programs/x.yaml:2: `summary` is given twice (first in line 1)");
	program_file_error(
		GOOD "filter: [pid]\n",
		"programs/x.yaml:3: unknown key `filter`; did you mean filters? known here: "
		"summary, description, overhead, caveats, filters, arguments, options, letters, "
		"template, modules, variants, probes, substitute, facts, perf_counters, output, "
		"metrics, examples");
	program_file_error(
		SUMMARY "output: {stream: events, colums: []}\n",
		"programs/x.yaml:2: unknown key `colums` in `output`; did you mean columns? "
		"known here: stream, top, histogram, rates, table, ascending, keep, columns, only, "
		"beside, sort, loadavg, heading, label, linear, clock, trace_pipe, interval, csv, "
		"folded, json, also");
	program_file_error("summary: [a]\n",
			   "programs/x.yaml:1: `summary` is to be a line of text, not "
			   "a list");
	program_file_error("summary:\n",
			   "programs/x.yaml:1: `summary` is to be a line of text, not "
			   "nothing");
	program_file_error(
		"summary: \"a\\0b\"\n",
		"programs/x.yaml:1: `summary` is to be a line of text, not the text \"a\"");
	program_file_error("summary: \"a\\e[31mb\"\n",
			   "programs/x.yaml:1: `summary` is to be a line of "
			   "text, not the text \"a?[31mb\"");
	program_file_error(GOOD "filters: pid\n",
			   "programs/x.yaml:3: `filters` is to be a list of filters, not \"pid\"");
	program_file_error(
		GOOD "filters: []\n",
		"programs/x.yaml:3: `filters` is empty; leave it out, or give it a list of "
		"filters");
	program_file_error(GOOD "filters: [pid, pidd]\n",
			   "programs/x.yaml:3: \"pidd\" is no filter; did you mean pid?");
	program_file_error(
		GOOD "filters:\n  - pid\n  - zzzzz\n",
		"programs/x.yaml:5: \"zzzzz\" is no filter; there are pid, tid, uid, comm, "
		"cgroup, mntns, inode, parent_inode, dir");
	program_file_error(GOOD "filters: [pid, pid]\n",
			   "programs/x.yaml:3: `filters` has pid twice");
	program_file_error(
		GOOD "filters: [inode, parent_inode]\n",
		"programs/x.yaml:3: `filters` has inode and parent_inode, which would both "
		"be --inode");
	program_file_error(
		GOOD "template: ../../etc/passwd.bpf.c\n",
		"programs/x.yaml:3: `template` is to be the name of a .bpf.c file, without a "
		"directory, not \"../../etc/passwd.bpf.c\"");
	program_file_error(GOOD "examples: [{run: x}]\n",
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
		program_file_error(text, error);
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
		 "3: `many` of option a: only enum, integer and directory have it"},
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
		{"options: [{name: print_bpf, help: h}]",
		 "3: option print-bpf: every tool has a --print-bpf already"},
		{"options: [{name: a, type: path, help: h}]\nsubstitute: {A: {option: a, test: "
		 "inode}}",
		 "4: `A`: a `test` is of an option of this tool that is a directory, and has no "
		 "`then`"},
		{"letters: {dir: d}", "1: `letters`: the host has no option dir here"},
		{"letters: {duration: de}", "3: `duration` is to be a letter or digit (but not h, "
					    "which is --help), not \"de\""},
		{"options: [{name: a, short: D, help: h}]\nletters: {duration: D}",
		 "1: `letters`: the letter D of duration is another option's"},
		{"letters: {duration: D, no-header: D}", "1: `letters` has D twice"},
		{"arguments: [min-ms]",
		 "1: `arguments`: this tool has no option min-ms with a value"},
		{"options: [{name: a, help: h}]\narguments: [a]",
		 "1: `arguments`: this tool has no option a with a value"},
		{"filters: [pid]\noptions: [{name: pid, help: h}]",
		 "4: option pid: a filter of this tool has a --pid already"},
	};

	(void)state;
	EXPECT_ALL(bad, GOOD);
	/* Without the filter its name is free. */
	program_free(program_file_load(GOOD "options: [{name: pid, short: p, help: h}]\n"));
}

static void test_bad_probes(void **state)
{
	static const struct bad bad[] = {
		{"probes: [{run: a}]", "3: a probe wants its kind: kprobe, kretprobe, tracepoint, "
				       "raw_tracepoint, kfunc, kretfunc, perf_event, uprobe, "
				       "uretprobe or usdt"},
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
		 "3: unknown key `a` in `kprobe`; known here: option"},
		{"probes: [{tracepoint: sys_enter, run: a}]",
		 "3: `tracepoint` is to be \"category:name\", not \"sys_enter\""},
		{"probes: [{tracepoint: 'a/b:c', run: a}]",
		 "3: `tracepoint` is to be \"category:name\", not the text \"a/b:c\""},
		{"probes: [{raw_tracepoint: 'a:', run: a}]",
		 "3: `raw_tracepoint` is to be a name or \"category:name\", not the text \"a:\""},
		{"probes: [{uprob: f, run: a}]",
		 "3: unknown key `uprob` in `probes`; did you mean uprobe? known here: kprobe, "
		 "kretprobe, tracepoint, raw_tracepoint, kfunc, kretfunc, perf_event, uprobe, "
		 "uretprobe, usdt, fentry, fexit, run, binary, optional, variant, when, unless, "
		 "given, not_given, frequency, period, pid, cpu"},
		{"probes: [{uprobe: f, run: a}]",
		 "3: the uprobe \"f\" is to be \"FILE:FUNCTION\", with a path or a library's name "
		 "(c), or to have a `binary`"},
		{"probes: [{usdt: 'c:', run: a}]",
		 "3: the usdt \"c:\" is to be \"FILE:PROVIDER:PROBE\", with a path or a library's "
		 "name (c), or to have a `binary`"},
		{"probes: [{uprobe: 'c:^f(', run: a}]",
		 "3: the pattern \"^f(\" is wrong: Unmatched ( or \\("},
		{"probes: [{uprobe: ['c:f', 'c:^g'], run: a}]",
		 "3: the pattern \"c:^g\" cannot be one of several names"},
		{"probes: [{kprobe: f, binary: {option: pid}, run: a}]",
		 "3: only a uprobe, a uretprobe or a usdt has a `binary`, not a kprobe"},
		{"probes: [{uprobe: 'c:f', binary: {option: o}, run: a}]",
		 "3: the uprobe \"c:f\" names a file, as its `binary` does"},
		{"probes: [{uprobe: f, binary: {option: o}, run: a}]",
		 "3: `binary`: this tool has no option o of type binary or path, or of type "
		 "integer (a process) or the filter pid"},
		{"options: [{name: o, type: binary, help: h}]\nprobes: [{uprobe: f, binary: "
		 "{option: o}, run: a}]",
		 "4: `binary`: where --o is not given there is no file; give it an `else`, or the "
		 "probe `given: o`"},
		{"probes: [{kprobe: f, run: a, pid: 1}]", "3: `pid` is only for a perf_event"},
		{"probes: [{kprobe: f, run: a, given: [pid, x]}]",
		 "3: `given: pid`: this tool has no option pid"},
		{"probes: [{kprobe: f, run: a, given: x}]",
		 "3: `given: x`: this tool has no option x"},
		{"probes: [{kprobe: f, run: a, unless: F}]", "3: `unless: F` is not in `facts`"},
		{"probes: [{kprobe: f, run: a, variant: v}]",
		 "3: `variant: v` is not in the list `variants`"},
		{"variants: [v, w]\nprobes: [{kprobe: f, run: a, variant: v}]",
		 "3: variant w has no probes"},
		{"modules: [\"../x\"]",
		 "3: `modules` is to be names of kernel modules, not the text \"../x\""},
		{"probes: [{kprobe: {option: min}, run: a}]",
		 "3: `option: min`: this tool has no option min of type pattern with a default"},
		{"probes: [{tracepoint: {option: min}, run: a}]",
		 "3: only a kprobe or a kretprobe takes its functions from an option"},
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
		{"facts: {F: x}",
		 "4: `F` is to be one of {param: …}, {symbol: …}, {field: …}, "
		 "{type: …}, {tracepoint: …}, {perf_event: …} and {address: …}, not \"x\""},
		{"facts: {F: {type: a, symbol: b}}",
		 "4: `F` is to be one of {param: …}, {symbol: …}, {field: …}, {type: …}, "
		 "{tracepoint: …}, {perf_event: …} and {address: …}, not a mapping"},
		{"facts: {F: {param: [a]}}",
		 "4: `param` is to be [function, parameter], not a list"},
		{"facts: {F: {field: a}}", "4: `field` is to be [struct, member], not \"a\""},
		{"facts: {F: {field: [a, b c]}}",
		 "4: `field` is to be a C identifier, not \"b c\""},
		{"facts: {F: {tracepoint: a}}", "4: `tracepoint` is to be \"category:name\" or "
						"[category, name], not \"a\""},
		{"facts: {F: {kind: a}}", "4: unknown key `kind` in `F`; known here: param, "
					  "symbol, field, type, tracepoint, perf_event, address"},
	};

	(void)state;
	EXPECT_ALL(bad, GOOD "options: [{name: o, help: h}]\n");
}

static void test_bad_columns(void **state)
{
	static const struct bad bad[] = {
		{"- {field: a}", "5: `columns` wants a key `title`"},
		{"- {title: A}",
		 "5: column A wants a key `field`, `value` or `formula` (or `parts`)"},
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
		{"- {title: A, field: a, divide_by: 1}",
		 "5: `divide_by` is to be a whole number from 2 to 1000000000, not \"1\""},
		{"- {title: A, field: a, divide_by: 8, unit: seconds}",
		 "5: column A: `divide_by` is not for a column with `unit`, `format` or `names`"},
		{"- {title: A, field: a, digits: 8}",
		 "5: column A: `digits` wants `format: octal` or `hex`"},
		{"- {title: A, field: a, unit: seconds, format: hex}",
		 "5: column A: only one of `unit`, `format` and `names`"},
		{"- {title: A, field: a, format: path}",
		 "5: column A: `format: path` and `dirs` want one another"},
		{"- {title: A, field: a, dirs: d}",
		 "5: column A: `format: path` and `dirs` want one another"},
		{"- {title: A, field: a, format: stack}",
		 "5: column A: `format: stack` or `user_stack` and `stacks` want one another"},
		{"- {title: A, field: a, stacks: s}",
		 "5: column A: `format: stack` or `user_stack` and `stacks` want one another"},
		{"- {title: A, field: a, format: user_stack, stacks: s}",
		 "5: column A: `format: user_stack` or `usym` and `pid` want one another"},
		{"- {title: A, field: a, format: stack, stacks: s, pid: p}",
		 "5: column A: `format: user_stack` or `usym` and `pid` want one another"},
		{"- {title: A, field: a, format: usym, pid: {option: p}}",
		 "5: `pid` of column A: this tool has no option p"},
		{"- {title: A, field: a, format: usym, pid: {field: p}}",
		 "5: unknown key `field` in `pid`; known here: option"},
		{"- {title: A, field: a, format: hex, show_offset: true}",
		 "5: column A: `show_offset` and `show_module` are of functions' names: `format: "
		 "ksym`, "
		 "`usym`, `stack` or `user_stack`"},
		{"- {title: A, field: a..b}", "5: `field` is to be a C identifier, not \"a..b\""},
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
	program_file_error(SUMMARY "output: {stream: events}\n",
			   "programs/x.yaml:2: `output` wants a key `columns`");
	program_file_error(
		SUMMARY "output: {stream: events, columns: []}\n",
		"programs/x.yaml:2: `columns` is empty; leave it out, or give it a list of "
		"columns");
	program_file_error(SUMMARY "output: {columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `output` wants its kind: stream, top, table, "
			   "histogram, rates or trace_pipe");
	program_file_error(SUMMARY "output: {stream: a, top: b, columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `output` is of one kind, not stream and top");
	program_file_error(SUMMARY
			   "output: {stream: a, loadavg: true, columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `loadavg` is not for the output stream");
	program_file_error(SUMMARY
			   "output: {top: a, keep: true, columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `keep` is for the output table alone");
	program_file_error(SUMMARY
			   "output: {top: a, ascending: true, columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `ascending` is for the output table alone");
	program_file_error(SUMMARY "output: {table: a, top: b, columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `output` is of one kind, not top and top");
	program_file_error(SUMMARY
			   "output: {table: a, columns: [{title: A, field: a, index: 1}]}\n",
			   "programs/x.yaml:2: column A: `index` and `per` are for rates alone");
	program_file_error(SUMMARY "output: {rates: a, columns: [{title: A, field: a, index: 1}, "
				   "{title: B, field: b}]}\n",
			   "programs/x.yaml:2: column B wants an `index`, as the others have");
	program_file_error(SUMMARY "output: {rates: a, columns: [{title: A, value: time, index: "
				   "1}]}\n",
			   "programs/x.yaml:2: column A: `index` is of a `field`, without "
			   "`percent_of`");
	program_file_error(SUMMARY
			   "output: {rates: a, columns: [{title: A, field: a, per: minute}]}\n",
			   "programs/x.yaml:2: `per` is to be `second` or `interval`, not "
			   "\"minute\"");
	program_file_error(SUMMARY "output: {histogram: a}\n",
			   "programs/x.yaml:2: `output` wants a key `label`: what is counted");
	program_file_error(SUMMARY "output: {histogram: a, label: [{text: x, when: no}]}\n",
			   "programs/x.yaml:2: `when` of a label: this tool has no option no");
	program_file_error(SUMMARY
			   "output: {top: a, interval: 0, columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `interval` is to be a number of seconds, from 0.01 "
			   "to 86400, not \"0\"");
	program_file_error(SUMMARY "output: {stream: a b, columns: [{title: A, field: a}]}\n",
			   "programs/x.yaml:2: `stream` is to be a C identifier, not \"a b\"");
}

#define ALSO(text)                                                        \
	SUMMARY "output:\n stream: a\n columns: [{title: A, field: x}]\n" \
		" also:\n" text

static void test_bad_also(void **state)
{
	(void)state;
	program_file_error(SUMMARY
			   "output: {stream: a, columns: [{title: A, field: x}], also: b}\n",
			   "programs/x.yaml:2: `also` is to be a list of outputs, not \"b\"");
	program_file_error(ALSO("  - stream: b\n"),
			   "programs/x.yaml:6: an item of `also` wants a key `columns`");
	program_file_error(
		ALSO("  - columns: [{title: A, field: x}]\n"),
		"programs/x.yaml:6: an item of `also` wants its kind: stream, top, table, "
		"histogram or rates");
	program_file_error(ALSO("  - histogram: b\n"),
			   "programs/x.yaml:6: an item of `also` wants a key `label`: what is "
			   "counted");
	program_file_error(ALSO("  - {stream: b, columns: [{title: A, field: x}]}\n"
				"  - {stream: a, columns: [{title: A, field: x}]}\n"),
			   "programs/x.yaml:7: `also`: the table a is shown already, by line 3");
	program_file_error(ALSO("  - {histogram: b, label: x}\n  - {top: b, columns: [{title: A, "
				"field: x}]}\n"),
			   "programs/x.yaml:7: `also`: the table b is shown already, by line 6");
	program_file_error(ALSO("  - stream: b\n    columns: [{title: A, field: x, when: no}]\n"),
			   "programs/x.yaml:7: `when` of column A: this tool has no option no");
	program_file_error(ALSO("  - stream: b\n    only: [{option: no, field: x}]\n"
				"    columns: [{title: A, field: x}]\n"),
			   "programs/x.yaml:7: `only`: this tool has no option no of type regex");
	program_file_error(
		ALSO("  - stream: b\n    columns: [{title: A, field: x}]\n"
		     "    interval: 1\n"),
		"programs/x.yaml:8: unknown key `interval` in `also`; known "
		"here: stream, top, histogram, rates, table, ascending, keep, columns, only, "
		"beside, sort, loadavg, heading, label, linear, clock");
	program_file_error(
		ALSO("  - {stream: b, columns: [{title: A, field: x}]}\n") " interval: 1\n",
		"programs/x.yaml:3: `interval` is not for the output stream");
	/* With outputs that differ the host has a field of that name. */
	program_file_error(ALSO("  - stream: b\n    columns:\n     - {title: A, field: table}\n"),
			   "programs/x.yaml:8: the field table: with outputs that are not alike, "
			   "JSON and CSV say in a field of that name which one it is; `as` gives "
			   "this one another name");
	program_file_error(SUMMARY "output:\n histogram: a\n label: x\n also:\n"
				   "  - {stream: b, columns: [{title: A, field: x}]}\n",
			   "programs/x.yaml:6: `also`: a stream beside a histogram is the other "
			   "way round: `stream: b`, and the histogram in `also`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_names),   cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_shape),	    cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_bad_probes),  cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_bad_columns), cmocka_unit_test(test_bad_also),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
