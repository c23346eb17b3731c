/* SPDX-License-Identifier: Apache-2.0 */
#include "user/jit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

struct jit_function {
	uint64_t start, size;
	char *name; /* in the text */
};

/* As later lines replace earlier ones, they come first of those with one address. */
static int compare(const void *a, const void *b)
{
	const struct jit_function *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->name > y->name ? -1 : x->name < y->name;
}

void jit_free(struct jit *j)
{
	free(j->v);
	free(j->text);
	*j = (struct jit){0};
}

static bool parse_line(char *line, struct jit_function *f)
{
	char *end;

	f->start = strtoull(line, &end, 16);
	if (end == line || *end != ' ')
		return false;
	line = end;
	f->size = strtoull(line, &end, 16);
	if (end == line || *end != ' ')
		return false;
	f->name = end + 1;
	return *f->name && f->size;
}

void jit_parse(struct jit *j, char *text)
{
	size_t lines = 1;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	j->text = text;
	j->v = calloc(lines, sizeof(*j->v));
	for (char *line = text, *end; j->v && line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		j->n += parse_line(line, &j->v[j->n]);
	}
	if (j->n)
		qsort(j->v, j->n, sizeof(*j->v), compare);
}

/* The process's own id, in the innermost of its namespaces. */
static uint32_t inner_pid(uint32_t pid)
{
	char path[64], *text = NULL, *line, *last;
	uint32_t inner = pid;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/status", pid);
	if (file_read(path, &text, NULL, NULL))
		return pid;
	line = strstr(text, "\nNSpid:");
	if (line) {
		line++;
		line[strcspn(line, "\n")] = '\0';
		last = strrchr(line, '\t');
		inner = last ? (uint32_t)strtoul(last + 1, NULL, 10) : pid;
	}
	free(text);
	return inner;
}

static char *read_whole(int fd, size_t size)
{
	char *text = malloc(size + 1);
	size_t len = 0;
	ssize_t n = 1;

	while (text && len < size && (n = read(fd, text + len, size - len)) > 0)
		len += (size_t)n;
	if (text)
		text[len] = '\0';
	return text;
}

/* A regular file of the process's user, in its own /tmp. */
static int open_map(uint32_t pid, struct stat *st)
{
	struct stat process;
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu32, pid);
	if (stat(path, &process))
		return -1;
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/root/tmp/perf-%" PRIu32 ".map", pid,
		 inner_pid(pid));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_uid == process.st_uid &&
	    st->st_size > 0 && (size_t)st->st_size <= JIT_BYTES_MAX)
		return fd;
	close(fd);
	return -1;
}

void jit_read(struct jit *j, uint32_t pid)
{
	struct stat st;
	int fd = open_map(pid, &st);
	int64_t mtime;
	char *text;

	if (fd < 0)
		return;
	mtime = st.st_mtim.tv_sec * (int64_t)1000000000 + st.st_mtim.tv_nsec;
	if (j->text && j->size == st.st_size && j->mtime_ns == mtime) {
		close(fd);
		return;
	}
	jit_free(j);
	text = read_whole(fd, (size_t)st.st_size);
	close(fd);
	if (text)
		jit_parse(j, text);
	j->size = st.st_size;
	j->mtime_ns = mtime;
}

const char *jit_function(const struct jit *j, uint64_t addr, uint64_t *into)
{
	const struct jit_function *f;
	size_t low = 0, high = j->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (j->v[middle].start <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	f = &j->v[low - 1];
	while (f > j->v && f[-1].start == f->start)
		f--;
	if (addr - f->start >= f->size)
		return NULL;
	*into = addr - f->start;
	return f->name;
}
