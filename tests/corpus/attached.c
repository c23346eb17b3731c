/* SPDX-License-Identifier: Apache-2.0 */
/* attached: preloaded into a program, it notes in the file $ATTACHED_LOG what the kernel let that
 * program attach BPF programs to, whichever library asked for it. A line each:
 *   attach FD KIND TARGET	close FD
 * KIND and TARGET as guest.py reads them: names, or addresses and numbers that it can look up. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 65536

/* Of a descriptor: what its perf event is on, or what its program was loaded for. */
static char *events[FDS];
static char *programs[FDS];
static bool attached[FDS];
static char defined[512]; /* the last that was written into kprobe_events or uprobe_events */

static long (*real_syscall)(long, ...);
static int (*real_ioctl)(int, unsigned long, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);

/* Other libraries' constructors may call before ours would have run. */
static void find_real(void)
{
	if (real_write)
		return;
	real_syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	real_ioctl = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	real_close = (int (*)(int))dlsym(RTLD_NEXT, "close");
	real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	const char *path = getenv("ATTACHED_LOG");
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
	va_list args;
	char *line;
	int n;

	if (fd < 0)
		return;
	va_start(args, format);
	n = vasprintf(&line, format, args);
	va_end(args);
	if (n > 0) {
		if (real_write(fd, line, (size_t)n) != n)
			fprintf(stderr, "attached: cannot write to %s\n", path);
		free(line);
	}
	real_close(fd);
}

static bool known(long fd)
{
	return fd >= 0 && fd < FDS;
}

__attribute__((format(printf, 2, 3))) static void remember(char **of, const char *format, ...)
{
	va_list args;

	free(*of);
	va_start(args, format);
	if (vasprintf(of, format, args) < 0)
		*of = NULL;
	va_end(args);
}

static void note(long fd, const char *what)
{
	if (known(fd))
		attached[fd] = true;
	say("attach %ld %s\n", fd, what);
}

static unsigned int pmu(const char *file)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	if (fd >= 0)
		real_close(fd);
	return (unsigned int)strtoul(strncmp(text, "config:", 7) ? text : text + 7, NULL, 10);
}

static void opened(long fd, const struct perf_event_attr *attr, int cpu)
{
	static unsigned int kprobe, uprobe;
	bool returns = attr->config & 1; /* config:0, on all kernels so far */

	if (!kprobe) {
		kprobe = pmu("kprobe/type");
		uprobe = pmu("uprobe/type");
	}
	if (!known(fd))
		return;
	if (attr->type == kprobe && attr->kprobe_func)
		remember(&events[fd], "%s name %s+%llu", returns ? "kretprobe" : "kprobe",
			 (const char *)(uintptr_t)attr->kprobe_func,
			 (unsigned long long)attr->probe_offset);
	else if (attr->type == kprobe)
		remember(&events[fd], "%s address %llx", returns ? "kretprobe" : "kprobe",
			 (unsigned long long)attr->kprobe_addr);
	else if (attr->type == uprobe)
		remember(&events[fd], "%s file %s+%llu", returns ? "uretprobe" : "uprobe",
			 (const char *)(uintptr_t)attr->uprobe_path,
			 (unsigned long long)attr->probe_offset);
	else if (attr->type == PERF_TYPE_TRACEPOINT && defined[0])
		remember(&events[fd], "defined text %s", defined);
	else if (attr->type == PERF_TYPE_TRACEPOINT)
		remember(&events[fd], "tracepoint id %llu", (unsigned long long)attr->config);
	else
		remember(&events[fd], "perf_event event %u:%llu:%s:%llu@%d", attr->type,
			 (unsigned long long)attr->config, attr->freq ? "freq" : "period",
			 (unsigned long long)attr->sample_freq, cpu);
	defined[0] = '\0';
}

