/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/fact.h"
#include "text/filter.h"
#include "text/substitute.h"
#include "text/usdt_text.h"
#include "trace/load_parts.h"
#include "trace/multi.h"
#include "trace/privilege.h"
#include "trace/verifier.h"

#define MODULE_NAME_MAX 64

static enum bpf_prog_type prog_type(enum program_probe_kind kind)
{
	switch (kind) {
	case PROGRAM_TRACEPOINT:
		return BPF_PROG_TYPE_TRACEPOINT;
	case PROGRAM_RAW_TRACEPOINT:
		return BPF_PROG_TYPE_RAW_TRACEPOINT;
	case PROGRAM_KFUNC:
	case PROGRAM_KRETFUNC:
		return BPF_PROG_TYPE_TRACING;
	case PROGRAM_PERF_EVENT:
		return BPF_PROG_TYPE_PERF_EVENT;
	case PROGRAM_LSM:
		return BPF_PROG_TYPE_LSM;
	case PROGRAM_KPROBE:
	case PROGRAM_KRETPROBE:
	case PROGRAM_UPROBE:
	case PROGRAM_URETPROBE:
	case PROGRAM_USDT:
		break;
	}
	return BPF_PROG_TYPE_KPROBE;
}

/* What makes two loads of one handler differ. */
struct load_prog {
	const struct object_prog *prog;
	enum bpf_prog_type type;
	uint32_t attach_type;
	uint32_t btf_id;    /* of fentry and fexit */
	const char *module; /* borrowed from the plan; NULL: vmlinux */
	uint32_t form;	    /* of a USDT probe's arguments; 0 if the handler reads none */
	int fd;
};

static bool is_marked(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_DW | BPF_IMM) && insn->src_reg != BPF_PSEUDO_MAP_FD &&
	       (uint32_t)insn[1].imm == FILTER_CONSTANT_MARK;
}

static bool constant(const struct load *l, const struct load_prog *lp, uint32_t which,
		     uint64_t *value)
{
	if (which == FILTER_CONSTANT_FORM) {
		*value = lp->form;
		return true;
	}
	return filter_constant(which, l->plan->program, l->plan->options, value) ||
	       fact_constant(which, l->plan, value);
}

/* The instructions with descriptors for map indexes and the host's values for marked constants. */
static struct bpf_insn *patched(const struct load *l, const struct load_prog *lp)
{
	const struct object_prog *p = lp->prog;
	struct bpf_insn *insns = malloc(p->ninsns * sizeof(*insns));
	uint64_t value;

	if (!insns)
		return NULL;
	memcpy(insns, p->insns, p->ninsns * sizeof(*insns));
	for (size_t i = 0; i + 1 < p->ninsns; i++) {
		if (insns[i].code != (BPF_LD | BPF_DW | BPF_IMM))
			continue;
		if (insns[i].src_reg == BPF_PSEUDO_MAP_FD) {
			insns[i].imm = l->map_fds[insns[i].imm];
		} else if (is_marked(&insns[i]) &&
			   constant(l, lp, (uint32_t)insns[i].imm, &value)) {
			insns[i].imm = (int32_t)value;
			insns[i + 1].imm = (int32_t)(value >> 32);
		}
		i++;
	}
	return insns;
}

/* Is that number the BTF of this module, or (fd < 0) not to be opened? */
static bool is_btf_of(int fd, const char *module)
{
	char name[MODULE_NAME_MAX] = "";
	struct bpf_btf_info info = {.name = (uintptr_t)name, .name_len = sizeof(name)};
	__u32 len = sizeof(info);

	return fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &len) == 0 && info.kernel_btf &&
	       strcmp(name, module) == 0;
}

