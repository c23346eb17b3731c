/* SPDX-License-Identifier: Apache-2.0 */
/* A tool's command line: what is taken, and the help. */
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

#include "options_line.h"
#include "tool/option_value.h"

static void test_nothing(void **state)
{
	struct options o = options_line_good("t");

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
		struct options o = options_line_good(lines[i]);

		assert_true(o.has_pid);
		assert_int_equal(o.pid, 12);
		assert_true(o.timestamp);
		assert_true(o.values[FAILED].given);
		assert_int_equal(o.values[FAILED].number, 1);
		assert_false(o.values[EXTENDED].given);
		assert_true(options_given(&o, options_line_tool, "pid"));
		assert_true(options_given(&o, options_line_tool, "failed"));
		assert_false(options_given(&o, options_line_tool, "tid"));
		options_free(&o);
	}
}

static void test_underscores(void **state)
{
	struct options o =
		options_line_good("t --extended_fields --max_events=5 --no_header --min_ms 3");

	(void)state;
	assert_true(o.values[EXTENDED].given);
	assert_int_equal(o.max_events, 5);
	assert_true(o.no_header);
	assert_int_equal(options_value(&o, options_line_tool, "min_ms")->number, 3);
	assert_true(options_given(&o, options_line_tool, "extended_fields"));
	assert_true(options_given(&o, options_line_tool, "extended-fields"));
	assert_true(options_given(&o, options_line_tool, "no_header"));
	options_free(&o);
}

