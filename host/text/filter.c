/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "text/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "text/filter_parts.h"

#define DIR_MAX_DEPTH 64 /* directories that --recursive climbs */

/*
 * The device of the super block. On btrfs and overlayfs stat(2) gives another one than s_dev, so
 * it is taken from the mount's line in mountinfo, which has s_dev (proc(5)); before 5.8 the kernel
 * does not tell a path's mount.
 */
static int superblock_dev(const char *path, uint64_t *dev, struct error *e)
{
	struct statx stx;
	char *text, *line, *save = NULL;
	unsigned int id, parent, ma, mi;
	int err;

	if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_MNT_ID, &stx) < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot look at %s: %s", path,
				 strerror(errno));
	*dev = kernel_dev(stx.stx_dev_major, stx.stx_dev_minor);
	if (!(stx.stx_mask & STATX_MNT_ID))
		return 0;
	err = file_read("/proc/self/mountinfo", &text, NULL, e);
	if (err)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%u %u %u:%u", &id, &parent, &ma, &mi) == 4 &&
		    id == stx.stx_mnt_id) {
			*dev = kernel_dev(ma, mi);
			break;
		}
	}
	free(text);
	return 0;
}

int filter_identity(const char *path, uint64_t *dev, uint64_t *ino, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s: %s", path, strerror(errno));
	*ino = st.st_ino;
	return superblock_dev(path, dev, e);
}

/* Is this that file? Written with explicit reads, for libbcc's sake: it rewrites only the obvious.
 */
static void identity_prologue(struct filter *f)
{
	buf_str(&f->prologue, "static inline int bcchost_is(struct dentry *d, u64 want_ino, u64 "
			      "want_dev, int any_dev)\n"
			      "{\n"
			      "\tstruct inode *inode = 0;\n"
			      "\tstruct super_block *sb = 0;\n"
			      "\tunsigned long ino = 0;\n"
			      "\tdev_t dev = 0;\n"
			      "\n"
			      "\tbpf_probe_read_kernel(&inode, sizeof(inode), &d->d_inode);\n"
			      "\tbpf_probe_read_kernel(&ino, sizeof(ino), &inode->i_ino);\n"
			      "\tif (ino != want_ino || any_dev)\n"
			      "\t\treturn ino == want_ino;\n"
			      "\tbpf_probe_read_kernel(&sb, sizeof(sb), &inode->i_sb);\n"
			      "\tbpf_probe_read_kernel(&dev, sizeof(dev), &sb->s_dev);\n"
			      "\treturn dev == want_dev;\n"
			      "}\n");
}

static void dir_prologue(struct filter *f, const struct options *o)
{
	char plain[64] = "";

	if (f->plain)
		snprintf(plain, sizeof(plain), "%" PRIu64 "ULL, %" PRIu64, f->dir_ino, f->dir_dev);
	buf_printf(&f->prologue,
		   "static inline int bcchost_in_dir(struct dentry *d)\n"
		   "{\n"
		   "\tstruct dentry *parent = 0;\n"
		   "\n"
		   "\tfor (int i = 0; i < %d; i++) {\n"
		   "\t\tbpf_probe_read_kernel(&parent, sizeof(parent), &d->d_parent);\n"
		   "\t\tif (!parent || parent == d)\n"
		   "\t\t\treturn 0;\n"
		   "\t\tif (bcchost_is(parent, %s, 0))\n"
		   "\t\t\treturn 1;\n"
		   "\t\td = parent;\n"
		   "\t}\n"
		   "\treturn 0;\n"
		   "}\n",
		   o->recursive ? DIR_MAX_DEPTH : 1,
		   f->plain ? plain : "bcchost_dir_ino(), bcchost_dir_dev()");
}

/* Every place in comm (16 bytes) that could hold the name, each compared byte by byte: libbcc
 * knows no read-only data, so a string constant cannot be compared with. */
static void plain_name_prologue(struct filter *f, const char *name)
{
	size_t len = strlen(name);

	buf_str(&f->prologue, "static inline int bcchost_has_name(const char *c)\n"
			      "{\n"
			      "\treturn");
	for (size_t at = 0; at + len <= 15; at++) {
		buf_str(&f->prologue, at ? " ||\n\t       (" : " (");
		for (size_t i = 0; i < len; i++)
			buf_printf(&f->prologue, "%sc[%zu] == %d", i ? " && " : "", at + i,
				   (int)(signed char)name[i]);
		buf_char(&f->prologue, ')');
	}
	buf_str(&f->prologue, ";\n}\n");
}

