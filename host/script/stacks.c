/* SPDX-License-Identifier: Apache-2.0 */
#include "script/stacks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/put_json.h"

#define DEPTH_MAX 1024 /* frames; the kernel's own limit is 127 unless it was raised */

const struct source_stack *stacks_field(const struct stacks *s, const struct layout_field *f)
{
	if (f->size != 4 && f->size != 8)
		return NULL;
	for (size_t i = 0; i < s->source->nstacks; i++)
		if (strcmp(s->source->stacks[i].field, f->name) == 0)
			return &s->source->stacks[i];
	return NULL;
}

static void put(struct writer *w, const char *text)
{
	writer_add(w, text, strlen(text));
}

/* "vfs_read", or the address that no function is known of. */
static void frame_name(const struct stacks *s, uint64_t ip, bool user, char *name, size_t size)
{
	if (user || kernel_function_at(s->kernel, ip, name, size, NULL))
		snprintf(name, size, "0x%" PRIx64, ip);
}

/* The frames of a stack, innermost first; 0 with *why if it was not kept. */
static size_t get_frames(const struct stacks *s, const struct source_stack *st, int64_t id,
			 uint64_t ips[DEPTH_MAX], const char **why)
{
	const struct object_map *m = object_map_find(s->object, st->table);
	int fd = load_map_fd(s->load, st->table);
	uint32_t key = (uint32_t)id;
	size_t n = 0, most = m ? m->value_size / sizeof(*ips) : 0;

	*why = NULL;
	memset(ips, 0, DEPTH_MAX * sizeof(*ips));
	if (id < 0)
		*why = id == -EEXIST ? "another stack was in its place" : strerror((int)-id);
	else if (!most || fd < 0 || most > DEPTH_MAX || bpf_map_lookup_elem(fd, &key, ips) < 0)
		*why = "not in the table";
	while (!*why && n < most && ips[n])
		n++;
	return n;
}

/* The number of the event's stack, if it has that field. */
static const struct source_stack *stack_at(const struct stacks *s, const struct layout_field *f,
					   const char *data, size_t size, int64_t *id)
{
	const struct source_stack *st = stacks_field(s, f);
	int32_t id32;

	if (!st || f->offset + f->size > size)
		return NULL;
	memcpy(id, data + f->offset, f->size);
	if (f->size == sizeof(id32)) {
		memcpy(&id32, data + f->offset, sizeof(id32));
		*id = id32;
	}
	return st;
}

void stacks_print(const struct stacks *s, const struct layout *l, const char *data, size_t size,
		  struct writer *w)
{
	uint64_t ips[DEPTH_MAX];
	const char *why;
	char name[256];
	int64_t id = 0;

	for (size_t i = 0; i < l->nfields && s->load; i++) {
		const struct source_stack *st = stack_at(s, &l->fields[i], data, size, &id);
		size_t n = st ? get_frames(s, st, id, ips, &why) : 0;

		if (!st)
			continue;
		put(w, st->user ? "    user stack" : "    kernel stack");
		put(w, why ? ": none: " : ":");
		put(w, why ?: "");
		put(w, "\n");
		for (size_t j = 0; j < n; j++) {
			frame_name(s, ips[j], st->user, name, sizeof(name));
			put(w, "        ");
			put(w, name);
			put(w, "\n");
		}
	}
}

void stacks_json(const struct stacks *s, const struct layout *l, const char *data, size_t size,
		 struct writer *w)
{
	uint64_t ips[DEPTH_MAX];
	const char *why;
	char name[256];
	int64_t id = 0;

	for (size_t i = 0; i < l->nfields && s->load; i++) {
		const struct source_stack *st = stack_at(s, &l->fields[i], data, size, &id);
		size_t n = st ? get_frames(s, st, id, ips, &why) : 0;

		if (!st)
			continue;
		writer_char(w, ',');
		put_json_string(w, l->fields[i].name, strlen(l->fields[i].name));
		put(w, ":[");
		for (size_t j = 0; j < n; j++) {
			frame_name(s, ips[j], st->user, name, sizeof(name));
			put(w, j ? "," : "");
			put_json_string(w, name, strlen(name));
		}
		put(w, "]");
	}
}
