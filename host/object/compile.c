/* SPDX-License-Identifier: Apache-2.0 */
#include "object/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "object/child.h"
#include "object/diagnose.h"

#define OBJECT_MAX	((off_t)256 << 20)
#define DEFAULT_TIMEOUT 60 /* seconds */

/* bcchost-compile's exit codes and debug bits, as host/compiler/ has them. */
enum { EXIT_COMPILED = 0, EXIT_REFUSED = 1, EXIT_FAILED = 2 };
enum { LIBBCC_IR = 0x1, LIBBCC_PREPROCESSED = 0x4, LIBBCC_SOURCE = 0x8 };

/* One compilation; everything in it is freed at its end. */
struct job {
	const struct compile_request *req;
	char *dir; /* private to this compilation */
	char *env[4];
	int text, object; /* descriptors of memory */
	struct diagnosis d;
	int status; /* of the helper's last run */
};

static int memory_file(const char *name, const char *data, struct error *e)
{
	size_t left = data ? strlen(data) : 0;
	int fd = memfd_create(name, MFD_CLOEXEC);
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);

	if (fd >= 0)
		close(fd);
	while (high >= 0 && left) {
		ssize_t n = write(high, data, left);

		if (n < 0 && errno != EINTR) {
			close(high);
			high = -1;
		} else if (n > 0) {
			data += n;
			left -= (size_t)n;
		}
	}
	if (high < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot make a file in memory: %s",
				 strerror(errno));
	return high;
}

/*
 * Nothing of the user's environment but PATH: ARCH, BCC_KERNEL_SOURCE or BCC_LINUX_VERSION_CODE
 * would change what libbcc compiles.
 */
static int make_environment(struct job *j, struct error *e)
{
	if (asprintf(&j->env[0], "PATH=%s", getenv("PATH") ?: "/usr/sbin:/usr/bin:/sbin:/bin") < 0)
		j->env[0] = NULL;
	if (j->env[0] && asprintf(&j->env[1], "TMPDIR=%s", j->dir ?: "/tmp") < 0)
		j->env[1] = NULL;
	if (j->env[1])
		j->env[2] = strdup("LC_ALL=C");
	return j->env[2] ? 0 : error_nomem(e);
}

static int open_job(struct job *j, const struct compile_request *req, struct error *e)
{
	int err;

	*j = (struct job){.req = req, .text = -1, .object = -1};
	err = file_tmpdir(&j->dir, e) ?: make_environment(j, e);
	if (err)
		return err;
	j->text = memory_file("bcchost-text", req->text, e);
	if (j->text < 0)
		return j->text;
	j->object = memory_file("bcchost-object", NULL, e);
	return j->object < 0 ? j->object : 0;
}

static void remove_dir(struct job *j)
{
	if (j->dir)
		file_rmtree(j->dir);
	free(j->dir);
	j->dir = NULL;
}

static void close_job(struct job *j)
{
	remove_dir(j);
	for (size_t i = 0; i < sizeof(j->env) / sizeof(j->env[0]); i++)
		free(j->env[i]);
	if (j->text >= 0)
		close(j->text);
	if (j->object >= 0)
		close(j->object);
	diagnose_free(&j->d);
}

static unsigned int libbcc_debug(unsigned int debug)
{
	return (debug & COMPILE_DEBUG_IR ? LIBBCC_IR : 0) |
	       (debug & COMPILE_DEBUG_PREPROCESSED ? LIBBCC_PREPROCESSED : 0) |
	       (debug & (COMPILE_DEBUG_SOURCE | COMPILE_DEBUG_ASM) ? LIBBCC_SOURCE : 0);
}

/* The directory is where libbcc looks by itself, and knows how Debian splits the headers. */
static bool is_standard_dir(const char *path)
{
	struct utsname un;
	char standard[sizeof(un.release) + 32];

	if (uname(&un) < 0)
		return false;
	snprintf(standard, sizeof(standard), "/lib/modules/%s/build", un.release);
	return strcmp(path, standard) == 0;
}

/* An empty directory in the job's; the caller's to free. */
static int make_subdir(const struct job *j, const char *name, char **path, struct error *e)
{
	if (asprintf(path, "%s/%s", j->dir, name) < 0) {
		*path = NULL;
		return error_nomem(e);
	}
	if (mkdir(*path, 0700) < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot make the directory %s: %s", *path,
				 strerror(errno));
	return 0;
}

