/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stacks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/value.h"
#include "user/users.h"

#define DEPTH_MAX 1024 /* frames; the kernel's own limit is 127 unless it was raised */

struct stacks {
	struct kernel *kernel;
	const struct object *object;
	int (*fd)(const void *ctx, const char *table);
	const void *ctx;
	struct users *users; /* NULL until one is asked for */
	uint64_t missed;
	char *value; /* of a table, of value_size bytes */
	size_t value_size;
};

struct stacks *stacks_new(struct kernel *k, const struct object *o)
{
	struct stacks *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->kernel = k;
	s->object = o;
	return s;
}

void stacks_free(struct stacks *s)
{
	if (!s)
		return;
	users_free(s->users);
	free(s->value);
	free(s);
}

void stacks_tables(struct stacks *s, int (*fd)(const void *ctx, const char *table), const void *ctx)
{
	s->fd = fd;
	s->ctx = ctx;
}

void stacks_tell_missed(const struct stacks *s)
{
	if (s->missed)
		fprintf(stderr,
			"bcchost: %" PRIu64
			" of the stacks that were to be shown had not been kept: "
			"another one was in their place in the table, or there was no room (a "
			"larger "
			"BPF_STACK_TRACE has more)\n",
			s->missed);
}

static int check_columns(const struct program *whole, const struct program *p,
			 const struct options *options, const struct object *o, struct error *e)
{
	for (size_t i = 0; i < p->ncolumns; i++) {
		const struct program_column *c = &p->columns[i];
		const struct object_map *m = c->stacks ? object_map_find(o, c->stacks) : NULL;

		/* Of one that is not shown, the options may have left the table out as well. */
		if (c->stacks && cell_shown(c, p, options) &&
		    (!m || m->type != BPF_MAP_TYPE_STACK_TRACE))
			return error_set(e, FAULT_TOOL, -ENOENT,
					 "%s:%u: column %s: %s has no BPF_STACK_TRACE(%s, …)",
					 whole->path, c->line, c->title, whole->template_path,
					 c->stacks);
	}
	return 0;
}

int stacks_check(const struct program *p, const struct options *options, const struct object *o,
		 struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < program_noutputs(p) && !err; i++)
		err = check_columns(p, program_output_at(p, i), options, o, e);
	return err;
}

/* Is there a column of any output of which that is true? */
static bool any_column(const struct program *p, bool (*is)(const struct program_column *c))
{
	for (size_t i = 0; i < program_noutputs(p); i++) {
		const struct program *one = program_output_at(p, i);

		for (size_t k = 0; k < one->ncolumns; k++)
			if (is(&one->columns[k]))
				return true;
	}
	return false;
}

static bool is_wanted(const struct program_column *c)
{
	return c->stacks || c->format == PROGRAM_FORMAT_USYM || c->show_offset || c->show_module;
}

static bool is_user(const struct program_column *c)
{
	return c->format == PROGRAM_FORMAT_USER_STACK || c->format == PROGRAM_FORMAT_USYM;
}

static bool is_kernel(const struct program_column *c)
{
	return c->format == PROGRAM_FORMAT_KSYM || c->format == PROGRAM_FORMAT_KADDR ||
	       c->format == PROGRAM_FORMAT_STACK;
}

bool stacks_wanted(const struct program *p)
{
	return any_column(p, is_wanted);
}

bool stacks_show_users(const struct program *p)
{
	return any_column(p, is_user);
}

bool stacks_show_kernel(const struct program *p)
{
	return any_column(p, is_kernel);
}

/* --- names --- */

static void add_offset(struct buf *name, const struct cell *c, uint64_t offset)
{
	if (c->show_offset)
		buf_printf(name, "+0x%" PRIx64, offset);
}

/* after: the address is that behind a call. */
static bool add_kernel(struct stacks *s, const struct cell *c, uint64_t addr, bool after,
		       struct buf *name)
{
	char text[VALUE_FUNCTION_MAX];
	uint64_t start;
	bool known = s->kernel && !kernel_function_at(s->kernel, addr - (after && addr), text,
						      sizeof(text), &start);

	if (known) {
		buf_str(name, text);
		add_offset(name, c, addr - start);
	} else {
		buf_printf(name, "0x%" PRIx64, addr);
	}
	if (c->show_module)
		buf_str(name, " [kernel]");
	return known;
}

static bool add_user(struct stacks *s, const struct cell *c, uint32_t pid, uint64_t addr,
		     bool after, struct buf *name)
{
	struct users_symbol symbol = {.offset = addr};

	if (!s->users)
		s->users = users_new(NULL);
	if (s->users && pid)
		users_symbol(s->users, pid, addr, after, &symbol);
	if (*symbol.name) {
		buf_str(name, symbol.name);
		add_offset(name, c, symbol.offset);
		if (c->show_module)
			buf_printf(name, " [%s]", symbol.module);
		return true;
	}
	/* Somebody who has the file may still find out. */
	if (*symbol.module)
		buf_printf(name, "[%s+0x%" PRIx64 "]", symbol.module, symbol.offset);
	else
		buf_printf(name, "0x%" PRIx64, addr);
	return false;
}

