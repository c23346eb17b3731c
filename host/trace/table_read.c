/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/table_read.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 1024 /* entries at once; more than any bucket holds */

struct reading {
	struct table *t;
	const struct object_map *m;
	int fd;
	size_t stride; /* of a value as the kernel hands it over: of all CPUs */
	size_t cpus;   /* 0: the map is not per CPU */
};

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static int add(struct reading *r, const void *key, const char *value)
{
	uint32_t word = r->t->word ? r->t->word : 8;
	char *row = table_add(r->t);

	if (!row)
		return -ENOMEM;
	memcpy(row, key, r->t->key_size);
	row += r->t->key_size;
	if (!r->cpus) {
		memcpy(row, value, r->t->value_size);
		return 0;
	}
	for (size_t cpu = 0; cpu < r->cpus; cpu++) {
		const char *one = value + cpu * ((r->t->value_size + 7U) & ~7U);

		for (uint32_t at = 0; at + word <= r->t->value_size; at += word) {
			uint64_t sum = 0, v = 0;

			memcpy(&sum, row + at, word);
			memcpy(&v, one + at, word);
			sum += v;
			memcpy(row + at, &sum, word);
		}
	}
	return 0;
}

/* -EOPNOTSUPP, or -EINVAL, if this map cannot be read so on this kernel; nothing was read then. */
static int read_batches(struct reading *r, bool take)
{
	char *keys = calloc(BATCH, r->t->key_size), *values = calloc(BATCH, r->stride);
	char *at = calloc(1, r->t->key_size > 8 ? r->t->key_size : 8);
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	bool first = true, last = false;
	int err = keys && values && at ? 0 : -ENOMEM;

	while (!err && !last) {
		__u32 n = BATCH;
		void *from = first ? NULL : at;

		err = take ? bpf_map_lookup_and_delete_batch(r->fd, from, at, keys, values, &n,
							     &opts)
			   : bpf_map_lookup_batch(r->fd, from, at, keys, values, &n, &opts);
		err = err ? -errno : 0;
		last = err == -ENOENT;
		if (last)
			err = 0;
		for (__u32 i = 0; !err && i < n; i++)
			err = add(r, keys + i * r->t->key_size, values + i * r->stride);
		first = false;
	}
	free(keys);
	free(values);
	free(at);
	return err;
}

/* One by one. An entry that goes while we look is no error. */
static int read_each(struct reading *r, bool take)
{
	char *keys = calloc(2, r->t->key_size), *value = calloc(1, r->stride), *key, *next;
	bool more;
	int err = keys && value ? 0 : -ENOMEM;

	key = keys;
	next = keys ? keys + r->t->key_size : NULL;
	more = !err && bpf_map_get_next_key(r->fd, NULL, next) == 0;
	while (more && !err) {
		memcpy(key, next, r->t->key_size);
		more = bpf_map_get_next_key(r->fd, key, next) == 0;
		if (bpf_map_lookup_elem(r->fd, key, value) == 0)
			err = add(r, key, value);
		if (take && !err)
			bpf_map_delete_elem(r->fd, key);
	}
	free(keys);
	free(value);
	return err;
}

int table_read(struct table *t, int map_fd, const struct object_map *m, bool take, struct error *e)
{
	struct reading r = {.t = t, .m = m, .fd = map_fd, .stride = t->value_size};
	bool array = m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_ARRAY;
	size_t before = t->n;
	int err;

	if (is_per_cpu(m->type)) {
		r.cpus = (size_t)libbpf_num_possible_cpus();
		r.stride = r.cpus * ((t->value_size + 7U) & ~7U);
	}
	err = array ? -EOPNOTSUPP : read_batches(&r, take);
	if (err && err != -ENOMEM && t->n == before)
		err = read_each(&r, take && !array);
	if (err)
		return error_set(e, FAULT_RUN, err, "cannot read the table %s: %s", m->name,
				 strerror(-err));
	return 0;
}
