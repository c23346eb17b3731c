/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel: what a kernel looks like: its functions, their parameters, its structs, its tracepoints.
 *
 * The facts come from BTF (/sys/kernel/btf/vmlinux and the modules' beside it), from kallsyms,
 * from tracefs and from the kernel's configuration; or, for another kernel than the running one,
 * from files. Every source is read at most once and only when a question needs it. Strings that a
 * struct kernel hands out live as long as it does.
 */
#ifndef BCCHOST_KERNEL_KERNEL_H
#define BCCHOST_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct kernel;

struct kernel_sources {
	/* NULL: the running kernel's; "none": do as if there were no BTF; else a raw BTF file. */
	const char *btf;
	/*
	 * NULL: /proc/kallsyms; else a file of that form. For another kernel than the running one
	 * NULL means that there is none: its functions are then those that its BTF describes (no
	 * compiler's copies, no data), or, known by its release alone, those of the table below.
	 */
	const char *kallsyms;
	/* NULL: uname's; else as uname -r prints it. If it differs from uname's, this is not the
	 * running kernel. */
	const char *release;
	/* The table of signature variants (signatures.list); NULL: there is none. Read as a tool's
	 * text is (file_read_trusted), for it becomes part of one. */
	const char *signatures;
};

/*
 * Reads nothing yet but uname, and the two files if named (so that a wrong name is told at once).
 * *k is the caller's; kernel_close.
 */
int kernel_open(struct kernel **k, const struct kernel_sources *sources, struct error *e);
void kernel_close(struct kernel *k);

/*
 * Gives back the memory of BTF and kallsyms (some 15 MB), which is read anew if asked for again.
 * Names in a struct kernel_symbols are gone with it; a struct kernel_proto is its holder's. What is
 * remembered stays.
 */
void kernel_trim(struct kernel *k);

/*
 * From now on what this kernel is asked is remembered; text, which kernel_remembered gave for the
 * same kernel (its build id, and the host's version, are the caller's to compare), is what is known
 * already, or NULL. What depends on addresses or modules is
 * known no longer after a reboot, or when modules were loaded or removed: to be called after those
 * that the tool wants were.
 */
void kernel_remember(struct kernel *k, const char *text, size_t len);

/* All that is known, the caller's; NULL if nothing was asked that was not known before. */
char *kernel_remembered(struct kernel *k);

/* --- which kernel --- */

/* Is it the running one (no btf or kallsyms file was named, and no other release)? */
bool kernel_is_running(const struct kernel *k);

/* As uname -r prints it. */
const char *kernel_release(const struct kernel *k);

/*
 * KERNEL_VERSION(a, b, c) of that release, c at most 255, as include/linux/version.h has it.
 * Debian's releases say 5.10.0 whatever the third part; for the running one uname -v has it.
 */
uint32_t kernel_version(const struct kernel *k);

/* uname -m: "x86_64", "aarch64". */
const char *kernel_machine(const struct kernel *k);

/* The BTF file in use ("/sys/kernel/btf/vmlinux" or the one named); NULL if there is none. */
const char *kernel_btf_path(struct kernel *k);

/* --- types (BTF) --- */

struct kernel_param {
	char *name;	  /* as in the kernel's source; "" if BTF has none */
	char *decl;	  /* a C declaration of a parameter of that name: "struct dentry *dentry" */
	bool in_register; /* one integer or pointer register; false for a struct passed by value */
};

struct kernel_proto {
	char *function; /* the name asked for, without compiler suffixes */
	char *result; /* C text of the result's type: "int", "struct dentry *"; "" from the table */
	size_t nparams;
	struct kernel_param *params;
	bool in_module; /* told by a module's own BTF */
	char *source;	/* where it comes from, for people: "BTF of 6.1.0", "signatures.list:12" */
};

/*
 * The prototype of a kernel function (in vmlinux or, of the running kernel, a loaded module): from
 * BTF, or where there is no BTF at all from the table of known variants (the newest row of that
 * function whose version is not above this kernel's); a module's function also where that module
 * has no BTF. The dots of a variadic function are no
 * parameter. -ENOENT with FAULT_KERNEL: not known, near names offered; it may still be in kallsyms
 * (6.1's finish_task_switch.isra.0: BTF leaves out what the compiler took parameters from). Where
 * functions of several files share a name, the first. out is filled anew; kernel_proto_free, also
 * after a failure. Without `e` a failure costs less: no near names are sought.
 */
int kernel_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
		     struct error *e);

/*
 * The same of a tracepoint of vmlinux ("block_rq_issue", without its category): what a program on
 * the raw tracepoint is given. BTF has the types (typedef btf_trace_NAME) and, from 5.10 on, the
 * names (__traceiter_NAME); without these names they are those of the table's row
 * `tracepoint:NAME`, or arg1, arg2… Without BTF that row alone says what there is.
 */
