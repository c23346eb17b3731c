/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: what the options --pid, --dir … become in BPF C. Every value is a number that the host
 * wrote itself: nothing that a user typed is pasted.
 */
#ifndef BCCHOST_TEXT_FILTER_H
#define BCCHOST_TEXT_FILTER_H

#include "base/buf.h"
#include "base/error.h"
#include "tool/options.h"
#include "tool/program.h"

/* The maps that a pinned one of the user's (--cgroupmap, --mntnsmap) takes the place of. */
#define FILTER_CGROUP_MAP "bcchost_cgroups"
#define FILTER_MNTNS_MAP  "bcchost_mntns"

/* The array that the loader puts the directories of --cgroup, --container and --pod into, by enum
 * options_within. */
#define FILTER_WITHIN_MAP "bcchost_within"

/*
 * Constants that are written into the program when it is loaded, so that --pid 42 costs no compile
 * after --pid 41: each is an lddw of a marked value, which has this in its upper half and which
 * constant it is in the lower.
 */
#define FILTER_CONSTANT_MARK 0x7ab1c0deu

/* The constant that tells a handler which form of a USDT probe's arguments it is loaded for
 * (text/usdt_text.h); the loader knows. */
#define FILTER_CONSTANT_FORM 0x7fffffffu

/*
 * The value of that constant, for the loader; false if there is none of that number. The verifier
 * drops the branch of a filter that is not set.
 */
bool filter_constant(uint32_t which, const struct program *p, const struct options *o,
		     uint64_t *value);

/* What a word of the program's stands for: the number of its option, or of its `else`. */
int64_t filter_word_number(const struct program_word *w, const struct program *p,
			   const struct options *o);

/* What a word that is such a constant becomes: the call of a function of the prologue. */
void filter_expand_word(const struct program_word *w, struct buf *out);

struct filter {
	struct buf prologue;	   /* helper functions and maps, before the template's own text */
	struct buf task;	   /* `if (…) return 0; …` on the current task, on one line */
	struct buf other;	   /* the same on the task `t_`, as far as it can be told */
	bool wants_dentry;	   /* some part looks at a file: FILTER needs a `dentry` in scope */
	uint64_t dir_dev, dir_ino; /* private: what --dir was resolved to */
	bool plain;
	bool has_mntns;	  /* private: that function is in the prologue */
	bool wants_group; /* FILTER_TASK asks for the task's cgroup: filter_expand_group is to come
			     before it */
};

/*
 * plain: numbers in the text, for people to read, in the place of constants set by the loader.
 * Resolves the paths among the options (FAULT_USAGE if one is not what it must be; FAULT_RUN if it
 * cannot be looked at) and writes prologue and task part. btf: the compiler has all types of the
 * kernel. filter_free.
 */
int filter_make(struct filter *f, const struct program *p, const struct options *o, bool btf,
		bool plain, struct error *e);
void filter_free(struct filter *f);

/*
 * What a file's inode is known by in the kernel: super_block.s_dev, as the kernel writes it, and
 * inode.i_ino. FAULT_USAGE if the path leads nowhere.
 */
int filter_identity(const char *path, uint64_t *dev, uint64_t *ino, struct error *e);

/* Appends what FILTER is replaced by; dentry: the C expression of the file's struct dentry *. */
void filter_expand(const struct filter *f, const struct program *p, const struct options *o,
		   const char *dentry, struct buf *out);

/*
 * The same of FILTER_TASK(task), a C expression of a struct task_struct * that is not the current
 * one: pid, tid, uid, comm, cgroup and mntns.
 */
void filter_expand_task(const struct filter *f, const char *task, struct buf *out);

/*
 * The functions that read another task's cgroup: bcchost_group(task), bcchost_group_id(group).
 * Their types are many, so that they are only in a text that wants them.
 */
void filter_expand_group(struct buf *out);

#endif
