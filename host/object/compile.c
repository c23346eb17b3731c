/* SPDX-License-Identifier: Apache-2.0 */
#include "object/compile.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "object/compile_job.h"

#define OBJECT_MAX ((off_t)256 << 20)

/* bcchost-compile's exit codes, as host/compiler/ has them. */
enum { EXIT_COMPILED = 0, EXIT_REFUSED = 1, EXIT_FAILED = 2 };

static int memory_file(const char *name, struct error *e)
{
	int fd = helper_high_fd(memfd_create(name, MFD_CLOEXEC));

	if (fd < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot make a file in memory: %s",
				 strerror(errno));
	return fd;
}

/*
 * Nothing of the user's environment but PATH: ARCH, BCC_KERNEL_SOURCE or BCC_LINUX_VERSION_CODE
 * would change what libbcc compiles.
 */
static int make_environment(struct compile *j, struct error *e)
{
	if (asprintf(&j->env[0], "PATH=%s", getenv("PATH") ?: "/usr/sbin:/usr/bin:/sbin:/bin") < 0)
		j->env[0] = NULL;
	if (j->env[0] && asprintf(&j->env[1], "TMPDIR=%s", j->dir ?: "/tmp") < 0)
		j->env[1] = NULL;
	if (j->env[1])
		j->env[2] = strdup("LC_ALL=C");
	return j->env[2] ? 0 : error_nomem(e);
}

static int open_job(struct compile *j, const struct compile_request *req, struct error *e)
{
	int err;

	*j = (struct compile){.req = req, .text = -1, .object = -1};
	err = file_tmpdir(&j->dir, e) ?: make_environment(j, e);
	if (err)
		return err;
	j->object = memory_file("bcchost-object", e);
	return j->object < 0 ? j->object : 0;
}

static void remove_dir(struct compile *j)
{
	if (j->dir)
		file_rmtree(j->dir);
	free(j->dir);
	j->dir = NULL;
}

static void close_job(struct compile *j)
{
	helper_stop(j);
	remove_dir(j);
	for (size_t i = 0; i < sizeof(j->env) / sizeof(j->env[0]); i++)
		free(j->env[i]);
	if (j->object >= 0)
		close(j->object);
	diagnose_free(&j->d);
}

/* Why a helper that ended did not do its work; 0 if it did. */
static int judge(struct compile *j, struct error *e)
{
	struct buf text = {0};
	int err = 0;

	diagnose_report(&j->d, &text);
	if (WIFSIGNALED(j->status))
		err = error_set(e, FAULT_RUN, -EIO,
				"bcchost-compile was killed by signal %d (%s) while compiling; "
				"--debug=preprocessed shows what it was given%s%s",
				WTERMSIG(j->status), strsignal(WTERMSIG(j->status)),
				text.len ? ":\n" : "", text.data ?: "");
	else if (WEXITSTATUS(j->status) == EXIT_REFUSED)
		err = error_set(e, FAULT_TOOL, -EINVAL, "%s",
				text.len ? text.data
					 : "libbcc refused the text and does not say why");
	else if (WEXITSTATUS(j->status) == EXIT_FAILED && j->d.helper.len)
		err = error_set(e, FAULT_RUN, -EIO, "%.*s", (int)j->d.helper.len - 1,
				j->d.helper.data);
	else if (WEXITSTATUS(j->status) != EXIT_COMPILED)
		err = error_set(e, FAULT_RUN, -EIO,
				"bcchost-compile (%s) failed with exit code %d%s%s", j->req->helper,
				WEXITSTATUS(j->status), text.len ? ":\n" : "", text.data ?: "");
	buf_free(&text);
	return err;
}

static int read_object(const struct compile *j, struct object **o, struct error *e)
{
	struct stat st;
	void *data;
	int err;

	if (fstat(j->object, &st) < 0 || st.st_size <= 0 || st.st_size > OBJECT_MAX)
		return error_set(e, FAULT_RUN, -EBADMSG, "bcchost-compile (%s) gave no object",
				 j->req->helper);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, j->object, 0);
	if (data == MAP_FAILED)
		return error_set(e, FAULT_RUN, -errno, "cannot read the compiled object: %s",
				 strerror(errno));
	err = object_unpack(data, (size_t)st.st_size, o, e);
	munmap(data, (size_t)st.st_size);
	return error_prefix(e, err, "what bcchost-compile (%s) gave back", j->req->helper);
}