int kernel_tracepoint_prototype(struct kernel *k, const char *name, struct kernel_proto *out,
				struct error *e);
void kernel_proto_free(struct kernel_proto *p);

/*
 * The module that the table has this function in, for this kernel's version: a row
 * `ext4:ext4_file_open` says so. NULL if there is none. The caller's.
 */
char *kernel_module_of(struct kernel *k, const char *function);

/* Has the table functions of that module at all, of any version? */
bool kernel_knows_module(struct kernel *k, const char *module);

/*
 * The number of a function's type in vmlinux's BTF, which a fentry program names it by; 0 if
 * vmlinux has no such function, or there is no BTF.
 */
uint32_t kernel_function_id(struct kernel *k, const char *function);

/* The parameter's index, or -1. */
int kernel_proto_find(const struct kernel_proto *p, const char *name);

/*
 * 1: struct or union `type` (its name alone) has that member (also inside anonymous members);
 * 0: it has not, or there is no such type; -ENODATA: no BTF to ask. vmlinux's types only, here and
 * below: a module's private ones (struct ext4_inode_info) are not known.
 */
int kernel_has_field(struct kernel *k, const char *type, const char *field);

/* 1, 0, or -ENODATA, as above: a struct, union, enum or typedef of that name. */
int kernel_has_type(struct kernel *k, const char *name);

/*
 * The size in bytes of a type written in C ("u32", "enum foo", "struct in6_addr", "pid_t"), with
 * its alignment; any pointer is known, no array is. -ENOENT if BTF does not know it, -ENODATA
 * without BTF.
 */
int kernel_type_size(struct kernel *k, const char *type, uint32_t *size, uint32_t *align);

/* --- symbols --- */

struct kernel_symbol {
	const char *name;   /* as in kallsyms, suffix included: "finish_task_switch.isra.0" */
	const char *module; /* NULL: vmlinux */
	uint64_t addr;	    /* 0 if the reader may not see addresses */
	bool unique;	    /* no other text symbol has this very name */
};

struct kernel_symbols {
	struct kernel_symbol *v; /* owned; in kallsyms' order */
	size_t n;
};

/* What a compiler made of a function, by the suffix of its symbol. */
enum kernel_copy {
	KERNEL_COPY_SAME,    /* none, or .llvm.N: what the source says */
	KERNEL_COPY_CHANGED, /* .isra.N, .constprop.N: its parameters may be fewer, or elsewhere */
	KERNEL_COPY_PART,    /* .part.N: what is left of it when its beginning is in its callers */
};

enum kernel_copy kernel_copy_of(const char *symbol);

/*
 * The functions of that name: all of the name itself (static ones of several files) and of its
 * compiler-made copies (.isra.N, .constprop.N, .llvm.N), which serve some of its callers; or if
 * there is none of these, its parts (.part.N: a call of the function goes on into them, and would
 * be seen twice). Never a .cold half, which nothing calls. n is 0 if there is none. Only text
 * symbols (t, T, w, W) of a module or between _stext and _etext: 7.x gives data the type of text
 * too, and __init functions cannot be probed. A reader who may not see addresses gets both. Neither
 * padding (__pfx_, __cfi_), static calls' jumps (__SCT__) nor BPF programs are functions. Fails
 * only if kallsyms cannot be read.
 */
int kernel_functions(struct kernel *k, const char *name, struct kernel_symbols *out,
		     struct error *e);

/* The functions whose name matches a POSIX extended regular expression ("^vfs_.*"), copies with
 * their suffixes. -EINVAL with FAULT_TOOL if it is none. */
int kernel_functions_match(struct kernel *k, const char *regex, struct kernel_symbols *out,
			   struct error *e);
void kernel_symbols_free(struct kernel_symbols *s);

/*
 * The name of the function that the address is in: of the last one that begins at or before it. So
 * an address in a probe is good, though it is behind an endbr64 or the probe's own bytes. *start
 * (which may be NULL) is where the function begins. -ENOENT if no symbols, or no addresses, can be
 * read.
 */
int kernel_function_at(struct kernel *k, uint64_t addr, char *name, size_t size, uint64_t *start);

/* Is there any symbol, data too, of that very name? */
bool kernel_has_symbol(struct kernel *k, const char *name);

/* Where the first symbol of that very name is, data too; 0 if there is none, or if this user may
 * not see addresses (kernel.kptr_restrict). */
uint64_t kernel_symbol_address(struct kernel *k, const char *name);

/*
 * Why a name is none of a function that can be probed, as a clause for an error ("vfs_x is data, or
 * …"); NULL if out of memory. The caller's.
 */
char *kernel_why_missing(struct kernel *k, const char *name);