static int unpack_headers(const struct job *j, const char *dir, struct error *e)
{
	const char *const argv[] = {"tar", "-xf", j->req->headers_path, "--no-same-owner", "-C",
				    dir,   NULL};
	struct child tar = {.argv = argv,
			    .env = j->env,
			    .input = -1,
			    .object = -1,
			    .timeout = j->req->timeout ?: DEFAULT_TIMEOUT};
	int err = child_run(&tar, e);

	if (!err && tar.status)
		err = error_set(e, FAULT_RUN, -EIO, "cannot unpack the kernel's headers %s: %s",
				j->req->headers_path, tar.output.data ?: "tar failed");
	buf_free(&tar.output);
	return err;
}

/* Why a helper that ended did not do its work; 0 if it did. */
static int judge(struct job *j, struct error *e)
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

static int explain_start(const struct job *j, int err, struct error *e)
{
	if (err == -ENOENT || err == -EACCES || err == -ENOEXEC)
		error_set(e, FAULT_RUN, err,
			  "cannot run the compiler %s: %s; it is installed with bcchost, and "
			  "BCCHOST_COMPILE names another",
			  j->req->helper, strerror(-err));
	return err;
}

/* Runs the helper once. 0 if it ended by itself; j->status and j->d say how. */
static int run_helper(struct job *j, bool whole, struct error *e)
{
	const struct compile_request *req = j->req;
	char version[16], debug[16], *dir = NULL;
	const char *argv[16] = {req->helper, "--kernel-version", version, "--debug", debug};
	struct child helper = {.argv = argv,
			       .env = j->env,
			       .input = j->text,
			       .object = j->object,
			       .timeout = req->timeout ?: DEFAULT_TIMEOUT};
	int n = 5, err = 0;

	snprintf(version, sizeof(version), "%u", req->kernel_version);
	snprintf(debug, sizeof(debug), "%u", libbcc_debug(req->debug));
	if (req->headers != COMPILE_HEADERS_DIR)
		err = make_subdir(j, whole ? "whole" : "headers", &dir, e);
	if (!err && req->headers == COMPILE_HEADERS_KHEADERS)
		err = unpack_headers(j, dir, e);
	if (err)
		goto out;
	if (req->headers == COMPILE_HEADERS_BTF) {
		argv[n++] = "--btf";
		argv[n++] = req->headers_path;
	}
	if (dir || !is_standard_dir(req->headers_path)) {
		argv[n++] = "--dir";
		argv[n++] = dir ?: req->headers_path;
	}
	if (whole)
		argv[n++] = "--whole";
	if (req->verbose)
		argv[n++] = "--warnings";

	lseek(j->text, 0, SEEK_SET);
	lseek(j->object, 0, SEEK_SET);
	if (ftruncate(j->object, 0) < 0)
		err = error_set(e, FAULT_RUN, -errno, "cannot empty a file in memory: %s",
				strerror(errno));
	if (!err)
		err = explain_start(j, child_run(&helper, e), e);
	if (!err && !diagnose(&j->d, helper.output.data ?: ""))
		err = error_nomem(e);
	j->status = helper.status;
	buf_free(&helper.output);
out:
	free(dir);
	return err;
}

static int read_object(const struct job *j, struct object **o, struct error *e)
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
static void show_debug(const struct job *j)
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

static int compile_job(struct job *j, struct object **o, struct error *e)
{
	const struct compile_request *req = j->req;
	struct diagnosis first;
	int err;

	err = run_helper(j, false, e);
	/* Errors that tell of a type that was left out, not of the text. */
	if (!err && req->headers == COMPILE_HEADERS_BTF && WIFEXITED(j->status) &&
	    WEXITSTATUS(j->status) == EXIT_REFUSED && (j->d.in_headers || j->d.incomplete)) {
		if (req->verbose)
			fputs("bcchost: compiling again, with all of the kernel's types\n", stderr);
		first = j->d;
		j->d = (struct diagnosis){0};
		err = run_helper(j, true, e);
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

int compile(const struct compile_request *req, struct object **o, struct error *e)
{
	struct job j;
	int err;

	*o = NULL;
	child_signals_hold();
	err = open_job(&j, req, e) ?: compile_job(&j, o, e);
	close_job(&j);
	child_signals_release();
	return err;
}

int compile_version(const char *helper, char **version, struct error *e)
{
	const char *const argv[] = {helper, "--version", NULL};
	const struct compile_request req = {.helper = helper};
	struct job j = {.req = &req, .text = -1, .object = -1};
	struct child c = {.argv = argv, .env = j.env, .input = -1, .object = -1, .timeout = 10};
	int err;

	child_signals_hold();
	err = make_environment(&j, e) ?: explain_start(&j, child_run(&c, e), e);
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
