/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_path: how many lines a second the host makes of events that are there already: the tool's
 * own columns, the stream and the writer of a run, without a kernel. Run in the checkout:
 *
 *	build/bench/event_path [LINES]
 *
 * A line of figures for each tool, each form of output and each kind of stdout: lines a second by
 *the clock and by the processor time that this process took, which differ on a busy machine.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "output/stream.h"

#define EVENTS	   16384 /* different ones; they come round again */
#define EVENTS_MAX 320	 /* bytes of one */

/* As templates/opensnoop.bpf.c sends them: as much of the name as there is. */
struct open_event {
	uint32_t pid, tid, uid;
	int32_t fd, err;
	uint32_t flags;
	char comm[16];
	char name[256];
};

struct life_event {
	uint64_t age_ns;
	uint32_t pid;
	char comm[16];
	char name[256];
};

/* Events as a ring buffer holds them: a length, then the event, at multiples of eight bytes. */
struct recorded {
	char *data;
	size_t len;
};

static const char *const comms[] = {"bash", "systemd-journal", "cc1", "kworker/u8:3", "git",
				    "node"};

static const char *const names[] = {
	"/etc/ld.so.cache",
	"/lib/x86_64-linux-gnu/libc.so.6",
	"/proc/self/status",
	"/usr/share/locale/locale.alias",
	"src/main.c",
	"/home/user/project/node_modules/typescript/lib/lib.es2015.symbol.wellknown.d.ts",
	"/sys/fs/cgroup/system.slice/systemd-journald.service/memory.pressure",
	"/home/user/M\xc3\xbcll/\xe6\x96\x87\xe4\xbb\xb6.txt",
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static uint32_t next_random(uint32_t *state)
{
	return *state = *state * 1664525 + 1013904223;
}

static size_t make_open(char *out, uint32_t *random)
{
	uint32_t r = next_random(random) >> 8;
	struct open_event e = {.pid = 100 + r % 100000, .fd = (int)(r % 40), .flags = 02000000};

	e.tid = e.pid;
	if (r % 5 == 0) {
		e.fd = -1;
		e.err = 2;
	}
	strcpy(e.comm, comms[r % COUNT(comms)]);
	strcpy(e.name, names[(r >> 8) % COUNT(names)]);
	memcpy(out, &e, sizeof(e));
	return offsetof(struct open_event, name) + strlen(e.name) + 1;
}

static size_t make_life(char *out, uint32_t *random)
{
	uint32_t r = next_random(random) >> 8;
	struct life_event e = {.age_ns = (uint64_t)r * 977, .pid = 100 + r % 100000};
	const char *name = names[(r >> 8) % COUNT(names)];

	strcpy(e.comm, comms[r % COUNT(comms)]);
	strcpy(e.name, strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
	memcpy(out, &e, sizeof(e));
	return sizeof(e);
}

static const struct tool {
	const char *name;
	size_t nfields;
	const char *fields[8];
	size_t (*make)(char *out, uint32_t *random);
} tools[] = {
	{"opensnoop",
	 8,
	 {"pid#u32", "tid#u32", "uid#u32", "fd#s32", "err#s32", "flags#u32", "comm#char[16]",
	  "name#char[256]"},
	 make_open},
	{"filelife", 4, {"age_ns#u64", "pid#u32", "comm#char[16]", "name#char[256]"}, make_life},
};

static void *must(void *p)
{
	if (!p) {
		perror("event_path");
		exit(1);
	}
	return p;
}

static void must_not_fail(int err, const struct error *e)
{
	if (err) {
		fprintf(stderr, "event_path: %s\n", e->text);
		exit(1);
	}
}

static void record(struct recorded *r, const struct tool *tool)
{
	char event[EVENTS_MAX];
	uint32_t random = 1;

	r->data = must(malloc((size_t)EVENTS * (EVENTS_MAX + 8)));
	r->len = 0;
	for (size_t i = 0; i < EVENTS; i++) {
		uint64_t size = tool->make(event, &random);

		memcpy(r->data + r->len, &size, sizeof(size));
		memcpy(r->data + r->len + 8, event, size);
		r->len += 8 + (size + 7) / 8 * 8;
	}
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* As session.c does it: the writer writes when it is full, and is flushed when nothing waits. */
static void play(struct stream *s, struct writer *w, const struct recorded *r, uint64_t lines)
{
	while (lines) {
		for (size_t at = 0; at < r->len && lines; lines--) {
			uint64_t size;

			memcpy(&size, r->data + at, sizeof(size));
			stream_event(s, r->data + at + 8, size);
			at += 8 + (size + 7) / 8 * 8;
		}
		writer_flush(w);
	}
}

/* A pipe whose other end is read and thrown away by a child. */
static int pipe_to_nowhere(pid_t *child)
{
	static char buf[256 << 10];
	int fds[2];

	if (pipe(fds) < 0 || (*child = fork()) < 0)
		must(NULL);
	if (*child == 0) {
		close(fds[1]);
		while (read(fds[0], buf, sizeof(buf)) > 0)
			continue;
		_exit(0);
	}
	close(fds[0]);
	return fds[1];
}

static void measure(const struct tool *tool, uint64_t lines, bool to_pipe, const char *output)
{
	static struct writer w;
	struct object_map map = {.name = (char *)"events",
				 .nfields = tool->nfields,
				 .fields = (char **)(uintptr_t)tool->fields};
	struct error e = {0};
	struct options o = {0};
	struct recorded r;
	struct program *p;
	struct layout l;
	struct stream *s;
	char path[64],
		*argv[] = {(char *)tool->name, (char *)"--output", (char *)(uintptr_t)output, NULL};
	pid_t child = 0;
	uint64_t wall, cpu;
	int fd = to_pipe ? pipe_to_nowhere(&child) : open("/dev/null", O_WRONLY | O_CLOEXEC);

	snprintf(path, sizeof(path), "programs/%s.yaml", tool->name);
	must_not_fail(program_load(path, &p, &e), &e);
	must_not_fail(options_parse(p, 3, argv, NULL, &o, &e), &e);
	must_not_fail(layout_make(&l, &map, NULL, &e), &e);
	writer_init(&w, fd, NULL);
	must_not_fail(stream_new(&s, p, &o, &l, &w, &e), &e);
	record(&r, tool);
	wall = clock_ns();
	cpu = cpu_ns();
	play(s, &w, &r, lines);
	cpu = cpu_ns() - cpu;
	wall = clock_ns() - wall;
	printf("%-10s %-4s to %-9s %6.2f million lines a second, %6.2f a second of processor "
	       "time\n",
	       tool->name, output, to_pipe ? "a pipe" : "/dev/null",
	       (double)lines * 1e3 / (double)wall, (double)lines * 1e3 / (double)cpu);
	fflush(stdout);
	close(fd);
	if (child)
		waitpid(child, NULL, 0);
	free(r.data);
	stream_free(s);
	layout_free(&l);
	options_free(&o);
	program_free(p);
}

int main(int argc, char **argv)
{
	static const char *const outputs[] = {"text", "json", "csv"};
	uint64_t lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 3000000;

	for (size_t i = 0; i < COUNT(tools); i++)
		for (size_t j = 0; j < COUNT(outputs); j++)
			for (int to_pipe = 0; to_pipe <= 1; to_pipe++)
				measure(&tools[i], lines, to_pipe, outputs[j]);
	return 0;
}
