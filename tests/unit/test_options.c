/* SPDX-License-Identifier: Apache-2.0 */
/* A tool's command line: what is taken, and what is said of what is not. */
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
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/options.h"

static const char yaml[] =
	"summary: a tool for tests, whose summary is long enough to be wrapped by --help at "
	"eighty\n"
	"description: |\n"
	"  First line.\n"
	"\n"
	"  Third.\n"
	"filters: [pid, tid, uid, comm, cgroup, mntns, parent_inode, dir]\n"
	"options:\n"
	"  - {name: failed, short: x, help: only failed ones}\n"
	"  - {name: extended_fields, short: e, help: more}\n"
	"  - {name: flag, short: f, type: enum, many: true, values: {O_WRONLY: 1, O_RDWR: 2,\n"
	"     O_CREAT: 0o100}, help: flags}\n"
	"  - {name: kind, type: enum, values: {a: 1, b: 2}, default: B, help: which}\n"
	"  - {name: min-ms, type: integer, max: 100, default: 10, placeholder: MS, help: least}\n"
	"  - {name: offset, type: integer, min: -5, help: may be below 0}\n"
	"  - {name: mask, type: integer, many: true, help: bits}\n"
	"  - {name: ratio, type: number, max: 2, help: of all}\n"
	"  - {name: word, short: d, type: name, max: 5, help: a word}\n"
	"  - {name: file, type: path, help: a file}\n"
	"variants: [kprobe, tracepoint]\n"
	"probes: [{kprobe: f, run: f}]\n"
	"output: {stream: events, columns: [{title: A, field: a}]}\n"
	"examples: [{run: t -p 1, does: one process}]\n";

enum { FAILED, EXTENDED, FLAG, KIND, MIN_MS, OFFSET, MASK, RATIO, WORD, FILE_, NVALUES };

static char *tmp;
static struct program *tool, *bare;

/* The words of a line, split at spaces; "''" is an empty one and "~" a space. */
struct line {
	char text[512];
	int argc;
	char *argv[32];
};