/* The kernel knows modules' BTF by numbers alone: it is looked for among all that there are. */
static int open_module_btf(const char *module, __u32 *out, struct error *e)
{
	__u32 id = 0;
	int fd;

	while (bpf_btf_get_next_id(id, &id) == 0) {
		fd = bpf_btf_get_fd_by_id(id);
		if (is_btf_of(fd, module)) {
			*out = (__u32)fd;
			return 0;
		}
		if (fd >= 0)
			close(fd);
	}
	if (errno == EPERM)
		return error_set(
			e, FAULT_PERMISSION, -EPERM,
			"cannot find the BTF of the module %s: %s; it needs root, or CAP_SYS_ADMIN",
			module, strerror(EPERM));
	return error_set(e, FAULT_KERNEL, -ENOENT, "the kernel has no BTF of the module %s: %s",
			 module, strerror(errno));
}

/* Does it read arguments of which there are several forms? */
static bool wants_form(const struct object_prog *p)
{
	for (uint32_t i = 0; i + 1 < p->ninsns; i++)
		if (is_marked(&p->insns[i]) && (uint32_t)p->insns[i].imm == FILTER_CONSTANT_FORM)
			return true;
	return false;
}

static struct load_prog describe(const struct object_prog *p, const struct plan_probe *pp,
				 bool multi)
{
	struct load_prog lp = {.prog = p, .type = prog_type(pp->probe->kind), .fd = -1};

	if (multi)
		lp.attach_type = BPF_TRACE_KPROBE_MULTI;
	if (!program_probe_is_fentry(pp->probe->kind))
		return lp;
	lp.attach_type = pp->probe->kind == PROGRAM_KFUNC ? BPF_TRACE_FENTRY
			 : pp->probe->kind == PROGRAM_LSM ? BPF_LSM_MAC
							  : BPF_TRACE_FEXIT;
	lp.btf_id = pp->targets[0].btf_id;
	lp.module = pp->targets[0].module;
	return lp;
}

static bool is_same(const struct load_prog *a, const struct load_prog *b)
{
	return a->prog == b->prog && a->type == b->type && a->attach_type == b->attach_type &&
	       a->btf_id == b->btf_id && a->form == b->form && !a->module == !b->module &&
	       (!a->module || strcmp(a->module, b->module) == 0);
}

static int keep_prog(struct load *l, const struct load_prog *lp, struct error *e)
{
	struct load_prog *grown = reallocarray(l->progs, l->nprogs + 1, sizeof(*grown));

	if (!grown) {
		close(lp->fd);
		return error_nomem(e);
	}
	l->progs = grown;
	grown[l->nprogs++] = *lp;
	return 0;
}

static int load_with(struct load *l, struct load_prog *lp, struct bpf_prog_load_opts *opts,
		     struct error *e)
{
	const struct object_prog *p = lp->prog;
	struct bpf_insn *insns = patched(l, lp);
	char name[BPF_OBJ_NAME_LEN], what[128];
	int err = 0;

	if (!insns)
		return error_nomem(e);
	load_name(name, p->name);
	lp->fd = bpf_prog_load(lp->type, name, l->object->license, insns, p->ninsns, opts);
	if (lp->fd < 0 && errno == EPERM) {
		snprintf(what, sizeof(what), "load the BPF program %s", p->name);
		err = privilege_refused(what, -errno, e);
	} else if (lp->fd < 0) {
		err = verifier_explain(l->object, p, lp->type, opts, insns, -errno, e);
	} else {
		err = keep_prog(l, lp, e);
	}
	if (!err && l->verifier_log)
		err = verifier_log_of(l->object, p, lp->type, opts, insns, &l->log, e);
	free(insns);
	return err;
}

static int load_prog(struct load *l, struct load_prog *lp, struct error *e)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .kern_version = l->object->kern_version,
		    .expected_attach_type = lp->attach_type, .attach_btf_id = lp->btf_id);
	int err = 0;

	/* A trampoline's program names the function when it is loaded. */
	if (lp->module)
		err = open_module_btf(lp->module, &opts.attach_btf_obj_fd, e);
	if (!err)
		err = load_with(l, lp, &opts, e);
	if (opts.attach_btf_obj_fd)
		close((int)opts.attach_btf_obj_fd);
	return err;
}

