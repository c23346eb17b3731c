/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workload: makes exactly the system calls that a case of the matrix wants to see, from a process
 * whose name and id it tells. Linked statically: one binary for every userland.
 *
 * workload [-n COMM] [-u UID] [-g FILE] [-m FILE] STEP…
 *   -n COMM  the process's name        -u UID   its user
 *   -g FILE  wait until FILE exists before the first step (so that a tool can be told our pid)
 * A step is OPERATION:ARGUMENT[:ARGUMENT…]; an argument's %XX are decoded. Prints a line a step,
 * "OPERATION result errno", after the line "pid N".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "steps.h"

static struct steps *known;

void steps_add(struct steps *s)
{
	s->next = known;
	known = s;
}

static void decode(char *s)
{
	char *to = s;
	unsigned int c;

	for (; *s; s++) {
		if (*s == '%' && sscanf(s + 1, "%2x", &c) == 1) {
			*to++ = (char)c;
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

void nap(double seconds)
{
	struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static long step(const char *op, char **a)
{
	long result = STEP_UNKNOWN;

	for (struct steps *s = known; s && result == STEP_UNKNOWN; s = s->next) {
		errno = 0;
		result = s->run(op, a);
	}
	if (result != STEP_UNKNOWN)
		return result;
	fprintf(stderr, "workload: no such operation: %s\n", op);
	exit(2);
}

int main(int argc, char **argv)
{
	const char *gate = NULL;
	int c;

	setvbuf(stdout, NULL, _IONBF, 0);
	printf("pid %d\n", getpid());
	while ((c = getopt(argc, argv, "+n:u:g:")) != -1) {
		if (c == 'n')
			prctl(PR_SET_NAME, optarg, 0, 0, 0);
		else if (c == 'u' &&
			 setresuid((uid_t)atol(optarg), (uid_t)atol(optarg), (uid_t)atol(optarg)))
			return 1;
		else if (c == 'g')
			gate = optarg;
		else if (c == '?')
			return 2;
	}
	while (gate && access(gate, F_OK))
		nap(0.02);
	for (; optind < argc; optind++) {
		char *a[8] = {NULL}, *op = argv[optind], *rest = op;
		long result;
		int i;

		strsep(&rest, ":");
		for (i = 0; rest && i < 7; i++)
			a[i] = strsep(&rest, ":");
		for (i = 0; i < 7 && a[i]; i++)
			decode(a[i]);
		result = step(op, a);
		printf("%s %ld %d\n", op, result, result < 0 ? errno : 0);
	}
	return 0;
}