static void split(struct line *l, const char *text)
{
	char *save = NULL;

	snprintf(l->text, sizeof(l->text), "%s", text);
	l->argc = 0;
	for (char *w = strtok_r(l->text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (!strcmp(w, "''"))
			*w = '\0';
		for (char *c = w; *c; c++)
			if (*c == '~')
				*c = ' ';
		l->argv[l->argc++] = w;
	}
	l->argv[l->argc] = NULL;
}

static struct line line; /* the options point into it */

static struct options good(const char *text)
{
	struct error e = {0};
	struct options o;

	split(&line, text);
	if (options_parse(tool, line.argc, line.argv, NULL, &o, &e))
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(o.nvalues, NVALUES);
	return o;
}

static void bad_for(const struct program *p, const char *text, const char *expected)
{
	struct error e = {0};
	struct options o;

	split(&line, text);
	if (options_parse(p, line.argc, line.argv, NULL, &o, &e) == 0)
		fail_msg("%s was taken", text);
	assert_string_equal(e.text, expected);
	assert_int_equal(e.fault, FAULT_USAGE);
	error_clear(&e);
}

static void bad(const char *text, const char *expected)
{
	bad_for(tool, text, expected);
}

static void test_nothing(void **state)
{
	struct options o = good("t");

	(void)state;
	assert_false(o.has_pid || o.has_uid || o.has_dir || o.timestamp || o.help || o.verbose);
	assert_true(o.duration == 0);
	assert_null(o.variant);
	assert_false(o.values[FAILED].given);
	assert_true(o.values[MIN_MS].given);
	assert_int_equal(o.values[MIN_MS].number, 10);
	assert_int_equal(o.values[KIND].number, 2);
	assert_false(o.values[WORD].given);
	options_free(&o);
}

/* Each way to write the same. */
static void test_spellings(void **state)
{
	static const char *const lines[] = {
		"t -T -x -p 12",
		"t -Txp12",
		"t -xTp 12",
		"t --pid=12 --timestamp -x",
		"t --pid 12 -Tx --",
		"t -Tx -p0xc",
		"t -Tx --pid 7 --pid 12",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct options o = good(lines[i]);

		assert_true(o.has_pid);
		assert_int_equal(o.pid, 12);
		assert_true(o.timestamp);
		assert_true(o.values[FAILED].given);
		assert_int_equal(o.values[FAILED].number, 1);
		assert_false(o.values[EXTENDED].given);
		assert_true(options_given(&o, tool, "pid"));
		assert_true(options_given(&o, tool, "failed"));
		assert_false(options_given(&o, tool, "tid"));
		options_free(&o);
	}
}

static void test_underscores(void **state)
{
	struct options o = good("t --extended_fields --max_events=5 --no_header --min_ms 3");

	(void)state;
	assert_true(o.values[EXTENDED].given);
	assert_int_equal(o.max_events, 5);
	assert_true(o.no_header);
	assert_int_equal(options_value(&o, tool, "min_ms")->number, 3);
	assert_true(options_given(&o, tool, "extended_fields"));
	assert_true(options_given(&o, tool, "extended-fields"));
	assert_true(options_given(&o, tool, "no_header"));
	options_free(&o);
}

static void test_host_values(void **state)
{
	struct options o = good("t --duration 0.5 -M 9223372036854775808 -b 65536 --buffer ring "
				"--variant tracepoint --debug asm,ir --debug=source --btf none "
				"--kallsyms f --kernel-release 6.1.0-13-amd64 --headers btf "
				"--print-bpf --compile-only --verbose");

	(void)state;
	assert_true(o.duration == 0.5);
	assert_true(o.max_events == 1ULL << 63);
	assert_int_equal(o.buffer_pages, 65536);
	assert_int_equal(o.buffer, OPTIONS_BUFFER_RING);
	assert_string_equal(o.variant, "tracepoint");
	assert_int_equal(o.debug, OPTIONS_DEBUG_ASM | OPTIONS_DEBUG_IR | OPTIONS_DEBUG_SOURCE);
	assert_string_equal(o.btf, "none");
	assert_string_equal(o.kallsyms, "f");
	assert_string_equal(o.release, "6.1.0-13-amd64");
	assert_string_equal(o.headers, "btf");
	assert_true(o.print_bpf && o.compile_only && o.verbose);
	assert_true(options_given(&o, tool, "kernel-release"));
	options_free(&o);
	o = good("t --debug verifier --debug preprocessed --headers dir --btf f --duration 3600");
	assert_int_equal(o.debug, OPTIONS_DEBUG_VERIFIER | OPTIONS_DEBUG_PREPROCESSED);
	assert_true(o.duration == 3600);
	options_free(&o);
}

static void test_filter_values(void **state)
{
	struct options o = good("t -p 4194304 -t1 -u 4294967294 -n 123456789012345 --cgroup dir "
				"--cgroupmap f --mntnsmap f --dir dir --recursive "
				"-i 8:17:18446744073709551615");

	(void)state;
	assert_int_equal(o.pid, 4194304);
	assert_int_equal(o.tid, 1);
	assert_true(o.uid == 4294967294u);
	assert_string_equal(o.name, "123456789012345");
	assert_string_equal(o.cgroup, "dir");
	assert_string_equal(o.cgroupmap, "f");
	assert_string_equal(o.mntnsmap, "f");
	assert_string_equal(o.dir, "dir");
	assert_true(o.has_dir && o.recursive && o.has_inode && o.inode_has_dev);
	assert_true(o.inode == UINT64_MAX);
	assert_int_equal(major(o.inode_dev), 8);
	assert_int_equal(minor(o.inode_dev), 17);
	options_free(&o);
	o = good("t --inode 0x10 -u root -n \");~return~0;//");
	assert_int_equal(o.inode, 16);
	assert_false(o.inode_has_dev);
	assert_true(o.has_uid);
	assert_int_equal(o.uid, 0);
	assert_string_equal(o.name, "\"); return 0;//");
	options_free(&o);
}

static void test_own_values(void **state)
{
	struct options o = good("t -f o_wronly,O_RDWR -fO_CREAT --mask 1 --mask 0x10 --offset -5 "
				"--ratio 1.25 -d hello --file f --kind a --kind A --min-ms 100");

	(void)state;
	assert_int_equal(o.values[FLAG].number, 0103);
	assert_int_equal(o.values[MASK].number, 0x11);
	assert_int_equal(o.values[OFFSET].number, -5);
	assert_true(o.values[RATIO].real == 1.25);
	/* The tool's own -d wins over --duration's. */
	assert_string_equal(o.values[WORD].text, "hello");
	assert_true(o.duration == 0);
	assert_string_equal(o.values[FILE_].text, "f");
	assert_int_equal(o.values[KIND].number, 1);
	assert_int_equal(o.values[MIN_MS].number, 100);
	assert_null(options_value(&o, tool, "pid"));
	options_free(&o);
	o = good("t -d one -d two");
	assert_string_equal(o.values[WORD].text, "two");
	options_free(&o);
}

#define SEE " (see `bcchost t --help`)"

static void test_unknown(void **state)
{
	(void)state;
	bad("t --pidd 1", "unknown option --pidd; did you mean --pid?" SEE);
	bad("t --extended-field", "unknown option --extended-field; did you mean "
				  "--extended-fields?" SEE);
	bad("t --dura 1", "unknown option --dura; did you mean --duration?" SEE);
	bad("t --zzzzzz", "unknown option --zzzzzz" SEE);
	bad("t --=1", "unknown option --" SEE);
	bad("t -z", "unknown option -z" SEE);
	bad("t -Tz", "unknown option -z" SEE);
	bad("t ---pid 1", "unknown option ---pid; did you mean --pid?" SEE);
	bad("t --tools-dir dir", "--tools-dir is to stand before the tool's name" SEE);
	bad("t x", "t takes no arguments, but got \"x\"" SEE);
	bad("t -", "t takes no arguments, but got \"-\"" SEE);
	bad("t -T 5", "t takes no arguments, but got \"5\"" SEE);
	bad("t -- --pid", "t takes no arguments, but got \"--pid\"" SEE);
	bad("t ''", "t takes no arguments, but got \"\"" SEE);
	bad("t --timestamp=1", "--timestamp takes no value" SEE);
	bad("t --failed=", "--failed takes no value" SEE);
	bad("t --pid", "--pid wants a value: --pid PID" SEE);
	bad("t -Tp", "-p wants a value: -p PID" SEE);
	bad("t --min-ms", "--min-ms wants a value: --min-ms MS" SEE);
	/* A tool without the filter has not its option. */
	bad_for(bare, "t --pid 1", "unknown option --pid (see `bcchost bare --help`)");
	bad_for(bare, "t -i 1", "unknown option -i (see `bcchost bare --help`)");
	bad_for(bare, "t --variant x", "unknown option --variant (see `bcchost bare --help`)");
}

static void test_bad_ids(void **state)
{
	static const char *const words[] = {
		"abc",
		"0",
		"4194305",
		"-1",
		"+1",
		"1x",
		"1.0",
		"0x",
		"99999999999999999999",
		"~1",
		"0xfffffffffffffffff",
		"1)~return~0;~//",
		"1\n",
		"\xc2\xb2",
		"--timestamp",
	};
	char text[100], error[200];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text), "t --pid %s", words[i]);
		split(&line, text);
		snprintf(error, sizeof(error),
			 "--pid %s: a process id is a whole number from 1 to 4194304",
			 line.argv[2]);
		bad(text, error);
	}
	bad("t --pid=", "--pid \"\": a process id is a whole number from 1 to 4194304");
	bad("t -p=12", "-p =12: a process id is a whole number from 1 to 4194304");
	bad("t -t 0", "-t 0: a thread id is a whole number from 1 to 4194304");
	bad("t --uid 4294967295", "--uid 4294967295: a user is one's name, or a whole number from "
				  "0 to 4294967294");
	bad("t --uid no-such-user-here", "--uid no-such-user-here: a user is one's name, or a "
					 "whole number from 0 to 4294967294");
	bad("t --uid -1", "--uid -1: a user is one's name, or a whole number from 0 to 4294967294");
	bad("t --uid ''", "--uid \"\": a user is one's name, or a whole number from 0 to "
			  "4294967294");
	bad("t -n ''", "-n \"\": a process's name has 1 to 15 bytes");
	bad("t -n 1234567890123456", "-n 1234567890123456: a process's name has 1 to 15 bytes");
}