/* A handler, or the wrapper that calls it for fentry and fexit. */
static const struct object_prog *handler_prog(const struct object *o, const char *handler)
{
	const struct object_prog *p = object_prog_find(o, handler);
	char name[256];

	snprintf(name, sizeof(name), "%s" SUBSTITUTE_WRAPPER, handler);
	return p ? p : object_prog_find(o, name);
}

bool load_wants_multi(struct load *l, const struct plan_probe *pp)
{
	if (!program_probe_is_kprobe(pp->probe->kind))
		return false;
	/* For one alone a kprobe of its own costs less. */
	if (pp->ntargets < 2 && !privilege_perf_refused())
		return false;
	if (!l->multi_tried)
		l->multi_ok = multi_works();
	l->multi_tried = true;
	return l->multi_ok;
}

int load_program(struct load *l, const struct plan_probe *pp, const struct plan_target *t,
		 bool multi, struct error *e)
{
	const struct object_prog *p = handler_prog(l->object, pp->probe->run);
	struct load_prog lp;
	int err;

	if (!p)
		return error_set(e, FAULT_TOOL, -ENOENT, "%s:%u: %s has no function %s",
				 l->plan->program->path, pp->probe->line,
				 l->plan->program->template_path, pp->probe->run);
	if (program_probe_is_fentry(pp->probe->kind) && pp->ntargets > 1)
		return error_set(e, FAULT_TOOL, -EINVAL,
				 "%s: an fentry program attaches to one function", pp->probe->run);
	lp = describe(p, pp, multi);
	if (pp->probe->kind == PROGRAM_USDT && wants_form(p))
		lp.form = usdt_text_form(l->plan, pp, t);
	for (size_t i = 0; i < l->nprogs; i++)
		if (is_same(&l->progs[i], &lp))
			return l->progs[i].fd;
	err = load_prog(l, &lp, e);
	return err ? err : lp.fd;
}

int load_object(struct load *l, const struct object *o, const struct plan *plan,
		uint32_t ring_bytes, bool verifier_log, struct error *e)
{
	int err;

	memset(l, 0, sizeof(*l));
	l->object = o;
	l->plan = plan;
	l->verifier_log = verifier_log;
	l->map_fds = malloc((o->nmaps + 1) * sizeof(int));
	if (!l->map_fds)
		return error_nomem(e);
	memset(l->map_fds, -1, (o->nmaps + 1) * sizeof(int));
	err = load_maps(l, plan, ring_bytes, e);
	for (size_t i = 0; i < plan->nprobes && !err; i++) {
		const struct plan_probe *pp = &plan->probes[i];

		/* Those of its other targets differ in numbers alone: attach_plan loads them. */
		if (pp->ntargets)
			err = load_program(l, pp, pp->targets, load_wants_multi(l, pp), e);
		err = err < 0 ? err : 0;
	}
	return err;
}

void load_free(struct load *l)
{
	if (!l->object)
		return;
	for (size_t i = 0; l->map_fds && i < l->object->nmaps; i++)
		if (l->map_fds[i] >= 0)
			close(l->map_fds[i]);
	for (size_t i = 0; i < l->nprogs; i++)
		close(l->progs[i].fd);
	free(l->map_fds);
	free(l->progs);
	buf_free(&l->log);
	memset(l, 0, sizeof(*l));
}

int load_map_fd(const struct load *l, const char *name)
{
	const struct object_map *m = object_map_find(l->object, name);

	return m ? l->map_fds[m - l->object->maps] : -1;
}

void load_cost(const struct load *l, uint64_t *ns, uint64_t *runs)
{
	*ns = *runs = 0;
	for (size_t i = 0; i < l->nprogs; i++) {
		struct bpf_prog_info info = {0};
		__u32 len = sizeof(info);

		if (l->progs[i].fd < 0 || bpf_obj_get_info_by_fd(l->progs[i].fd, &info, &len) < 0)
			continue;
		*ns += info.run_time_ns;
		*runs += info.run_cnt;
	}
}
