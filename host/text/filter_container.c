/* SPDX-License-Identifier: Apache-2.0 */
/* filter_container: only tasks of these cgroups, of these mount namespaces. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "container/cgroups.h"
#include "text/filter_parts.h"

#define CGROUP2_MAGIC	0x63677270 /* include/uapi/linux/magic.h */
#define GROUP_MAX_DEPTH 32	   /* cgroups that FILTER_TASK climbs */

/* The cgroup of a task; its parents are above it. */
void filter_expand_group(struct buf *out)
{
	buf_str(out, "#include <linux/cgroup-defs.h>\n"
		     "#include <linux/kernfs.h>\n"
		     "static inline struct cgroup *bcchost_group(struct task_struct *task)\n"
		     "{\n"
		     "\tstruct css_set *set = 0;\n"
		     "\tstruct cgroup *group = 0;\n"
		     "\n"
		     "\tbpf_probe_read_kernel(&set, sizeof(set), &task->cgroups);\n"
		     "\tbpf_probe_read_kernel(&group, sizeof(group), &set->dfl_cgrp);\n"
		     "\treturn group;\n"
		     "}\n"
		     "static inline u64 bcchost_group_id(struct cgroup *group)\n"
		     "{\n"
		     "\tstruct kernfs_node *kn = 0;\n"
		     "\tu64 id = 0;\n"
		     "\n"
		     "\tbpf_probe_read_kernel(&kn, sizeof(kn), &group->kn);\n"
		     "\tbpf_probe_read_kernel(&id, sizeof(id), &kn->id);\n"
		     "\treturn id;\n"
		     "}\n"
		     "static inline int bcchost_is_within(struct task_struct *task, u64 id)\n"
		     "{\n"
		     "\tstruct cgroup *group = bcchost_group(task);\n"
		     "\tstruct cgroup_subsys_state *parent;\n"
		     "\n");
	buf_printf(out,
		   "\tfor (int i = 0; i < %d && group; i++) {\n"
		   "\t\tif (bcchost_group_id(group) == id)\n"
		   "\t\t\treturn 1;\n"
		   "\t\tparent = 0;\n"
		   "\t\tbpf_probe_read_kernel(&parent, sizeof(parent), &group->self.parent);\n"
		   "\t\tgroup = parent ? (void *)parent - offsetof(struct cgroup, self) : 0;\n"
		   "\t}\n"
		   "\treturn 0;\n"
		   "}\n",
		   GROUP_MAX_DEPTH);
}

static int check_cgroup2(const char *path, struct error *e)
{
	struct statfs fs;
	char *mount = NULL;
	int err = 0;

	if (statfs(path, &fs) < 0)
		return error_set(e, FAULT_USAGE, -errno, "--cgroup %s: %s", path, strerror(errno));
	if (fs.f_type == CGROUP2_MAGIC)
		return 0;
	cgroups_mount(&container_places, &mount, NULL);
	if (mount)
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"--cgroup %s: not a directory of a cgroup2 file system (as %s is)",
				path, mount);
	else
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"--cgroup %s: not a directory of a cgroup2 file system, and none "
				"is mounted here; BPF programs cannot tell cgroups of version 1",
				path);
	free(mount);
	return err;
}

/* Members of the groups below it count, too. */
static void within_task(struct filter *f, const struct program *p, const struct options *o,
			enum options_within i)
{
	static const char *const names[] = {"within_cgroup", "within_container", "within_pod"};
	uint64_t id = 0;

	buf_printf(&f->task, "if (" FILTER_WITHIN_MAP ".check_current_task(%d) <= 0) return 0; ",
		   i);
	if (f->plain) {
		filter_constant(CONSTANT_WITHIN + i, p, o, &id);
		buf_printf(&f->other, "if (!bcchost_is_within(t_, %" PRIu64 "ULL)) return 0; ", id);
		return;
	}
	filter_constant_prologue(&f->prologue, names[i], CONSTANT_WITHIN + i);
	buf_printf(&f->other, "if (!bcchost_is_within(t_, bcchost_%s())) return 0; ", names[i]);
}

static int within_filter(struct filter *f, const struct program *p, const struct options *o,
			 struct error *e)
{
	bool any = false;
	int err = 0;