#define INODE                                                         \
	": an inode is INODE or MAJOR:MINOR:INODE, as whole numbers " \
	"(`stat -c %Hd:%Ld:%i FILE` prints them)"

static void test_bad_files(void **state)
{
	(void)state;
	bad("t --dir none", "--dir none: No such file or directory");
	bad("t --dir f", "--dir f: Not a directory");
	bad("t --dir ''", "--dir \"\": a path is not empty");
	bad("t --cgroup f", "--cgroup f: Not a directory");
	bad("t --cgroupmap none", "--cgroupmap none: No such file or directory");
	bad("t --mntnsmap none", "--mntnsmap none: No such file or directory");
	bad("t --recursive", "--recursive wants --dir PATH" SEE);
	bad("t --btf none.btf", "--btf none.btf: No such file or directory");
	bad("t --btf dir", "--btf dir: Is a directory");
	bad("t --kallsyms none", "--kallsyms none: No such file or directory");
	bad("t --headers nowhere", "--headers nowhere: No such file or directory");
	bad("t -i 0", "-i 0" INODE);
	bad("t -i 1:2", "-i 1:2" INODE);
	bad("t -i 1:2:0", "-i 1:2:0" INODE);
	bad("t -i 4096:2:3", "-i 4096:2:3" INODE);
	bad("t -i 1:1048576:3", "-i 1:1048576:3" INODE);
	bad("t -i 1:2:3:4", "-i 1:2:3:4" INODE);
	bad("t -i ::", "-i ::" INODE);
	bad("t -i 18446744073709551616", "-i 18446744073709551616" INODE);
}

