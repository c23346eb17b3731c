/* SPDX-License-Identifier: Apache-2.0 */
#include "script/stacks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void put_frame(const struct stacks *s, uint64_t ip, bool user, struct writer *w)
{
	char name[256], line[320];

	if (!user && kernel_function_at(s->kernel, ip, name, sizeof(name), NULL) == 0)
		snprintf(line, sizeof(line), "        %s\n", name);
	else
		snprintf(line, sizeof(line), "        0x%" PRIx64 "\n", ip);
	put(w, line);
}

static void put_stack(const struct stacks *s, const struct source_stack *st, int64_t id,
		      struct writer *w)
{
	const struct object_map *m = object_map_find(s->object, st->table);
	uint64_t ips[DEPTH_MAX] = {0};
	uint32_t key = (uint32_t)id;
	char line[128];
	int fd = load_map_fd(s->load, st->table);

	if (!m || fd < 0 || m->value_size > sizeof(ips))
		return;
	put(w, st->user ? "    user stack:\n" : "    kernel stack:\n");
	if (id < 0) {
		snprintf(line, sizeof(line), "        [none: %s]\n",
			 id == -EEXIST ? "the table was full" : strerror((int)-id));
		put(w, line);
		return;
	}
	if (bpf_map_lookup_elem(fd, &key, ips) < 0) {
		put(w, "        [lost]\n");
		return;
	}
	for (size_t i = 0; i < m->value_size / sizeof(ips[0]) && ips[i]; i++)
		put_frame(s, ips[i], st->user, w);
}

void stacks_print(const struct stacks *s, const struct layout *l, const char *data, size_t size,
		  struct writer *w)
{
	if (!s->load)
		return;
	for (size_t i = 0; i < l->nfields; i++) {
		const struct layout_field *f = &l->fields[i];
		const struct source_stack *st = stacks_field(s, f);
		int64_t id = 0;
		int32_t id32;

		if (!st || f->offset + f->size > size)
			continue;
		memcpy(&id, data + f->offset, f->size);
		if (f->size == sizeof(id32)) {
			memcpy(&id32, data + f->offset, sizeof(id32));
			id = id32;
		}
		put_stack(s, st, id, w);
	}
}