/* One that the helper added; those of the text name a file. */
static bool is_bare_line_directive(const char *line, size_t len)
{
	return len > 6 && strncmp(line, "#line ", 6) == 0 && !memchr(line, '"', len);
}

/* What the user asked to see: libbcc's own debugging output is all that is left. */
static void show_debug(const struct compile *j)
{
	bool only_asm =
		j->req->debug & COMPILE_DEBUG_ASM && !(j->req->debug & COMPILE_DEBUG_SOURCE);
	const char *p = j->d.rest.data ?: "";
	bool listing = false;

	while (*p) {
		size_t len = strcspn(p, "\n");

		listing |= strncmp(p, "Disassembly of function ", 24) == 0;
		if (!(only_asm && listing && *p == ';') && !is_bare_line_directive(p, len))
			printf("%.*s\n", (int)len, p);
		p += len + (p[len] == '\n');
	}
	fflush(stdout);
}

static int finish_job(struct compile *j, struct object **o, struct error *e)
{
	const struct compile_request *req = j->req;
	struct diagnosis first;
	int err;

	err = helper_finish(j, e);
	/* Errors that tell of a type that was left out, not of the text. */
	if (!err && req->headers == COMPILE_HEADERS_BTF && WIFEXITED(j->status) &&
	    WEXITSTATUS(j->status) == EXIT_REFUSED && (j->d.in_headers || j->d.incomplete)) {
		if (req->verbose)
			fputs("bcchost: compiling again, with all of the kernel's types\n", stderr);
		first = j->d;
		j->d = (struct diagnosis){0};
		err = helper_start(j, true, e) ?: helper_finish(j, e);
		if (!err && j->status && j->d.in_headers && !first.in_headers) {
			struct diagnosis second = j->d;

			j->d = first;
			first = second;
		}
		diagnose_free(&first);
	}
	if (err)
		return err;
	remove_dir(j); /* before we print: a reader that went away ends us there (SIGPIPE) */
	if (req->verbose && j->d.warnings.len)
		fputs(j->d.warnings.data, stderr);
	if (req->debug)
		show_debug(j);
	return judge(j, e) ?: read_object(j, o, e);
}

int compile_begin(const struct compile_request *req, struct compile **c, struct error *e)
{
	struct compile *j = malloc(sizeof(*j));
	int err;

	*c = NULL;
	if (!j)
		return error_nomem(e);
	child_signals_hold();
	err = open_job(j, req, e) ?: helper_start(j, false, e);
	if (err)
		compile_drop(j);
	else
		*c = j;
	return err;
}

int compile_end(struct compile *c, const struct compile_request *req, struct object **o,
		struct error *e)
{
	int err;

	*o = NULL;
	c->req = req;
	err = finish_job(c, o, e);
	compile_drop(c);
	return err;
}

void compile_drop(struct compile *c)
{
	if (!c)
		return;
	close_job(c);
	free(c);
	child_signals_release();
}

int compile(const struct compile_request *req, struct object **o, struct error *e)
{
	struct compile *c;

	*o = NULL;
	return compile_begin(req, &c, e) ?: compile_end(c, req, o, e);
}

int compile_version(const char *helper, char **version, struct error *e)
{
	const char *const argv[] = {helper, "--version", NULL};
	const struct compile_request req = {.helper = helper};
	struct compile j = {.req = &req, .text = -1, .object = -1};
	struct child c = {.argv = argv, .env = j.env, .input = -1, .object = -1, .timeout = 60};
	int err;

	child_signals_hold();
	err = make_environment(&j, e) ?: helper_explain_start(helper, child_run(&c, e), e);
	if (!err && (c.status || !c.output.len))
		err = error_set(e, FAULT_RUN, -EIO, "%s --version failed", helper);
	if (!err) {
		*version = strndup(c.output.data, strcspn(c.output.data, "\n"));
		err = *version ? 0 : error_nomem(e);
	}
	buf_free(&c.output);
	close_job(&j);
	child_signals_release();
	return err;
}
