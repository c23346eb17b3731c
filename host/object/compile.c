/* SPDX-License-Identifier: Apache-2.0 */
#include "object/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

#define FIRST_FD 10 /* ours stay clear of the descriptors that the helper gets */

/* One compilation; everything in it is freed at its end. */
struct compile {
	const struct compile_request *req;
	char *dir; /* private to this compilation */
	char *env[4];
	int object; /* a descriptor of memory */
	int text;   /* what the helper reads comes from here; -1 if none runs */
	struct child helper;
	struct diagnosis d;
	int status; /* of the helper's last run */
};

static int high_fd(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);

	if (fd >= 0)
		close(fd);
	return high;
}

static int memory_file(const char *name, struct error *e)
{
	int fd = high_fd(memfd_create(name, MFD_CLOEXEC));

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

static void stop_helper(struct compile *j)
{
	if (j->text < 0)
		return;
	child_kill(&j->helper);
	close(j->text);
	j->text = -1;
}

static void close_job(struct compile *j)
{
	stop_helper(j);
	remove_dir(j);
	for (size_t i = 0; i < sizeof(j->env) / sizeof(j->env[0]); i++)
		free(j->env[i]);
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
static int make_subdir(const struct compile *j, const char *name, char **path, struct error *e)
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

static int unpack_headers(const struct compile *j, const char *dir, struct error *e)
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

static int explain_start(const struct compile *j, int err, struct error *e)
{
	if (err == -ENOENT || err == -EACCES || err == -ENOEXEC)
		error_set(e, FAULT_RUN, err,
			  "cannot run the compiler %s: %s; it is installed with bcchost, and "
			  "BCCHOST_COMPILE names another",
			  j->req->helper, strerror(-err));
	return err;
}

/* Two ends of one line: theirs is the helper's standard input. */
static int make_line(const struct compile *j, int *ours, int *theirs, struct error *e)
{
	struct timeval limit = {.tv_sec = j->req->timeout ?: DEFAULT_TIMEOUT};
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot make a socket: %s", strerror(errno));
	*ours = high_fd(fds[0]);
	*theirs = high_fd(fds[1]);
	if (*ours >= 0 && *theirs >= 0 &&
	    setsockopt(*ours, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0)
		return 0;
	return error_set(e, FAULT_RUN, -errno, "cannot make a socket: %s", strerror(errno));
}

/* Starts the helper; it waits for the text. */
static int start_helper(struct compile *j, bool whole, struct error *e)
{
	const struct compile_request *req = j->req;
	char version[16], debug[16], *dir = NULL;
	const char *argv[16] = {req->helper, "--kernel-version", version, "--debug", debug};
	int n = 5, ours = -1, theirs = -1, err = 0;

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

	lseek(j->object, 0, SEEK_SET);
	if (ftruncate(j->object, 0) < 0)
		err = error_set(e, FAULT_RUN, -errno, "cannot empty a file in memory: %s",
				strerror(errno));
	if (!err)
		err = make_line(j, &ours, &theirs, e);
	j->helper = (struct child){.argv = argv,
				   .env = j->env,
				   .input = theirs,
				   .object = j->object,
				   .timeout = req->timeout ?: DEFAULT_TIMEOUT};
	if (!err)
		err = explain_start(j, child_start(&j->helper, e), e);
	if (!err) {
		j->text = ours;
		ours = -1;
	}
out:
	if (ours >= 0)
		close(ours);
	if (theirs >= 0)
		close(theirs);
	free(dir);
	return err;
}

/* A helper that does not take it has died, or will be killed: its end tells more. */
static void send_text(struct compile *j)
{
	const char *text = j->req->text;
	size_t left = strlen(text);

	while (left) {
		ssize_t n = send(j->text, text, left, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			break;
		text += n > 0 ? n : 0;
		left -= n > 0 ? (size_t)n : 0;
	}
	shutdown(j->text, SHUT_WR);
}

/* 0 if it ended by itself; j->status and j->d say how. */
static int finish_helper(struct compile *j, struct error *e)
{
	const char *argv[] = {j->req->helper, NULL};
	int err;

	send_text(j);
	j->helper.argv = argv;
	err = child_finish(&j->helper, e);
	close(j->text);
	j->text = -1;
	if (!err && !diagnose(&j->d, j->helper.output.data ?: ""))
		err = error_nomem(e);
	j->status = j->helper.status;
	buf_free(&j->helper.output);
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

	err = finish_helper(j, e);
	/* Errors that tell of a type that was left out, not of the text. */
	if (!err && req->headers == COMPILE_HEADERS_BTF && WIFEXITED(j->status) &&
	    WEXITSTATUS(j->status) == EXIT_REFUSED && (j->d.in_headers || j->d.incomplete)) {
		if (req->verbose)
			fputs("bcchost: compiling again, with all of the kernel's types\n", stderr);
		first = j->d;
		j->d = (struct diagnosis){0};
		err = start_helper(j, true, e) ?: finish_helper(j, e);
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
	err = open_job(j, req, e) ?: start_helper(j, false, e);
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