static void test_bad_run(void **state)
{
	static const char duration[] = "a duration is in seconds, over 0 and at most ten years";
	static const char *const durations[] = {
		"0", "0.0", "-1", "1e3", ".5", "5.", "nan", "inf", "0x1", "1,5", "316224001", "1s",
	};
	char text[100], error[200];

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		snprintf(text, sizeof(text), "t --duration %s", durations[i]);
		snprintf(error, sizeof(error), "--duration %s: %s", durations[i], duration);
		bad(text, error);
	}
	bad("t -M 0", "-M 0: a number of events is a whole number from 1 to 2^63");
	bad("t -M 9223372036854775809", "-M 9223372036854775809: a number of events is a whole "
					"number from 1 to 2^63");
	bad("t -b 3", "-b 3: a number of pages is a power of two from 1 to 65536");
	bad("t -b 0", "-b 0: a number of pages is a power of two from 1 to 65536");
	bad("t -b 131072", "-b 131072: a number of pages is a power of two from 1 to 65536");
	bad("t --buffer rings", "--buffer rings: a buffer is auto, ring or perf");
	bad("t --variant x", "--variant x: t has the variants kprobe, tracepoint");
	bad("t --debug asm,x", "--debug asm,x: what to show is preprocessed, ir, asm, source or "
			       "verifier, with commas between several");
	bad("t --debug ''", "--debug \"\": what to show is preprocessed, ir, asm, source or "
			    "verifier, with commas between several");
	bad("t --kernel-release 6.1*/int~x", "--kernel-release 6.1*/int x: a release is as `uname "
					     "-r` prints it, like 6.1.0-13-amd64");
	bad("t --kernel-release latest", "--kernel-release latest: a release is as `uname -r` "
					 "prints it, like 6.1.0-13-amd64");
}

static void test_bad_own(void **state)
{
	(void)state;
	bad("t -f O_RDW", "-f O_RDW: there is no \"O_RDW\"; did you mean O_RDWR? there are "
			  "O_WRONLY, O_RDWR, O_CREAT");
	bad("t -f O_RDWR,", "-f O_RDWR,: there is no \"\"; there are O_WRONLY, O_RDWR, O_CREAT");
	bad("t --kind a,b", "--kind a,b: there is no \"a,b\"; there are a, b");
	bad("t --kind 1", "--kind 1: there is no \"1\"; there are a, b");
	bad("t --min-ms 101", "--min-ms 101: wants a whole number from 0 to 100");
	bad("t --min-ms -1", "--min-ms -1: wants a whole number from 0 to 100");
	bad("t --min-ms 1);", "--min-ms 1);: wants a whole number from 0 to 100");
	bad("t --offset -6", "--offset -6: wants a whole number from -5 on");
	bad("t --offset 9223372036854775808",
	    "--offset 9223372036854775808: wants a whole number from -5 on");
	bad("t --ratio 2.1", "--ratio 2.1: wants a number from 0 to 2");
	bad("t --ratio 1..2", "--ratio 1..2: wants a number from 0 to 2");
	bad("t -d ''", "-d \"\": wants a name of 1 to 5 bytes");
	bad("t -d 123456", "-d 123456: wants a name of 1 to 5 bytes");
	bad("t --file none", "--file none: No such file or directory");
	bad("t --file ''", "--file \"\": wants a path");
}

