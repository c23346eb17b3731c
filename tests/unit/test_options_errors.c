/* SPDX-License-Identifier: Apache-2.0 */
/* A tool's command line: what is refused, and what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_line.h"

#define SEE " (see `bcchost t --help`)"

static void bad(const char *text, const char *expected)
{
	options_line_bad(options_line_tool, text, expected);
}

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
	options_line_bad(options_line_bare, "t --pid 1",
			 "unknown option --pid (see `bcchost bare --help`)");
	options_line_bad(options_line_bare, "t -i 1",
			 "unknown option -i (see `bcchost bare --help`)");
	options_line_bad(options_line_bare, "t --variant x",
			 "unknown option --variant (see `bcchost bare --help`)");
}

/* After "--" it is no help that is asked for. */
static void test_no_help(void **state)
{
	(void)state;
	bad("t --bogus -- -h", "unknown option --bogus" SEE);
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
		options_line_split(text);
		snprintf(error, sizeof(error),
			 "--pid %s: a process id is a whole number from 1 to 4194304",
			 options_line.argv[2]);
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

#define MNTNS \
	": a mount namespace is its number, as lsns prints it, or a path like /proc/PID/ns/mnt"

static void test_bad_containers(void **state)
{
	(void)state;
	bad("t --mntns none", "--mntns none" MNTNS);
	bad("t --mntns ''", "--mntns \"\"" MNTNS);
	bad("t --mntns 0", "--mntns 0" MNTNS);
	bad("t --mntns 4294967296", "--mntns 4294967296" MNTNS);
	bad("t --mntns mnt:[]", "--mntns mnt:[]" MNTNS);
	bad("t --mntns net:[4026531840]", "--mntns net:[4026531840]" MNTNS);
	bad("t --mntns 42", "--mntns 42: this is no namespace's number; that of process 42 is "
			    "--mntns /proc/42/ns/mnt");
	bad("t --mntns ./none", "--mntns ./none: No such file or directory");
	bad("t --mntns ./f", "--mntns ./f: not a mount namespace (/proc/PID/ns/mnt is one)");
	bad("t --mntns ./dir", "--mntns ./dir: not a mount namespace (/proc/PID/ns/mnt is one)");
	bad("t --mntns /proc/self/ns/net",
	    "--mntns /proc/self/ns/net: not a mount namespace (/proc/PID/ns/mnt is one)");
	bad("t --container ''", "--container \"\": a container's id or name, or its beginning, has "
				"1 to 255 letters, digits and _.-/@:");
	bad("t --container a~b", "--container a b: a container's id or name, or its beginning, has "
				 "1 to 255 letters, digits and _.-/@:");
	bad("t --pod $x", "--pod $x: a pod's UID or name, or its beginning, has 1 to 255 letters, "
			  "digits and _.-/@:");
	bad("t --show pid", "--show pid: what to show is container, pod or cgroup, with commas "
			    "between several");
	bad("t --show cgroup,", "--show cgroup,: what to show is container, pod or cgroup, with "
				"commas between several");
	bad("t --cgroup /none", "--cgroup /none: No such file or directory");
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
	bad("t --disk ''", "--disk \"\": wants a disk's name");
	bad("t --disk ../block", "--disk ../block: wants a disk's name");
	bad("t --disk none", "--disk none: there is no disk none (a whole one, as in /sys/block)");
	bad("t --disk /dev/none",
	    "--disk /dev/none: there is no disk none (a whole one, as in /sys/block)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown),	       cmocka_unit_test(test_no_help),
		cmocka_unit_test(test_bad_ids),	       cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_bad_containers), cmocka_unit_test(test_bad_run),
		cmocka_unit_test(test_bad_own),
	};

	return cmocka_run_group_tests(tests, options_line_enter, options_line_leave);
}
