/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "compiler/standin.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/libbcc.h"

struct standin standin;

/* Closing a descriptor of /dev/null, as libbcc will, is harmless; and no two maps share one. */
int bcc_create_map_xattr(const struct libbcc_map *attr, bool allow_rlimit);
int bcc_create_map_xattr(const struct libbcc_map *attr, bool allow_rlimit)
{
	struct standin_map *maps;
	int fd;

	(void)allow_rlimit;
	maps = realloc(standin.maps, (standin.nmaps + 1) * sizeof(*maps));
	fd = maps ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;
	standin.maps = maps ?: standin.maps;
	if (fd < 0) {
		standin.failed = true;
		return -1;
	}
	maps[standin.nmaps++] = (struct standin_map){
		.fd = fd,
		.type = attr->type,
		.key_size = attr->key_size,
		.value_size = attr->value_size,
		.max_entries = attr->max_entries,
		.flags = attr->flags,
		.inner_fd = (int)attr->inner_fd,
	};
	return fd;
}

/* The BTF is of libbcc's own libbpf, which is another than ours. */
static int note_btf(const struct btf *btf)
{
	const void *(*raw_data)(const struct btf *btf, uint32_t *size);
	const void *raw;
	uint32_t size;

	*(void **)&raw_data =
		dlsym(RTLD_NEXT, "btf__raw_data") ?: dlsym(RTLD_NEXT, "btf__get_raw_data");
	raw = raw_data ? raw_data(btf, &size) : NULL;
	if (!raw)
		return -EINVAL;
	free(standin.btf);
	standin.btf = malloc(size);
	if (!standin.btf) {
		standin.failed = true;
		return -ENOMEM;
	}
	memcpy(standin.btf, raw, size);
	standin.btf_size = size;
	return 0;
}

int btf__load_into_kernel(struct btf *btf)
{
	return note_btf(btf);
}

/* Its name before libbpf 0.5. */
int btf__load(struct btf *btf);
int btf__load(struct btf *btf)
{
	return note_btf(btf);
}

static void *copy(const void *data, size_t len)
{
	void *p = malloc(len ?: 1);

	if (p && len)
		memcpy(p, data, len);
	if (!p)
		standin.failed = true;
	return p;
}

/* func: else the lines. */
static void note_info(bool func, const void *data, uint32_t rec_size, uint32_t count)
{
	struct object_prog *p = standin.loading;
	void *info = copy(data, (size_t)rec_size * count);

	if (func) {
		p->func_info = info;
		p->func_info_size = rec_size;
		p->func_info_count = count;
	} else {
		p->line_info = info;
		p->line_info_size = rec_size;
		p->line_info_count = count;
	}
}

/* Before libbcc 0.25 all was in one struct, the first parameter. */
int bcc_prog_load_xattr(uintptr_t first, const char *name, const char *license,
			const struct bpf_insn *insns, const struct bpf_prog_load_opts *opts);
int bcc_prog_load_xattr(uintptr_t first, const char *name, const char *license,
			const struct bpf_insn *insns, const struct bpf_prog_load_opts *opts)
{
	const struct libbcc_old_load *old = (const void *)first;

	(void)name, (void)license, (void)insns;
	if (!standin.loading)
		return -1;
	if (standin.old_load && old->func_info && old->line_info) {
		note_info(true, old->func_info, old->func_info_rec_size, old->func_info_cnt);
		note_info(false, old->line_info, old->line_info_rec_size, old->line_info_cnt);
	} else if (!standin.old_load && opts->func_info && opts->line_info) {
		note_info(true, opts->func_info, opts->func_info_rec_size, opts->func_info_cnt);
		note_info(false, opts->line_info, opts->line_info_rec_size, opts->line_info_cnt);
	}
	return -1;
}

/*
 * libbcc reads all of /proc/kallsyms to learn whether the running kernel has bpf_probe_read_kernel
 * (bpf_probe_read_user came with it). We know, and the text may be for another kernel.
 */
void *bcc_symcache_new(int pid, void *option)
{
	(void)pid, (void)option;
	return &standin;
}

void bcc_free_symcache(void *cache, int pid)
{
	(void)cache, (void)pid;
}

int bcc_symcache_resolve_name(void *cache, const char *module, const char *name, uint64_t *addr)
{
	(void)cache, (void)module, (void)name;
	*addr = 0;
	return standin.probe_read_kernel ? 0 : -1;
}

/* The native code that would print and parse keys and values costs a third of a compilation. */
bool rw_engine_enabled(void) __asm__("_ZN4ebpf28bpf_module_rw_engine_enabledEv");
bool rw_engine_enabled(void)
{
	return false;
}
