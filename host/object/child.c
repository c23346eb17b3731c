/* SPDX-License-Identifier: Apache-2.0 */
#include "object/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define OUTPUT_MAX ((size_t)16 << 20)
#define FIRST_FD   10 /* ours stay clear of the descriptors that the child gets */

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static sigset_t held, before;

void child_signals_hold(void)
{
	struct sigaction now;

	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&held, ending[i]);
	sigprocmask(SIG_BLOCK, &held, &before);
}

void child_signals_release(void)
{
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigemptyset(&held);
}

static int out_of_the_way(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
	int err = errno;

	close(fd);
	errno = err;
	return high;
}

/* A pipe whose reading end does not block. */
static int make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	fds[0] = out_of_the_way(fds[0]);
	fds[1] = out_of_the_way(fds[1]);
	if (fds[0] < 0 || fds[1] < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

/* What we were started with and do not know; our own are closed by exec. */
static void close_inherited(posix_spawn_file_actions_t *files, int first)
{
	DIR *open_files = opendir("/proc/self/fd");
	struct dirent *d;

	while (open_files && (d = readdir(open_files))) {
		int fd = atoi(d->d_name), flags = fd >= first ? fcntl(fd, F_GETFD) : -1;

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			posix_spawn_file_actions_addclose(files, fd);
	}
	if (open_files)
		closedir(open_files);
}

/* In a process group of its own, so that what it starts in turn can be killed with it. */
static int spawn(const struct child *c, int output, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int err;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &before);
	if (c->input >= 0)
		posix_spawn_file_actions_adddup2(&files, c->input, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
	if (c->object >= 0)
		posix_spawn_file_actions_adddup2(&files, c->object, 3);
	close_inherited(&files, c->object >= 0 ? 4 : 3);
	err = posix_spawnp(pid, c->argv[0], &files, &attr, (char *const *)c->argv, c->env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -err;
}

/* Takes what is there; false at the end. */
static bool drain(int fd, struct buf *out)
{
	char block[16384];
	ssize_t n;

	for (;;) {
		n = read(fd, block, sizeof(block));
		if (n > 0 && out->len < OUTPUT_MAX)
			buf_add(out, block, (size_t)n);
		if (n == 0)
			return false;
		if (n < 0 && errno != EINTR)
			return errno == EAGAIN;
	}
}

/* Until the child has ended; -ETIMEDOUT or -EINTR if it shall be killed. */
static int watch(struct child *c, pid_t pid, int output)
{
	struct pollfd fds[] = {
		{.fd = output, .events = POLLIN},
		{.fd = signalfd(-1, &held, SFD_CLOEXEC), .events = POLLIN},
	};
	uint64_t deadline = clock_ns() + c->timeout * (uint64_t)1000000000;
	int err = 0;

	for (;;) {
		if (clock_ns() >= deadline) {
			err = -ETIMEDOUT;
			break;
		}
		/* Its end shows at the pipe, unless it closed that or left it to a child. */
		if (poll(fds, 2, fds[0].fd < 0 ? 1 : 20) > 0 && fds[1].revents) {
			err = -EINTR;
			break;
		}
		if (fds[0].revents && !drain(output, &c->output))
			fds[0].fd = -1;
		if (waitpid(pid, &c->status, WNOHANG) == pid)
			break;
		if (c->idle)
			c->idle(c->idle_ctx);
	}
	if (fds[1].fd >= 0)
		close(fds[1].fd);
	return err;
}

int child_start(struct child *c, struct error *e)
{
	int fds[2] = {-1, -1};
	int err;

	c->output = (struct buf){0};
	err = make_pipe(fds);
	if (err) {
		error_set(e, FAULT_RUN, err, "cannot make a pipe: %s", strerror(-err));
		goto out;
	}
	err = spawn(c, fds[1], &c->pid);
	if (err)
		error_set(e, FAULT_RUN, err, "cannot run %s: %s", c->argv[0], strerror(-err));
	else
		c->printed = fds[0];
out:
	if (fds[1] >= 0)
		close(fds[1]);
	if (err && fds[0] >= 0)
		close(fds[0]);
	return err;
}

/* Returns the seconds that it had of a processor. */
static double wait_for(struct child *c)
{
	struct rusage u = {0};

	kill(-c->pid, SIGKILL); /* it, or what it left behind */
	while (wait4(c->pid, &c->status, 0, &u) < 0 && errno == EINTR)
		;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

void child_kill(struct child *c)
{
	wait_for(c);
	close(c->printed);
	buf_free(&c->output);
}

int child_finish(struct child *c, struct error *e)
{
	int err = watch(c, c->pid, c->printed);
	double used;

	if (!err) {
		kill(-c->pid, SIGKILL); /* what it left behind */
		drain(c->printed, &c->output);
		if (buf_failed(&c->output))
			err = error_nomem(e);
		goto out;
	}
	used = wait_for(c);
	if (err == -ETIMEDOUT)
		error_set(e, FAULT_RUN, err,
			  "%s did not finish within %u seconds, of which it had a processor for "
			  "%.1f, and was killed",
			  c->argv[0], c->timeout, used);
	else
		error_set(e, FAULT_RUN, err, "interrupted while %s ran", c->argv[0]);
out:
	close(c->printed);
	return err;
}

int child_run(struct child *c, struct error *e)
{
	return child_start(c, e) ?: child_finish(c, e);
}
