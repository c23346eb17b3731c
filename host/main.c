/* SPDX-License-Identifier: Apache-2.0 */
/* main: the command line's first word, the signals, and the one place that prints an error. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/colour.h"
#include "base/error.h"
#include "base/escape.h"
#include "base/signals.h"
#include "completion.h"
#include "doctor.h"
#include "man.h"
#include "object/cache.h"
#include "object/compile.h"
#include "port.h"
#include "run.h"
#include "run_script.h"
#include "script/command.h"
#include "tool/find.h"
#include "tool/options.h"

static char page[64 << 10]; /* stdout's buffer */
static struct session_stop stop = {.fd = -1};

static void on_signal(int sig)
{
	(void)sig;
	stop.stopped = 1;
	signals_wake(stop.fd);
	alarm(1); /* interrupts a write that nobody reads, again and again */
}

static int catch_signals(struct error *e)
{
	static const int which[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};

	return signals_catch(which, sizeof(which) / sizeof(*which), on_signal, &stop.fd, e);
}

static int print_version(const struct find *f, struct error *e)
{
	char *libbcc;
	int err = compile_version(f->helper, &libbcc, e);

	printf("bcchost %s\n", BCCHOST_VERSION);
	if (err)
		return err;
	printf("libbcc %s\n", libbcc);
	free(libbcc);
	return 0;
}

/* help: is freed. */
static int print_help(char *help, struct error *e)
{
	if (!help)
		return error_nomem(e);
	fputs(help, stdout);
	free(help);
	return 0;
}

/* What stands behind -- is another's, and so is what stands behind `completion words`. */
static bool asks_for_help(int argc, char **argv)
{
	int last = strcmp(argv[0], "completion") == 0 && argc > 2 ? 2 : argc;

	for (int i = 1; i < last && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

/* A tool's file that cannot be read is told, and does not hide the others. */
static int list_tools(const struct find *f, struct error *e)
{
	struct find_tool *tools;
	const char *group = "";
	struct error one = {0};
	struct program *p;
	int err, first = 0;
	size_t n;

	err = find_tools(f, &tools, &n, e);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(tools[i].group, group) != 0)
			printf("%s%s:\n", i ? "\n" : "", tools[i].group);
		group = tools[i].group;
		err = program_load(tools[i].path, &p, &one);
		if (err && !first)
			first = error_set(e, one.fault, err, "%s", one.text);
		printf("  %-14s %s\n", tools[i].name, err ? "(its file has an error)" : p->summary);
		if (!err)
			program_free(p);
		error_clear(&one);
	}
	find_tools_free(tools, n);
	return first;
}

/* `bcchost cache list`, `bcchost cache clear`. */
static int cache_command(int argc, char **argv, struct error *e)
{
	bool list = argc == 2 && strcmp(argv[1], "list") == 0;
	bool clear = argc == 2 && strcmp(argv[1], "clear") == 0;
	struct cache *c = NULL;
	size_t n;
	int err;

	if (!list && !clear)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "`bcchost cache` takes one word: list or clear");
	err = cache_open(&c, e);
	if (!err && list)
		err = cache_list(c, stdout, e);
	else if (!err && !(err = cache_clear(c, &n, e)))
		printf("removed %zu entr%s\n", n, n == 1 ? "y" : "ies");
	cache_close(c);
	return err;
}

/* `bcchost doctor [--output json]`. */
static int doctor_command(int argc, char **argv, const struct find *f, struct error *e)
{
	const char *word = argc > 2 && strcmp(argv[1], "--output") == 0 ? argv[2] : NULL;
	bool as_json =
		(argc == 3 && strcmp(argv[1], "--output") == 0 && strcmp(argv[2], "json") == 0) ||
		(argc == 2 && strcmp(argv[1], "--output=json") == 0);

	if (argc > 1 && !as_json)
		return error_set(
			e, FAULT_USAGE, -EINVAL,
			"`bcchost doctor` takes nothing but --output json, and got \"%s%s%s\"",
			argv[1], word ? " " : "", word ? word : "");
	return doctor(f, as_json, e);
}

