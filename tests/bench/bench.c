// SPDX-License-Identifier: Apache-2.0
/*
 * bench: what a benchmark in a virtual machine needs that must itself cost little.
 *
 *   bench watch MARK[,MARK…] COMMAND…   starts COMMAND and reads what it prints, as fast as it can
 *   bench tick MILLISECONDS PATH        creates and removes PATH again and again, until it is
 * killed bench load opens|files N PATH [GAP] opens PATH N times, or creates and removes it; with
 * GAP microseconds between two; prints "load N WALL CPU" (ns)
 *
 * watch writes "pid PID", then "first NS LINE" when a line with the first mark has come (from
 * before fork(); "ended NS" if the command ended without one); then answers commands from stdin:
 *   count   "count LINES MARKED…" (lines so far; lines with the Nth mark)
 *   stop    sends SIGINT, reads to the end: "exit NS STATUS LINES MARKED…" (NS from the signal)
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_MARKS 8

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

struct watch {
	char *marks[MAX_MARKS];
	int num_marks;
	uint64_t started; /* before fork() */
	uint64_t first;	  /* 0: none yet */
	uint64_t lines;
	uint64_t marked[MAX_MARKS];
	char line[1 << 16]; /* what is read, from the start of a line */
	size_t used;
};

static void take_line(struct watch *w, const char *line, size_t length)
{
	w->lines++;
	for (int i = 0; i < w->num_marks; i++) {
		if (!memmem(line, length, w->marks[i], strlen(w->marks[i])))
			continue;
		w->marked[i]++;
		if (i == 0 && w->first == 0) {
			w->first = now_ns(CLOCK_MONOTONIC);
			printf("first %llu %.*s\n", (unsigned long long)(w->first - w->started),
			       (int)length, line);
			fflush(stdout);
		}
	}
}

/* False at the end. */
static bool take(struct watch *w, int fd)
{
	ssize_t n = read(fd, w->line + w->used, sizeof(w->line) - w->used);
	char *at = w->line, *end;

	if (n < 0 && errno != EINTR)
		fail("read");
	if (n == 0)
		return false;
	w->used += n > 0 ? n : 0;
	while ((end = memchr(at, '\n', w->used - (at - w->line)))) {
		take_line(w, at, end - at);
		at = end + 1;
	}
	w->used -= at - w->line;
	memmove(w->line, at, w->used);
	if (w->used == sizeof(w->line))
		w->used = 0;
	return true;
}

static void tell_counts(const struct watch *w)
{
	printf(" %llu", (unsigned long long)w->lines);
	for (int i = 0; i < w->num_marks; i++)
		printf(" %llu", (unsigned long long)w->marked[i]);
	printf("\n");
	fflush(stdout);
}

static void end_of(struct watch *w, pid_t pid, int fd, bool asked)
{
	uint64_t since = now_ns(CLOCK_MONOTONIC), took;
	int status;

	if (asked)
		kill(pid, SIGINT);
	while (take(w, fd))
		;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	took = now_ns(CLOCK_MONOTONIC) - since;
	if (asked)
		printf("exit %llu %d", (unsigned long long)took, status);
	else
		printf("ended %llu %d", (unsigned long long)(since - w->started), status);
	tell_counts(w);
}

static pid_t start(struct watch *w, char **argv, int *fd)
{
	int pipe_fd[2];
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC))
		fail("pipe2");
	w->started = now_ns(CLOCK_MONOTONIC);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(pipe_fd[1], STDOUT_FILENO);
		dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
		execvp(argv[0], argv);
		fail(argv[0]);
	}
	close(pipe_fd[1]);
	*fd = pipe_fd[0];
	printf("pid %d\n", pid);
	fflush(stdout);
	return pid;
}

static int watch(char *marks, char **argv)
{
	static struct watch w;
	char word[64];
	pid_t pid;
	int fd;

	for (char *m = strtok(marks, ","); m && w.num_marks < MAX_MARKS; m = strtok(NULL, ","))
		w.marks[w.num_marks++] = m;
	pid = start(&w, argv, &fd);
	for (;;) {
		struct pollfd p[] = {{.fd = fd, .events = POLLIN},
				     {.fd = STDIN_FILENO, .events = POLLIN}};

		if (poll(p, 2, -1) < 0)
			fail("poll");
		if (p[0].revents && !take(&w, fd)) {
			end_of(&w, pid, fd, false);
			return 0;
		}
		if (!p[1].revents)
			continue;
		/* One command at a time: the other side waits for the answer. */
		ssize_t n = read(STDIN_FILENO, word, sizeof(word) - 1);

		if (n <= 0 || !strncmp(word, "stop", 4)) {
			end_of(&w, pid, fd, true);
			return 0;
		}
		printf("count");
		tell_counts(&w);
	}
}

static void make_and_remove(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		fail(path);
	close(fd);
	unlink(path);
}

static void open_once(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(path);
	close(fd);
}

static void pause_us(long us)
{
	struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	nanosleep(&t, NULL);
}

static int load(const char *kind, long n, const char *path, long gap)
{
	void (*act)(const char *) = strcmp(kind, "opens") == 0 ? open_once : make_and_remove;
	uint64_t wall, cpu;

	wall = now_ns(CLOCK_MONOTONIC);
	cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (long i = 0; i < n; i++) {
		act(path);
		if (gap)
			pause_us(gap);
	}
	cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = now_ns(CLOCK_MONOTONIC) - wall;
	printf("load %ld %llu %llu\n", n, (unsigned long long)wall, (unsigned long long)cpu);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 4 && !strcmp(argv[1], "watch"))
		return watch(argv[2], argv + 3);
	if (argc == 4 && !strcmp(argv[1], "tick")) {
		for (;;) {
			make_and_remove(argv[3]);
			pause_us(atol(argv[2]) * 1000);
		}
	}
	if ((argc == 5 || argc == 6) && !strcmp(argv[1], "load"))
		return load(argv[2], atol(argv[3]), argv[4], argc == 6 ? atol(argv[5]) : 0);
	fprintf(stderr, "usage: bench watch MARKS COMMAND… | tick MS PATH | load opens|files N "
			"PATH [GAP]\n");
	return 2;
}