/* Help is given whatever else there is. */
static void test_help(void **state)
{
	static const char *const lines[] = {
		"t -h",		  "t --help",	     "t -Th",
		"t --bogus -h",	  "t --pid x -T -h", "t x --help",
		"t --pid --help", "t -h --bogus",    "t --recursive -h",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct options o = good(lines[i]);

		assert_true(o.help);
		options_free(&o);
	}
	bad("t --bogus -- -h", "unknown option --bogus" SEE);
}

static void test_base(void **state)
{
	struct options base = {.print_bpf = true, .btf = "none", .debug = OPTIONS_DEBUG_IR}, o;

	(void)state;
	split(&line, "t --debug asm --btf f");
	assert_int_equal(options_parse(tool, line.argc, line.argv, &base, &o, NULL), 0);
	assert_true(o.print_bpf);
	assert_string_equal(o.btf, "f");
	assert_int_equal(o.debug, OPTIONS_DEBUG_IR | OPTIONS_DEBUG_ASM);
	options_free(&o);
	base.help = true;
	split(&line, "t --bogus");
	assert_int_equal(options_parse(tool, line.argc, line.argv, &base, &o, NULL), 0);
	assert_true(o.help);
	options_free(&o);
}

static void test_known(void **state)
{
	(void)state;
	assert_true(options_known(tool, "pid"));
	assert_true(options_known(tool, "failed"));
	assert_true(options_known(tool, "extended_fields"));
	assert_true(options_known(tool, "timestamp"));
	assert_true(options_known(tool, "inode"));
	assert_true(options_known(tool, "variant"));
	assert_false(options_known(tool, "p"));
	assert_false(options_known(tool, "version"));
	assert_false(options_known(tool, ""));
	assert_false(options_known(bare, "pid"));
	assert_false(options_known(bare, "variant"));
	assert_true(options_known(bare, "max_events"));
}

struct before {
	struct options o;
	int next;
	bool version;
	char **dirs;
	size_t ndirs;
};

static int parse_before(const char *text, struct before *b, struct error *e)
{
	split(&line, text);
	return options_parse_global(line.argc, line.argv, &b->o, &b->next, &b->version, &b->dirs,
				    &b->ndirs, e);
}

static void test_global(void **state)
{
	struct before b;

	(void)state;
	assert_int_equal(parse_before("bcchost --print_bpf --tools-dir a --tools-dir=b --debug ir "
				      "--btf none tool -x --help",
				      &b, NULL),
			 0);
	assert_string_equal(line.argv[b.next], "tool");
	assert_true(b.o.print_bpf && !b.o.help && !b.version);
	assert_int_equal(b.ndirs, 2);
	assert_string_equal(b.dirs[0], "a");
	assert_string_equal(b.dirs[1], "b");
	assert_int_equal(b.o.debug, OPTIONS_DEBUG_IR);
	free(b.dirs);
	assert_int_equal(parse_before("bcchost", &b, NULL), 0);
	assert_int_equal(b.next, 1);
	assert_int_equal(parse_before("bcchost --version", &b, NULL), 0);
	assert_true(b.version);
	assert_int_equal(b.next, 2);
	assert_int_equal(parse_before("bcchost --help tool", &b, NULL), 0);
	assert_true(b.o.help);
	assert_int_equal(b.next, 2);
	assert_int_equal(parse_before("bcchost --bogus -h", &b, NULL), 0);
	assert_true(b.o.help);
	assert_int_equal(b.next, 3);
	assert_int_equal(parse_before("bcchost -- list", &b, NULL), 0);
	assert_int_equal(b.next, 2);
}