/* The same, whatever the name is: comm as a number of 16 bytes is moved past it byte by byte. */
static void name_prologue(struct filter *f)
{
	buf_str(&f->prologue, "static inline int bcchost_has_name(const u64 *c)\n"
			      "{\n"
			      "\tu64 low = c[0], high = c[1];\n"
			      "\n"
			      "\tfor (int i = 0; i < 15; i++) {\n"
			      "\t\tif ((low & bcchost_name_mask_low()) == bcchost_name_low() &&\n"
			      "\t\t    (high & bcchost_name_mask_high()) == bcchost_name_high())\n"
			      "\t\t\treturn 1;\n"
			      "\t\tlow = low >> 8 | high << 56;\n"
			      "\t\thigh >>= 8;\n"
			      "\t}\n"
			      "\treturn 0;\n"
			      "}\n");
}

static void word_prologues(struct filter *f, const struct program *p)
{
	for (size_t i = 0; i < p->nwords; i++)
		if (p->words[i].constant)
			filter_constant_prologue(&f->prologue, p->words[i].word,
						 CONSTANT_WORD + (uint32_t)i);
}

void filter_expand_word(const struct program_word *w, struct buf *out)
{
	buf_printf(out, "bcchost_%s()", w->word);
}

/* A number out of FILTER_TASK's task. */
#define MEMBER(name) "({ u32 n_ = 0; bpf_probe_read_kernel(&n_, sizeof(n_), &t_->" name "); n_; })"

static void self_filter(struct filter *f)
{
	buf_str(&f->prologue,
		"/* bcchost's own process, put here when the program is loaded: a tool does not "
		"report itself. */\n");
	filter_constant_prologue(&f->prologue, "self", CONSTANT_SELF);
	buf_str(&f->task,
		"if ((u32)(bpf_get_current_pid_tgid() >> 32) == bcchost_self()) return 0; ");
	buf_str(&f->other, "if (" MEMBER("tgid") " == bcchost_self()) return 0; ");
}

static const struct {
	enum program_filter filter;
	enum constant constant;
	const char *name, *current, *other;
} ids[] = {
	{PROGRAM_FILTER_PID, CONSTANT_PID, "only_pid", "(u32)(bpf_get_current_pid_tgid() >> 32)",
	 MEMBER("tgid")},
	{PROGRAM_FILTER_TID, CONSTANT_TID, "only_tid", "(u32)bpf_get_current_pid_tgid()",
	 MEMBER("pid")},
	{PROGRAM_FILTER_UID, CONSTANT_UID, "only_uid", "(u32)bpf_get_current_uid_gid()",
	 "({ const struct cred *c_ = 0; u32 n_ = 0; bpf_probe_read_kernel(&c_, sizeof(c_), "
	 "&t_->cred); bpf_probe_read_kernel(&n_, sizeof(n_), &c_->uid.val); n_; })"},
};

static void add_id(struct buf *out, const char *name, const char *is, uint64_t value, bool plain)
{
	if (!plain)
		buf_printf(out, "if (bcchost_%s() != ~0ULL && bcchost_%s() != %s) return 0; ", name,
			   name, is);
	else if (value != CONSTANT_UNSET)
		buf_printf(out, "if (%s != %" PRIu64 ") return 0; ", is, value);
}

/* With a constant for what was asked for, whether it was or not; or plainly. */
static void id_filters(struct filter *f, const struct program *p, const struct options *o,
		       bool plain)
{
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		uint64_t value = CONSTANT_UNSET;

		filter_constant(ids[i].constant, p, o, &value);
		if (!plain && !program_has_filter(p, ids[i].filter))
			continue;
		if (!plain)
			filter_constant_prologue(&f->prologue, ids[i].name, ids[i].constant);
		add_id(&f->task, ids[i].name, ids[i].current, value, plain);
		add_id(&f->other, ids[i].name, ids[i].other, value, plain);
	}
}

