/* SPDX-License-Identifier: Apache-2.0 */
#include "program_file.h"

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

static char *tmp;

const char program_sample[] =
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
	"  - {perf_event: \"software:cpu-clock@99\", run: d}\n"
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

void program_file_put(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

struct program *program_file_load(const char *text)
{
	struct error e = {0};
	struct program *p;

	program_file_put("programs/x.yaml", text, strlen(text));
	if (program_load("programs/x.yaml", &p, &e))
		fail_msg("%s", e.text);
	return p;
}

void program_file_error(const char *text, const char *expected)
{
	struct error e = {0};
	struct program *p;

	program_file_put("programs/x.yaml", text, strlen(text));
	assert_int_equal(program_load("programs/x.yaml", &p, &e), -EINVAL);
	assert_null(p);
	assert_string_equal(e.text, expected);
	assert_int_equal(e.fault, FAULT_TOOL);
	error_clear(&e);
}

int program_file_enter(void **state)
{
	(void)state;
	return file_tmpdir(&tmp, NULL) || chdir(tmp) || mkdir("programs", 0755);
}

int program_file_leave(void **state)
{
	(void)state;
	file_rmtree(tmp);
	free(tmp);
	return 0;
}