	if (o->cgroup)
		err = check_cgroup2(o->within[OPTIONS_WITHIN_CGROUP], e);
	for (int i = 0; i < OPTIONS_NWITHIN; i++) {
		if (!o->within[i])
			continue;
		any = true;
		within_task(f, p, o, (enum options_within)i);
	}
	if (err || !any)
		return err;
	buf_printf(&f->prologue, "BPF_CGROUP_ARRAY(" FILTER_WITHIN_MAP ", %d);\n", OPTIONS_NWITHIN);
	return 0;
}

static void cgroupmap_filter(struct filter *f)
{
	buf_str(&f->prologue, "BPF_TABLE(\"hash\", u64, u64, " FILTER_CGROUP_MAP ", 1024);\n");
	buf_str(&f->task, "{ u64 id_ = bpf_get_current_cgroup_id(); "
			  "if (!" FILTER_CGROUP_MAP ".lookup(&id_)) return 0; } ");
	buf_str(&f->other, "{ u64 id_ = bcchost_group_id(bcchost_group(t_)); "
			   "if (!" FILTER_CGROUP_MAP ".lookup(&id_)) return 0; } ");
}

/* struct mnt_namespace is private to fs/: BTF has it, installed headers do not. */
static void mntns_prologue(struct filter *f, bool btf)
{
	if (f->has_mntns)
		return;
	f->has_mntns = true;
	if (!btf)
		buf_str(&f->prologue, "#include <linux/version.h>\n"
				      "#include <linux/nsproxy.h>\n"
				      "#include <linux/ns_common.h>\n"
				      "struct mnt_namespace {\n"
				      "#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)\n"
				      "\tatomic_t count;\n"
				      "#endif\n"
				      "\tstruct ns_common ns;\n"
				      "};\n");
	buf_str(&f->prologue,
		"static inline u64 bcchost_mount_namespace(struct task_struct *task)\n"
		"{\n"
		"\tstruct nsproxy *nsproxy = 0;\n"
		"\tstruct mnt_namespace *mnt_ns = 0;\n"
		"\tunsigned int inum = 0;\n"
		"\n"
		"\tbpf_probe_read_kernel(&nsproxy, sizeof(nsproxy), &task->nsproxy);\n"
		"\tbpf_probe_read_kernel(&mnt_ns, sizeof(mnt_ns), &nsproxy->mnt_ns);\n"
		"\tbpf_probe_read_kernel(&inum, sizeof(inum), &mnt_ns->ns.inum);\n"
		"\treturn inum;\n"
		"}\n");
}

static void mntns_filter(struct filter *f, const char *name, enum constant constant, uint32_t value,
			 bool btf)
{
	struct buf is = {0};

	mntns_prologue(f, btf);
	if (f->plain) {
		buf_printf(&is, "%" PRIu32, value);
	} else {
		filter_constant_prologue(&f->prologue, name, constant);
		buf_printf(&is, "bcchost_%s()", name);
	}
	buf_printf(&f->task,
		   "if (bcchost_mount_namespace((void *)bpf_get_current_task()) != %s) return 0; ",
		   is.data);
	buf_printf(&f->other, "if (bcchost_mount_namespace(t_) != %s) return 0; ", is.data);
	f->task.failed |= buf_failed(&is);
	buf_free(&is);
}

static void mntnsmap_filter(struct filter *f, bool btf)
{
	mntns_prologue(f, btf);
	buf_str(&f->prologue, "BPF_TABLE(\"hash\", u64, u64, " FILTER_MNTNS_MAP ", 1024);\n");
	buf_str(&f->task, "{ u64 ns_ = bcchost_mount_namespace((void *)bpf_get_current_task()); "
			  "if (!" FILTER_MNTNS_MAP ".lookup(&ns_)) return 0; } ");
	buf_str(&f->other, "{ u64 ns_ = bcchost_mount_namespace(t_); "
			   "if (!" FILTER_MNTNS_MAP ".lookup(&ns_)) return 0; } ");
}

int filter_containers(struct filter *f, const struct program *p, const struct options *o, bool btf,
		      struct error *e)
{
	int err = within_filter(f, p, o, e);

	if (err)
		return err;
	f->wants_group = o->cgroup || o->container || o->pod || o->cgroupmap;
	if (o->cgroupmap)
		cgroupmap_filter(f);
	if (o->has_mntns)
		mntns_filter(f, "only_mntns", CONSTANT_MNTNS, o->mntns, btf);
	if (o->container_mntns)
		mntns_filter(f, "container_mntns", CONSTANT_CONTAINER_MNTNS, o->container_mntns,
			     btf);
	if (o->mntnsmap)
		mntnsmap_filter(f, btf);
	return 0;
}
