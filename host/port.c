/* SPDX-License-Identifier: Apache-2.0 */
#include "port.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "kernel/kernel.h"
#include "tool/program.h"

#define SCRIPT_MAX (4 << 20)
#define ANSWER_MAX (64 << 20)
#define TIMEOUT	   110 /* seconds; the sandbox stops trying after 45 for each of its two passes */
#define NAMES_MAX  512 /* functions that are looked up */

struct port {
	const struct find *find;
	const char *script, *dir;
	char *name;
	bool force;
	char *const *args;
	int nargs;
	struct kernel *kernel;
	pid_t pid;
	int to, from, errors; /* pipes of the sandbox */
	struct buf in, said;  /* what it answered; what it printed */
	size_t used;	      /* of in */
	uint64_t deadline;
};

static int parse_args(struct port *p, int argc, char **argv, struct error *e)
{
	for (int i = 1; i < argc; i++) {
		bool dir = strcmp(argv[i], "-o") == 0 || strcmp(argv[i], "--output-dir") == 0;
		bool name = strcmp(argv[i], "--name") == 0;

		if (strcmp(argv[i], "--") == 0) {
			p->args = argv + i + 1;
			p->nargs = argc - i - 1;
			break;
		}
		if ((dir || name) && i + 1 == argc)
			return error_set(e, FAULT_USAGE, -EINVAL, "%s wants a %s", argv[i],
					 dir ? "directory" : "name");
		if (dir) {
			p->dir = argv[++i];
		} else if (name) {
			free(p->name);
			p->name = strdup(argv[++i]);
		} else if (strcmp(argv[i], "--force") == 0) {
			p->force = true;
		} else if (argv[i][0] == '-' && argv[i][1]) {
			return error_set(e, FAULT_USAGE, -EINVAL,
					 "`bcchost port` has no option %s; it takes SCRIPT.py "
					 "[-o DIR] [--name NAME] [--force] [-- arguments of the "
					 "script]",
					 argv[i]);
		} else if (p->script) {
			return error_set(e, FAULT_USAGE, -EINVAL,
					 "`bcchost port` takes one script, but got \"%s\" too; "
					 "what the script is to be given stands behind --",
					 argv[i]);
		} else {
			p->script = argv[i];
		}
	}
	if (!p->script)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "`bcchost port` wants a script: bcchost port SCRIPT.py [-o DIR] "
				 "[-- arguments]");
	return 0;
}

/* "…/My-Tool.py" becomes "my-tool"; Debian's name-bpfcc its name. */
static int make_name(struct port *p, struct error *e)
{
	const char *base = strrchr(p->script, '/');
	char *s, *end;

	if (p->name) {
		if (program_is_tool_name(p->name))
			return 0;
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "--name %s: a tool's name is of a-z, 0-9, - and _ and begins with "
				 "a letter",
				 p->name);
	}
	p->name = strdup(base ? base + 1 : p->script);
	if (!p->name)
		return error_nomem(e);
	end = p->name + strlen(p->name);
	if (end - p->name > 3 && strcmp(end - 3, ".py") == 0)
		*(end -= 3) = 0;
	if (end - p->name > 6 && strcmp(end - 6, "-bpfcc") == 0)
		*(end - 6) = 0;
	for (s = p->name; *s; s++)
		*s = isalnum((unsigned char)*s) ? (char)tolower((unsigned char)*s)
		     : *s == '-'		? '-'
						: '_';
	if (program_is_tool_name(p->name) && strlen(p->name) <= 64)
		return 0;
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "%s: no tool can be called \"%s\"; say another name with --name",
			 p->script, p->name);
}

