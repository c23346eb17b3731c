/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbcc: what we call of libbcc.so, and what of it we stand in for. Its headers are not for
 * programs to include in every release, or are C++, and one binary is to run with the libbcc of
 * each release; the functions below are exported with C linkage by libbcc 0.18 to 0.37 at least,
 * and the structs have been these.
 */
#ifndef BCCHOST_COMPILER_LIBBCC_H
#define BCCHOST_COMPILER_LIBBCC_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of `flags`, the DEBUG_… of bpf_module.h. */
enum {
	LIBBCC_DEBUG_LLVM_IR = 0x1,
	LIBBCC_DEBUG_PREPROCESSOR = 0x4,
	LIBBCC_DEBUG_SOURCE = 0x8,
};

void *bpf_module_create_c_from_string(const char *text, unsigned int flags, const char *cflags[],
				      int ncflags, bool allow_rlimit, const char *dev_name);
char *bpf_module_license(void *module);
unsigned int bpf_module_kern_version(void *module);

size_t bpf_num_functions(void *module);
const char *bpf_function_name(void *module, size_t id);
void *bpf_function_start_id(void *module, size_t id);
size_t bpf_function_size_id(void *module, size_t id);

size_t bpf_num_tables(void *module);
const char *bpf_table_name(void *module, size_t id);
int bpf_table_fd_id(void *module, size_t id);
const char *bpf_table_key_desc_id(void *module, size_t id);
const char *bpf_table_leaf_desc_id(void *module, size_t id);

size_t bpf_perf_event_fields(void *module, const char *event);
const char *bpf_perf_event_field(void *module, const char *event, size_t i);

int bcc_func_load(void *module, int prog_type, const char *name, const struct bpf_insn *insns,
		  int prog_len, const char *license, unsigned int kern_version, int log_level,
		  char *log_buf, unsigned int log_buf_size, const char *dev_name, int attach_type);

/* What bcc_create_map_xattr gets; before 0.25 it was libbpf's, with another name. */
struct libbcc_map {
	const char *name;
	enum bpf_map_type type;
	uint32_t flags, key_size, value_size, max_entries, numa_node;
	uint32_t btf_fd, btf_key_type, btf_value_type, ifindex, inner_fd;
};

/* What bcc_prog_load_xattr got before 0.25: libbpf's struct bpf_load_program_attr, as 0.3 had it.
 */
struct libbcc_old_load {
	enum bpf_prog_type type;
	enum bpf_attach_type attach_type;
	const char *name;
	const struct bpf_insn *insns;
	size_t ninsns;
	const char *license;
	uint32_t kern_version, ifindex, btf_fd;
	uint32_t func_info_rec_size;
	const void *func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	const void *line_info;
	uint32_t line_info_cnt, log_level, prog_flags;
};

/* The file that it was loaded from, and its version by that file's name ("0.26.0"; "unknown" if the
 * name has none); the caller's to free, NULL without memory. */
char *libbcc_file(void);
char *libbcc_version(void);

/* Is it of before that release? One whose version is unknown is not. */
bool libbcc_before(unsigned int major, unsigned int minor);

#endif