static void test_host_values(void **state)
{
	struct options o =
		options_line_good("t --duration 0.5 -M 9223372036854775808 -b 65536 --buffer ring "
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
	assert_true(options_given(&o, options_line_tool, "kernel-release"));
	options_free(&o);
	o = options_line_good(
		"t --debug verifier --debug preprocessed --headers dir --btf f --duration 3600");
	assert_int_equal(o.debug, OPTIONS_DEBUG_VERIFIER | OPTIONS_DEBUG_PREPROCESSED);
	assert_true(o.duration == 3600);
	options_free(&o);
}

static void test_filter_values(void **state)
{
	struct options o =
		options_line_good("t -p 4194304 -t1 -u 4294967294 -n 123456789012345 --cgroup dir "
				  "--cgroupmap f --mntnsmap f --dir dir --recursive "
				  "--mntns /proc/self/ns/mnt --show pod,container --show pod "
				  "-i 8:17:18446744073709551615");
	struct stat st;

	(void)state;
	assert_int_equal(o.pid, 4194304);
	assert_int_equal(o.tid, 1);
	assert_true(o.uid == 4294967294u);
	assert_string_equal(o.name, "123456789012345");
	assert_string_equal(o.cgroup, "dir");
	assert_string_equal(o.cgroupmap, "f");
	assert_string_equal(o.mntnsmap, "f");
	assert_string_equal(o.within[OPTIONS_WITHIN_CGROUP], "dir");
	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	assert_true(o.has_mntns && o.mntns == st.st_ino);
	assert_int_equal(o.show, OPTIONS_SHOW_POD | OPTIONS_SHOW_CONTAINER);
	assert_string_equal(o.dir, "dir");
	assert_true(o.has_dir && o.recursive && o.has_inode && o.inode_has_dev);
	assert_true(o.inode == UINT64_MAX);
	assert_int_equal(major(o.inode_dev), 8);
	assert_int_equal(minor(o.inode_dev), 17);
	options_free(&o);
	o = options_line_good("t -D dir");
	assert_true(o.has_dir);
	assert_string_equal(o.dir, "dir");
	options_free(&o);
	o = options_line_good("t --inode 0x10 -u root -n \");~return~0;//");
	assert_int_equal(o.inode, 16);
	assert_false(o.inode_has_dev);
	assert_true(o.has_uid);
	assert_int_equal(o.uid, 0);
	assert_string_equal(o.name, "\"); return 0;//");
	options_free(&o);
}

static void test_own_values(void **state)
{
	struct options o =
		options_line_good("t -f o_wronly,O_RDWR -fO_CREAT --mask 1 --mask 0x10 --offset -5 "
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
	assert_null(options_value(&o, options_line_tool, "pid"));
	options_free(&o);
	o = options_line_good("t -d one -d two");
	assert_string_equal(o.values[WORD].text, "two");
	options_free(&o);
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
		struct options o = options_line_good(lines[i]);

		assert_true(o.help);
		options_free(&o);
	}
}

static void test_base(void **state)
{
	struct options base = {.print_bpf = true, .btf = "none", .debug = OPTIONS_DEBUG_IR}, o;

	(void)state;
	options_line_split("t --debug asm --btf f");
	assert_int_equal(options_parse(options_line_tool, options_line.argc, options_line.argv,
				       &base, &o, NULL),
			 0);
	assert_true(o.print_bpf);
	assert_string_equal(o.btf, "f");
	assert_int_equal(o.debug, OPTIONS_DEBUG_IR | OPTIONS_DEBUG_ASM);
	options_free(&o);
	base.help = true;
	options_line_split("t --bogus");
	assert_int_equal(options_parse(options_line_tool, options_line.argc, options_line.argv,
				       &base, &o, NULL),
			 0);
	assert_true(o.help);
	options_free(&o);
}

static void test_known(void **state)
{
	(void)state;
	assert_true(options_known(options_line_tool, "pid"));
	assert_true(options_known(options_line_tool, "failed"));
	assert_true(options_known(options_line_tool, "extended_fields"));
	assert_true(options_known(options_line_tool, "timestamp"));
	assert_true(options_known(options_line_tool, "inode"));
	assert_true(options_known(options_line_tool, "variant"));
	assert_false(options_known(options_line_tool, "p"));
	assert_false(options_known(options_line_tool, "version"));
	assert_false(options_known(options_line_tool, ""));
	assert_false(options_known(options_line_bare, "pid"));
	assert_false(options_known(options_line_bare, "variant"));
	assert_true(options_known(options_line_bare, "max_events"));
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
	options_line_split(text);
	return options_parse_global(options_line.argc, options_line.argv, &b->o, &b->next,
				    &b->version, &b->dirs, &b->ndirs, e);
}

static void test_global(void **state)
{
	struct before b;

	(void)state;
	assert_int_equal(parse_before("bcchost --print_bpf --tools-dir a --tools-dir=b --debug ir "
				      "--btf none tool -x --help",
				      &b, NULL),
			 0);
	assert_string_equal(options_line.argv[b.next], "tool");
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
	assert_non_null(text);
	if (strstr(text, part))
		return;
	print_error("%s\nhas not:\n%s\n", text, part);
	fail();
}

static void test_help_text(void **state)
{
	char *help = options_help(options_line_tool);

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
	help = options_help(options_line_bare);
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

static void test_patterns(void **state)
{
	static const struct {
		const char *given, *kept;
	} cases[] = {
		{"vfs_read", "vfs_read"},
		{"finish_task_switch.isra.0", "finish_task_switch.isra.0"},
		{"vfs_*", "^(vfs_.*)$"},
		{"*", "^(.*)$"},
		{"vfs_.*", "^(vfs_.*)$"},
		{"tcp*|udp*", "^(tcp.*|udp.*)$"},
		{"^vfs_[a-z]*", "^vfs_[a-z]*"},
		{"vfs_(read|write)", "^(vfs_(read|write))$"},
	};
	static const char *const wrong[] = {"", "a b", "a\"", "a{3}", "a\\1", "(", "[a", "a)*("};
	struct program_option o = {.name = (char *)"p", .type = PROGRAM_OPTION_PATTERN};
	struct option_value v = {0};
	struct error e = {0};
	char longest[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(option_value_set(&o, cases[i].given, false, &v, &e), 0);
		assert_string_equal(v.text, cases[i].kept);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (option_value_set(&o, wrong[i], false, &v, &e) == 0)
			fail_msg("%s is taken as %s", wrong[i], v.text);
		assert_int_equal(e.fault, FAULT_USAGE);
		error_clear(&e);
	}
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(option_value_set(&o, longest, false, &v, &e), -EINVAL);
	error_clear(&e);
	free(v.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	      cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_underscores),   cmocka_unit_test(test_host_values),
		cmocka_unit_test(test_filter_values), cmocka_unit_test(test_own_values),
		cmocka_unit_test(test_help),	      cmocka_unit_test(test_base),
		cmocka_unit_test(test_known),	      cmocka_unit_test(test_global),
		cmocka_unit_test(test_bad_global),    cmocka_unit_test(test_help_text),
		cmocka_unit_test(test_patterns),
	};

	return cmocka_run_group_tests(tests, options_line_enter, options_line_leave);
}
