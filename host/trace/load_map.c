/* SPDX-License-Identifier: Apache-2.0 */
/* load_map: an object's maps. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text/filter.h"
#include "trace/load_parts.h"
#include "trace/privilege.h"

void load_name(char out[BPF_OBJ_NAME_LEN], const char *name)
{
	size_t i;

	for (i = 0; i < BPF_OBJ_NAME_LEN - 1 && name[i]; i++)
		out[i] = strchr(" -#", name[i]) ? '_' : name[i];
	out[i] = '\0';
}

/* A map that the user pinned takes the place of one that a filter declares. */
static int open_pinned(const struct object_map *m, const char *path, struct error *e)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);
	int fd = bpf_obj_get(path);

	if (fd < 0)
		return error_set(e, FAULT_USAGE, -errno, "cannot open the pinned map %s: %s", path,
				 strerror(errno));
	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0 || info.type != m->type ||
	    info.key_size != m->key_size || info.value_size != m->value_size) {
		close(fd);
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "%s is not a hash map with keys of %u and values of %u bytes (it "
				 "has type %u, keys of %u and values of %u)",
				 path, m->key_size, m->value_size, info.type, info.key_size,
				 info.value_size);
	}
	return fd;
}

static const char *pinned_path(const struct options *o, const char *map)
{
	if (strcmp(map, FILTER_CGROUP_MAP) == 0)
		return o->cgroupmap;
	if (strcmp(map, FILTER_MNTNS_MAP) == 0)
		return o->mntnsmap;
	return NULL;
}

/* The directories themselves are put into the array, so that the kernel compares. */
static int fill_within(int map, const struct options *o, struct error *e)
{
	int err = 0;

	for (int i = 0; i < OPTIONS_NWITHIN && !err; i++) {
		int dir;

		if (!o->within[i])
			continue;
		dir = open(o->within[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 || bpf_map_update_elem(map, &i, &dir, BPF_ANY) < 0)
			err = error_set(e, FAULT_RUN, -errno, "the cgroup %s: %s", o->within[i],
					strerror(errno));
		if (dir >= 0)
			close(dir);
	}
	return err;
}

static int make_map(struct load *l, size_t i, const struct plan *plan, uint32_t ring_bytes,
		    struct error *e)
{
	const struct object_map *m = &l->object->maps[i];
	const char *pinned = pinned_path(plan->options, m->name);
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = m->flags);
	char name[BPF_OBJ_NAME_LEN], what[128];
	uint32_t entries = m->max_entries;
	int fd;

	if (pinned) {
		fd = open_pinned(m, pinned, e);
		l->map_fds[i] = fd;
		return fd < 0 ? fd : 0;
	}
	if (m->type == BPF_MAP_TYPE_RINGBUF)
		entries = ring_bytes;
	else if (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		entries = (uint32_t)libbpf_num_possible_cpus();
	if (m->inner >= 0)
		opts.inner_map_fd = (__u32)l->map_fds[m->inner];
	load_name(name, m->name);
	fd = bpf_map_create((enum bpf_map_type)m->type, name, m->key_size, m->value_size, entries,
			    &opts);
	if (fd >= 0) {
		l->map_fds[i] = fd;
		return strcmp(m->name, FILTER_WITHIN_MAP) == 0 ? fill_within(fd, plan->options, e)
							       : 0;
	}
	snprintf(what, sizeof(what), "create the BPF map %s", m->name);
	if (errno == EPERM)
		return privilege_refused(what, -errno, e);
	return error_set(e, FAULT_RUN, -errno,
			 "cannot %s (type %u, keys of %u bytes, values of %u, %u entries): %s",
			 what, m->type, m->key_size, m->value_size, entries, strerror(errno));
}

int load_maps(struct load *l, const struct plan *plan, uint32_t ring_bytes, struct error *e)
{
	int err = 0;

	/* Inner maps first: the others are made after their model. */
	for (int inner = 1; inner >= 0 && !err; inner--)
		for (size_t i = 0; i < l->object->nmaps && !err; i++)
			if ((l->object->maps[i].inner < 0) == (inner == 1))
				err = make_map(l, i, plan, ring_bytes, e);
	return err;
}
