/* SPDX-License-Identifier: Apache-2.0 */
#include "options_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

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
	"  - {name: disk, type: disk, help: a disk}\n"
	"letters: {dir: D}\n"
	"variants: [kprobe, tracepoint]\n"
	"probes: [{kprobe: f, run: f}]\n"
	"output: {stream: events, columns: [{title: A, field: a}]}\n"
	"examples: [{run: t -p 1, does: one process}]\n";

static char *tmp;
struct program *options_line_tool, *options_line_bare;
struct options_line options_line;

void options_line_split(const char *text)
{
	struct options_line *l = &options_line;
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

struct options options_line_good(const char *text)
{
	struct error e = {0};
	struct options o;

	options_line_split(text);
	if (options_parse(options_line_tool, options_line.argc, options_line.argv, NULL, &o, &e))
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(o.nvalues, NVALUES);
	return o;
}

void options_line_bad(const struct program *p, const char *text, const char *expected)
{
	struct error e = {0};
	struct options o;

	options_line_split(text);
	if (options_parse(p, options_line.argc, options_line.argv, NULL, &o, &e) == 0)
		fail_msg("%s was taken", text);
	assert_string_equal(e.text, expected);
	assert_int_equal(e.fault, FAULT_USAGE);
	error_clear(&e);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

int options_line_enter(void **state)
{
	struct error e = {0};

	(void)state;
	if (file_tmpdir(&tmp, NULL) || chdir(tmp) || mkdir("dir", 0755))
		return -1;
	put("f", "");
	put("t.yaml", yaml);
	put("bare.yaml", "summary: s\n"
			 "output: {stream: events, columns: [{title: A, field: a}]}\n");
	if (program_load("t.yaml", &options_line_tool, &e) ||
	    program_load("bare.yaml", &options_line_bare, &e)) {
		fprintf(stderr, "%s\n", e.text);
		error_clear(&e);
		return -1;
	}
	return 0;
}

int options_line_leave(void **state)
{
	(void)state;
	program_free(options_line_tool);
	program_free(options_line_bare);
	file_rmtree(tmp);
	free(tmp);
	return 0;
}