/* The process of the event: its own field, which may hold what bpf_get_current_pid_tgid says. */
static uint32_t pid_of(const struct cell *c, const char *data, size_t size)
{
	uint64_t v;

	if (!c->pid_size || (size_t)c->pid_offset + c->pid_size > size)
		return c->pid;
	v = value_unsigned(data + c->pid_offset, c->pid_size);
	return (uint32_t)(v >> 32 ? v >> 32 : v);
}

bool stacks_name(struct stacks *s, const struct cell *c, const char *data, size_t size,
		 struct buf *name)
{
	uint64_t addr = value_unsigned(data + c->offset, c->size);

	name->len = 0;
	return c->kind == CELL_USYM ? add_user(s, c, pid_of(c, data, size), addr, false, name)
				    : add_kernel(s, c, addr, false, name);
}

/* --- stacks --- */

/* With BPF_F_STACK_BUILD_ID: which file, and where in it. */
static bool add_by_file(const struct bpf_stack_build_id *b, struct buf *names)
{
	if (b->status == BPF_STACK_BUILD_ID_EMPTY)
		return false;
	if (b->status == BPF_STACK_BUILD_ID_IP) {
		buf_printf(names, "0x%" PRIx64, (uint64_t)b->ip);
		return true;
	}
	buf_char(names, '[');
	for (size_t i = 0; i < sizeof(b->build_id); i++)
		buf_printf(names, "%02x", b->build_id[i]);
	buf_printf(names, "+0x%" PRIx64 "]", (uint64_t)b->offset);
	return true;
}

static bool add_frame(struct stacks *s, const struct cell *c, const struct object_map *m,
		      uint32_t pid, size_t i, struct buf *names)
{
	const char *at = s->value;
	struct bpf_stack_build_id b;
	uint64_t ip;

	if (m->flags & BPF_F_STACK_BUILD_ID) {
		memcpy(&b, at + i * sizeof(b), sizeof(b));
		return add_by_file(&b, names);
	}
	memcpy(&ip, at + i * sizeof(ip), sizeof(ip));
	if (!ip)
		return false;
	if (c->user)
		add_user(s, c, pid, ip, i > 0, names);
	else
		add_kernel(s, c, ip, i > 0, names);
	return true;
}

/* The table's entry into s->value; false with *why. */
static bool read_entry(struct stacks *s, const struct cell *c, const struct object_map *m,
		       int64_t id, const char **why)
{
	int fd = s->fd ? s->fd(s->ctx, c->stacks) : -1;
	uint32_t key = (uint32_t)id;
	char *grown;

	/* -1 is what a text says that did not ask for it. */
	if (id == -EFAULT || id == -1) {
		*why = STACKS_NONE;
		return false;
	}
	if (id < 0) {
		s->missed++;
		*why = c->user ? "[Missed User Stack]" : "[Missed Kernel Stack]";
		return false;
	}
	if (m->value_size > s->value_size) {
		grown = realloc(s->value, m->value_size);
		if (!grown)
			return false;
		s->value = grown;
		s->value_size = m->value_size;
	}
	memset(s->value, 0, m->value_size);
	if (fd >= 0 && bpf_map_lookup_elem(fd, &key, s->value) == 0)
		return true;
	/* A field that was never filled, most likely. */
	if (!id)
		*why = STACKS_NONE;
	return false;
}

/* A field of 4 or 8 bytes, signed or not: an error number is one in either. */
static int64_t number_of(const struct cell *c, const char *data)
{
	return value_signed(data + c->offset, c->size);
}

size_t stacks_get(struct stacks *s, const struct cell *c, const char *data, size_t size,
		  struct buf *names, const char **why)
{
	const struct object_map *m = object_map_find(s->object, c->stacks);
	size_t each, most, n = 0;
	uint32_t pid;

	names->len = 0;
	*why = c->user ? "[user stack is not in the table]" : "[kernel stack is not in the table]";
	if (!m || !read_entry(s, c, m, number_of(c, data), why))
		return 0;
	each = m->flags & BPF_F_STACK_BUILD_ID ? sizeof(struct bpf_stack_build_id)
					       : sizeof(uint64_t);
	most = m->value_size / each < DEPTH_MAX ? m->value_size / each : DEPTH_MAX;
	pid = pid_of(c, data, size);
	while (n < most && add_frame(s, c, m, pid, n, names)) {
		buf_char(names, '\0');
		n++;
	}
	if (!n)
		*why = STACKS_NONE;
	return n;
}

size_t stacks_fold(const char *names, size_t len, char *out)
{
	const char *end = names + len, *name;
	size_t at = 0;

	for (; end > names; end = name) {
		name = end - 1;
		while (name > names && name[-1])
			name--;
		for (const char *c = name; *c; c++)
			out[at++] = *c == ';' ? ':' : *c;
		if (name > names)
			out[at++] = ';';
	}
	return at;
}