static int read_script(const char *path, json_t **text, struct error *e)
{
	struct stat st;
	char *data;
	size_t len;
	int err;

	if (stat(path, &st) < 0)
		return error_set(e, FAULT_RUN, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(e, FAULT_USAGE, -EINVAL, "%s is no file that could be a script",
				 path);
	if (st.st_size > SCRIPT_MAX)
		return error_set(e, FAULT_TOOL, -EFBIG,
				 "%s: a script of %lld MB; port reads those up to %d MB", path,
				 (long long)st.st_size >> 20, SCRIPT_MAX >> 20);
	err = file_read(path, &data, &len, e);
	if (err)
		return err;
	/* Old scripts may be in Latin-1: what is no UTF-8 is taken for that. */
	*text = json_stringn(data, len);
	if (!*text) {
		struct buf b = {0};

		for (size_t i = 0; i < len; i++) {
			unsigned char c = (unsigned char)data[i];

			if (c < 0x80)
				buf_char(&b, (char)c);
			else
				buf_printf(&b, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
		}
		*text = buf_failed(&b) ? NULL : json_stringn(b.data, b.len);
		buf_free(&b);
	}
	if (*text && memchr(data, 0, len)) {
		json_decref(*text);
		*text = NULL;
		err = error_set(e, FAULT_TOOL, -EINVAL, "%s is no script: it has NUL bytes", path);
	} else if (!*text) {
		err = error_nomem(e);
	}
	free(data);
	return err;
}

/* PREFIX of what lies beside the compiler's helper: the sandbox, and the Python part. */
static int find_parts(const struct port *p, char **sandbox, char **package, struct error *e)
{
	const char *helper = p->find->helper, *slash = helper ? strrchr(helper, '/') : NULL;
	int dir = slash ? (int)(slash - helper) + 1 : 0;

	*package = NULL;
	if (asprintf(sandbox, "%.*sbcchost-sandbox", dir, helper ? helper : "") < 0)
		*sandbox = NULL;
	for (const char *const *at = (const char *const[]){"port", "host/port", NULL};
	     *at && *sandbox; at++) {
		free(*package);
		if (asprintf(package, "%s/%s", p->find->shipped, *at) < 0)
			*package = NULL;
		if (!*package || access(*package, R_OK | X_OK) == 0)
			break;
	}
	if (!*sandbox || !*package)
		return error_nomem(e);
	if (access(*sandbox, X_OK) < 0)
		return error_set(e, FAULT_RUN, -errno, "the sandbox's program %s: %s", *sandbox,
				 strerror(errno));
	if (access(*package, R_OK | X_OK) < 0)
		return error_set(e, FAULT_RUN, -errno, "port's Python part %s: %s", *package,
				 strerror(errno));
	return 0;
}

static void become_sandbox(const char *sandbox, const char *package, int in, int out, int errors)
{
	int a = fcntl(in, F_DUPFD, 20), b = fcntl(out, F_DUPFD, 20), c = fcntl(errors, F_DUPFD, 20);

	if (a < 0 || b < 0 || c < 0 || dup2(a, 3) < 0 || dup2(b, 4) < 0 || dup2(c, 2) < 0)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	execl(sandbox, sandbox, package, (char *)NULL);
	_exit(1);
}

static int start(struct port *p, struct error *e)
{
	char *sandbox = NULL, *package = NULL;
	int job[2] = {-1, -1}, result[2] = {-1, -1}, errors[2] = {-1, -1};
	int err = find_parts(p, &sandbox, &package, e);

	if (!err && (pipe2(job, O_CLOEXEC) < 0 || pipe2(result, O_CLOEXEC) < 0 ||
		     pipe2(errors, O_CLOEXEC) < 0 || (p->pid = fork()) < 0))
		err = error_set(e, FAULT_RUN, -errno, "starting the sandbox: %s", strerror(errno));
	if (!err && p->pid == 0)
		become_sandbox(sandbox, package, job[0], result[1], errors[1]);
	p->to = job[1];
	p->from = result[0];
	p->errors = errors[0];
	if (job[0] >= 0)
		close(job[0]);
	if (result[1] >= 0)
		close(result[1]);
	if (errors[1] >= 0)
		close(errors[1]);
	free(sandbox);
	free(package);
	return err;
}

/* -EPIPE if nobody reads, which is told by what the sandbox said and how it ended. */
static int send(struct port *p, json_t *what, struct error *e)
{
	char *text = json_dumps(what, JSON_COMPACT);
	size_t len = text ? strlen(text) : 0;
	int err = text ? 0 : error_nomem(e);

	if (text)
		text[len++] = '\n'; /* in the place of its NUL */
	for (size_t at = 0; !err && at < len;) {
		ssize_t n = write(p->to, text + at, len - at);

		if (n < 0 && errno != EINTR)
			err = -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	free(text);
	return err == -EPIPE ? 0 : err;
}

static void hear(int *fd, struct buf *into, size_t most)
{
	char part[1 << 16];
	ssize_t n = read(*fd, part, sizeof(part));

	if (n > 0 && into->len + (size_t)n <= most) {
		buf_add(into, part, (size_t)n);
	} else if (n >= 0 || errno != EINTR) {
		close(*fd);
		*fd = -1;
	}
}

/* The next line that the sandbox answers; NULL if none comes any more. */
static json_t *next_answer(struct port *p)
{
	while (p->from >= 0) {
		struct pollfd fds[2] = {{p->from, POLLIN, 0}, {p->errors, POLLIN, 0}};
		char *end = p->in.len > p->used
				    ? memchr(p->in.data + p->used, '\n', p->in.len - p->used)
				    : NULL;
		uint64_t now = clock_ns();

		if (end) {
			const char *line = p->in.data + p->used;

			p->used = (size_t)(end - p->in.data) + 1;
			return json_loadb(line, (size_t)(end - line), 0, NULL);
		}
		if (now >= p->deadline)
			return NULL;
		if (poll(fds, 2, (int)((p->deadline - now) / 1000000) + 1) < 0 && errno != EINTR)
			return NULL;
		if (fds[1].revents && p->errors >= 0)
			hear(&p->errors, &p->said, 64 << 10);
		if (fds[0].revents)
			hear(&p->from, &p->in, ANSWER_MAX);
	}
	return NULL;
}

static json_t *prototype(struct kernel *k, const char *function)
{
	struct kernel_proto proto = {0};
	json_t *params = NULL;

	if (kernel_prototype(k, function, &proto, NULL) == 0) {
		params = json_array();
		for (size_t i = 0; i < proto.nparams; i++)
			json_array_append_new(params, json_pack("[s?s?]", proto.params[i].name,
								proto.params[i].decl));
	}
	kernel_proto_free(&proto);
	return params;
}

/* {"ask": [functions]}: their parameters, of those that this kernel has. */
static int answer(struct port *p, const json_t *names, struct error *e)
{
	json_t *out = json_object(), *name;
	int err;

	for (size_t i = 0; i < json_array_size(names); i++) {
		name = json_array_get(names, i);
		const char *s = json_string_value(name);
		json_t *params = s && i < NAMES_MAX ? prototype(p->kernel, s) : NULL;

		if (params)
			json_object_set_new(out, s, params);
	}
	err = send(p, out, e);
	json_decref(out);
	return err;
}

/* One of ["field", struct, member], ["function", name], ["symbol", name], ["tracepoint", c, n]. */
static bool holds(struct kernel *k, const json_t *fact)
{
	const char *kind = json_string_value(json_array_get(fact, 0)) ?: "";
	const char *a = json_string_value(json_array_get(fact, 1)) ?: "";
	const char *b = json_string_value(json_array_get(fact, 2)) ?: "";

	if (strcmp(kind, "field") == 0)
		return kernel_has_field(k, a, b) == 1;
	if (strcmp(kind, "tracepoint") == 0)
		return kernel_has_tracepoint(k, a, b);
	return kernel_has_symbol(k, a);
}

/* {"facts": [questions]}: the answers, in their order. */
static int answer_facts(struct port *p, const json_t *facts, struct error *e)
{
	json_t *out = json_array();
	int err;

	for (size_t i = 0; i < json_array_size(facts); i++) {
		bool yes = i < NAMES_MAX && holds(p->kernel, json_array_get(facts, i));

		json_array_append_new(out, json_boolean(yes));
	}
	err = send(p, out, e);
	json_decref(out);
	return err;
}

static int say_failed(const struct port *p, const json_t *answer, struct error *e)
{
	long long line = (long long)json_integer_value(json_object_get(answer, "line"));
	const char *why = json_string_value(json_object_get(answer, "failed"));

	if (line > 0)
		return error_set(e, FAULT_TOOL, -EINVAL, "%s:%lld: %s", p->script, line, why);
	return error_set(e, FAULT_TOOL, -EINVAL, "%s: %s", p->script, why);
}

static int say_ended(struct port *p, struct error *e)
{
	int status = 0;

	if (p->from >= 0 && clock_ns() >= p->deadline)
		return error_set(e, FAULT_TOOL, -ETIMEDOUT,
				 "%s: port gave up after %d seconds; the sandbox was ended",
				 p->script, TIMEOUT);
	while (p->errors >= 0 && p->said.len < 64 << 10)
		hear(&p->errors, &p->said, 64 << 10);
	kill(p->pid, SIGKILL);
	waitpid(p->pid, &status, 0);
	p->pid = 0;
	while (p->said.len && p->said.data[p->said.len - 1] == '\n')
		p->said.data[--p->said.len] = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		return error_set(e, FAULT_PERMISSION, -EPERM,
				 "no sandbox can be made to run %s in: %s", p->script,
				 p->said.len ? p->said.data : "?");
	return error_set(e, FAULT_RUN, -EIO, "%s: the sandbox ended without an answer%s%s",
			 p->script, p->said.len ? ": " : "", p->said.len ? p->said.data : "");
}

/* The whole exchange; *done is the answer's object. */
static int converse(struct port *p, json_t *script, json_t **done, struct error *e)
{
	json_t *args = json_array(), *job, *got, *part;
	int err;

	for (int i = 0; i < p->nargs; i++)
		if (json_array_append_new(args, json_string(p->args[i])) < 0) {
			json_decref(args);
			return error_set(e, FAULT_USAGE, -EINVAL,
					 "an argument of the script is no UTF-8");
		}
	job = json_pack("{sOssssso}", "script", script, "path", p->script, "name", p->name, "argv",
			args);
	if (!job)
		return error_nomem(e);
	err = send(p, job, e);
	json_decref(job);
	while (!err && !*done) {
		got = next_answer(p);
		if (!got)
			return say_ended(p, e);
		if ((part = json_object_get(got, "ask")))
			err = answer(p, part, e);
		else if ((part = json_object_get(got, "facts")))
			err = answer_facts(p, part, e);
		else if (json_is_string(json_object_get(got, "failed")))
			err = say_failed(p, got, e);
		else if ((part = json_object_get(got, "done")))
			*done = json_incref(part);
		json_decref(got);
	}
	return err;
}

static int write_text(const char *path, const json_t *text, struct error *e)
{
	const char *s = json_string_value(text);
	FILE *f = s ? fopen(path, "we") : NULL;

	if (!s)
		return error_set(e, FAULT_TOOL, -EINVAL, "%s: the sandbox gave no text for it",
				 path);
	if (!f || fwrite(s, 1, json_string_length(text), f) != json_string_length(text) ||
	    fclose(f) != 0)
		return error_set(e, FAULT_RUN, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

static int make_dir(const char *dir, const char *sub, char **path, struct error *e)
{
	if (asprintf(path, "%s/%s", dir, sub) < 0) {
		*path = NULL;
		return error_nomem(e);
	}
	if (mkdir(*path, 0755) < 0 && errno != EEXIST)
		return error_set(e, FAULT_RUN, -errno, "%s: %s", *path, strerror(errno));
	return 0;
}

struct files {
	char *dirs[2], *trial, *new[2], *to[2];
};

static int name_files(struct port *p, struct files *f, struct error *e)
{
	static const char *const subs[] = {"programs", "templates"}, *const ends[] = {"yaml",
										      "bpf.c"};
	int err = 0;

	if (mkdir(p->dir, 0755) < 0 && errno != EEXIST)
		return error_set(e, FAULT_RUN, -errno, "-o %s: %s", p->dir, strerror(errno));
	if (asprintf(&f->trial, "%s/.port-XXXXXX", p->dir) < 0) {
		f->trial = NULL;
		return error_nomem(e);
	}
	if (!mkdtemp(f->trial))
		return error_set(e, FAULT_RUN, -errno, "-o %s: %s", p->dir, strerror(errno));
	for (int i = 0; !err && i < 2; i++) {
		char *dir = NULL;

		err = make_dir(p->dir, subs[i], &f->dirs[i], e)
			      ?: make_dir(f->trial, subs[i], &dir, e);
		if (!err && (asprintf(&f->to[i], "%s/%s.%s", f->dirs[i], p->name, ends[i]) < 0 ||
			     asprintf(&f->new[i], "%s/%s.%s", dir, p->name, ends[i]) < 0))
			err = error_nomem(e);
		free(dir);
		if (!err && !p->force && access(f->to[i], F_OK) == 0)
			err = error_set(e, FAULT_USAGE, -EEXIST,
					"%s is there already; --force writes over it, --name and "
					"-o put it elsewhere",
					f->to[i]);
	}
	return err;
}

/* Both files or none, and only if they are a program. */
static int write_files(struct port *p, struct files *f, const json_t *done, struct error *e)
{
	struct program *program = NULL;
	int err = write_text(f->new[0], json_object_get(done, "program"), e)
			  ?: write_text(f->new[1], json_object_get(done, "template"), e)
			  ?: program_load(f->new[0], &program, e);

	program_free(program);
	if (err)
		return error_prefix(e, err, "%s: what was made of it is no program", p->script);
	for (int i = 0; !err && i < 2; i++)
		if (rename(f->new[i], f->to[i]) < 0)
			err = error_set(e, FAULT_RUN, -errno, "%s: %s", f->to[i], strerror(errno));
	return err;
}

/* What is the script's: nothing for a terminal to act on. */
static void print_text(const char *text)
{
	for (; text && *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
}

static void print_part(const char *script, const char *title, const json_t *entries)
{
	json_t *entry;

	if (!json_array_size(entries))
		return;
	printf("\n%s\n", title);
	for (size_t i = 0; i < json_array_size(entries); i++) {
		entry = json_array_get(entries, i);
		long long line = (long long)json_integer_value(json_array_get(entry, 0));
		const char *text = json_string_value(json_array_get(entry, 1));

		printf("  %s", script);
		if (line > 0)
			printf(":%lld", line);
		fputs(": ", stdout);
		print_text(text);
		putchar('\n');
	}
}

static void print_probes(const json_t *probes)
{
	json_t *probe;

	if (!json_array_size(probes))
		return;
	printf("On this kernel the script attaches to:");
	for (size_t i = 0; i < json_array_size(probes); i++) {
		probe = json_array_get(probes, i);
		printf(i ? ", " : " ");
		print_text(json_string_value(probe));
	}
	putchar('\n');
}

static void print_report(const struct port *p, const struct files *f, const json_t *done)
{
	const char *base = strrchr(p->script, '/');
	const char *heading = json_string_value(json_object_get(done, "headings")) ?: "";

	base = base ? base + 1 : p->script;
	printf("%s: %s and %s\n", p->script, f->to[0], f->to[1]);
	if (*heading) {
		printf("The script's heading: ");
		print_text(heading);
		putchar('\n');
	}
	print_probes(json_object_get(done, "probes"));
	print_part(base, "Converted:", json_object_get(done, "converted"));
	print_part(base, "Guessed, please look:", json_object_get(done, "guessed"));
	print_part(base, "Left for a person:", json_object_get(done, "left"));
	printf("\nTry it: bcchost --print-bpf --tools-dir %s %s\n", p->dir, p->name);
}

static void free_files(struct files *f)
{
	if (f->trial)
		file_rmtree(f->trial);
	for (int i = 0; i < 2; i++) {
		if (f->dirs[i])
			rmdir(f->dirs[i]); /* only one that stayed empty goes */
		free(f->dirs[i]);
		free(f->new[i]);
		free(f->to[i]);
	}
	free(f->trial);
}

int port_command(const struct find *find, int argc, char **argv, const struct options *global,
		 struct error *e)
{
	struct port p = {.find = find, .dir = ".", .to = -1, .from = -1, .errors = -1};
	struct kernel_sources sources = {
		.btf = global->btf,
		.kallsyms = global->kallsyms,
		.release = global->release,
		.signatures = find->signatures,
	};
	json_t *script = NULL, *done = NULL;
	struct files f = {0};
	int err;

	p.deadline = clock_ns() + TIMEOUT * 1000000000ULL;
	signal(SIGPIPE, SIG_IGN);
	err = parse_args(&p, argc, argv, e)
		      ?: make_name(&p, e)
		      ?: read_script(p.script, &script, e)
		      ?: kernel_open(&p.kernel, &sources, e)
		      ?: start(&p, e)
		      ?: converse(&p, script, &done, e)
		      ?: name_files(&p, &f, e)
		      ?: write_files(&p, &f, done, e);
	if (!err)
		print_report(&p, &f, done);
	if (p.pid > 0) {
		kill(p.pid, SIGKILL);
		waitpid(p.pid, NULL, 0);
	}
	for (int *fd = (int[]){p.to, p.from, p.errors, -2}; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	free_files(&f);
	buf_free(&p.in);
	buf_free(&p.said);
	json_decref(done);
	json_decref(script);
	kernel_close(p.kernel);
	free(p.name);
	return err;
}