/* The exporter is a binary of its own, so that no tool's run maps what it needs. */
static int exec_exporter(const struct find *f, char **argv, struct error *e)
{
	execv(f->exporter, argv);
	return error_set(e, FAULT_RUN, -errno, "cannot run %s, which `bcchost export` is: %s",
			 f->exporter, strerror(errno));
}

static int command(int argc, char **argv, struct find *f, struct error *e)
{
	struct options global = {0};
	bool version = false;
	char **dirs = NULL, *help = NULL;
	size_t ndirs = 0;
	int next, err;

	err = options_parse_global(argc, argv, &global, &next, &version, &dirs, &ndirs, e);
	if (!err && next < argc && (global.help || asks_for_help(argc - next, argv + next)))
		help = options_help_command(argv[next]);
	if (!err && !help && next == argc && !version && global.help)
		help = options_help_global();
	if (!err && !help)
		err = find_init(f, dirs, ndirs, e);
	free(dirs);
	if (err || help)
		return err ? err : print_help(help, e);
	if (version)
		return print_version(f, e);
	if (next == argc)
		return global.help ? error_nomem(e)
				   : error_set(e, FAULT_USAGE, -EINVAL,
					       "no tool named; `bcchost list` shows them, "
					       "`bcchost --help` the rest");
	if (strcmp(argv[next], "list") == 0) {
		if (next + 1 < argc)
			return error_set(e, FAULT_USAGE, -EINVAL,
					 "`bcchost list` takes no arguments, but got \"%s\"",
					 argv[next + 1]);
		return list_tools(f, e);
	}
	if (strcmp(argv[next], "cache") == 0)
		return cache_command(argc - next, argv + next, e);
	if (strcmp(argv[next], "completion") == 0)
		return completion(f, argc - next, argv + next, e);
	if (strcmp(argv[next], "export") == 0)
		return exec_exporter(f, argv, e);
	if (strcmp(argv[next], "doctor") == 0)
		return doctor_command(argc - next, argv + next, f, e);
	if (strcmp(argv[next], "port") == 0)
		return port_command(f, argc - next, argv + next, &global, e);
	if (strcmp(argv[next], "man") == 0) {
		if (next + 2 < argc)
			return error_set(e, FAULT_USAGE, -EINVAL,
					 "`bcchost man` takes the name of one tool, but got \"%s\" "
					 "too",
					 argv[next + 2]);
		return man_print(f, argv[next + 1], e);
	}
	err = catch_signals(e);
	if (!err && strcmp(argv[next], COMMAND_RUN) == 0)
		return run_script(f, argc - next, argv + next, &global, &stop, e);
	return err ? err : run_tool(f, argc - next, argv + next, &global, &stop, e);
}

/* Errors are red where somebody looks at them. */
static void print_error(const struct error *e)
{
	bool colour = colour_wanted(STDERR_FILENO);
	char *text = e->text ? escape_message(e->text) : NULL;

	fflush(stdout);
	fprintf(stderr, "%sbcchost: %s%s\n", colour ? "\033[31m" : "",
		text ? text : "out of memory", colour ? "\033[0m" : "");
	free(text);
}

/* Whoever starts us without stdin, stdout or stderr must not get our files in their place. */
static void fill_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct error e = {0};
	struct find f = {0};
	int code = 0;

	fill_standard_files();
	/* So that all of a page is written at the end, where an error is told. */
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, page, _IOFBF, sizeof(page));
	/* Large blocks (BTF, kallsyms) on their own pages, always: what is freed is given back. */
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	libbpf_set_print(NULL); /* what it knows comes as errno; we say it with more context */
	if (command(argc, argv, &f, &e)) {
		print_error(&e);
		code = e.fault ? (int)e.fault : FAULT_RUN;
	}
	if (fflush(stdout) != 0 && !code && errno != EPIPE) {
		error_set(&e, FAULT_RUN, -errno, "cannot write to stdout: %s", strerror(errno));
		print_error(&e);
		code = FAULT_RUN;
	}
	find_free(&f);
	error_clear(&e);
	if (stop.fd >= 0)
		close(stop.fd);
	return code;
}
