/* SPDX-License-Identifier: Apache-2.0 */
/* internal: what the files of this folder share. Nobody else includes it. */
#ifndef BCCHOST_KERNEL_INTERNAL_H
#define BCCHOST_KERNEL_INTERNAL_H

#include <bpf/btf.h>

#include "kernel/kernel.h"

struct symbol {
	const char *name;
	const char *module; /* NULL: vmlinux */
	uint64_t addr;
	char type; /* as nm(1) has it */
};

struct kernel {
	char *release, *machine;
	uint32_t version;
	bool running;
	char *btf_file;	    /* named by the caller; NULL: the running kernel's */
	bool no_btf;	    /* the caller wants none */
	char *kallsyms_file;
	char *signatures;

	bool btf_tried;
	struct btf *btf;    /* vmlinux's, or the named file's */

	bool symbols_tried;
	int symbols_err;
	char *symbols_text; /* of kallsyms, cut at its words */
	struct symbol *symbols; /* sorted by name, then as they came */
	size_t nsymbols;

	bool ftrace_tried;
	char *ftrace_text; /* of available_filter_functions */
	char **ftrace;	   /* sorted */
	size_t nftrace;

	bool blacklist_tried;
	char *blacklist; /* of debugfs */

	bool config_tried;
	char *config; /* lines CONFIG_X=y */
	char config_value[256];

	char *tracefs;
	bool tracefs_tried;
	char lockdown[32];
	char *headers_dir;
};

/* Loads the BTF; NULL if there is none. */
struct btf *kernel_btf(struct kernel *k);

/* The first FUNC of that name in one BTF; its type id, or 0. */
__u32 btf_find_func(const struct btf *btf, const char *name);

/* From the table of variants. -ENOENT if it has none for this kernel. */
int table_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
		    struct error *e);

/* Reads kallsyms; 0 or the error, which it sets each time it is asked. */
int kernel_symbols_load(struct kernel *k, struct error *e);

/* Is it code that a probe could sit on: no data, no pseudo module, no .cold part? */
bool symbol_is_function(const struct symbol *s);

#endif