/* On u64s, so that they can be read as such. */
static void name_filter(struct filter *f, const struct options *o)
{
	if (f->plain) {
		plain_name_prologue(f, o->name);
	} else {
		filter_constant_prologue(&f->prologue, "name_low", CONSTANT_NAME_LOW);
		filter_constant_prologue(&f->prologue, "name_high", CONSTANT_NAME_HIGH);
		filter_constant_prologue(&f->prologue, "name_mask_low", CONSTANT_NAME_MASK_LOW);
		filter_constant_prologue(&f->prologue, "name_mask_high", CONSTANT_NAME_MASK_HIGH);
		name_prologue(f);
	}
	buf_printf(&f->task,
		   "{ %s = {}; bpf_get_current_comm(&c_, sizeof(c_)); "
		   "if (!bcchost_has_name(c_)) return 0; } ",
		   f->plain ? "char c_[16]" : "u64 c_[2]");
	buf_printf(&f->other,
		   "{ %s = {}; bpf_probe_read_kernel(&c_, sizeof(c_), &t_->comm); "
		   "if (!bcchost_has_name(c_)) return 0; } ",
		   f->plain ? "char c_[16]" : "u64 c_[2]");
}

static int dir_filter(struct filter *f, const struct options *o, struct error *e)
{
	int err = filter_identity(o->dir, &f->dir_dev, &f->dir_ino, e);

	if (err)
		return err;
	if (!f->plain) {
		filter_constant_prologue(&f->prologue, "dir_ino", CONSTANT_DIR_INO);
		filter_constant_prologue(&f->prologue, "dir_dev", CONSTANT_DIR_DEV);
	}
	dir_prologue(f, o);
	return 0;
}

int filter_make(struct filter *f, const struct program *p, const struct options *o, bool btf,
		bool plain, struct error *e)
{
	int err = 0;

	memset(f, 0, sizeof(*f));
	f->plain = plain;
	self_filter(f);
	id_filters(f, p, o, plain);
	if (!plain)
		word_prologues(f, p);
	if (o->name)
		name_filter(f, o);
	err = filter_containers(f, p, o, btf, e);
	if (!err && (o->has_inode || o->has_dir))
		identity_prologue(f);
	if (!err && o->has_inode && !plain) {
		filter_constant_prologue(&f->prologue, "inode", CONSTANT_INODE);
		filter_constant_prologue(&f->prologue, "inode_dev", CONSTANT_INODE_DEV);
	}
	if (!err && o->has_dir)
		err = dir_filter(f, o, e);
	f->wants_dentry = o->has_inode || o->has_dir;
	if (err)
		filter_free(f);
	return err;
}

void filter_free(struct filter *f)
{
	buf_free(&f->prologue);
	buf_free(&f->task);
	buf_free(&f->other);
}

/*
 * --inode names the file itself, or its directory where the program says parent_inode; on any
 * device, if none was given.
 */
static void expand_inode(const struct filter *f, const struct program *p, const struct options *o,
			 const char *dentry, struct buf *out)
{
	bool parent = program_has_filter(p, PROGRAM_FILTER_PARENT_INODE);
	uint64_t dev = kernel_dev(major(o->inode_dev), minor(o->inode_dev));

	buf_printf(out, "{ struct dentry *d_ = %s; ", dentry);
	if (parent)
		buf_printf(out, "bpf_probe_read_kernel(&d_, sizeof(d_), &(%s)->d_parent); ",
			   dentry);
	if (f->plain)
		buf_printf(out,
			   "if (!bcchost_is(d_, %" PRIu64 "ULL, %" PRIu64 ", %d)) return 0; } ",
			   o->inode, o->inode_has_dev ? dev : 0, !o->inode_has_dev);
	else
		buf_printf(out,
			   "if (!bcchost_is(d_, bcchost_inode(), bcchost_inode_dev(), %d)) "
			   "return 0; } ",
			   !o->inode_has_dev);
}

void filter_expand_task(const struct filter *f, const char *task, struct buf *out)
{
	buf_printf(out, "{ struct task_struct *t_ = %s; %s} ", task, f->other.data);
}

void filter_expand(const struct filter *f, const struct program *p, const struct options *o,
		   const char *dentry, struct buf *out)
{
	if (f->task.data)
		buf_str(out, f->task.data);
	if (o->has_inode)
		expand_inode(f, p, o, dentry, out);
	if (o->has_dir)
		buf_printf(out, "if (!bcchost_in_dir(%s)) return 0; ", dentry);
}
