/* SPDX-License-Identifier: Apache-2.0 */
/* bcchost-export: what `bcchost export` runs: its command line, its signals, and its errors. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/escape.h"
#include "base/signals.h"
#include "export/exporter.h"
#include "export/http.h"
#include "tool/find.h"
#include "tool/options.h"
#include "tool/options_text.h"

static struct exporter_signals signals = {.fd = -1};

static void on_signal(int sig)
{
	if (sig == SIGHUP)
		signals.reload = 1;
	else
		signals.stopped = 1;
	signals_wake(signals.fd);
}

static int catch_signals(struct error *e)
{
	static const int which[] = {SIGINT, SIGTERM, SIGHUP};

	return signals_catch(which, sizeof(which) / sizeof(*which), on_signal, &signals.fd, e);
}

static const char help[] =
	"Usage: bcchost export [options] [TOOL[:OPTION,...]...]\n"
	"\n"
	"Runs tools and tells Prometheus what they count, at\n"
	"http://" HTTP_DEFAULT "/metrics.\n"
	"TOOL:OPTION,... is a tool with options of its own, by their long names:\n"
	"opensnoop:failed,name=main. A backslash stands before a comma in a value.\n"
	"\n"
	"      --config FILE         tools, options, and what is counted of them, in YAML\n"
	"      --listen ADDR:PORT    " HTTP_DEFAULT " (the default), [::1]:8526, or :8526\n"
	"                            for all addresses\n"
	"      --user USER           go on as this user, once the tools are attached\n"
	"      --no-seccomp          do without the filter of system calls\n"
	"      --check               compile all that, print the metrics' names, and end\n"
	"  -h, --help                this\n"
	"\n"
	"SIGHUP reads the file again: what it says in the same words goes on, and a wrong\n"
	"file changes nothing. docs/prometheus.md has the file, and each tool's metrics.\n"
	"\n"
	"Examples:\n"
	"  bcchost export opensnoop biolatency\n"
	"  bcchost export ext4slower:min-ms=1,name=postgres\n"
	"  bcchost export --config /etc/bcchost/export.yaml --listen [::1]:8526\n";

static int print_help(struct error *e)
{
	struct buf b = {0};

	char *text;

	buf_str(&b, help);
	options_help_exits(&b);
	text = buf_take(&b);
	if (!text)
		return error_nomem(e);
	fputs(text, stdout);
	free(text);
	return 0;
}

/* "--name VALUE" or "--name=VALUE" at argv[*i]; NULL if it is something else. */
static const char *value_of(const char *name, int argc, char **argv, int *i)
{
	size_t len = strlen(name);

	if (strncmp(argv[*i], name, len) != 0)
		return NULL;
	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	return !argv[*i][len] && *i + 1 < argc ? argv[++*i] : NULL;
}

static int bad_option(const char *word, struct error *e)
{
	static const char *const known[] = {"--config", "--listen", "--user",
					    "--check",	"--help",   "--no-seccomp"};
	char *near = find_near(word, known, sizeof(known) / sizeof(*known));
	bool lacks =
		!strcmp(word, "--config") || !strcmp(word, "--listen") || !strcmp(word, "--user");

	if (!near)
		return error_nomem(e);
	error_set(e, FAULT_USAGE, -EINVAL, "%s%s%s%s; see `bcchost export --help`",
		  lacks ? "" : "unknown option ", word,
		  lacks	  ? " wants a value"
		  : *near ? "; "
			  : "",
		  lacks ? "" : near);
	free(near);
	return -EINVAL;
}

/* argv[0] is "export". Words are gathered at its front. */
static int parse(int argc, char **argv, struct exporter_asked *asked, bool *helped, struct error *e)
{
	bool options = true;
	const char *value;

	*helped = false;
	asked->listen = HTTP_DEFAULT;
	asked->words = argv;
	for (int i = 1; i < argc; i++) {
		if (!options || argv[i][0] != '-') {
			argv[asked->nwords++] = argv[i];
		} else if (!strcmp(argv[i], "--")) {
			options = false;
		} else if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			*helped = true;
			return 0;
		} else if (!strcmp(argv[i], "--check")) {
			asked->check = true;
		} else if (!strcmp(argv[i], "--no-seccomp")) {
			asked->no_seccomp = true;
		} else if ((value = value_of("--user", argc, argv, &i))) {
			asked->user = value;
		} else if ((value = value_of("--config", argc, argv, &i))) {
			asked->config = value;
		} else if ((value = value_of("--listen", argc, argv, &i))) {
			asked->listen = value;
		} else {
			return bad_option(argv[i], e);
		}
	}
	if (!asked->nwords && !asked->config)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "nothing to export: name tools, or a file with --config; see "
				 "`bcchost export --help`");
	return 0;
}

static int command(int argc, char **argv, struct error *e)
{
	struct options global = {0};
	struct exporter_asked asked = {.global = &global};
	struct http_address address;
	bool version, helped = false;
	struct find f = {0};
	char **dirs = NULL;
	size_t ndirs = 0;
	int next, err;

	err = options_parse_global(argc, argv, &global, &next, &version, &dirs, &ndirs, e);
	if (!err)
		err = find_init(&f, dirs, ndirs, e);
	free(dirs);
	if (!err && (next == argc || strcmp(argv[next], "export") != 0))
		err = error_set(e, FAULT_USAGE, -EINVAL, "this is run by `bcchost export`");
	helped = !err && global.help;
	if (!err && !helped)
		err = parse(argc - next, argv + next, &asked, &helped, e);
	asked.find = &f;
	if (!err && helped)
		err = print_help(e);
	global.compile_only = asked.check;
	if (!err && !helped)
		err = http_parse(asked.listen, &address, e)
			      ?: catch_signals(e)
			      ?: (asked.check ? exporter_check : exporter_run)(&asked, &signals, e);
	find_free(&f);
	return err;
}

int main(int argc, char **argv)
{
	struct error e = {0};
	int code = 0;

	/* As the host has it (main.c). */
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	libbpf_set_print(NULL);
	if (command(argc, argv, &e)) {
		char *text = e.text ? escape_message(e.text) : NULL;

		fprintf(stderr, "bcchost: %s\n", text ? text : "out of memory");
		free(text);
		code = e.fault ? (int)e.fault : FAULT_RUN;
	}
	if (fflush(stdout) != 0 && !code && errno != EPIPE) {
		fprintf(stderr, "bcchost: cannot write to stdout: %s\n", strerror(errno));
		code = FAULT_RUN;
	}
	error_clear(&e);
	return code;
}