/* Up to n (at most 16) function names close to `name`, nearest first, without compilers' suffixes,
 * for "did you mean"; as "a, b, c", "" if none is near, NULL if out of memory. The caller's. */
char *kernel_near_functions(struct kernel *k, const char *name, size_t n);

/* --- modules --- */

/* Is it loaded, or built in? '-' and '_' are the same. Of another than the running kernel: has its
 * kallsyms symbols of it? */
bool kernel_has_module(struct kernel *k, const char *module);

/* --- what can be attached --- */

enum kernel_can {
	KERNEL_CAN_NO,
	KERNEL_CAN_YES,
	KERNEL_CAN_UNKNOWN, /* not readable by this user, or not the running kernel */
};

/*
 * May a kprobe sit on this function? NO if the blacklist
 * (/sys/kernel/debug/kprobes/blacklist) has it. Not being in available_filter_functions
 * (tracefs) does not forbid a kprobe, only a fast one: KERNEL_CAN_YES then too.
 */
enum kernel_can kernel_can_probe(struct kernel *k, const char *symbol);

/* Is it in available_filter_functions: can fentry and kprobe_multi attach to it? */
enum kernel_can kernel_can_ftrace(struct kernel *k, const char *symbol);

/*
 * The same by the functions' addresses and first instructions (/proc/kcore, x86-64), which is a
 * thousand times faster and only nearly always right. 0, or a negative errno if that cannot be
 * read.
 */
int kernel_guess_ftraced(struct kernel *k, const uint64_t *addrs, size_t n, bool *yes);

/* How many functions of that name are in it; 0 also if it cannot be read. */
size_t kernel_ftrace_count(struct kernel *k, const char *symbol);

/*
 * May fentry programs attach to a module's function? YES: *id is its number in the module's BTF.
 * NO: the module has no BTF (it came with 5.11), or there is no such function in it. UNKNOWN: the
 * module is not loaded, or this is not the running kernel, but it may have BTF.
 */
enum kernel_can kernel_module_function(struct kernel *k, const char *module, const char *function,
				       uint32_t *id);

/* Has this kernel kprobes (the kprobe PMU, Documentation/ABI/testing/sysfs-bus-event_source…)? For
 * a kernel known from files: by the symbol register_kprobe. */
bool kernel_has_kprobes(struct kernel *k);
bool kernel_has_uprobes(struct kernel *k);

/*
 * Does the tracepoint exist ("syscalls", "sys_enter_openat")? From tracefs; else (a kernel known
 * from files, or a user who cannot read tracefs) by its symbols (__tracepoint_NAME, in BTF
 * btf_trace_NAME; __syscall_meta__… or the syscall's own), which do not know the category. true
 * for a kernel of which only the release is known. An empty category: any, as raw tracepoints are
 * named, of which some are in no category.
 */
bool kernel_has_tracepoint(struct kernel *k, const char *category, const char *name);

/*
 * Does this machine count that event, so that programs can be run at it (numbers as in struct
 * perf_event_attr)? UNKNOWN: not the running kernel, or this user may not ask.
 */
enum kernel_can kernel_counts(const struct kernel *k, uint32_t type, uint64_t config);

/* BPF trampolines: may fentry/fexit programs attach to kernel functions? It takes BTF and the
 * symbols bpf_trampoline_link_prog and register_ftrace_direct (or its successor of 7.x); without
 * kallsyms, the version. On the running kernel, root tries to load one. */
bool kernel_has_fentry(struct kernel *k);

/* Is BPF_MAP_TYPE_RINGBUF (5.8) there? By BTF's enum bpf_map_type, else by version. */
bool kernel_has_ringbuf(struct kernel *k);

/* "__x64_sys_", "__arm64_sys_", "sys_": what a syscall's function begins with. */
const char *kernel_syscall_prefix(struct kernel *k);

/* "none", "integrity" or "confidentiality": the active word of /sys/kernel/security/lockdown;
 * "none" if that file is not there. */
const char *kernel_lockdown(struct kernel *k);

/* The tracefs mount ("/sys/kernel/tracing", "/sys/kernel/debug/tracing"); as root, mounts it if
 * nobody has. NULL if that fails, if it is not readable, or if this is not the running kernel. */
const char *kernel_tracefs(struct kernel *k);

/*
 * Where compiled kernel headers are, for kernels without BTF: the directory of an installed
 * package (/lib/modules/RELEASE/build, if include/linux/kconfig.h is in it or, as Debian splits
 * the package, in /lib/modules/RELEASE/source); NULL if there is none.
 */
const char *kernel_headers_dir(struct kernel *k);

/* The path of kheaders.tar.xz if it is there ("/sys/kernel/kheaders.tar.xz"); else NULL. */
const char *kernel_kheaders(struct kernel *k);

#endif
