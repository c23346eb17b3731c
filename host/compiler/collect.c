/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "compiler/collect.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/libbcc.h"
#include "compiler/standin.h"

static const struct standin_map *noted_map(int fd)
{
	for (size_t i = 0; i < standin.nmaps; i++)
		if (standin.maps[i].fd == fd)
			return &standin.maps[i];
	return NULL;
}

static bool is_description(void *module, size_t id)
{
	const char *name = bpf_table_name(module, id);

	return name && strncmp(name, OBJECT_EVENT, strlen(OBJECT_EVENT)) == 0;
}

/* The index, in the object, of the map that libbcc knows by this descriptor; -1: none. */
static int map_index(void *module, int fd)
{
	size_t n = bpf_num_tables(module);
	int index = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_description(module, i))
			continue;
		if (bpf_table_fd_id(module, i) == fd)
			return index;
		index++;
	}
	return -1;
}

static int collect_fields(void *module, struct object_map *m)
{
	size_t n = bpf_perf_event_fields(module, m->name);

	m->fields = calloc(n ?: 1, sizeof(*m->fields));
	if (!m->fields)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		m->fields[i] = strdup(bpf_perf_event_field(module, m->name, i) ?: "");
		if (!m->fields[i])
			return -ENOMEM;
		m->nfields++;
	}
	return 0;
}

static int collect_map(void *module, struct object_map *m, size_t id, struct error *e)
{
	const struct standin_map *noted = noted_map(bpf_table_fd_id(module, id));

	m->name = strdup(bpf_table_name(module, id) ?: "");
	m->key_desc = strdup(bpf_table_key_desc_id(module, id) ?: "");
	m->leaf_desc = strdup(bpf_table_leaf_desc_id(module, id) ?: "");
	m->event_desc = strdup("");
	if (!m->name || !m->key_desc || !m->leaf_desc || !m->event_desc)
		return error_nomem(e);
	if (!noted)
		return error_set(e, FAULT_TOOL, -ENOTSUP,
				 "the table %s is pinned or another program's (extern); bcchost "
				 "supports neither",
				 m->name);
	m->type = noted->type;
	m->key_size = noted->key_size;
	m->value_size = noted->value_size;
	m->max_entries = noted->max_entries;
	m->flags = noted->flags;
	m->inner = noted->inner_fd > 0 ? map_index(module, noted->inner_fd) : -1;
	return collect_fields(module, m) ? error_nomem(e) : 0;
}

/* An lddw of a map has libbcc's descriptor; it shall have the map's index. */
static int index_maps(void *module, struct object_prog *p, struct error *e)
{
	for (size_t i = 0; i < p->ninsns; i++) {
		struct bpf_insn *insn = &p->insns[i];
		int index;

		if (insn->code != (BPF_LD | BPF_DW | BPF_IMM))
			continue;
		if (insn->src_reg == BPF_PSEUDO_MAP_FD) {
			index = map_index(module, insn->imm);
			if (index < 0)
				return error_set(e, FAULT_TOOL, -ENOTSUP,
						 "%s uses a map that its text does not define",
						 p->name);
			insn->imm = index;
		}
		i++; /* the second half of an lddw */
	}
	return 0;
}

static int collect_prog(void *module, struct object *o, size_t id, struct error *e)
{
	struct object_prog *p = &o->progs[id];
	size_t size = bpf_function_size_id(module, id);
	const void *start = bpf_function_start_id(module, id);

	p->name = strdup(bpf_function_name(module, id) ?: "");
	p->insns = malloc(size ?: 1);
	if (!p->name || !p->insns)
		return error_nomem(e);
	memcpy(p->insns, start, size);
	p->ninsns = size / sizeof(*p->insns);

	standin.loading = p;
	bcc_func_load(module, BPF_PROG_TYPE_KPROBE, p->name, p->insns, (int)size, "", 0, 0, NULL, 0,
		      NULL, -1);
	standin.loading = NULL;
	return index_maps(module, p, e);
}

/* A table that only describes what is sent through a buffer, which was collected. */
static int collect_description(void *module, const struct object *o, size_t id, struct error *e)
{
	const struct standin_map *noted = noted_map(bpf_table_fd_id(module, id));
	const char *name = bpf_table_name(module, id) + strlen(OBJECT_EVENT);
	char *desc = strdup(bpf_table_leaf_desc_id(module, id) ?: "");

	for (size_t i = 0; i < o->nmaps && desc && noted; i++) {
		struct object_map *m = &o->maps[i];

		if (strcmp(m->name, name) != 0)
			continue;
		free(m->event_desc);
		m->event_desc = desc;
		m->event_size = noted->value_size;
		return 0;
	}
	free(desc);
	return desc ? 0 : error_nomem(e);
}

static int collect_maps(void *module, struct object *o, struct error *e)
{
	size_t n = bpf_num_tables(module);
	int err = 0;

	o->maps = calloc(n ?: 1, sizeof(*o->maps));
	if (!o->maps)
		return error_nomem(e);
	for (size_t id = 0; id < n && !err; id++)
		if (!is_description(module, id))
			err = collect_map(module, &o->maps[o->nmaps++], id, e);
	for (size_t id = 0; id < n && !err; id++)
		if (is_description(module, id))
			err = collect_description(module, o, id, e);
	return err;
}

int collect(void *module, struct object **out, struct error *e)
{
	struct object *o = calloc(1, sizeof(*o));
	int err = 0;

	if (!o)
		return error_nomem(e);
	o->license = strdup(bpf_module_license(module) ?: "");
	o->compiler = libbcc_file();
	o->kern_version = bpf_module_kern_version(module);
	o->nprogs = bpf_num_functions(module);
	o->progs = calloc(o->nprogs ?: 1, sizeof(*o->progs));
	o->btf = standin.btf;
	o->btf_size = standin.btf_size;
	standin.btf = NULL;
	standin.btf_size = 0;
	if (!o->progs)
		o->nprogs = 0;
	if (!o->license || !o->compiler || !o->progs)
		err = error_nomem(e);
	if (!err)
		err = collect_maps(module, o, e);
	for (size_t i = 0; i < o->nprogs && !err; i++)
		err = collect_prog(module, o, i, e);
	if (!err && standin.failed)
		err = error_nomem(e);
	if (err)
		object_free(o);
	else
		*out = o;
	return err;
}