/* Whose BTF a program's target is in: a module's name, or nothing. */
static void btf_of(int fd, char *name, size_t size)
{
	struct bpf_btf_info info = {.name = (uintptr_t)name, .name_len = (uint32_t)size};
	union bpf_attr attr = {0};

	name[0] = '\0';
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (fd)
		real_syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

static void loaded(long fd, const union bpf_attr *attr, size_t size)
{
	static const char *const kinds[] = {
		[BPF_TRACE_RAW_TP] = "raw_tracepoint",
		[BPF_TRACE_FENTRY] = "kfunc",
		[BPF_TRACE_FEXIT] = "kretfunc",
		[BPF_MODIFY_RETURN] = "kmod_ret",
		[BPF_TRACE_ITER] = "iter",
		[BPF_LSM_MAC] = "lsm",
	};
	char module[64] = "";
	const char *kind = NULL;
	union bpf_attr all = {0};

	memcpy(&all, attr, size < sizeof(all) ? size : sizeof(all));
	if (!known(fd) || !all.attach_btf_id)
		return;
	btf_of((int)all.attach_btf_obj_fd, module, sizeof(module));
	if (all.expected_attach_type < sizeof(kinds) / sizeof(kinds[0]))
		kind = kinds[all.expected_attach_type];
	remember(&programs[fd], "%s btf %s:%u", kind ? kind : "other", module, all.attach_btf_id);
}

static void note_program(long fd, uint32_t prog)
{
	note(fd, known(prog) && programs[prog] ? programs[prog] : "other text unknown");
}

static void note_multi(long fd, const union bpf_attr *attr)
{
	bool returns = attr->link_create.kprobe_multi.flags & BPF_F_KPROBE_MULTI_RETURN;
	const char *const *names = (const void *)(uintptr_t)attr->link_create.kprobe_multi.syms;
	const uint64_t *addrs = (const void *)(uintptr_t)attr->link_create.kprobe_multi.addrs;
	const char *kind = returns ? "kretprobe" : "kprobe";
	char what[600];

	for (uint32_t i = 0; i < attr->link_create.kprobe_multi.cnt; i++) {
		if (names)
			snprintf(what, sizeof(what), "%s name %s+0", kind, names[i]);
		else
			snprintf(what, sizeof(what), "%s address %llx", kind,
				 (unsigned long long)addrs[i]);
		note(fd, what);
	}
}

static void linked(long fd, const union bpf_attr *attr)
{
	uint32_t event = attr->link_create.target_fd;
	char what[64];

	switch (attr->link_create.attach_type) {
	case BPF_TRACE_KPROBE_MULTI:
		note_multi(fd, attr);
		return;
	case BPF_PERF_EVENT:
		note(fd, known(event) && events[event] ? events[event] : "other text unknown");
		return;
	case BPF_TRACE_RAW_TP:
	case BPF_TRACE_FENTRY:
	case BPF_TRACE_FEXIT:
	case BPF_MODIFY_RETURN:
	case BPF_LSM_MAC:
		note_program(fd, attr->link_create.prog_fd);
		return;
	default:
		snprintf(what, sizeof(what), "other text attach-type-%u",
			 attr->link_create.attach_type);
		note(fd, what);
	}
}

static void bpf_called(long result, int command, const union bpf_attr *attr, size_t size)
{
	char what[256];

	switch (command) {
	case BPF_PROG_LOAD:
		loaded(result, attr, size);
		return;
	case BPF_RAW_TRACEPOINT_OPEN:
		if (attr->raw_tracepoint.name) {
			snprintf(what, sizeof(what), "raw_tracepoint text %s",
				 (const char *)(uintptr_t)attr->raw_tracepoint.name);
			note(result, what);
		} else {
			note_program(result, attr->raw_tracepoint.prog_fd);
		}
		return;
	case BPF_LINK_CREATE:
		linked(result, attr);
		return;
	case BPF_PROG_ATTACH:
		snprintf(what, sizeof(what), "other text attach-type-%u", attr->attach_type);
		note(-1, what);
		return;
	default:
		return;
	}
}

long syscall(long number, ...)
{
	long a[6], result;
	va_list args;

	find_real();
	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	result = real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result < 0)
		return result;
	if (number == SYS_perf_event_open)
		opened(result, (const struct perf_event_attr *)a[0], (int)a[2]);
	else if (number == SYS_bpf)
		bpf_called(result, (int)a[0], (const union bpf_attr *)a[1], (size_t)a[2]);
	return result;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;
	int result;

	find_real();
	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	result = real_ioctl(fd, request, arg);
	if (result >= 0 && request == PERF_EVENT_IOC_SET_BPF)
		note(fd, known(fd) && events[fd] ? events[fd] : "other text unknown");
	return result;
}

int close(int fd)
{
	find_real();
	if (known(fd)) {
		if (attached[fd])
			say("close %d\n", fd);
		attached[fd] = false;
		free(events[fd]);
		free(programs[fd]);
		events[fd] = programs[fd] = NULL;
	}
	return real_close(fd);
}

/* "p:kprobes/p_vfs_read_bcc_12 vfs_read": what the next tracepoint is. */
ssize_t write(int fd, const void *data, size_t size)
{
	const char *text = data;
	ssize_t result;

	find_real();
	result = real_write(fd, data, size);
	if (result > 8 && (text[0] == 'p' || text[0] == 'r') && size < sizeof(defined) &&
	    (memmem(text, size, ":kprobes/", 9) || memmem(text, size, ":uprobes/", 9))) {
		memcpy(defined, text, size);
		defined[size] = '\0';
		defined[strcspn(defined, "\n")] = '\0';
	}
	return result;
}
