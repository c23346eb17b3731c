/* SPDX-License-Identifier: Apache-2.0 */
/* compile_helper: the process that compiles: what it is started with, the text, its end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "object/compile_job.h"

#define FIRST_FD 10 /* ours stay clear of the descriptors that the helper gets */

enum { LIBBCC_IR = 0x1, LIBBCC_PREPROCESSED = 0x4, LIBBCC_SOURCE = 0x8 };
#define DEFAULT_TIMEOUT 60 /* seconds */

int helper_high_fd(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);

	if (fd >= 0)
		close(fd);
	return high;
}

void helper_stop(struct compile *j)
{
	if (j->text < 0)
		return;
	child_kill(&j->helper);
	close(j->text);
	j->text = -1;
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

int helper_explain_start(const char *path, int err, struct error *e)
{
	if (err == -ENOENT || err == -EACCES || err == -ENOEXEC)
		error_set(e, FAULT_RUN, err,
			  "cannot run the compiler %s: %s; it is installed with bcchost, and "
			  "BCCHOST_COMPILE names another",
			  path, strerror(-err));
	return err;
}

/* Two ends of one line: theirs is the helper's standard input. */
static int make_line(const struct compile *j, int *ours, int *theirs, struct error *e)
{
	struct timeval limit = {.tv_sec = j->req->timeout ?: DEFAULT_TIMEOUT};
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot make a socket: %s", strerror(errno));
	*ours = helper_high_fd(fds[0]);
	*theirs = helper_high_fd(fds[1]);
	if (*ours >= 0 && *theirs >= 0 &&
	    setsockopt(*ours, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0)
		return 0;
	return error_set(e, FAULT_RUN, -errno, "cannot make a socket: %s", strerror(errno));
}

int helper_start(struct compile *j, bool whole, struct error *e)
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
				   .timeout = req->timeout ?: DEFAULT_TIMEOUT,
				   .idle = req->idle,
				   .idle_ctx = req->idle_ctx};
	if (!err)
		err = helper_explain_start(req->helper, child_start(&j->helper, e), e);
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

int helper_finish(struct compile *j, struct error *e)
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
