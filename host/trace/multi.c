/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/multi.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIED "vfs_read"

bool multi_works(void)
{
	static const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	const char *tried = TRIED;
	int prog, link;

	prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "bcchost_try", "GPL", nothing, 2, &load);
	if (prog < 0)
		return false;
	opts.kprobe_multi.syms = &tried;
	opts.kprobe_multi.cnt = 1;
	link = bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &opts);
	if (link >= 0)
		close(link);
	close(prog);
	return link >= 0;
}

static size_t of_that_name(const struct plan_probe *pp, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < pp->ntargets; i++)
		n += strcmp(pp->targets[i].name, name) == 0;
	return n;
}

size_t multi_reachable(struct kernel *k, const struct plan_probe *pp, bool *reached)
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

int multi_attach(const struct plan_probe *pp, const bool *reached, size_t n, int prog)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	unsigned long *addrs = calloc(n, sizeof(*addrs));
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
	link = bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &opts);
	free(addrs);
	return link;
}