static void test_bad_global(void **state)
{
	static const char *const lines[][2] = {
		{"bcchost --pid 3 tool",
		 "--pid is to stand after the tool's name (see `bcchost --help`)"},
		{"bcchost --max_events 3",
		 "--max-events is to stand after the tool's name (see `bcchost --help`)"},
		{"bcchost --versoin",
		 "unknown option --versoin; did you mean --version? (see `bcchost --help`)"},
		{"bcchost -p3", "unknown option -p (see `bcchost --help`)"},
		{"bcchost --tools-dir",
		 "--tools-dir wants a value: --tools-dir DIR (see `bcchost --help`)"},
		{"bcchost --version=1", "--version takes no value (see `bcchost --help`)"},
	};
	struct error e = {0};
	struct before b;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse_before(lines[i][0], &b, &e), -EINVAL);
		assert_string_equal(e.text, lines[i][1]);
		assert_int_equal(e.fault, FAULT_USAGE);
		free(b.dirs);
	}
	error_clear(&e);
}

static void assert_narrow(const char *text)
{
	size_t width = 0;

	for (const char *c = text; *c; c++) {
		width = *c == '\n' ? 0 : width + ((*c & 0xc0) != 0x80);
		assert_true(width <= 80);
		assert_false(*c == '\n' && c > text && c[-1] == ' ');
	}
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s\nhas not:\n%s", text, part);
}

static void test_help_text(void **state)
{
	char *help = options_help(tool);

	(void)state;
	assert_non_null(help);
	assert_narrow(help);
	assert_has(help, "Usage: bcchost t [options]\n\nt: a tool for tests, whose summary is long "
			 "enough to be wrapped by --help at\neighty\n\nFirst line.\n\nThird.\n");
	assert_has(help, "\nOptions of t:\n  -x, --failed              only failed ones\n");
	assert_has(help, "  -f, --flag WORD           flags: O_WRONLY, O_RDWR, O_CREAT; may be "
			 "given\n                            several times\n");
	assert_has(help, "      --kind WORD           which: a, b (default: B)\n");
	assert_has(help, "      --min-ms MS           least (default: 10)\n");
	assert_has(help, "\nFilters:\n  -p, --pid PID             only this process\n");
	assert_has(help, "  -i, --inode [MAJ:MIN:]INODE\n                            only files");
	/* Its letter belongs to --word. */
	assert_has(help, "\n      --duration SECONDS    stop after this time\n");
	assert_has(help, "\nExamples:\n  bcchost t -p 1\n      one process\n");
	assert_has(help, "  5  the tool's own files are wrong\n");
	assert_null(strstr(help, "--tools-dir"));
	free(help);
	help = options_help(bare);
	assert_null(strstr(help, "Filters"));
	assert_null(strstr(help, "--variant"));
	assert_narrow(help);
	free(help);
	help = options_help_global();
	assert_narrow(help);
	assert_has(help, "--tools-dir DIR");
	assert_has(help, "BCCHOST_PATH");
	assert_has(help, "  bcchost --print-bpf opensnoop\n");
	free(help);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static int enter_tmp(void **state)
{
	struct error e = {0};

	(void)state;
	if (file_tmpdir(&tmp, NULL) || chdir(tmp) || mkdir("dir", 0755))
		return -1;
	put("f", "");
	put("t.yaml", yaml);
	put("bare.yaml", "summary: s\n"
			 "output: {stream: events, columns: [{title: A, field: a}]}\n");
	if (program_load("t.yaml", &tool, &e) || program_load("bare.yaml", &bare, &e)) {
		fprintf(stderr, "%s\n", e.text);
		error_clear(&e);
		return -1;
	}
	return 0;
}

static int leave_tmp(void **state)
{
	(void)state;
	program_free(tool);
	program_free(bare);
	file_rmtree(tmp);
	free(tmp);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	      cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_underscores),   cmocka_unit_test(test_host_values),
		cmocka_unit_test(test_filter_values), cmocka_unit_test(test_own_values),
		cmocka_unit_test(test_unknown),	      cmocka_unit_test(test_bad_ids),
		cmocka_unit_test(test_bad_files),     cmocka_unit_test(test_bad_run),
		cmocka_unit_test(test_bad_own),	      cmocka_unit_test(test_help),
		cmocka_unit_test(test_base),	      cmocka_unit_test(test_known),
		cmocka_unit_test(test_global),	      cmocka_unit_test(test_bad_global),
		cmocka_unit_test(test_help_text),
	};

	return cmocka_run_group_tests(tests, enter_tmp, leave_tmp);
}
