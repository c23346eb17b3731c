/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/multi.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool multi_works(void)
{
	static const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	int prog, link, err;

	prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "bcchost_try", "GPL", nothing, 2, &load);
	if (prog < 0)
		return false;
	opts.kprobe_multi.addrs = (const unsigned long *)sizeof(long); /* not to be read */
	opts.kprobe_multi.cnt = 1;
	link = bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &opts);
	err = errno;
	if (link >= 0)
		close(link);
	close(prog);
	return link >= 0 || err == EFAULT;
}

static size_t of_that_name(const struct plan_probe *pp, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < pp->ntargets; i++)
		n += strcmp(pp->targets[i].name, name) == 0;
	return n;
}

/* Marks what ftrace's list of functions has; of functions that share a name all or none. */
static size_t mark_listed(struct kernel *k, const struct plan_probe *pp, bool *reached)
{
	size_t n = 0;

	for (size_t i = 0; i < pp->ntargets; i++) {
		const struct plan_target *t = &pp->targets[i];
		size_t want = t->unique ? 1 : of_that_name(pp, t->name);

		reached[i] = t->addr && kernel_ftrace_count(k, t->name) >= want;
		n += reached[i];
	}
	return n;
}

static size_t mark_all(const struct plan_probe *pp, bool *reached)
{
	size_t n = 0;

	for (size_t i = 0; i < pp->ntargets; i++)
		n += reached[i] = pp->targets[i].addr != 0;
	return n;
}

static int link_marked(const struct plan_probe *pp, int prog, const bool *reached, size_t n)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	unsigned long *addrs = calloc(n ? n : 1, sizeof(*addrs));
	size_t count = 0;
	int link;

	if (!addrs)
		return -ENOMEM;
	for (size_t i = 0; i < pp->ntargets; i++)
		if (reached[i])
			addrs[count++] = pp->targets[i].addr;
	opts.kprobe_multi.addrs = addrs;
	opts.kprobe_multi.cnt = (__u32)count;
	if (pp->probe->kind == PROGRAM_KRETPROBE)
		opts.kprobe_multi.flags = BPF_F_KPROBE_MULTI_RETURN;
	link = n ? bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &opts) : -ENOENT;
	free(addrs);
	return link;
}

int multi_attach(struct kernel *k, const struct plan_probe *pp, int prog, bool *reached)
{
	size_t n = mark_all(pp, reached);
	int link = link_marked(pp, prog, reached, n);

	/* One that ftrace does not reach, and the kernel does not say which. */
	if (link == -EINVAL || link == -ENOENT) {
		n = n ? mark_listed(k, pp, reached) : 0;
		link = link_marked(pp, prog, reached, n);
	}
	if (link < 0)
		memset(reached, 0, pp->ntargets * sizeof(*reached));
	return link;
}
