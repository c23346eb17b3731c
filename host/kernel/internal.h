/* SPDX-License-Identifier: Apache-2.0 */
/* internal: what the files of host/kernel/ share; nobody else includes it but their tests. */
#ifndef BCCHOST_KERNEL_INTERNAL_H
#define BCCHOST_KERNEL_INTERNAL_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "kernel/kernel.h"

#define KERNEL_BTF_DIR "/sys/kernel/btf"

/* KERNEL_VERSION of linux/version.h: the third part has a byte, and stable series go past it. */
#define VERSION_OF(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | ((c) > 255 ? 255u : (c)))

/* A symbol in 16 bytes: there are 200 000. */
struct symbol {
	uint64_t addr;
	uint32_t name; /* where in the names it begins */
	uint16_t hash; /* symbol_hash, so that a search touches few names */
	uint16_t function : 1;
	uint16_t code : 1;    /* also what is no function: __init, halves, BPF programs */
	uint16_t module : 14; /* 0: vmlinux; else modules[module - 1] */
};

struct symbols {
	bool read;
	struct buf names; /* each with its NUL */
	struct symbol *v;
	size_t n, cap;
	uint32_t *modules; /* where in the names */
	size_t nmodules;
	size_t asked;	   /* symbols_at, since they were read */
	uint32_t *by_addr; /* of all code, their places in v in the order of addresses; or NULL
			    */
	size_t nby_addr;
};

/* The words of a file's lines, sorted: the blacklist, available_filter_functions. */
struct name_list {
	bool tried, there;
	char *text;
	const char **v;
	size_t n;
};

struct module_btf {
	char *name;
	struct btf *btf; /* NULL: it has none */
};

struct kernel {
	bool running;
	bool btf_none;
	char *btf_file;	     /* NULL: not named */
	char *kallsyms_file; /* NULL: not named */
	char *signatures;    /* NULL: none known */
	char *release;
	char *machine;
	uint32_t version;

	struct btf *btf; /* NULL until asked for */
	struct module_btf *modules;
	size_t nmodules;

	struct symbols symbols;
	struct name_list blacklist, ftrace;

	const char *syscall_prefix; /* a constant; NULL until asked for */
	char *lockdown;
	const char *tracefs; /* a constant */
	char *headers;
	bool tracefs_tried;
	bool fentry_tried, fentry;
	struct facts *facts; /* NULL: nothing is remembered */
};

/* --- version.c --- */

/* "6.12.107+deb13-amd64" to KERNEL_VERSION(6, 12, 107); false if it does not begin with one. */
bool version_parse(const char *release, uint32_t *version);

/*
 * The same, corrected by what uname -v says: Debian's release stops at the second part
 * ("5.10.0-32-amd64"), its version has the rest ("#1 SMP Debian 5.10.223-1 (2024-08-10)").
 */
bool version_of_uname(const char *release, const char *uname_version, uint32_t *version);

/* --- btf.c --- */

/* *btf is the kernel's; -ENODATA if there is no BTF, other errors if it cannot be used. */
int btf_get(struct kernel *k, struct btf **btf, struct error *e);
/* The BTF of a loaded module; NULL if it has none or this is not the running kernel. */
struct btf *btf_of_module(struct kernel *k, const char *module);
void btf_drop(struct kernel *k);

const char *btf_name(const struct btf *btf, const struct btf_type *t);
/* The type behind const, volatile, typedef and their like; NULL if BTF is damaged there. */
const struct btf_type *btf_plain(const struct btf *btf, uint32_t id);
/* The next type of that name and of one of these kinds (bits 1 << BTF_KIND_…) from id `from` on;
 * 0 if there is none. */
uint32_t btf_find(const struct btf *btf, const char *name, uint32_t kinds, uint32_t from);

/* --- btf_check.c --- */

/* libbpf believes what is in BTF: this makes sure that all it refers to is there. 0 or -EINVAL. */
int btf_check(const struct btf *btf);
/* May the type be written out or measured: does what it refers to end? */
bool btf_check_depth(const struct btf *btf, uint32_t id);

/* --- signatures.c --- */

/* What a row's name begins with that is a tracepoint's, not a function's. */
#define SIGNATURES_TRACEPOINT "tracepoint:"

/*
 * The row of the table for this kernel; -ENOENT if it has none. A function of a module has a row
 * `module:function`; *module (may be NULL) becomes its module's name, the caller's, or NULL.
 */
int signatures_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
			 char **module, struct error *e);
/* Calls add for every function that the table knows in this kernel. */
int signatures_functions(struct kernel *k, int (*add)(void *arg, const char *name), void *arg,
			 struct error *e);

/* --- symbols_read.c --- */

/* Reads the symbols if they are not there yet. */
int symbols_read(struct kernel *k, struct error *e);
void symbols_drop(struct kernel *k);

static inline const char *symbol_name(const struct symbols *s, const struct symbol *sym)
{
	return s->names.data + sym->name;
}

/* Of the name up to a compiler's suffix: that of all copies of a function. */
uint16_t symbol_hash(const char *name);

/* --- the sources of what ask.c remembers; each is told at the public function of its name --- */

int symbols_named(struct kernel *k, const char *name, struct kernel_symbols *out, struct error *e);
int symbols_matching(struct kernel *k, const char *regex, struct kernel_symbols *out,
		     struct error *e);
bool symbols_have(struct kernel *k, const char *name);
uint64_t symbols_address(struct kernel *k, const char *name);
int symbols_at(struct kernel *k, uint64_t addr, char *name, size_t size, uint64_t *start);
int types_has_field(struct kernel *k, const char *type, const char *field);
int types_has_type(struct kernel *k, const char *name);
bool types_has_ringbuf(struct kernel *k);
int types_size(struct kernel *k, const char *type, uint32_t *size, uint32_t *align);
int proto_of_function(struct kernel *k, const char *function, struct kernel_proto *out,
		      struct error *e);
int proto_of_tracepoint(struct kernel *k, const char *name, struct kernel_proto *out,
			struct error *e);
uint32_t proto_function_id(struct kernel *k, const char *function);
enum kernel_can module_function(struct kernel *k, const char *module, const char *function,
				uint32_t *id);
enum kernel_can attachable_by_kprobe(struct kernel *k, const char *symbol);
bool attachable_by_fentry(struct kernel *k);

/* --- proto_text.c --- */

/* What to write out: a prototype's parameters but the first `skip`, and where their names are. */
struct proto_wanted {
	const struct btf_type *proto, *names;
	size_t skip;
};

/* Fills the function's name, its result and its parameters. A negative errno: no memory, or BTF
 * that is damaged; kernel_proto_free, then too. */
int proto_fill(const struct btf *btf, const struct proto_wanted *w, const char *function,
	       struct kernel_proto *out);

/* --- attachable.c --- */

/* Reads a file of lines into a list of each line's nth word (from 0); missing: there is false. */
void name_list_read(struct name_list *l, const char *path, unsigned int nth);
/* How often the list has that name. */
size_t name_list_count(const struct name_list *l, const char *name);
void name_list_drop(struct name_list *l);

/* --- code.c --- */

/* kernel_guess_ftraced, of such a core file. */
int code_ftraced(const char *path, const uint64_t *addrs, size_t n, bool *yes);
/* Does x86-64 code of a function's first 9 bytes begin as ftrace wants it: a call, or a nop of its
 * size, behind an endbr64 if there is one? */
bool code_is_ftraced(const unsigned char *code);

/* --- places.c --- */

/* The active word of "none [integrity] confidentiality", cut out in place; NULL if none is. */
char *lockdown_active(char *text);

#endif
