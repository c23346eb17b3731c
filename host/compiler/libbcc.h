/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbcc: what we call of libbcc.so. Its header for this, bcc_common.h, is not for programs to
 * include in every release, and bpf_module.h is C++; the functions below are exported with C
 * linkage by libbcc 0.26 to 0.37 at least.
 */
#ifndef BCCHOST_COMPILER_LIBBCC_H
#define BCCHOST_COMPILER_LIBBCC_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

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

#endif
