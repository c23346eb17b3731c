/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/standin.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bcc/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct standin standin;

/* Closing a descriptor of /dev/null, as libbcc will, is harmless; and no two maps share one. */
int bcc_create_map_xattr(struct bcc_create_map_attr *attr, bool allow_rlimit)
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
		.type = attr->map_type,
		.key_size = attr->key_size,
		.value_size = attr->value_size,
		.max_entries = attr->max_entries,
		.flags = attr->map_flags,
		.inner_fd = (int)attr->inner_map_fd,
	};
	return fd;
}

int btf__load_into_kernel(struct btf *btf)
{
	uint32_t size;
	const void *raw = btf__raw_data(btf, &size);

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

static void *copy(const void *data, size_t len)
{
	void *p = malloc(len ?: 1);

	if (p && len)
		memcpy(p, data, len);
	if (!p)
		standin.failed = true;
	return p;
}

int bcc_prog_load_xattr(enum bpf_prog_type type, const char *name, const char *license,
			const struct bpf_insn *insns, struct bpf_prog_load_opts *opts, int len,
			char *log, unsigned int log_size, bool allow_rlimit)
{
	struct object_prog *p = standin.loading;

	(void)type, (void)name, (void)license, (void)insns, (void)len;
	(void)log, (void)log_size, (void)allow_rlimit;
	if (!p || !opts->func_info || !opts->line_info)
		return -1;
	p->func_info_size = opts->func_info_rec_size;
	p->func_info_count = opts->func_info_cnt;
	p->func_info = copy(opts->func_info, (size_t)p->func_info_size * p->func_info_count);
	p->line_info_size = opts->line_info_rec_size;
	p->line_info_count = opts->line_info_cnt;
	p->line_info = copy(opts->line_info, (size_t)p->line_info_size * p->line_info_count);
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
