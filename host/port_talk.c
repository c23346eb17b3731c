/* SPDX-License-Identifier: Apache-2.0 */
#include "port_talk.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define ANSWER_MAX (64 << 20)
#define TIMEOUT	   180 /* seconds; the sandbox stops trying after 45, or 70 with its second pass */
#define FILE_MAX   (4 << 20)
#define NAMES_MAX  512 /* functions that are looked up */

/* PREFIX of what lies beside the compiler's helper: the sandbox, and the Python part. */
static int find_parts(const struct port_talk *p, char **sandbox, char **package, struct error *e)
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

static int start(struct port_talk *p, struct error *e)
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
static int send(struct port_talk *p, json_t *what, struct error *e)
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
static json_t *next_answer(struct port_talk *p)
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
static int answer(struct port_talk *p, const json_t *names, struct error *e)
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

/* ["module", function]: the name of its module, "" of one of the kernel's own, null if there is
 * none. */
static json_t *module_of(struct kernel *k, const char *function)
{
	struct kernel_symbols syms = {0};
	json_t *name = NULL;

	if (kernel_functions(k, function, &syms, NULL) == 0 && syms.n)
		name = json_string(syms.v[0].module ?: "");
	kernel_symbols_free(&syms);
	return name ?: json_null();
}

/* ["count", prefix]: how many functions of the kernel's own begin with it. */
static json_t *count_of(struct kernel *k, const char *prefix)
{
	struct kernel_symbols syms = {0};
	json_int_t n = 0;
	char *regex;

	for (const char *c = prefix; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return json_integer(0);
	if (asprintf(&regex, "^%s", prefix) < 0)
		return json_integer(0);
	if (kernel_functions_match(k, regex, &syms, NULL) == 0)
		for (size_t i = 0; i < syms.n; i++)
			n += !syms.v[i].module;
	kernel_symbols_free(&syms);
	free(regex);
	return json_integer(n);
}

static json_t *answer_fact(struct kernel *k, const json_t *fact)
{
	const char *kind = json_string_value(json_array_get(fact, 0)) ?: "";
	const char *name = json_string_value(json_array_get(fact, 1)) ?: "";

	if (strcmp(kind, "module") == 0)
		return module_of(k, name);
	if (strcmp(kind, "count") == 0)
		return count_of(k, name);
	return json_boolean(holds(k, fact));
}

/* {"facts": [questions]}: the answers, in their order. */
static int answer_facts(struct port_talk *p, const json_t *facts, struct error *e)
{
	json_t *out = json_array();
	int err;

	for (size_t i = 0; i < json_array_size(facts); i++) {
		json_array_append_new(
			out, i < NAMES_MAX ? answer_fact(p->kernel, json_array_get(facts, i))
					   : json_false());
	}
	err = send(p, out, e);
	json_decref(out);
	return err;
}

static bool has_end(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len > n && !strcmp(name + len - n, end);
}

/* What may be a part of a script, by its name. */
static bool is_text(const char *name)
{
	static const char *const ends[] = {".c",   ".h",    ".py",   ".bpf",  ".txt",  ".ini",
					   ".cfg", ".conf", ".json", ".yaml", ".toml", ".yml"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (has_end(name, ends[i]))
			return true;
	return false;
}

json_t *port_text(const char *data, size_t len)
{
	json_t *text = json_stringn(data, len);
	struct buf b = {0};

	for (size_t i = 0; !text && i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c < 0x80)
			buf_char(&b, (char)c);
		else
			buf_printf(&b, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
	}
	if (!text && !buf_failed(&b))
		text = json_stringn(b.data, b.len);
	buf_free(&b);
	return text;
}

/* A C text or a module beside the script, that it names; NULL if there is none. */
static json_t *text_beside(const struct port_talk *p, const char *name)
{
	const char *slash = strrchr(p->script, '/');
	json_t *text = NULL;
	char *path, *data = NULL;
	size_t len;

	if (*name == '/' || strstr(name, "..") || !is_text(name))
		return NULL;
	if (asprintf(&path, "%.*s%s", slash ? (int)(slash - p->script) + 1 : 0, p->script, name) <
	    0)
		return NULL;
	if (file_read(path, &data, &len, NULL) == 0 && len < FILE_MAX)
		text = port_text(data, len);
	free(data);
	free(path);
	return text;
}

/* {"files": [names]}: what is in them, of those that are there. */
static int answer_files(struct port_talk *p, const json_t *names, struct error *e)
{
	json_t *out = json_object();
	int err;

	for (size_t i = 0; i < json_array_size(names) && i < 32; i++) {
		const char *name = json_string_value(json_array_get(names, i)) ?: "";
		json_t *text = text_beside(p, name);

		if (text)
			json_object_set_new(out, name, text);
	}
	err = send(p, out, e);
	json_decref(out);
	return err;
}

static int say_failed(const struct port_talk *p, const json_t *answer, struct error *e)
{
	long long line = (long long)json_integer_value(json_object_get(answer, "line"));
	const char *why = json_string_value(json_object_get(answer, "failed"));

	if (line > 0)
		return error_set(e, FAULT_TOOL, -EINVAL, "%s:%lld: %s", p->script, line, why);
	return error_set(e, FAULT_TOOL, -EINVAL, "%s: %s", p->script, why);
}

static int say_ended(struct port_talk *p, struct error *e)
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
static int converse(struct port_talk *p, json_t *script, json_t **done, struct error *e)
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
		else if ((part = json_object_get(got, "files")))
			err = answer_files(p, part, e);
		else if (json_is_string(json_object_get(got, "failed")))
			err = say_failed(p, got, e);
		else if ((part = json_object_get(got, "done")))
			*done = json_incref(part);
		json_decref(got);
	}
	return err;
}

int port_talk(struct port_talk *p, json_t *script, json_t **done, struct error *e)
{
	int err;

	*done = NULL;
	p->to = p->from = p->errors = -1;
	p->deadline = clock_ns() + TIMEOUT * 1000000000ULL;
	signal(SIGPIPE, SIG_IGN);
	err = start(p, e) ?: converse(p, script, done, e);
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	for (int *fd = (int[]){p->to, p->from, p->errors, -2}; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	buf_free(&p->in);
	buf_free(&p->said);
	return err;
}
