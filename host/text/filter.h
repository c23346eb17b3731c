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

/* The array of one cgroup that the loader puts the directory of --cgroup into. */
#define FILTER_CGROUP_DIR_MAP "bcchost_cgroup"

/*
 * The marked value of the constant that the loader replaces by the host's own process id: a tool
 * does not report itself. Its upper half is in the upper half of the lddw that it comes out as.
 */
#define FILTER_CONSTANT_MARK 0x7ab1c0deu
#define FILTER_CONSTANT_SELF 1u

struct filter {
	struct buf prologue;	   /* helper functions and maps, before the template's own text */
	struct buf task;	   /* `if (…) return 0; …` on the current task, on one line */
	bool wants_dentry;	   /* some part looks at a file: FILTER needs a `dentry` in scope */
	uint64_t dir_dev, dir_ino; /* private: what --dir was resolved to */
};

/*
 * Resolves the paths among the options (FAULT_USAGE if one is not what it must be; FAULT_RUN if it
 * cannot be looked at) and writes prologue and task part. btf: the compiler has all types of the
 * kernel. filter_free.
 */
int filter_make(struct filter *f, const struct options *o, bool btf, struct error *e);
void filter_free(struct filter *f);

/* Appends what FILTER is replaced by; dentry: the C expression of the file's struct dentry *. */
void filter_expand(const struct filter *f, const struct program *p, const struct options *o,
		   const char *dentry, struct buf *out);

/*
 * The same of FILTER_TASK(task), a C expression of a struct task_struct * that is not the current
 * one: pid, tid, uid, comm and mntns. There is no helper for another task's cgroup.
 */
void filter_expand_task(const struct options *o, const char *task, struct buf *out);

#endif
